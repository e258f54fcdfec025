package pool

import (
	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// ReservedBelowChildren guards against a reserve that leaves nothing: Pgpool-II starts with it and refuses everybody.
var ReservedBelowChildren = &rules.Rule{
	ID:       "pool/reserved-below-children",
	Title:    "reserved_connections leaves child processes for clients",
	Severity: rules.Error,
	Needs:    []facts.Key{children, reserved},
	Check: func(p *rules.Pass) {
		for _, pgpool := range p.Pgpools(children, reserved) {
			total, kept := pgpool.Int(children), pgpool.Int(reserved)
			if kept < total {
				continue
			}
			p.Failf(placeOf(pgpool, pgpool.Get(reserved)), "%s with %s: Pgpool-II starts and refuses every client (\"Sorry, too many clients already\")",
				written(pgpool.Get(reserved), kept), written(pgpool.Get(children), total)).
				Also(pgpool.Get(children).Origin, "the number of child processes").
				Helpf("Set %s; it is the number of child processes that no client gets.", line(pgpool, reserved, reservedVariable, 1))
		}
	},
}
