package live_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/fixtures/wire"
)

func norm(s *facts.Snapshot, name string) string {
	for _, m := range s.Pgpool {
		if m.Name == name {
			return m.Norm
		}
	}
	return "(none)"
}

func TestReleases(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		release wire.Release
		life    string
		mode    string // name of the parameter that tells the clustering mode
		flag    string
		queries []string
	}{
		{wire.Pgpool414, "300", "master_slave_mode", "(none)", []string{"SHOW pool_version", "SHOW pool_processes", "PGPOOL SHOW of one", "SELECT", "SHOW pool_nodes"}},
		{wire.Pgpool435, "300", "backend_clustering_mode", "ALLOW_TO_FAILOVER", []string{"SHOW pool_version", "SHOW pool_health_check_stats", "SHOW pool_processes", "PGPOOL SHOW ALL", "SELECT", "SHOW pool_nodes"}},
		{wire.Pgpool461, "300", "backend_clustering_mode", "(none)", []string{"SHOW pool_version", "SHOW pool_health_check_stats", "SHOW pool_processes", "PGPOOL SHOW of one", "SELECT", "SHOW pool_nodes"}},
		{wire.Pgpool473, "300", "backend_clustering_mode", "ALLOW_TO_FAILOVER", []string{"SHOW pool_version", "SHOW pool_health_check_stats", "SHOW pool_processes", "PGPOOL SHOW ALL", "SELECT", "SHOW pool_nodes"}},
	} {
		t.Run(c.release.Version, func(t *testing.T) {
			t.Parallel()
			server := wire.Listen(t, c.release.Serve)
			s := probe(t, at(server))
			if s.Server != (facts.Server{Kind: facts.KindPgpool, Version: c.release.Version, Text: c.release.Version + " (" + c.release.CodeName + ")"}) {
				t.Errorf("server %+v", s.Server)
			}
			if norm(s, "num_init_children") != "32" || norm(s, "child_life_time") != c.life || norm(s, "client_idle_limit") != "2" ||
				norm(s, c.mode) == "(none)" || norm(s, "backend_port1") != "16433" || norm(s, "backend_flag0") != c.flag ||
				norm(s, "backend_port2") != "(none)" || norm(s, "backend_hostname2") != "(none)" {
				t.Errorf("parameters %+v", s.Pgpool)
			}
			if norm(s, "health_check_password") != "(none)" && norm(s, "health_check_password") != "***" {
				t.Error("a secret parameter is shown")
			}
			if len(s.PoolNodes) != 2 || s.PoolNodes[0].Role != "primary" || s.PoolNodes[1].ReplicationState != "streaming" || s.PoolNodes[1].LastStatusChange != "2026-11-23 04:23:40" {
				t.Errorf("nodes %+v", s.PoolNodes)
			}
			if measured := s.PoolNodes[1].PgRole; measured != map[bool]string{true: "", false: "standby"}[c.release.Version < "4.3"] {
				t.Errorf("measured role %q", measured)
			}
			if s.Processes == nil || *s.Processes != (facts.Processes{Total: 4, Busy: 1}) {
				t.Errorf("processes %+v", s.Processes)
			}
			if c.release.Version > "4.2" && (len(s.HealthChecks) != 2 || s.HealthChecks[1].Total != "51" || s.HealthChecks[1].LastSuccess != "2026-11-23 04:25:20") {
				t.Errorf("health checks %+v", s.HealthChecks)
			}
			if p := s.PostgreSQL; p == nil || p.VersionNum != 150018 || p.Settings[1].Norm != "7200000" || !p.Database.SchemaOwnedByRole || p.Role.Settings[0].Name != "statement_timeout" {
				t.Errorf("PostgreSQL %+v", p)
			}
			var asked []string
			for _, query := range s.Queries {
				name := query.Statement
				if strings.HasPrefix(name, "/*") {
					name = "SELECT"
				} else if strings.HasSuffix(name, "one by one") {
					name = "PGPOOL SHOW of one"
				}
				asked = append(asked, name)
				if query.Error != nil || query.Rows == 0 {
					t.Errorf("%+v", query)
				}
			}
			if !slices.Equal(asked, c.queries) {
				t.Errorf("asked %q", asked)
			}
			// The request for TLS, a login that asks for no password, SHOW pool_version, and all the rest.
			if len(s.RoundTrips) != 4 {
				t.Errorf("%d round trips", len(s.RoundTrips))
			}
			eventually(t, "the session is not ended", func() bool { return server.Seen().Closed == 1 })
			seen := server.Seen()
			if seen.Connections != 1 || seen.Terminated != 1 || len(seen.Startups) != 1 {
				t.Errorf("%d connections, %d ended, %d logins", seen.Connections, seen.Terminated, len(seen.Startups))
			}
			for _, query := range seen.Queries {
				if strings.HasPrefix(query, "PGPOOL SHOW backend_flag") || strings.Contains(query, "pool_pools") || strings.Contains(query, "pool_status") {
					t.Errorf("asked %q", query)
				}
			}
		})
	}
}

// TestStartupParameters: what Pgpool-II keeps a connection for must not grow.
func TestStartupParameters(t *testing.T) {
	server := wire.Listen(t, wire.Pgpool473.Serve)
	for name, value := range map[string]string{
		"PGOPTIONS": "-c work_mem=1GB", "PGTZ": "Asia/Tokyo", "PGUSER": "nobody", "PGPASSWORD": "other", "PGAPPNAME": "x", "PGSSLMODE": "verify-full",
		"PGTARGETSESSIONATTRS": "standby", "PGHOST": "nosuch.invalid", "PGREQUIREAUTH": "scram-sha-256", "PGCONNECT_TIMEOUT": "1",
	} {
		t.Setenv(name, value)
	}
	if s := probe(t, at(server)); !s.Login.OK {
		t.Fatalf("%+v", s.Login)
	}
	want := map[string]string{"user": "bitbucketuser", "database": "bitbucket", "application_name": "bbdoctor", "client_encoding": "UTF8"}
	if got := server.Seen().Startups[0]; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v", got)
	}
}

func TestOtherServers(t *testing.T) {
	t.Parallel()
	plain := func(statement string) wire.Answer {
		if strings.HasPrefix(statement, "/*NO LOAD BALANCE*/") {
			return wire.Pgpool473.Answer(statement)
		}
		return wire.Answer{Error: wire.UnknownParameter("pool_version")}
	}
	for name, c := range map[string]struct {
		answer func(string) wire.Answer
		pid    uint32
		want   facts.ServerKind
	}{
		"PostgreSQL": {plain, 4711, facts.KindPostgreSQL},
		"PgBouncer":  {plain, 2803346699, facts.KindPgBouncer},
		"console": {func(string) wire.Answer {
			e := wire.PgBouncer("invalid command 'SHOW pool_version', use SHOW HELP;")
			e.Severity = "ERROR"
			return wire.Answer{Error: e}
		}, 1, facts.KindPgBouncer},
		"something": {func(string) wire.Answer { return wire.Answer{Columns: []string{"x"}, Rows: [][]string{{"y"}}} }, 1, facts.KindOther},
		"silent about itself": {func(statement string) wire.Answer {
			if strings.HasPrefix(statement, "SHOW") {
				return wire.Answer{Error: wire.UnknownParameter("pool_version")}
			}
			return wire.Answer{Error: wire.PostgreSQL("ERROR", "42501", "permission denied for view pg_roles", "aclchk.c", "aclcheck_error")}
		}, 4711, facts.KindPostgreSQL},
		"Pgpool-II without its node": {func(string) wire.Answer {
			return wire.Answer{Error: wire.Pgpool("FATAL", "XX000", "unable to read data from DB node 0", "EOF encountered with backend", "pool_stream.c")}
		}, 4711, facts.KindPgpool},
		"nothing": {func(string) wire.Answer { return wire.Answer{Columns: []string{"pool_version"}} }, 1, facts.KindOther},
	} {
		server := wire.Listen(t, func(s *wire.Session) { s.PID = c.pid; s.Serve(c.answer) })
		s := probe(t, at(server))
		if s.Server.Kind != c.want || s.Server.Text == "" {
			t.Errorf("%s: %+v", name, s.Server)
		}
		for _, query := range server.Seen().Queries {
			if strings.HasPrefix(query, "PGPOOL") || query == "SHOW pool_nodes" {
				t.Errorf("%s was asked %s", name, query)
			}
		}
		if seen := server.Seen(); seen.Connections != 1 {
			t.Errorf("%s: %d connections", name, seen.Connections)
		}
	}
}

func TestHostileText(t *testing.T) {
	t.Parallel()
	server := wire.Listen(t, func(s *wire.Session) {
		s.Serve(func(statement string) wire.Answer {
			switch statement {
			case "PGPOOL SHOW ALL":
				return wire.Answer{Columns: []string{"item", "value", "description"}, Rows: [][]string{
					{"wd_authkey", secret, ""}, {"failover_command", "/x --password=" + secret, ""}, {"log_line_prefix", "\x1b[2J\xff\x00", ""},
				}}
			case "SHOW pool_nodes":
				return wire.Answer{Error: wire.PostgreSQL("ERROR", "XX000", "connect to postgresql://u:"+secret+"@h/d failed", "x.c", "f")}
			}
			return wire.Pgpool473.Answer(statement)
		})
	})
	s := probe(t, at(server)) // looks for the secret
	if norm(s, "wd_authkey") != "***" || !strings.Contains(norm(s, "failover_command"), "***") || strings.ContainsAny(norm(s, "log_line_prefix"), "\x1b\x00") {
		t.Errorf("%+v", s.Pgpool)
	}
}
