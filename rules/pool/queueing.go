package pool

import (
	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// Queueing points out that the client too many hears nothing at all unless a connection is reserved.
var Queueing = &rules.Rule{
	ID:       "pool/queueing",
	Title:    "a client too many is refused with a clear error instead of waiting in silence",
	Severity: rules.Info,
	Needs:    []facts.Key{reserved},
	Check: func(p *rules.Pass) {
		for _, pgpool := range p.Pgpools(reserved) {
			setting := pgpool.Get(reserved)
			if pgpool.Int(reserved) > 0 {
				continue
			}
			p.Failf(placeOf(pgpool, setting), "%s: when all child processes are busy, the next connection waits without a word and Bitbucket reports a time-out after 15 s", written(setting, 0)).
				Helpf("Set %s; the client too many then gets \"Sorry, too many clients already\" at once.", line(pgpool, reserved, reservedVariable, 1))
		}
	},
}
