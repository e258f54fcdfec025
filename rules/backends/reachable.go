package backends

import (
	"slices"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// Reachable guards that every node is there and that Pgpool-II knows so.
var Reachable = &rules.Rule{
	ID:       "backends/reachable",
	Title:    "Pgpool-II uses every backend node",
	Severity: rules.Error,
	Live:     true,
	Needs:    []facts.Key{facts.LiveLogin, facts.LiveServer, facts.LivePoolNodes},
	Check: func(p *rules.Pass) {
		nodes, ok := p.PoolNodes()
		if !ok {
			return
		}
		for _, node := range nodes {
			switch {
			case used(node) && node.PgStatus == "down":
				p.Failf(row(node), "Pgpool-II holds %s for up, but it does not answer: new sessions fail or hang until Pgpool-II notices", name(node)).
					Helpf("Start PostgreSQL there. If the node stays up for Pgpool-II, its health check is off or too slow: set health_check_period, or detach the node with `pcp_detach_node -n %s`.", node.ID)
			case used(node):
			case node.Status == "down" && node.PgStatus == "up":
				detached(p, node, nodes)
			case node.Status == "down":
				p.Failf(row(node), "%s is down: one more failure and Bitbucket has no database", name(node)).
					Helpf("Start PostgreSQL there. If it was the primary and another one has been promoted, make it a standby first (`repmgr node rejoin`). Then attach it, unless auto_failback does: `pcp_attach_node -n %s`.", node.ID)
			case node.Status == "quarantine":
				p.Failf(row(node), "%s is in quarantine: this Pgpool-II does not reach it, and the others did not agree to a failover", name(node)).
					Helpf("Mend the network between this Pgpool-II and the node; it is attached by itself when it answers again.")
			case node.Status == "unused":
				p.Failf(row(node), "%s is unused: Pgpool-II does not look at it, and a failover cannot go there", name(node)).
					Helpf("Correct backend_hostname%s, backend_port%s and backend_weight%s (or PGPOOL_BACKEND_NODES), and restart Pgpool-II.", node.ID, node.ID, node.ID)
			default:
				p.Skipf("%s has the status %q, which is not known", name(node), node.Status)
			}
		}
	},
}

// detached reports a node that runs and is held for down. Whether it may be attached depends on what it runs as.
func detached(p *rules.Pass, node facts.PoolNode, nodes []facts.PoolNode) {
	another := slices.ContainsFunc(nodes, func(other facts.PoolNode) bool {
		return other.ID != node.ID && used(other) && (other.Role == primaryRole || runsAsPrimary(other))
	})
	switch {
	case runsAsPrimary(node) && another:
		p.Failf(row(node), "%s runs as a second primary; Pgpool-II holds it for down, which is what keeps them apart", name(node)).
			Helpf("Do not attach it. Stop it, make it a standby of the other one (`repmgr node rejoin --force-rewind`, or clone it anew), and attach it then: `pcp_attach_node -n %s`.", node.ID)
	case runsAsPrimary(node):
		p.Failf(row(node), "%s runs as the primary, and Pgpool-II holds it for down", name(node)).
			Helpf("Make sure that no other node is a primary, and attach it: `pcp_attach_node -n %s`.", node.ID)
	default:
		p.Failf(row(node), "%s runs, and Pgpool-II holds it for down: a failover cannot go there", name(node)).
			Helpf("Attach it (`pcp_attach_node -n %s`), and set auto_failback = on with the nodes' application names so that Pgpool-II does so by itself.", node.ID)
	}
}
