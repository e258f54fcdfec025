package jdbc

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// URLValid guards that the driver accepts the URL at all. It turns down the whole of it for one wrong character.
var URLValid = &rules.Rule{
	ID:       "jdbc/url-valid",
	Title:    "the PostgreSQL driver accepts jdbc.url",
	Severity: rules.Error,
	Needs:    []facts.Key{facts.JDBCURLKey, facts.JDBCDriver},
	Check: func(p *rules.Pass) {
		url, ok := urlInForce(p)
		if !ok {
			return
		}
		name := rules.NameOf(url.Setting)
		if database := otherDatabase(url.Text); database != "" && p.AnyProperty(facts.JDBCDriver).Text != postgreSQLDriver {
			p.Skipf("%s is a URL of %s (jdbc/driver)", name, database)
			return
		}
		if !url.Parsed.Accepted {
			reason, advice := adviceIn(url.Parsed.Refusal)
			p.Failf(url.Origin.Sub(url.Parsed.RefusedAt.Start, url.Parsed.RefusedAt.End), "the driver refuses %s: %s", name, reason).
				Helpf("%s.", advice)
			return
		}
		for _, host := range url.Parsed.Hosts {
			at := url.Origin.Sub(host.Span.Start, host.Span.End)
			switch {
			case strings.Contains(host.Name, "@"):
				p.Failf(at, "the host in %s has an \"@\": the driver takes user and password in front of it for a part of the host's name, which nobody knows", name).
					Helpf("Leave only host and port there; user and password go into %s and %s.", facts.JDBCUser, facts.JDBCPassword)
			case strings.ContainsFunc(host.Name, invisible):
				p.Failf(at, "the host in %s has a blank in its name, which no host has", name).
					Helpf("Remove the blank.")
			}
		}
	},
}

// adviceIn takes a refusal such as "there is no slash after the port: write //pgpool:5432/bitbucket" apart into what is
// wrong and what to do.
func adviceIn(refusal string) (reason, advice string) {
	for _, verb := range []string{"write ", "remove ", "escape "} {
		for _, mark := range []string{": ", " - "} {
			if i := strings.LastIndex(refusal, mark+verb); i >= 0 {
				advice = refusal[i+len(mark):]
				return refusal[:i], strings.ToUpper(advice[:1]) + advice[1:]
			}
		}
	}
	return refusal, "Write jdbc:postgresql://HOST:PORT/DATABASE with Pgpool-II's host and port"
}
