package pool

import (
	"fmt"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// The figures that the budget is made of.
const (
	// normalUse is how many connections one Bitbucket node needs in normal operation: Atlassian's page "Connect Bitbucket
	// to Pgpool-II" says 25 to 30.
	normalUse = 30
	// spare are child processes beside those that serve Bitbucket's pool: a cancel request takes one, and so does a health
	// check of the container.
	spare = 2
)

// The parameters and variables of the budget.
const (
	children          facts.Key = "num_init_children"
	reserved          facts.Key = "reserved_connections"
	maxPool           facts.Key = "max_pool"
	maxConnections    facts.Key = "max_connections"
	superuserReserved facts.Key = "superuser_reserved_connections"
)

// written says how a value came to be, for sums whose parts the reader must be able to find: "num_init_children=32
// (pgpool's default)".
func written(setting facts.Setting, value int) string {
	if setting.State == facts.Default {
		return fmt.Sprintf("%s=%d (%s)", rules.NameOf(setting), value, setting.Why)
	}
	return fmt.Sprintf("%s=%d", rules.NameOf(setting), value)
}

// nodeCount says how many Bitbucket nodes there are and how that is known: "1 Bitbucket node (assumed)".
func nodeCount(count int, setting facts.Setting) string {
	noun := "nodes"
	if count == 1 {
		noun = "node"
	}
	if setting.State == facts.Default {
		return fmt.Sprintf("%d Bitbucket %s (assumed)", count, noun)
	}
	return fmt.Sprintf("%d Bitbucket %s", count, noun)
}

// placeOf is where a finding about a parameter points: where it is written, else where its instance is declared.
func placeOf(pgpool rules.Instance, setting facts.Setting) facts.Origin {
	if setting.Origin.Known() {
		return setting.Origin
	}
	return pgpool.Origin()
}

// nameFor is the name under which a parameter would have to be written for this instance.
func nameFor(pgpool rules.Instance, key facts.Key, variable string) string {
	if pgpool.Image() {
		return variable
	}
	return string(key)
}
