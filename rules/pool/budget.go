package pool

import (
	"fmt"
	"strconv"

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
// (pgpool's default)", "max_pool=4 (measured)".
func written(setting facts.Setting, value int) string {
	switch {
	case setting.State == facts.Default:
		return fmt.Sprintf("%s=%d (%s)", rules.NameOf(setting), value, setting.Why)
	case setting.Origin.Query() != "":
		return fmt.Sprintf("%s=%d (measured)", rules.NameOf(setting), value)
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

// line is what to write so that an instance gets another value of a parameter; all parameters of the budget take a restart.
// How a running instance was configured is not known, so it says both.
func line(pgpool rules.Instance, key facts.Key, variable string, value int) string {
	switch {
	case pgpool.Measured():
		return fmt.Sprintf("%s = %d in pgpool.conf (%s=%d for the image) and restart Pgpool-II", key, value, variable, value)
	case pgpool.Image():
		return pgpool.Assign(pgpool.Get(key), variable, strconv.Itoa(value))
	}
	return fmt.Sprintf("%s=%d", key, value)
}

// The image's variables of the budget.
const (
	childrenVariable = "PGPOOL_NUM_INIT_CHILDREN"
	maxPoolVariable  = "PGPOOL_MAX_POOL"
	reservedVariable = "PGPOOL_RESERVED_CONNECTIONS"
)
