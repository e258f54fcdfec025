package live_test

import (
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/bbdoctor/bbdoctor/checks/live"
	"github.com/bbdoctor/bbdoctor/fixtures/cluster"
	"github.com/bbdoctor/bbdoctor/fixtures/wire"
)

// TestRoundTrips: a whole probe is one connection, a login as every client makes it, and then a round trip for each statement:
// the SHOW commands, and three at most beside them.
func TestRoundTrips(t *testing.T) {
	t.Parallel()
	c := cluster.Shared(t)
	login := wire.NewRelay(t, c.Address(), 0)
	host, port, err := net.SplitHostPort(login.Address)
	check(t, err)
	conn, err := pgconn.Connect(t.Context(), fmt.Sprintf("host=%s port=%s user=%s password=%s dbname=bitbucket sslmode=prefer",
		host, port, cluster.Bitbucket.Name, cluster.Bitbucket.Password))
	check(t, err)
	check(t, conn.Close(t.Context()))
	// pgconn connects a second time when TLS is refused; the doctor goes on where it is.
	ofLogin := login.Seen().RoundTrips

	relay := wire.NewRelay(t, c.Address(), 0)
	target := through(c)
	target.Host, target.Port, err = net.SplitHostPort(relay.Address)
	check(t, err)
	s := live.Probe(t.Context(), target)
	shows := 0
	for _, query := range s.Queries {
		if strings.Contains(query.Statement, "SHOW ") {
			shows++
		}
	}
	seen := relay.Seen()
	if after := seen.RoundTrips - ofLogin; !s.Login.OK || seen.Connections != 1 || after > len(s.Queries) || after > shows+3 {
		t.Errorf("login %t, %d connections, %d round trips after %d for the login; %d SHOW commands", s.Login.OK, seen.Connections, after, ofLogin, shows)
	}
}
