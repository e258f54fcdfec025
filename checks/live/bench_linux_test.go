package live_test

import (
	"net"
	"os/exec"
	"testing"
	"time"

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

// BenchmarkProbeFarAway has 50 ms between the doctor and the endpoint, there and back.
func BenchmarkProbeFarAway(b *testing.B) {
	target := through(cluster.Shared(b))
	target.Port = delayed(b, net.JoinHostPort(target.Host, target.Port), 25*time.Millisecond)
	for b.Loop() {
		if s := live.Probe(b.Context(), target); s.PostgreSQL == nil || len(s.PoolNodes) != 2 {
			b.Fatalf("%+v", s.Login)
		}
	}
}

// delayed gives the port of a proxy that hands everything on, a while later.
func delayed(tb testing.TB, address string, delay time.Duration) (port string) {
	tb.Helper()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { listener.Close() })
	pass := func(from, to net.Conn) {
		type block struct {
			bytes []byte
			due   time.Time
		}
		blocks := make(chan block, 1000)
		go func() {
			defer to.Close()
			for b := range blocks {
				time.Sleep(time.Until(b.due))
				if _, err := to.Write(b.bytes); err != nil {
					return
				}
			}
		}()
		defer close(blocks)
		for {
			buffer := make([]byte, 32<<10)
			n, err := from.Read(buffer)
			if err != nil {
				return
			}
			blocks <- block{buffer[:n], time.Now().Add(delay)}
		}
	}
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", address)
			if err != nil {
				client.Close()
				continue
			}
			go pass(client, server)
			go pass(server, client)
		}
	}()
	_, port, _ = net.SplitHostPort(listener.Addr().String())
	return port
}
