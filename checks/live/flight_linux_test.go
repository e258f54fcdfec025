package live

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/fixtures/cluster"
)

// loggedIn is Bitbucket's session on a cluster.
func loggedIn(t *testing.T, c *cluster.Cluster) *session {
	t.Helper()
	target := Target{
		Host: c.PgpoolHost(), Port: strconv.Itoa(c.PgpoolPort()), Database: "bitbucket",
		User: cluster.Bitbucket.Name, Password: cluster.Bitbucket.Password, Timeout: time.Minute, Wait: time.Minute,
	}
	s, result := loginWaiting(t.Context(), &target)
	if s == nil {
		t.Fatalf("%+v", result)
	}
	t.Cleanup(s.close)
	s.limit = target.questionTime()
	return s
}

// together asks statements in one packet, and says which were answered; an error of the server is an answer.
func together(t *testing.T, s *session, statements ...string) (answered []string, err error) {
	t.Helper()
	s.log = nil
	trips := len(s.line.wire.roundTrips())
	questions := make([]question, len(statements))
	for i, statement := range statements {
		questions[i] = question{statements: []string{statement}, take: func(*table) error { return nil }}
	}
	left, err := s.flight(t.Context(), questions...)
	for i, query := range s.log[:len(statements)-len(left)] {
		switch {
		case query.Statement != statements[i]:
			t.Errorf("%q stands in the log for %q", query.Statement, statements[i])
		case query.Error != nil:
			answered = append(answered, query.Error.Message)
		default:
			answered = append(answered, query.Statement)
		}
	}
	if took := len(s.line.wire.roundTrips()) - trips; took != 1 {
		t.Errorf("%d round trips", took)
	}
	return answered, err
}

// TestTogether: what comes in one packet is answered as if each statement had come alone, by Pgpool-II and by the nodes.
func TestTogether(t *testing.T) {
	t.Parallel()
	s := loggedIn(t, cluster.Shared(t))
	answered, err := together(t, s, showProcesses, "SHOW pool_nosuch", "SELECT 1", "PGPOOL SHOW nosuch", showVersion, "SELECT 1/0", catalogueStatement(),
		"SELECT x FROM", showNodes, "", "PGPOOL SHOW num_init_children", "SELECT 2", showNodes)
	want := []string{showProcesses, `unrecognized configuration parameter "pool_nosuch"`, "SELECT 1", `config variable "nosuch" not found`, showVersion,
		"division by zero", catalogueStatement(), "syntax error at end of input", showNodes, "", "PGPOOL SHOW num_init_children", "SELECT 2", showNodes}
	if err != nil || !slices.Equal(answered, want) {
		t.Errorf("%q, %v", answered, err)
	}
	answered, err = together(t, s, showVersion, "SELECT pg_terminate_backend(pg_backend_pid())", showVersion)
	if !slices.Equal(answered, []string{showVersion}) || err == nil || s.alive() {
		t.Errorf("a server process that ends: %q, %v", answered, err)
	}
}

// TestTogetherFrozen: Pgpool-II goes on answering while a node is frozen, up to the statement that goes there.
func TestTogetherFrozen(t *testing.T) {
	t.Parallel()
	c := cluster.New(t, cluster.Options{WithoutRepmgr: true, ExpectBroken: true, Pgpool: map[string]string{
		"health_check_period": "0", "sr_check_period": "0",
	}})
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	// The first statement of a session waits for the nodes.
	standby, primary := loggedIn(t, c), loggedIn(t, c)
	for _, s := range []*session{standby, primary} {
		if answered, err := together(t, s, showVersion, "SELECT 1"); len(answered) != 2 {
			t.Fatal(err)
		}
	}
	check(c.FreezeNode(t.Context(), 1))
	if answered, err := together(t, standby, showProcesses, catalogueStatement(), showVersion); len(answered) != 3 || err != nil {
		t.Errorf("the standby is frozen: %q, %v", answered, err)
	}
	check(c.ThawNode(t.Context(), 1))
	check(c.FreezeNode(t.Context(), 0))
	primary.limit = 2 * time.Second
	answered, err := together(t, primary, showVersion, showProcesses, catalogueStatement(), showVersion)
	if !slices.Equal(answered, []string{showVersion, showProcesses}) || !timedOut(err) || primary.alive() {
		t.Errorf("the primary is frozen: %q, %v", answered, err)
	}
	check(c.ThawNode(t.Context(), 0))
}

// TestOneByOne: what Pgpool-II says of each parameter, all asked in one round trip, is what PGPOOL SHOW ALL says.
func TestOneByOne(t *testing.T) {
	t.Parallel()
	c := cluster.Shared(t)
	s := loggedIn(t, c)
	answer, err := s.ask(t.Context(), showVersion)
	if err != nil {
		t.Fatal(err)
	}
	version := pgpoolVersion(answer.at(0, "pool_version"))
	if !showAllIsSafe(version) {
		t.Skip("this release must not be asked for all at once")
	}
	all := map[string]facts.Measured{}
	_, err = s.flight(t.Context(), parameters(version, func(m facts.Measured) { all[m.Name] = m }))
	if err != nil {
		t.Fatal(err)
	}
	var list []facts.Measured
	one := parameters("4.6.1", func(m facts.Measured) { list = append(list, m) })
	one.statements = each(names(version))
	if _, err = s.flight(t.Context(), one); err != nil {
		t.Fatalf("%v\n%s\n%+v", err, c.Logs(25), s.log)
	}
	list = withoutAbsent(list)
	if len(list) < len(oneByOne) {
		t.Errorf("%d parameters", len(list))
	}
	for _, m := range list {
		if all[m.Name] != m {
			t.Errorf("%+v, in the list of all %+v", m, all[m.Name])
		}
	}
	if setting := all["health_check_period1"]; setting.Norm != "1" {
		t.Errorf("%+v", setting)
	}
}
