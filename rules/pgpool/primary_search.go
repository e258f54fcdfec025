package pgpool

import (
	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

const primarySearch = facts.Key("search_primary_node_timeout")

// PrimarySearch tells of a search for the new primary that never ends.
var PrimarySearch = &rules.Rule{
	ID:       "pgpool/primary-search",
	Title:    "the search for a new primary ends",
	Severity: rules.Info,
	Needs:    []facts.Key{primarySearch},
	Check: func(p *rules.Pass) {
		for _, i := range p.Pgpools(primarySearch) {
			timeout := i.Get(primarySearch)
			if timeout.Norm == "0" {
				p.Failf(i.At(timeout), "%s: after a failover in which nobody is promoted Pgpool-II searches for ever, and new logins hang without a word instead of failing", subject(i, timeout)).
					Helpf("Write %s, and watch that repmgr promotes; when the time is up, logins reach a read-only node, whose errors name the cause.", line(i, timeout, "300"))
			}
		}
	},
}
