package live_test

import (
	"net"
	"os/exec"
	"testing"
	"time"

	"github.com/bbdoctor/bbdoctor/checks/live"
	"github.com/bbdoctor/bbdoctor/fixtures/cluster"
	"github.com/bbdoctor/bbdoctor/fixtures/wire"
)

// BenchmarkProbe is everything that is asked of a healthy cluster; BenchmarkPsql is what it is compared with.
func BenchmarkProbe(b *testing.B) {
	target := through(cluster.Shared(b))
	for b.Loop() {
		if s := live.Probe(b.Context(), target); s.PostgreSQL == nil || len(s.PoolNodes) != 2 {
			b.Fatalf("%+v", s.Login)
		}
	}
}

// BenchmarkPsql is one login with psql, and SHOW pool_nodes.
func BenchmarkPsql(b *testing.B) {
	c := cluster.Shared(b)
	for b.Loop() {
		if out, err := exec.CommandContext(b.Context(), "psql", c.DSN(cluster.Bitbucket, "bitbucket"), "-XAt", "-c", "SHOW pool_nodes").CombinedOutput(); err != nil {
			b.Fatalf("%v: %s", err, out)
		}
	}
}

// BenchmarkProbeFarAway has 50 ms between the doctor and the endpoint, there and back.
func BenchmarkProbeFarAway(b *testing.B) {
	target := through(cluster.Shared(b))
	relay := wire.NewRelay(b, net.JoinHostPort(target.Host, target.Port), 25*time.Millisecond)
	_, target.Port, _ = net.SplitHostPort(relay.Address)
	for b.Loop() {
		if s := live.Probe(b.Context(), target); s.PostgreSQL == nil || len(s.PoolNodes) != 2 {
			b.Fatalf("%+v", s.Login)
		}
	}
}
