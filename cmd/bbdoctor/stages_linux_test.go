package main

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/bbdoctor/bbdoctor/fixtures/cluster"
)

// stages are the clusters, the longest first. Between them every rule that judges what is measured fails for its real
// reason, and passes; see TestEveryLiveRuleIsShown.
func stages() []stage {
	return []stage{
		{
			// Pgpool-II attaches no node by itself, so that each situation lasts.
			// Before 4.3, which no Debian has beside a PostgreSQL of 14 or later, it does not measure what a node is.
			name: "nodes", oldest: 14, options: cluster.Options{Pgpool: map[string]string{"auto_failback": "off", "connection_cache": "off"}}, situations: nodes(),
		},
		{
			// A session that Pgpool-II keeps would go on with what role and database were when it began.
			name: "role and database", options: cluster.Options{Pgpool: map[string]string{"connection_cache": "off"}},
			situations: slices.Concat(databases(), roles(), endpoints(), probes(), versions()),
		},
		{name: "parameters", situations: slices.Concat(parameters(), drift())},
		{name: "TLS", options: cluster.Options{TLS: true}, situations: encrypted()},
	}
}

// inRole and inDatabase are clauses that Bitbucket's role and database are altered by.
func inRole(clauses ...string) step {
	return onPrimary("postgres", prefixed("ALTER ROLE bitbucketuser ", clauses)...)
}
func inDatabase(clauses ...string) step {
	return onPrimary("postgres", prefixed("ALTER DATABASE bitbucket ", clauses)...)
}

func prefixed(prefix string, clauses []string) []string {
	statements := make([]string, len(clauses))
	for i, clause := range clauses {
		statements[i] = prefix + clause
	}
	return statements
}

func databases() []situation {
	return []situation{
		{
			name: "another encoding", args: []string{"--database", "ascii"},
			enter: onPrimary("postgres", "CREATE DATABASE ascii TEMPLATE template0 ENCODING 'SQL_ASCII' OWNER bitbucketuser"),
			leave: onPrimary("postgres", "DROP DATABASE ascii"),
			fails: map[string]string{"database/encoding": "the database ascii has the encoding SQL_ASCII", "role/exclusive": "owns other databases or was granted CONNECT on them: bitbucket"},
		},
		{
			name: "another owner", oldest: 15, // before, everybody may create tables in the schema public
			enter: inDatabase("OWNER TO customuser"),
			leave: inDatabase("OWNER TO bitbucketuser"),
			fails: map[string]string{
				"database/owner":  "bitbucketuser neither owns the database bitbucket (customuser does) nor may create tables in its schema public",
				"database/schema": "the schema public is owned by",
			},
		},
		{
			name: "few connections to the database", enter: inDatabase("CONNECTION LIMIT 20"), leave: inDatabase("CONNECTION LIMIT -1"),
			fails: map[string]string{"database/connection-limit": "the database bitbucket takes 20 connections, and Pgpool-II keeps up to num_init_children=40 open"},
		},
		{
			// PostgreSQL warns of it at login. Pgpool-II 4.6.1, with PostgreSQL 17, then lets nobody in.
			name: "an old collation", oldest: 15, newest: 15, args: []string{"--database", "icu"},
			enter: onPrimary("postgres",
				"CREATE DATABASE icu TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en' LOCALE 'C' OWNER bitbucketuser",
				"UPDATE pg_database SET datcollversion = '1' WHERE datname = 'icu'"),
			leave: onPrimary("postgres", "DROP DATABASE icu"),
			fails: map[string]string{"database/collation": "the indexes of icu were built with version 1 of the collation", "role/exclusive": "owns other databases"},
		},
		{
			name: "a schema that is not there", enter: inRole("SET search_path = nowhere"), leave: inRole("RESET search_path"),
			fails: map[string]string{
				"database/schema": "search_path=nowhere leads to no schema", "role/settings": "search_path=nowhere is set for the role bitbucketuser",
			},
		},
		{
			name: "a lock that was left",
			enter: onPrimary("bitbucket",
				"CREATE TABLE databasechangeloglock (id int, locked boolean, lockgranted timestamp, lockedby text)",
				"ALTER TABLE databasechangeloglock OWNER TO bitbucketuser",
				"INSERT INTO databasechangeloglock VALUES (1, true, now(), 'bitbucket-1 (10.0.0.7)')"),
			fails: map[string]string{"database/change-log-lock": "the lock for changing the tables is held by bitbucket-1 (10.0.0.7)"},
		},
		{
			name: "a lock that was let go", enter: onPrimary("bitbucket", "UPDATE databasechangeloglock SET locked = false, lockedby = NULL, lockgranted = NULL"),
			leave:  onPrimary("bitbucket", "DROP TABLE databasechangeloglock"),
			passes: []string{"database/change-log-lock"},
		},
	}
}

func roles() []situation {
	return []situation{
		{
			name: "rights over the cluster", enter: inRole("CREATEDB CREATEROLE"), leave: inRole("NOCREATEDB NOCREATEROLE"),
			fails: map[string]string{"role/privileges": "bitbucketuser has CREATEROLE, CREATEDB"},
		},
		{
			name: "few connections of the role", enter: inRole("CONNECTION LIMIT 20"), leave: inRole("CONNECTION LIMIT -1"),
			fails: map[string]string{"role/connection-limit": "the role bitbucketuser may have 20 connections, and Pgpool-II keeps up to num_init_children=40 open"},
		},
		{
			name:  "a password that expires",
			enter: onPrimary("postgres", "DO $$ BEGIN EXECUTE format('ALTER ROLE bitbucketuser VALID UNTIL %L', now() + interval '30 days 1 hour'); END $$"),
			leave: inRole("VALID UNTIL 'infinity'"),
			fails: map[string]string{"role/valid-until": "the password of bitbucketuser expires in 30 days"},
		},
		{
			name: "read-only by a setting", enter: inRole("SET default_transaction_read_only = on"), leave: inRole("RESET default_transaction_read_only"),
			fails: map[string]string{
				"endpoint/writable": "transactions are read-only although the session is on the primary", "role/settings": "default_transaction_read_only=on is set for the role bitbucketuser",
			},
		},
		{
			name: "an idle time-out of the role", oldest: 14, enter: inRole("SET idle_session_timeout = '90s'"), leave: inRole("RESET idle_session_timeout"),
			fails: map[string]string{"idle/idle-session-timeout": "closes idle sessions after 90 s", "role/settings": "idle_session_timeout=90s is set for the role bitbucketuser"},
		},
		{
			name: "an idle time-out of the standby", oldest: 14,
			enter: sql(1, "postgres", "ALTER SYSTEM SET idle_session_timeout = '60s'", "SELECT pg_reload_conf()"),
			leave: sql(1, "postgres", "ALTER SYSTEM RESET idle_session_timeout", "SELECT pg_reload_conf()"),
			fails: map[string]string{"idle/idle-session-timeout": "on node 1 ("},
		},
		{
			name: "a time-out of statements", enter: inDatabase("SET statement_timeout = '30s'"), leave: inDatabase("RESET statement_timeout"),
			fails: map[string]string{"idle/transaction-timeout": "statement_timeout=30s", "role/settings": "statement_timeout=30s is set for the database bitbucket"},
		},
		{
			name: "others use the role", enter: others,
			fails: map[string]string{"role/exclusive": `bitbucketuser has 1 session of "psql"`},
		},
	}
}

// others keeps a session of somebody else as Bitbucket's role.
func others(t *testing.T, c *cluster.Cluster) {
	config, err := pgconn.ParseConfig(c.DSN(cluster.User{Name: cluster.Bitbucket.Name, Password: jdbcPassword}, "bitbucket"))
	if err != nil {
		t.Fatal(err)
	}
	config.RuntimeParams["application_name"] = "psql"
	session, err := pgconn.ConnectConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = session.Close(context.Background()) })
}

func endpoints() []situation {
	return []situation{
		{
			name: "nobody there", args: []string{"--endpoint", "127.0.0.1:1"},
			fails: map[string]string{"endpoint/reachable": "nothing listens at 127.0.0.1:1"},
		},
		{
			name: "far away", args: []string{"--endpoint", "{far}"},
			fails: map[string]string{"endpoint/latency": "above 10ms: each statement of Bitbucket waits that long"},
		},
		{
			name: "past Pgpool-II", args: []string{"--endpoint", "{node0}"},
			fails: map[string]string{"endpoint/answers-as-pgpool": "PostgreSQL itself answers at 127.0.0.1:"},
		},
		{
			name: "a wrong password", files: map[string]string{"bitbucket.properties": bitbucketProperties + "jdbc.password=Zt8-walnut-Rosemary\n"},
			fails: map[string]string{"endpoint/login": "the password of bitbucketuser is not the one in Pgpool-II's pool_passwd"},
			may:   []string{"jdbc/duplicate-key"},
		},
		{
			// Pgpool-II 4.6.1 has one message for all that PostgreSQL refuses.
			name: "no such database", newest: 15, args: []string{"--database", "stash"},
			fails: map[string]string{"endpoint/login": "there is no database stash"},
		},
		{
			name: "an expired password", enter: inRole("VALID UNTIL '2020-01-01'"), leave: inRole("VALID UNTIL 'infinity'"),
			fails: map[string]string{"endpoint/login": "Pgpool-II accepts the password of bitbucketuser and PostgreSQL does not"},
		},
	}
}

func probes() []situation {
	return []situation{
		{name: "room for five", args: []string{"--probe-capacity=5"}, passes: []string{"pool/measured-capacity"}},
		{
			name: "room for fewer than sixty", args: []string{"--probe-capacity=60", "--yes"},
			fails: map[string]string{"pool/measured-capacity": " of 60 connections could be held at once"},
		},
		{name: "an idle connection that lives", args: []string{"--probe-idle=200ms"}, passes: []string{"idle/held-connection"}},
	}
}

func versions() []situation {
	return []situation{
		{
			name: "years later", later: "2040-01-01",
			fails: map[string]string{"version/postgres-eol": "is past its end of life", "version/pgpool-eol": "is past its end of life"},
		},
		{
			name: "a Bitbucket that is too old for it", oldest: 15, args: []string{"--bitbucket-version", "7.21"},
			fails: map[string]string{"version/postgres-supported": "is probably not supported by Bitbucket 7.21"},
		},
		{
			name: "a Bitbucket that is too new for it", newest: 14, args: []string{"--bitbucket-version", "10.2"},
			fails: map[string]string{"version/postgres-supported": "is not supported by Bitbucket 10.2"},
		},
	}
}

func parameters() []situation {
	// repmgr promotes where a node of the page's image is among the files.
	repmgr := map[string]string{"pg-0.sh": "docker run --name pg-0 -e REPMGR_NODE_NAME=pg-0 registry.example.com/database/postgresql-repmgr:17.6.0\n"}
	only := []string{"--only", "pgpool/failover-command,pgpool/backend-flags"}
	return []situation{
		{
			name: "healthy", healthy: true,
			fails: map[string]string{"pgpool/redundancy": "one Pgpool-II without watchdog", "endpoint/tls": "is not encrypted (sslmode=prefer)"},
		},
		{
			name: "everything wrong",
			enter: restart(
				"load_balance_mode", "on", "statement_level_load_balance", "on", "client_idle_limit", "120", "auto_failback", "off",
				"sr_check_user", cluster.Superuser.Name, "sr_check_password", cluster.Superuser.Password, "health_check_period", "0",
				"failover_on_backend_shutdown", "on", "search_primary_node_timeout", "0", "reset_query_list", "ABORT", "reserved_connections", "0",
				"max_pool", "4",
			),
			fails: map[string]string{
				"pgpool/load-balancing": "load_balance_mode=on", "pgpool/statement-routing": "statement_level_load_balance=on",
				"idle/client-idle-limit": "client_idle_limit=", "pgpool/auto-failback": "auto_failback=off",
				"pgpool/replication-check": "sr_check_user=postgres: the replication check logs in as a superuser", "pgpool/health-check": "health_check_period=0",
				"pgpool/failover-on-shutdown": "becomes a failover with two primaries", "pgpool/primary-search": "search_primary_node_timeout=0",
				"pgpool/reset-query": "without DISCARD ALL", "pool/queueing": "reserved_connections=0",
				"pool/backend-capacity": "160 backend connections against the 97",
			},
		},
		{
			name: "everything right again",
			enter: all(restart(
				"load_balance_mode", "off", "statement_level_load_balance", "off", "client_idle_limit", "0", "auto_failback", "on",
				"sr_check_user", cluster.Monitor.Name, "sr_check_password", cluster.Monitor.Password, "health_check_period", "1",
				"failover_on_backend_shutdown", "off", "search_primary_node_timeout", "10", "reset_query_list", "ABORT; DISCARD ALL", "reserved_connections", "1",
				"max_pool", "2",
			), untilHealthy),
		},
		{
			name: "another mode", oldest: 14, enter: restart("backend_clustering_mode", "native_replication"), leave: restart("backend_clustering_mode", "streaming_replication"),
			fails: map[string]string{"pgpool/active-passive": "backend_clustering_mode=native_replication"},
		},
		{
			name: "Pgpool-II promotes as repmgr does", args: only, files: repmgr,
			enter: restart("failover_command", "pg_ctl -D %R promote"),
			leave: restart("failover_command", "echo %d"),
			fails: map[string]string{"pgpool/failover-command": "failover_command=pg_ctl -D %R promote: Pgpool-II promotes a standby and so does repmgr"},
		},
		{name: "only repmgr promotes", args: only, files: repmgr, passes: []string{"pgpool/failover-command"}},
		{
			// Other releases may die of the question.
			name: "a node that must not fail over", oldest: 15, newest: 15, args: only, files: repmgr,
			enter: restart("backend_flag1", "DISALLOW_TO_FAILOVER"), leave: restart("backend_flag1", "ALLOW_TO_FAILOVER"),
			fails: map[string]string{"pgpool/backend-flags": "backend node 1 has the flag DISALLOW_TO_FAILOVER"},
		},
		{
			name: "a pool that asks for more", files: map[string]string{"bitbucket.properties": bitbucketProperties + "db.pool.size.max=80\n"},
			fails: map[string]string{"pool/pgpool-capacity": "39 child processes for up to 80 connections"},
			may:   []string{"jdbc/duplicate-key"},
		},
		{
			name: "an idle connection that ends", args: []string{"--probe-idle=20s"},
			enter: restart("client_idle_limit", "1"), leave: restart("client_idle_limit", "0"),
			fails: map[string]string{"idle/held-connection": "a connection left idle for", "idle/client-idle-limit": "client_idle_limit=1"},
		},
		{
			name: "another application name", enter: restart("backend_application_name1", "walreceiver"),
			leave: all(restart("backend_application_name1", "pg-1"), untilHealthy),
			fails: map[string]string{
				"backends/standby-streaming": `backend_application_name1 is "walreceiver", and pg_stat_replication of node 0`,
				"pgpool/application-names":   "has the application name walreceiver, but what streams from the primary is pg-1",
			},
		},
		{
			name: "two that agree on who fails", args: []string{"--only", "pgpool/redundancy"},
			files:  map[string]string{"pgpool.sh": twoPgpools},
			passes: []string{"pgpool/redundancy"},
		},
	}
}

const twoPgpools = `docker run --name pgpool-0 -e PGPOOL_BACKEND_NODES=0:pg-0:5432,1:pg-1:5432 registry.example.com/database/pgpool:4.6.7
docker run --name pgpool-1 -e PGPOOL_BACKEND_NODES=0:pg-0:5432,1:pg-1:5432 registry.example.com/database/pgpool:4.6.7
`

func drift() []situation {
	only := []string{"--only", "drift/*"}
	return []situation{
		{name: "as declared", args: only, files: map[string]string{"pgpool.conf": "{pgpool.conf}"}, passes: []string{"drift/settings", "drift/nodes"}},
		{
			name: "not deployed", args: only, files: map[string]string{"pgpool.conf": "{pgpool.conf}num_init_children = 80\nbackend_port1 = 5433\n"},
			fails: map[string]string{
				"drift/settings": "num_init_children=80 is declared, but the running Pgpool-II has num_init_children=40",
				"drift/nodes":    "backend node 1 is declared as 127.0.0.1:5433",
			},
		},
	}
}

func encrypted() []situation {
	asks := func(parameters string) map[string]string {
		return map[string]string{"bitbucket.properties": strings.Replace(bitbucketProperties, "{url}?", "{url}?"+parameters+"&", 1)}
	}
	return []situation{
		{name: "encrypted", files: asks("sslmode=require"), passes: []string{"endpoint/tls"}},
		{name: "encrypted, with the authority that the URL names", files: asks("sslmode=verify-full&sslrootcert={certificate}"), passes: []string{"endpoint/tls"}},
		{name: "encrypted, for short", files: asks("ssl=true&sslrootcert={certificate}"), passes: []string{"endpoint/tls"}},
		{name: "encrypted, for short, by nobody known", files: asks("ssl"), fails: map[string]string{"endpoint/reachable": "fails under sslmode=verify-full: the certificates do not fit"}},
		{name: "not encrypted by whim", files: asks("sslmode=disable"), fails: map[string]string{"endpoint/tls": "is not encrypted (sslmode=disable)"}},
	}
}
