package pool

import (
	"strconv"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// Size guards against a pool that is smaller than what Bitbucket uses in normal operation.
var Size = &rules.Rule{
	ID:       "pool/size",
	Title:    "db.pool.size.max leaves room for normal operation",
	Severity: rules.Warning,
	Needs:    []facts.Key{facts.PoolSizeMax},
	Check: func(p *rules.Pass) {
		size, ok := p.Property(facts.PoolSizeMax)
		if !ok {
			return
		}
		count, err := strconv.Atoi(size.Norm)
		if err != nil {
			p.Failf(size.Origin, "%s=%s is not a number: Bitbucket does not start", rules.NameOf(size), size.Shown()).
				As(rules.Error).Helpf("Write a whole number, or remove the line to have Bitbucket's default of 80.")
			return
		}
		if count < normalUse {
			p.Failf(size.Origin, "%s=%d: one Bitbucket node needs %d connections in normal operation", rules.NameOf(size), count, normalUse).
				Helpf("Remove the line to have Bitbucket's default of 80, or set it to %d or more.", normalUse)
		}
	},
}
