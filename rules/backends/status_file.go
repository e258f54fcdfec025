package backends

import (
	"slices"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// StatusFile guards against what Pgpool-II remembers over a restart: a primary that its status file has as down stays
// down, although it runs.
var StatusFile = &rules.Rule{
	ID:       "backends/status-file",
	Title:    "Pgpool-II does not hold a running primary for down",
	Severity: rules.Warning,
	Live:     true,
	Needs:    []facts.Key{facts.LiveLogin, facts.LiveServer, facts.LivePoolNodes},
	Check: func(p *rules.Pass) {
		nodes, ok := p.PoolNodes()
		if !ok || !streamingMode(p, nodes) {
			return
		}
		another := slices.ContainsFunc(nodes, func(n facts.PoolNode) bool { return used(n) && (n.Role == primaryRole || runsAsPrimary(n)) })
		for _, node := range nodes {
			switch {
			case node.Status != "down" || another:
			case node.PgStatus == "up" && runsAsPrimary(node):
				p.Failf(row(node), "%s is the primary and runs, but Pgpool-II has it recorded as down: sessions go to a read-only standby, and auto_failback does not mend it", name(node)).
					Helpf("Attach it: `pcp_attach_node -n %s`. Start Pgpool-II with -D from now on, so that it discards its status file (pgpool_status) and looks at the nodes instead.", node.ID)
			case node.PgStatus != "down" && node.PgRole != standbyRole:
				p.Skipf("whether %s runs, and as what, was not measured; Pgpool-II does so from 4.3 on, with health_check_period and sr_check_user", name(node))
			}
		}
	},
}
