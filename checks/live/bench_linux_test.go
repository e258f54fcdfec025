package live_test

import (
	"os/exec"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/live"
	"github.com/bbdoctor/bbdoctor/fixtures/cluster"
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
