package live_test

import (
	"context"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/live"
	"github.com/bbdoctor/bbdoctor/fixtures/cluster"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if err := cluster.StopShared(); err != nil && code == 0 {
		os.Stderr.WriteString(err.Error() + "\n")
		code = 1
	}
	os.Exit(code)
}

// through is Bitbucket's own login to a cluster.
func through(c *cluster.Cluster) live.Target {
	return live.Target{
		Host: c.PgpoolHost(), Port: strconv.Itoa(c.PgpoolPort()), Database: "bitbucket",
		User: cluster.Bitbucket.Name, Password: cluster.Bitbucket.Password, Source: "jdbc.url", Timeout: time.Minute,
	}
}

// administered adds the second login.
func administered(c *cluster.Cluster) live.Target {
	target := through(c)
	target.AdminUser, target.AdminPassword = cluster.Superuser.Name, cluster.Superuser.Password
	return target
}

func ask(t *testing.T, target live.Target) *facts.Snapshot {
	t.Helper()
	s := live.Probe(t.Context(), target)
	text := saved(t, s)
	for _, password := range []string{target.Password, target.AdminPassword} {
		if password != "" && strings.Contains(text, password) {
			t.Errorf("a password is in the snapshot:\n%s", text)
		}
	}
	return s
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantCause(t *testing.T, s *facts.Snapshot, want facts.LoginCause) {
	t.Helper()
	if s.Login.Cause != want || s.Login.OK != (want == facts.CauseNone) {
		t.Errorf("the login: %q, want %q: %+v", s.Login.Cause, want, s.Login.Error)
	}
}

func setting(list []facts.Measured, name string) string {
	for _, m := range list {
		if m.Name == name {
			return m.Norm
		}
	}
	return "(none)"
}

// since skips what an older PostgreSQL, and the Pgpool-II that a distribution has beside it, do otherwise.
func since(t *testing.T, major int) {
	t.Helper()
	if cluster.Major(t) < major {
		t.Skipf("needs PostgreSQL %d", major)
	}
}

func TestHealthy(t *testing.T) {
	t.Parallel()
	since(t, 15)
	c := cluster.Shared(t)
	s := ask(t, through(c))
	wantCause(t, s, facts.CauseNone)
	if s.Server.Kind != facts.KindPgpool || s.Server.Version == "" || s.Login.ParameterStatus["server_encoding"] != "UTF8" {
		t.Errorf("%+v %+v", s.Server, s.Login)
	}
	if setting(s.Pgpool, "num_init_children") != "40" || setting(s.Pgpool, "load_balance_mode") != "off" ||
		setting(s.Pgpool, "backend_application_name1") != "pg-1" || setting(s.Pgpool, "backend_port0") != strconv.Itoa(c.NodePort(0)) {
		t.Errorf("parameters %+v", s.Pgpool)
	}
	if len(s.PoolNodes) != 2 || s.PoolNodes[0].Role != "primary" || s.PoolNodes[1].Role != "standby" || s.PoolNodes[1].ReplicationState != "streaming" {
		t.Errorf("nodes %+v", s.PoolNodes)
	}
	if s.Processes == nil || s.Processes.Total != 40 || s.Processes.Busy < 1 || len(s.HealthChecks) != 2 {
		t.Errorf("%+v %+v", s.Processes, s.HealthChecks)
	}
	p := s.PostgreSQL
	if p == nil || p.InRecovery || p.ReadOnly || p.VersionNum < 120000 || p.SeesActivity || setting(p.Settings, "max_connections") != "100" {
		t.Fatalf("PostgreSQL %+v", p)
	}
	if d := p.Database; d.Encoding != "UTF8" || d.Owner != "bitbucketuser" || !d.OwnedByRole || !d.MayCreateInSchema || !d.SchemaOwnedByRole || d.CurrentSchema != "public" || d.Sessions < 1 {
		t.Errorf("database %+v", d)
	}
	if r := p.Role; r.Name != "bitbucketuser" || r.Superuser || r.ConnectionLimit != -1 || r.ValidUntil != "" || len(r.OtherDatabases) != 0 {
		t.Errorf("role %+v", r)
	}
	if len(s.Queries) != 6 || s.Admin != nil || s.Nodes != nil || len(s.RoundTrips) < 2 {
		t.Errorf("%+v", s.Queries)
	}
	for _, query := range s.Queries {
		if query.Error != nil {
			t.Errorf("%s: %+v", query.Statement, query.Error)
		}
	}
}

func TestAdministered(t *testing.T) {
	t.Parallel()
	c := cluster.Shared(t)
	s := ask(t, administered(c))
	if s.Admin == nil || !s.Admin.OK || s.RepmgrError != "" || len(s.RepmgrNodes) != 2 || s.RepmgrNodes[0].Type != "primary" || s.RepmgrNodes[1].Upstream != s.RepmgrNodes[0].ID {
		t.Fatalf("%+v %q %+v", s.Admin, s.RepmgrError, s.RepmgrNodes)
	}
	if s.RepmgrNodes[1].Port != strconv.Itoa(c.NodePort(1)) || s.RepmgrNodes[1].Host != "127.0.0.1" {
		t.Errorf("%+v", s.RepmgrNodes[1])
	}
	if len(s.Nodes) != 2 || s.Nodes[0].InRecovery || !s.Nodes[1].InRecovery || len(s.Nodes[0].Replication) != 1 || s.Nodes[0].Replication[0].State != "streaming" ||
		setting(s.Nodes[1].Settings, "superuser_reserved_connections") != "3" {
		t.Errorf("%+v", s.Nodes)
	}
	unprivileged := through(c)
	unprivileged.AdminUser, unprivileged.AdminPassword = cluster.Monitor.Name, cluster.Monitor.Password
	if s := ask(t, unprivileged); !s.Admin.OK || !strings.Contains(s.RepmgrError, "permission denied") || len(s.Nodes) != 2 {
		t.Errorf("%+v %q", s.Admin, s.RepmgrError)
	}
	wrong := through(c)
	wrong.AdminUser, wrong.AdminPassword = cluster.Superuser.Name, "no-password-of-it"
	if s := ask(t, wrong); s.Admin.OK || s.Admin.Cause != facts.CauseWrongPassword || s.RepmgrNodes != nil || s.RepmgrError == "" || s.Nodes[0].Login.Cause != facts.CauseWrongPassword {
		t.Errorf("%+v %q", s.Admin, s.RepmgrError)
	}
}

// TestLeavesNoSession: after a probe of everything no session of the doctor is on a node but those that Pgpool-II keeps.
func TestLeavesNoSession(t *testing.T) {
	t.Parallel()
	c := cluster.New(t, cluster.Options{Pgpool: map[string]string{"connection_cache": "off"}})
	target := administered(c)
	target.ProbeCapacity, target.Yes, target.ProbeIdle = 5, true, 100*time.Millisecond
	s := ask(t, target)
	if s.Capacity.Held != 5 || !s.Idle.Alive {
		t.Errorf("%+v %+v", s.Capacity, s.Idle)
	}
	eventually(t, "a session is left", func() bool {
		rows, err := c.Exec(t.Context(), 0, "postgres", "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'bbdoctor'")
		return err == nil && rows[0][0] == "0"
	})
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	expired := cluster.User{Name: "expired", Password: "geheim-4711"}
	onlyPG := cluster.User{Name: "onlypg", Password: "geheim-4711"}
	noLogin := cluster.User{Name: "nologin", Password: "geheim-4711"}
	c := cluster.New(t, cluster.Options{
		PoolPasswd: map[string]string{expired.Name: "TEXT" + expired.Password, noLogin.Name: "TEXT" + noLogin.Password, "onlypool": "TEXTgeheim-4711"},
		PoolHBA:    []string{"host customdatabase all 127.0.0.1/32 reject"},
		Role:       []string{"CONNECTION LIMIT 0"},
		SQL: []cluster.Statement{
			{Database: "postgres", SQL: "CREATE ROLE expired LOGIN PASSWORD 'geheim-4711' VALID UNTIL '2020-01-01'"},
			{Database: "postgres", SQL: "CREATE ROLE nologin PASSWORD 'geheim-4711'"},
			{Database: "postgres", SQL: "CREATE ROLE onlypg LOGIN PASSWORD 'geheim-4711'"},
			{Database: "postgres", SQL: "CREATE DATABASE closed ALLOW_CONNECTIONS false"},
			{Database: "postgres", SQL: "CREATE DATABASE private"},
			{Database: "postgres", SQL: "REVOKE CONNECT ON DATABASE private FROM PUBLIC"},
			{Database: "postgres", SQL: "CREATE DATABASE few CONNECTION LIMIT 0"},
		},
	})
	for _, r := range []struct {
		user     cluster.User
		database string
		want     facts.LoginCause
	}{
		{cluster.User{Name: cluster.Custom.Name, Password: "wrong-4711"}, "postgres", facts.CauseWrongPassword},
		{cluster.User{Name: cluster.Custom.Name}, "postgres", facts.CauseNoPassword},
		{onlyPG, "postgres", facts.CauseNotInPoolPasswd},
		{cluster.User{Name: "nobody", Password: "x-4711"}, "postgres", facts.CauseNotInPoolPasswd},
		{cluster.User{Name: "onlypool", Password: "geheim-4711"}, "postgres", facts.CauseBackendPassword},
		{expired, "postgres", facts.CauseBackendPassword},
		{noLogin, "postgres", facts.CauseNoRole},
		{cluster.Custom, "nosuchdb", facts.CauseNoDatabase},
		{cluster.Custom, "closed", facts.CauseNoConnectRight},
		{cluster.Custom, "private", facts.CauseNoConnectRight},
		{cluster.Custom, "few", facts.CauseDatabaseLimit},
		{cluster.Custom, "customdatabase", facts.CausePoolHBA},
		{cluster.Bitbucket, "bitbucket", facts.CauseRoleLimit},
		{cluster.Custom, "postgres", facts.CauseNone},
	} {
		target := through(c)
		target.User, target.Password, target.Database = r.user.Name, r.user.Password, r.database
		s := ask(t, target)
		// Pgpool-II 4.6 has one message for all that PostgreSQL refuses.
		if s.Login.Cause == facts.CauseBackendRefuses && s.Login.Error.Message == "unable to get session context" {
			continue
		}
		if s.Login.Cause != r.want {
			t.Errorf("%s in %s: %q, want %q: %+v", r.user.Name, r.database, s.Login.Cause, r.want, s.Login.Error)
		}
	}
	direct := through(c)
	direct.Port = strconv.Itoa(c.NodePort(0))
	direct.User, direct.Password, direct.Database = cluster.Custom.Name, cluster.Custom.Password, "postgres"
	if s := ask(t, direct); s.Server.Kind != facts.KindPostgreSQL || s.PostgreSQL == nil || s.PoolNodes != nil || s.Pgpool != nil {
		t.Errorf("a node, asked directly: %+v", s.Server)
	}
}

// hold opens connections through the endpoint until the test ends.
func hold(t *testing.T, c *cluster.Cluster, n int) {
	t.Helper()
	for range n {
		var connection *pgconn.PgConn
		// Pgpool-II takes a moment to be done with those who have left.
		eventually(t, "no free child process", func() (ok bool) {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			var err error
			connection, err = pgconn.Connect(ctx, c.DSN(cluster.Custom, "postgres"))
			return err == nil
		})
		t.Cleanup(func() { connection.Close(context.Background()) })
	}
}

func TestFull(t *testing.T) {
	t.Parallel()
	for reserved, want := range map[string]facts.LoginCause{"0": facts.CauseSilence, "1": facts.CausePgpoolFull} {
		t.Run("reserved "+reserved, func(t *testing.T) {
			t.Parallel()
			c := cluster.New(t, cluster.Options{WithoutRepmgr: true, Pgpool: map[string]string{"num_init_children": "4", "reserved_connections": reserved}})
			free := 4
			if reserved == "1" {
				free = 3
			}
			target := through(c)
			target.ProbeCapacity, target.Yes = -1, true
			if s := ask(t, target); s.Capacity == nil || s.Capacity.Held != free-1 || s.Capacity.Cause != want {
				t.Errorf("%+v", s.Capacity)
			}
			hold(t, c, free)
			target = through(c)
			target.Timeout = 3 * time.Second
			wantCause(t, ask(t, target), want)
		})
	}
}

func TestAllNodesDown(t *testing.T) {
	t.Parallel()
	c := cluster.New(t, cluster.Options{WithoutRepmgr: true})
	check(t, c.StopNode(t.Context(), 1, cluster.Fast))
	check(t, c.StopNode(t.Context(), 0, cluster.Fast))
	var s *facts.Snapshot
	eventually(t, "Pgpool-II does not notice", func() bool {
		target := through(c)
		target.Timeout = 5 * time.Second
		s = ask(t, target)
		return s.Login.Cause == facts.CauseAllBackendsDown
	})
	if !s.Login.WithoutTLS || s.Login.Error.Code != "08S01" || !s.Login.Error.FromPgpool {
		t.Errorf("%+v %+v", s.Login, s.Login.Error)
	}
}

// TestFrozenStandby: a new login hangs, because Pgpool-II logs in to every node that it believes to be up; but a child process
// has answered, unlike those of TestFull.
func TestFrozenStandby(t *testing.T) {
	t.Parallel()
	c := cluster.New(t, cluster.Options{WithoutRepmgr: true, Pgpool: map[string]string{"health_check_period": "0", "sr_check_period": "0"}, ExpectBroken: true})
	eventually(t, "the cluster is not up", func() bool { return ask(t, through(c)).Login.OK })
	check(t, c.FreezeNode(t.Context(), 1))
	target := through(c)
	target.Timeout = 2 * time.Second
	wantCause(t, ask(t, target), facts.CauseHang)
	check(t, c.ThawNode(t.Context(), 1))
	eventually(t, "it stays silent after the thaw", func() bool { return ask(t, through(c)).Login.OK })
}

// TestWarns: what one node says at a login and another does not is taken for a failure, a notice too.
func TestWarns(t *testing.T) {
	t.Parallel()
	c := cluster.New(t, cluster.Options{WithoutRepmgr: true, ExpectBroken: true, NodePostgreSQL: map[int]map[string]string{1: {"client_min_messages": "debug5"}}})
	var s *facts.Snapshot
	eventually(t, "everybody gets in", func() bool {
		s = ask(t, through(c))
		return s.Login.Cause == facts.CauseBackendWarns
	})
	if !s.Login.Error.FromPgpool || !strings.Contains(s.Login.Error.Detail, "slot[1] (4e)") {
		t.Errorf("%+v", s.Login.Error)
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	c := cluster.New(t, cluster.Options{WithoutRepmgr: true, TLS: true, PoolHBA: []string{"hostssl postgres all 127.0.0.1/32 scram-sha-256", "host postgres all 127.0.0.1/32 reject"}})
	for _, m := range []struct {
		mode, root, database string
		tls                  bool
		want                 facts.LoginCause
	}{
		{"disable", "", "bitbucket", false, ""},
		{"allow", "", "bitbucket", false, ""},
		{"allow", "", "postgres", true, ""},
		{"prefer", "", "bitbucket", true, ""},
		{"require", "", "bitbucket", true, ""},
		{"disable", "", "postgres", false, facts.CausePoolHBA},
		{"verify-ca", "", "bitbucket", false, facts.CauseTLSFailed},
		{"verify-full", "", "bitbucket", false, facts.CauseTLSFailed},
		{"verify-ca", c.CertFile(), "bitbucket", true, ""},
		{"verify-full", c.CertFile(), "bitbucket", true, ""},
		{"verify-full", "/nonexistent", "bitbucket", false, facts.CauseTLSFailed},
	} {
		target := through(c)
		target.SSLMode, target.RootCert, target.Database = m.mode, m.root, m.database
		if s := ask(t, target); s.Login.Cause != m.want || s.Endpoint.TLS != m.tls {
			t.Errorf("%s to %s: %q, TLS %t: %+v", m.mode, m.database, s.Login.Cause, s.Endpoint.TLS, s.Login.Error)
		}
	}
}

// TestReportedRole: after a failover and failback every session goes to the primary and is told that it is on a standby.
func TestReportedRole(t *testing.T) {
	t.Parallel()
	since(t, 14)
	c := cluster.New(t, cluster.Options{})
	check(t, c.Failover(t.Context()))
	s := ask(t, through(c))
	if s.Login.ParameterStatus["in_hot_standby"] != "off" || s.PoolNodes[0].Status != "down" || s.PoolNodes[1].Role != "primary" {
		t.Errorf("after the failover: %+v %+v", s.Login, s.PoolNodes)
	}
	check(t, c.Failback(t.Context()))
	s = ask(t, administered(c))
	if s.Login.ParameterStatus["in_hot_standby"] != "on" || s.PostgreSQL.InRecovery || s.PostgreSQL.ReadOnly || s.PoolNodes[0].Role != "standby" || !s.Nodes[0].InRecovery {
		t.Errorf("after the failback: %+v %+v %+v", s.Login, s.PostgreSQL, s.PoolNodes)
	}
}

// TestReachesThePrimary: whatever the routing is, the facts are those of the primary.
func TestReachesThePrimary(t *testing.T) {
	t.Parallel()
	for _, comments := range []string{"off", "on"} {
		c := cluster.New(t, cluster.Options{WithoutRepmgr: true, Pgpool: map[string]string{
			"load_balance_mode": "on", "backend_weight0": "0", "statement_level_load_balance": "on", "allow_sql_comments": comments,
		}})
		if s := ask(t, through(c)); s.PostgreSQL == nil || s.PostgreSQL.InRecovery || s.PostgreSQL.ReadOnly {
			t.Errorf("allow_sql_comments = %s: %+v", comments, s.PostgreSQL)
		}
	}
}

func TestClientIdleLimit(t *testing.T) {
	t.Parallel()
	c := cluster.New(t, cluster.Options{WithoutRepmgr: true, Pgpool: map[string]string{"client_idle_limit": "1"}})
	target := through(c)
	target.ProbeIdle = time.Minute
	if s := ask(t, target); s.Idle == nil || s.Idle.Alive || s.Idle.Lived >= time.Minute || s.Idle.Error == nil {
		t.Errorf("%+v", s.Idle)
	}
}
