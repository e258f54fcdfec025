package version

import (
	"time"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// notice is how many months before its end a version is reported: moving a database to another major version takes that.
var notice = rules.Bound{
	Name: "months", Unit: rules.Numbers, Default: 6, Least: 0, Most: 60,
	InTitle: "half a year", Word: "months", About: "how many months before its end a version is reported",
}

// PostgresEOL guards against a PostgreSQL that gets no more fixes, or soon none.
var PostgresEOL = &rules.Rule{
	ID:       "version/postgres-eol",
	Title:    "PostgreSQL gets fixes for half a year or longer",
	Severity: rules.Warning,
	Needs:    []facts.Key{facts.Today, facts.EndsOfLife, facts.PostgreSQLNodes},
	Bounds:   []rules.Bound{notice},
	Check: func(p *rules.Pass) {
		groups := nodeGroups(p)
		if len(groups) == 0 {
			return
		}
		today, ok := p.Today()
		if !ok {
			return
		}
		for _, group := range groups {
			judgeEnd(p, today, group)
		}
	},
}

func judgeEnd(p *rules.Pass, today time.Time, g group) {
	const help = "Plan the move of every node to a later major version that your Bitbucket supports (version/postgres-supported)."
	all := majors()
	if own, _ := p.EndsOfLife(); !own[g.number.String()].IsZero() {
		all = append([]major{{g.number, own[g.number.String()]}}, all...)
	}
	for _, m := range all {
		if g.number.compare(m.number) != 0 {
			continue
		}
		final := m.final.Format(time.DateOnly)
		switch behind := m.final.AddDate(0, 0, 1); {
		case !today.Before(behind):
			g.alsoOthers(p.Failf(g.at(), "PostgreSQL %s on %s is past its end of life: there have been no fixes since %s", g.number, g.names(), final).Helpf(help))
		case !today.AddDate(0, int(p.Bound(notice.Name)), 0).Before(m.final):
			g.alsoOthers(p.Failf(g.at(), "PostgreSQL %s on %s reaches its end of life on %s: there are no fixes after that", g.number, g.names(), final).Helpf(help))
		}
		return
	}
	if g.number.compare(majors()[0].number) < 0 {
		g.alsoOthers(p.Failf(g.at(), "PostgreSQL %s on %s is long past its end of life", g.number, g.names()).Helpf(help))
		return
	}
	p.Skipf("the end of life of PostgreSQL %s is not known", g.number)
}
