package jdbc

import (
	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// PasswordInURL guards the password: a URL ends up in logs, in support zips and on screens, and the driver itself prints
// the whole of one that it cannot parse.
var PasswordInURL = &rules.Rule{
	ID:       "jdbc/password-in-url",
	Title:    "jdbc.url holds no password",
	Severity: rules.Warning,
	Needs:    []facts.Key{facts.JDBCURLKey},
	Check: func(p *rules.Pass) {
		url, ok := urlInForce(p)
		if !ok {
			return
		}
		for _, parameter := range url.Parsed.All("password") {
			if parameter.Value == "" {
				continue
			}
			name := rules.NameOf(url.Setting)
			p.Failf(url.Origin.Sub(parameter.Span.Start, parameter.Span.End), "%s holds the password: the driver prints the whole URL when it cannot parse it, and so do others", name).
				Helpf("Move the password to %s and remove password= from the URL.", facts.JDBCPassword)
		}
	},
}
