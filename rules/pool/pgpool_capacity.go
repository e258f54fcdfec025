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
		size, ok := p.Property(facts.PoolSizeMax)
		if !ok {
			return
		}
		pool, err := strconv.Atoi(size.Norm)
		if err != nil {
			p.Skipf("%s=%s is not a number (pool/size)", rules.NameOf(size), size.Shown())
			return
		}
		nodes, said := p.BitbucketNodes()
		for _, pgpool := range p.Pgpools(children, reserved) {
			offered := pgpool.Int(children) - pgpool.Int(reserved)
			needed, wanted := normalUse*nodes, pool*nodes+spare
			if offered >= wanted {
				continue
			}
			sum := fmt.Sprintf("%s - %s = %d", written(pgpool.Get(children), pgpool.Int(children)), written(pgpool.Get(reserved), pgpool.Int(reserved)), offered)
			at := placeOf(pgpool, pgpool.Get(children))
			var finding *rules.Finding
			if offered < needed {
				finding = p.Failf(at, "%d child processes for %s that need %d each in normal operation: Bitbucket waits for connections and times out\n%s, needed %d x %d = %d",
					max(0, offered), nodeCount(nodes, said), normalUse, sum, normalUse, nodes, needed)
			} else {
				finding = p.Failf(at, "%d child processes for up to %d connections: under load Bitbucket waits for connections and times out\n%s, wanted %s x %s + %d = %d",
					offered, pool*nodes, sum, written(size, pool), nodeCount(nodes, said), spare, wanted).As(rules.Warning)
			}
			finding.Also(size.Origin, "%s=%d is what one Bitbucket node may open", rules.NameOf(size), pool).
				Helpf("Set %s=%d.", nameFor(pgpool, children, "PGPOOL_NUM_INIT_CHILDREN"), wanted+pgpool.Int(reserved))
		}
	},
}
