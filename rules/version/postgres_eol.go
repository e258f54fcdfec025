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
	final, known := finalRelease(p, g.number)
	switch {
	case known && !today.Before(final.AddDate(0, 0, 1)):
		g.alsoOthers(p.Failf(g.at(), "PostgreSQL %s on %s is past its end of life: there have been no fixes since %s", g.number, g.names(), final.Format(time.DateOnly)).Helpf(help))
	case known && !today.AddDate(0, int(p.Bound(notice.Name)), 0).Before(final):
		g.alsoOthers(p.Failf(g.at(), "PostgreSQL %s on %s reaches its end of life on %s: there are no fixes after that", g.number, g.names(), final.Format(time.DateOnly)).Helpf(help))
	case known:
	case g.number.compare(majors()[0].number) < 0:
		g.alsoOthers(p.Failf(g.at(), "PostgreSQL %s on %s is long past its end of life", g.number, g.names()).Helpf(help))
	default:
		p.Skipf("the end of life of PostgreSQL %s is not known", g.number)
	}
}

// finalRelease is the day of a major version's last release; what the user knows of it goes first.
func finalRelease(p *rules.Pass, of number) (final time.Time, ok bool) {
	own, _ := p.EndsOfLife()
	if final = own[of.String()]; !final.IsZero() {
		return final, true
	}
	for _, m := range majors() {
		if of.compare(m.number) == 0 {
			return m.final, true
		}
	}
	return time.Time{}, false
}
