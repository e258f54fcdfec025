package version

import (
	"fmt"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// PgpoolPostgres points out SQL that Pgpool-II does not understand: its parser is that of the PostgreSQL which was new when
// its series began.
var PgpoolPostgres = &rules.Rule{
	ID:       "version/pgpool-postgres",
	Title:    "Pgpool-II understands the SQL of the PostgreSQL behind it",
	Severity: rules.Warning,
	Needs:    []facts.Key{facts.PgpoolVersion, facts.PostgreSQLNodes},
	Check: func(p *rules.Pass) {
		instances, groups := pgpools(p), nodeGroups(p)
		for _, i := range instances {
			s, known := seriesOf(i.number)
			if !known {
				p.Skipf("which SQL Pgpool-II %s understands is not known", i.number)
				continue
			}
			newest, ok := newestBehind(groups, i.Measured())
			if !ok || newest.number[:1].compare(s.parser) <= 0 {
				continue
			}
			newest.alsoOthers(p.Failf(i.at(), "Pgpool-II %s has the SQL parser of PostgreSQL %s, older than PostgreSQL %s on %s: a statement that is new since then counts as a write", i.number, s.parser, newest.number, newest.names()).
				Also(newest.at(), "PostgreSQL %s", newest.number).Helpf("%s", understanding(newest.number)))
		}
	},
}

// newestBehind gives the newest nodes behind an instance: running ones behind the running one, declared ones behind a
// declared one, and of the other view only where its own has none.
func newestBehind(groups []group, measured bool) (newest group, ok bool) {
	for _, own := range []bool{true, false} {
		for _, g := range groups {
			if (g.nodes[0].Measured == measured) != own {
				continue
			}
			if !ok || g.number.compare(newest.number) > 0 {
				newest, ok = g, true
			}
		}
		if ok {
			return newest, true
		}
	}
	return newest, false
}

// understanding names the first series of Pgpool-II with the parser of a PostgreSQL version.
func understanding(postgres number) string {
	const harmless = "With load balancing off, as Bitbucket needs it, every statement goes to the primary all the same; keep it off"
	for _, s := range allSeries() {
		if postgres[:1].compare(s.parser) <= 0 {
			return fmt.Sprintf("%s. Move to Pgpool-II %s or later when you can.", harmless, s.number)
		}
	}
	return harmless + "."
}
