package main

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/fixtures/cluster"
	"github.com/bbdoctor/bbdoctor/fixtures/wire"
)

// liveCheck gives what runs a whole "bbdoctor check --live" against a host and port, as the released program.
func liveCheck(b *testing.B, c *cluster.Cluster) func(address string, flags ...string) {
	b.Helper()
	binary, dir := build(b, "."), b.TempDir()
	return func(address string, flags ...string) {
		properties := strings.NewReplacer("{url}", "jdbc:postgresql://"+address+"/bitbucket", jdbcPassword, cluster.Bitbucket.Password).Replace(bitbucketProperties)
		if err := os.WriteFile(filepath.Join(dir, "bitbucket.properties"), []byte(properties), 0o600); err != nil {
			b.Fatal(err)
		}
		args := append([]string{"check", "--live", "--quiet", "--only", "endpoint/*,database/*,role/*,backends/*,pool/*,idle/*,pgpool/*,version/*"}, flags...)
		command := exec.CommandContext(b.Context(), binary, append(args, ".")...)
		command.Dir = dir
		// With a password from the documentation, and a busy machine, it has findings; what counts is that it has judged.
		if out, err := command.CombinedOutput(); command.ProcessState.ExitCode() > exitFindings || command.ProcessState.ExitCode() < 0 {
			b.Fatalf("%v\n%s", err, out)
		}
	}
}

// BenchmarkLive compares a whole "check --live" with one login by psql that asks for SHOW pool_nodes.
func BenchmarkLive(b *testing.B) {
	c := cluster.Shared(b)
	check := liveCheck(b, c)
	psql := func() {
		command := exec.CommandContext(b.Context(), "psql", c.DSN(cluster.Bitbucket, "bitbucket"), "-XAt", "-c", "SHOW pool_nodes")
		if out, err := command.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
	}
	for b.Loop() {
		ours, peer := pairs(b, func() { check(c.Address()) }, psql)
		ratio(b, ours, peer, "x-psql", 1.5)
	}
}

// BenchmarkLiveFarAway has 50 ms between bbdoctor and the endpoint, there and back. It counts the round trips from the
// connection to its end, the login with them, beside how many there may be: the SHOW commands, and three.
func BenchmarkLiveFarAway(b *testing.B) {
	c := cluster.Shared(b)
	check, measured := liveCheck(b, c), filepath.Join(b.TempDir(), "facts.json")
	for b.Loop() {
		relay := wire.NewRelay(b, net.JoinHostPort(c.PgpoolHost(), strconv.Itoa(c.PgpoolPort())), 25*time.Millisecond)
		started := time.Now()
		check(relay.Address, "--save-facts", measured)
		took, seen := time.Since(started), relay.Seen()
		b.ReportMetric(float64(took.Milliseconds()), "ms")
		b.ReportMetric(float64(seen.Connections), "connections")
		b.ReportMetric(float64(seen.RoundTrips), "round-trips")
		b.ReportMetric(float64(showCommands(b, measured)+3), "most-round-trips")
		b.ReportMetric(0, "ns/op")
	}
}

// showCommands counts the SHOW commands in a file of --save-facts.
func showCommands(b *testing.B, measured string) (count int) {
	b.Helper()
	text, err := os.ReadFile(measured)
	if err != nil {
		b.Fatal(err)
	}
	snapshot, err := facts.LoadSnapshot(bytes.NewReader(text))
	if err != nil {
		b.Fatal(err)
	}
	for _, query := range snapshot.Queries {
		if strings.Contains(query.Statement, "SHOW ") {
			count++
		}
	}
	return count
}
