package jdbc

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/jdbcurl"
	"github.com/bbdoctor/bbdoctor/rules"
)

// ParameterValue guards against values that the driver refuses when it connects, and those that it silently takes for
// something else.
var ParameterValue = &rules.Rule{
	ID:       "jdbc/parameter-value",
	Title:    "the driver takes every parameter in jdbc.url for what it says",
	Severity: rules.Error,
	Needs:    []facts.Key{facts.JDBCURLKey},
	Check: func(p *rules.Pass) {
		url, ok := postgreSQLURL(p)
		if !ok {
			return
		}
		for _, parameter := range url.Parsed.Parameters {
			if parameter.Name == targetServerType {
				continue // jdbc/target-server-type wants it gone, whatever its value
			}
			verdict := url.Parsed.Check(parameter)
			if verdict.Outcome == jdbcurl.Fine {
				continue
			}
			finding := p.Failf(url.Origin.Sub(parameter.Span.Start, parameter.Span.End), "%s in %s: %s", asWritten(url, parameter), rules.NameOf(url.Setting), verdict.Reason).
				Helpf("Write %s.", strings.TrimSuffix(verdict.Write, "."))
			if verdict.Outcome == jdbcurl.Misread {
				finding.As(rules.Warning)
			}
		}
	},
}
