package version

import (
	"fmt"
	"strings"
	"time"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// PgpoolEOL guards against a Pgpool-II that gets no more fixes.
var PgpoolEOL = &rules.Rule{
	ID:       "version/pgpool-eol",
	Title:    "the series of Pgpool-II still gets fixes",
	Severity: rules.Warning,
	Needs:    []facts.Key{facts.Today, facts.EndsOfLife, facts.PgpoolVersion},
	Check: func(p *rules.Pass) {
		instances := pgpools(p)
		if len(instances) == 0 {
			return
		}
		today, ok := p.Today()
		if !ok {
			return
		}
		for _, i := range instances {
			s, known := seriesOf(i.number)
			if _, own := p.EndsOfLife(); !own[i.number.series().String()].IsZero() {
				s, known = endsOn(i.number.series(), own[i.number.series().String()]), true
			}
			switch {
			case known && today.Before(s.over):
			case known:
				p.Failf(i.at(), "Pgpool-II %s is past its end of life: fixes for %s ended %s", i.number, s.number, s.ended()).Helpf("%s", alive(today))
			case i.number.compare(allSeries()[0].number) < 0:
				p.Failf(i.at(), "Pgpool-II %s is long past its end of life", i.number).Helpf("%s", alive(today))
			default:
				p.Skipf("the end of life of Pgpool-II %s is not known", i.number)
			}
		}
	},
}

// endsOn is a series of which the user knows the last day with fixes.
func endsOn(number number, last time.Time) series {
	return series{number: number, last: last.Format(time.DateOnly), over: last.AddDate(0, 0, 1)}
}

// ended says when fixes ended: in a month, or on a day that the user gave.
func (s series) ended() string {
	if len(s.last) == len(time.DateOnly) {
		return "on " + s.last
	}
	return "in " + s.last
}

// seriesOf finds the series of a release.
func seriesOf(release number) (s series, ok bool) {
	for _, s := range allSeries() {
		if release.series().compare(s.number) == 0 {
			return s, true
		}
	}
	return series{}, false
}

// alive names the two series that get fixes for longest.
func alive(today time.Time) string {
	all := allSeries()
	var names []string
	for _, s := range all[len(all)-2:] {
		if today.Before(s.over) {
			names = append(names, fmt.Sprintf("%s (until %s)", s.number, s.last))
		}
	}
	if len(names) == 0 {
		return "Move to a series that still gets fixes: https://www.pgpool.net/eol/ tells which."
	}
	return "Move to a series that still gets fixes: " + strings.Join(names, " or ") + "."
}
