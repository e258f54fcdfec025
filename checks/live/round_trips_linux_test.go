package live_test

import (
	"net"
	"strings"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/live"
	"github.com/bbdoctor/bbdoctor/fixtures/cluster"
	"github.com/bbdoctor/bbdoctor/fixtures/wire"
)

// TestRoundTrips: a whole probe is one connection and no more round trips than SHOW commands and three, from the connection
// to its end: the request for TLS and the login with SCRAM are among them.
func TestRoundTrips(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]*cluster.Cluster{
		"no TLS": cluster.Shared(t),
		"TLS":    cluster.New(t, cluster.Options{WithoutRepmgr: true, TLS: true}),
	} {
		relay := wire.NewRelay(t, c.Address(), 0)
		target := through(c)
		var err error
		target.Host, target.Port, err = net.SplitHostPort(relay.Address)
		check(t, err)
		s := live.Probe(t.Context(), target)
		shows := 0
		for _, query := range s.Queries {
			if strings.Contains(query.Statement, "SHOW ") {
				shows++
			}
		}
		if s.Endpoint.TLS != (name == "TLS") {
			t.Errorf("%s: TLS %t", name, s.Endpoint.TLS)
		}
		seen := relay.Seen()
		t.Logf("%s: %d round trips, %d SHOW commands", name, seen.RoundTrips, shows)
		// A server with TLS answers the end of the handshake with tickets, for which nobody waits; they are within the bound too, but not
		// always in the doctor's count.
		trips := seen.RoundTrips
		if s.Endpoint.TLS {
			trips--
		}
		if !s.Login.OK || seen.Connections != 1 || seen.RoundTrips > shows+3 {
			t.Errorf("%s: login %t, %d connections, %d round trips with the login, %d SHOW commands", name, s.Login.OK, seen.Connections, seen.RoundTrips, shows)
		}
		if counted := len(s.RoundTrips); counted < trips || counted > seen.RoundTrips {
			t.Errorf("%s: %d round trips, and the doctor counts %d", name, trips, counted)
		}
	}
}
