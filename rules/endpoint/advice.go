package endpoint

import (
	"fmt"
	"strings"
	"time"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// advice is what one cause of a failed login means, and what to do. In both texts {address}, {role}, {database},
// {sslmode} and {time} stand for what was tried; {"role"} and {"database"} are written as SQL wants them.
type advice struct {
	message, help string
}

// fail reports a login that failed for this reason, with what the server or the network said of it.
func (a advice) fail(p *rules.Pass, snapshot *facts.Snapshot) {
	endpoint, login := snapshot.Endpoint, snapshot.Login
	fill := strings.NewReplacer(
		"{address}", address(endpoint), "{role}", endpoint.User, "{database}", endpoint.Database, "{sslmode}", endpoint.SSLMode,
		`{"role"}`, rules.SQLName(endpoint.User), `{"database"}`, rules.SQLName(endpoint.Database), "{time}", rounded(login.Took),
	)
	at := rules.Measured("login to "+address(endpoint), string(login.Cause))
	p.Failf(at, "%s", fill.Replace(a.message)+said(login)).Helpf("%s", fill.Replace(a.help))
}

// said is the error itself on lines of its own, because advice can be wrong and the server's words cannot.
func said(login facts.Login) string {
	var lines strings.Builder
	switch e := login.Error; {
	case e == nil:
	case e.Code == "" && e.Severity == "":
		fmt.Fprintf(&lines, "\nthe error: %s", e.Message)
	default:
		who := "the server"
		if e.FromPgpool {
			who = "Pgpool-II"
		}
		fmt.Fprintf(&lines, "\n%s said: %s: %s (SQLSTATE %s)", who, e.Severity, e.Message, e.Code)
		if e.Detail != "" {
			fmt.Fprintf(&lines, "\ndetail: %s", e.Detail)
		}
		if e.Hint != "" {
			fmt.Fprintf(&lines, "\nhint: %s", e.Hint)
		}
	}
	if login.Attempts > 1 {
		fmt.Fprintf(&lines, "\n%d attempts in %s", login.Attempts, login.Took.Round(time.Second))
	}
	if login.WithoutTLS {
		lines.WriteString("\nread by asking once more without TLS, with no password sent; Bitbucket only sees that the connection is closed")
	}
	return lines.String()
}

// rounded is a time as a person wants to read it.
func rounded(took time.Duration) string {
	if took < time.Second {
		return took.Round(time.Millisecond).String()
	}
	return took.Round(100 * time.Millisecond).String()
}

func address(endpoint facts.Endpoint) string { return facts.Address(endpoint.Host, endpoint.Port) }
