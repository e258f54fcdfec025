package backends

import (
	"slices"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// OnePrimary guards against two primaries, against none, and against a Pgpool-II that takes one node for another.
var OnePrimary = &rules.Rule{
	ID:       "backends/one-primary",
	Title:    "Pgpool-II sees exactly one primary",
	Severity: rules.Error,
	Live:     true,
	Needs:    []facts.Key{facts.LiveLogin, facts.LiveServer, facts.LivePoolNodes},
	Check: func(p *rules.Pass) {
		nodes, ok := p.PoolNodes()
		if !ok || !streamingMode(p, nodes) {
			return
		}
		var running, believed []facts.PoolNode
		for _, node := range nodes {
			if runsAsPrimary(node) {
				running = append(running, node)
			}
			if used(node) && node.Role == primaryRole {
				believed = append(believed, node)
			}
		}
		switch {
		case len(running) > 1:
			p.Failf(row(running[0]), "%d nodes run as primary: %s; what is written to one is missing on the other", len(running), names(running)).
				Helpf("Find out which one has Bitbucket's latest data (Pgpool-II writes to the one with status up and role primary), stop the others at once, and make them standbys of it: `repmgr node rejoin --force-rewind`, or clone them anew.")
		case len(believed) > 1:
			p.Failf(row(believed[0]), "Pgpool-II holds %d nodes for primary: %s", len(believed), names(believed)).
				Helpf("Find out which of them is no standby (SELECT pg_is_in_recovery()), and restart Pgpool-II.")
		case len(believed) == 0:
			none(p, nodes, running)
		default:
			mistaken(p, nodes)
		}
	},
}

// none reports that Pgpool-II knows no primary, and which of the reasons it is.
func none(p *rules.Pass, nodes, running []facts.PoolNode) {
	standby := slices.IndexFunc(nodes, func(n facts.PoolNode) bool { return used(n) && n.PgRole == standbyRole })
	switch {
	case len(running) == 1 && used(running[0]):
		p.Failf(row(running[0]), "%s runs as the primary, and Pgpool-II still holds every node for a standby: it was promoted after Pgpool-II had stopped searching", name(running[0])).
			Helpf("Restart Pgpool-II; it looks for the primary when it starts. Until then it neither checks replication nor attaches a node by itself.")
	case len(running) == 1:
		p.Failf(row(running[0]), "the only primary, %s, is held for down by Pgpool-II: sessions go to a standby and cannot write", name(running[0])).
			Helpf("Attach it: `pcp_attach_node -n %s` (backends/status-file).", running[0].ID)
	case standby < 0:
		p.Failf(row(nodes[0]), "Pgpool-II does not know which node is the primary: it could not look").
			Helpf("Correct sr_check_user, sr_check_password and sr_check_database (PGPOOL_SR_CHECK_USER, ...); that user is what Pgpool-II finds the primary with. Then restart Pgpool-II.")
	default:
		p.Failf(row(nodes[standby]), "there is no primary: every node that runs is a standby, and Bitbucket cannot write").
			Helpf("Promote the standby with the latest data (`repmgr standby promote` on it), or start the old primary if nothing has been promoted.")
	}
}

// mistaken reports nodes whose role is not what Pgpool-II believes.
func mistaken(p *rules.Pass, nodes []facts.PoolNode) {
	for _, node := range nodes {
		if node.PgRole != primaryRole && node.PgRole != standbyRole || node.PgRole == node.Role {
			continue
		}
		p.Failf(row(node), "Pgpool-II holds %s for a %s, and it runs as a %s", name(node), node.Role, node.PgRole).
			Helpf("Compare with `repmgr cluster show`. If repmgr is right and one node is the primary, restart Pgpool-II so that it looks anew; if two are, stop the one that Bitbucket does not write to.")
	}
}
