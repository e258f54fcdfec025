package pool

import (
	"fmt"
	"strconv"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// PgpoolCapacity guards the first bottleneck: every connection of Bitbucket occupies one child process of Pgpool-II for as
// long as it is open.
var PgpoolCapacity = &rules.Rule{
	ID:       "pool/pgpool-capacity",
	Title:    "Pgpool-II has a child process for every connection that Bitbucket may open",
	Severity: rules.Error,
	Needs:    []facts.Key{children, reserved, facts.PoolSizeMax, facts.BitbucketNodes},
	Check: func(p *rules.Pass) {
		size, sized := p.Property(facts.PoolSizeMax)
		pool, err := strconv.Atoi(size.Norm)
		if sized && err != nil {
			p.Skipf("%s=%s is not a number (pool/size)", rules.NameOf(size), size.Shown())
			return
		}
		nodes, said := p.BitbucketNodes()
		for _, pgpool := range p.Pgpools(children, reserved) {
			if !sized {
				// What normal operation needs does not depend on the size of the pool. A running endpoint was named as
				// Bitbucket's; a pgpool.conf alone may serve somebody else.
				if pgpool.Measured() {
					normal(p, pgpool, nodes, said)
				}
				continue
			}
			short := normal(p, pgpool, nodes, said)
			if short == nil {
				short = full(p, pgpool, size, pool, nodes, said)
			}
			if short != nil {
				short.Also(size.Origin, "%s=%d is what one Bitbucket node may open", rules.NameOf(size), pool).
					Helpf("Set %s.", line(pgpool, children, childrenVariable, pool*nodes+spare+pgpool.Int(reserved)))
			}
		}
	},
}

// offer is how many clients an instance serves at once, and the sum behind it.
func offer(pgpool rules.Instance) (offered int, sum string) {
	total, kept := pgpool.Int(children), pgpool.Int(reserved)
	return total - kept, fmt.Sprintf("%s - %s = %d", written(pgpool.Get(children), total), written(pgpool.Get(reserved), kept), total-kept)
}

// normal fails when an instance has less than normal operation needs.
func normal(p *rules.Pass, pgpool rules.Instance, nodes int, said facts.Setting) *rules.Finding {
	offered, sum := offer(pgpool)
	needed := normalUse * nodes
	if offered >= needed {
		return nil
	}
	return p.Failf(placeOf(pgpool, pgpool.Get(children)), "%d child processes for %s that need %d each in normal operation: Bitbucket waits for connections and times out\n%s, needed %d x %d = %d",
		max(0, offered), nodeCount(nodes, said), normalUse, sum, normalUse, nodes, needed).
		Helpf("Set %s. That is the least: under load each Bitbucket node opens up to db.pool.size.max (default 80).", line(pgpool, children, childrenVariable, needed+spare+pgpool.Int(reserved)))
}

// full fails when an instance has less than Bitbucket's pools may open.
func full(p *rules.Pass, pgpool rules.Instance, size facts.Setting, pool, nodes int, said facts.Setting) *rules.Finding {
	offered, sum := offer(pgpool)
	wanted := pool*nodes + spare
	if offered >= wanted {
		return nil
	}
	return p.Failf(placeOf(pgpool, pgpool.Get(children)), "%d child processes for up to %d connections: under load Bitbucket waits for connections and times out\n%s, wanted %s x %s + %d = %d",
		offered, pool*nodes, sum, written(size, pool), nodeCount(nodes, said), spare, wanted).As(rules.Warning)
}
