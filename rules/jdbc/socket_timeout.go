package jdbc

import (
	"strconv"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// shortestIdle is how long in seconds Bitbucket's documentation wants an idle connection to live.
const shortestIdle = 600

// SocketTimeout guards long queries: the driver's socketTimeout ends every read that waits longer, whatever it waits for.
var SocketTimeout = &rules.Rule{
	ID:       "jdbc/socket-timeout",
	Title:    "socketTimeout is off, or ten minutes and more",
	Severity: rules.Warning,
	Needs:    []facts.Key{facts.JDBCURLKey},
	Check: func(p *rules.Pass) {
		url, ok := postgreSQLURL(p)
		if !ok {
			return
		}
		parameter, ok := url.Parsed.Effective("socketTimeout")
		if !ok {
			return
		}
		seconds, err := strconv.Atoi(parameter.Value)
		if err != nil || seconds <= 0 || seconds >= shortestIdle {
			return // jdbc/parameter-value speaks of what is no number
		}
		p.Failf(url.Origin.Sub(parameter.Span.Start, parameter.Span.End), "socketTimeout=%d in %s: every query that answers later than %d s loses its connection", seconds, rules.NameOf(url.Setting), seconds).
			Helpf("Write socketTimeout=%d or more, longer than the longest query, or remove it.", shortestIdle)
	},
}
