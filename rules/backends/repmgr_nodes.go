package backends

import (
	"strconv"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

const repmgrTable = "SELECT ... FROM repmgr.nodes"

// RepmgrNodes holds repmgr's own records against what Atlassian's page shows, and against Pgpool-II: repmgr promotes by
// its records, Pgpool-II follows by its own.
var RepmgrNodes = &rules.Rule{
	ID:       "backends/repmgr-nodes",
	Title:    "repmgr.nodes has every node active, one primary, and Pgpool-II agrees",
	Severity: rules.Warning,
	Live:     true,
	Needs:    []facts.Key{facts.LiveLogin, facts.LiveRepmgr, facts.LivePoolNodes},
	Check: func(p *rules.Pass) {
		snapshot, ok := p.LoggedIn(facts.LiveRepmgr, facts.LivePoolNodes)
		if !ok {
			return
		}
		switch {
		case snapshot.RepmgrNodes != nil:
			judgeRepmgr(p, snapshot)
		case snapshot.RepmgrError != "":
			p.Skipf("repmgr.nodes could not be read: %s", snapshot.RepmgrError)
		default:
			p.Skipf("repmgr.nodes needs a role that may read it: --admin-user, a superuser or repmgr's own")
		}
	},
}

func judgeRepmgr(p *rules.Pass, snapshot *facts.Snapshot) {
	data, active := 0, map[int]bool{}
	var primaries []facts.RepmgrNode
	for _, node := range snapshot.RepmgrNodes {
		active[node.ID] = node.Active
		if node.Type != "witness" {
			data++
		}
		if node.Type == primaryRole && node.Active {
			primaries = append(primaries, node)
		}
		if !node.Active {
			p.Failf(record(node), "repmgr holds its node %d (%s) for inactive", node.ID, node.Name).
				Helpf("Run `repmgr cluster show`; bring the node up and register it again (`repmgr node rejoin`, `repmgr standby register --force`).")
		}
	}
	if data < 2 {
		p.Failf(rules.Measured(repmgrTable, "data nodes: "+strconv.Itoa(data)), "repmgr knows fewer than two data nodes (%d): there is nothing to promote when the primary fails", data).
			Helpf("Register the standby: `repmgr standby register` on it.")
	}
	if len(primaries) != 1 && data > 0 {
		p.Failf(rules.Measured(repmgrTable, "active primaries: "+strconv.Itoa(len(primaries))), "repmgr has %d active primaries instead of one", len(primaries)).
			Helpf("Run `repmgr cluster show`, find out which node is the primary, and let the others follow it (`repmgr node rejoin`).")
	}
	for _, node := range snapshot.RepmgrNodes {
		if up, known := active[node.Upstream]; node.Type == standbyRole && (!known || !up) {
			p.Failf(record(node), "the upstream of repmgr's node %d (%s) is %s: repmgr watches, and follows, a node that is not there", node.ID, node.Name, upstream(node, known)).
				Helpf("On that node: `repmgr standby follow`, or `repmgr standby register --force --upstream-node-id=N`.")
		}
	}
	compare(p, snapshot)
}

// record points at a row of repmgr.nodes.
func record(node facts.RepmgrNode) facts.Origin {
	text := "node_id=" + strconv.Itoa(node.ID) + " type=" + node.Type + " active=" + strconv.FormatBool(node.Active)
	if node.Upstream != 0 {
		text += " upstream_node_id=" + strconv.Itoa(node.Upstream)
	}
	return rules.Measured(repmgrTable, text)
}

func upstream(node facts.RepmgrNode, known bool) string {
	switch {
	case node.Upstream == 0:
		return "not set"
	case !known:
		return "node " + strconv.Itoa(node.Upstream) + ", which it does not have"
	}
	return "node " + strconv.Itoa(node.Upstream) + ", which is inactive"
}

// compare holds repmgr's roles against Pgpool-II's. Nodes are the same when host and port are; if none is, the two name
// them differently and nothing can be said.
func compare(p *rules.Pass, snapshot *facts.Snapshot) {
	of := map[string]facts.RepmgrNode{}
	for _, node := range snapshot.RepmgrNodes {
		port := node.Port
		if port == "" {
			port = "5432"
		}
		of[strings.ToLower(node.Host)+" "+port] = node
	}
	var missing []facts.PoolNode
	found := false
	for _, node := range snapshot.PoolNodes {
		known, ok := of[strings.ToLower(node.Hostname)+" "+node.Port]
		switch {
		case !ok:
			missing = append(missing, node)
			continue
		case !inStreaming(node): // its roles are not those of repmgr (pgpool/active-passive)
		case used(node) && (known.Type == primaryRole) != (node.Role == primaryRole):
			p.Failf(record(known), "repmgr has %s as %s, Pgpool-II as %s: at the next failure they act on different nodes", name(node), known.Type, node.Role).
				Helpf("Run `repmgr cluster show` and SELECT pg_is_in_recovery() on the node. If repmgr's record is old, register the node again (`repmgr standby register --force`, `repmgr primary register --force`); if Pgpool-II is wrong, restart it.")
		}
		found = true
	}
	if !found {
		return
	}
	for _, node := range missing {
		p.Failf(row(node), "repmgr does not know %s, which is a backend node of Pgpool-II: it never promotes it", name(node)).
			Helpf("Register it (`repmgr standby register` on the node), or take it out of Pgpool-II's backend nodes.")
	}
}
