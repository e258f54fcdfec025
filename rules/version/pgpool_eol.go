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
			s, known := ending(p, i.number)
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

// ended says when fixes ended: in a month, or on a day that the user gave.
func (s series) ended() string {
	if len(s.last) == len(time.DateOnly) {
		return "on " + s.last
	}
	return "in " + s.last
}

// ending is the series of a release with the end of its fixes; what the user knows of that goes first.
func ending(p *rules.Pass, release number) (s series, ok bool) {
	_, own := p.EndsOfLife()
	if last := own[release.series().String()]; !last.IsZero() {
		return series{number: release.series(), last: last.Format(time.DateOnly), over: last.AddDate(0, 0, 1)}, true
	}
	return seriesOf(release)
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
