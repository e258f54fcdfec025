package jdbc

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// DatabaseNamed guards the part between the slash and the "?": a database's name, and nothing else.
var DatabaseNamed = &rules.Rule{
	ID:       "jdbc/database-named",
	Title:    "jdbc.url names the database",
	Severity: rules.Error,
	Needs:    []facts.Key{facts.JDBCURLKey, facts.JDBCUser},
	Check: func(p *rules.Pass) {
		url, ok := postgreSQLURL(p)
		if !ok {
			return
		}
		name, span := rules.NameOf(url.Setting), url.Parsed.DatabaseSpan
		written := url.Text[span.Start:span.End]
		switch mark := strings.IndexAny(written, "&;="); {
		case url.Parsed.Database == "" && url.Parsed.HasService:
			p.Skipf("service= in %s may name the database in pg_service.conf", name)
		case url.Parsed.Database == "":
			asked := "one with the role's name"
			if role := p.AnyProperty(facts.JDBCUser); role.Known() && role.Text != "" {
				asked = "one called " + role.Text + ", like the role"
			}
			p.Failf(url.Origin.Sub(span.Start, span.End), "%s names no database: the driver asks for %s", name, asked).
				Helpf("Write the database's name behind host, port and slash, as in //pgpool:5432/bitbucket.")
		case mark >= 0:
			finding := p.Failf(url.Origin.Sub(span.Start+mark, span.End), "the name of the database in %s contains %q: what follows is a part of the name, not a parameter", name, written[mark:mark+1])
			if mark > 0 && url.Parsed.Question < 0 && written[mark] != '=' {
				finding.Helpf("Begin the parameters with \"?\": %s=%s", name, facts.RedactURL(url.Text[:span.Start+mark]+"?"+strings.ReplaceAll(url.Text[span.Start+mark+1:], ";", "&")))
			} else {
				finding.Helpf("Write the name of the database only, then one \"?\", then the parameters with \"&\" between them.")
			}
		}
	},
}
