package live

import (
	"strconv"
	"testing"
	"time"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/fixtures/cluster"
)

// TestOneByOne: what Pgpool-II says of each parameter, all asked in one round trip, is what PGPOOL SHOW ALL says.
func TestOneByOne(t *testing.T) {
	t.Parallel()
	c := cluster.Shared(t)
	target := Target{
		Host: c.PgpoolHost(), Port: strconv.Itoa(c.PgpoolPort()), Database: "bitbucket",
		User: cluster.Bitbucket.Name, Password: cluster.Bitbucket.Password, Timeout: time.Minute,
	}
	s, result := login(t.Context(), target.account())
	if s == nil {
		t.Fatalf("%+v", result)
	}
	defer s.close()
	s.limit = target.questionTime()
	answer, err := s.ask(t.Context(), showVersion)
	if err != nil {
		t.Fatal(err)
	}
	snapshot := &facts.Snapshot{Server: facts.Server{Version: pgpoolVersion(answer.at(0, "pool_version"))}}
	list := s.parametersOneByOne(t.Context(), snapshot.Server.Version, 2)
	if !s.alive() {
		t.Fatalf("%s\n%+v", c.Logs(25), s.log)
	}
	if !showAllIsSafe(snapshot.Server.Version) {
		t.Skip("this release must not be asked for all at once")
	}
	s.parameters(t.Context(), snapshot)
	all := map[string]facts.Measured{}
	for _, m := range snapshot.Pgpool {
		all[m.Name] = m
	}
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
