package pgpool

import (
	"slices"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// Redundancy tells that the database has a second node now and the way to it has none.
var Redundancy = &rules.Rule{
	ID:       "pgpool/redundancy",
	Title:    "there is more than one Pgpool-II",
	Severity: rules.Info,
	Needs:    []facts.Key{"use_watchdog", facts.Containers},
	Check: func(p *rules.Pass) {
		instances := p.Pgpools()
		declared := slices.DeleteFunc(slices.Clone(instances), rules.Instance.Measured)
		if len(declared) > 1 || len(declared) == 1 && declared[0].Replicas() > 1 {
			p.OK()
			return
		}
		for _, i := range instances {
			watchdog, ok := i.Known("use_watchdog")
			if ok && !on(watchdog) {
				p.Failf(i.At(watchdog), "one Pgpool-II without watchdog: when it is gone, Bitbucket has no database, whatever the PostgreSQL nodes do").
					Helpf("Run a second Pgpool-II with the same backend nodes behind an address that moves, or have whatever starts it restart it at once.")
			}
		}
	},
}
