package backends

import (
	"slices"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// The words of SHOW pool_nodes for roles. In other clustering modes they are main and replica.
const (
	primaryRole = "primary"
	standbyRole = "standby"
)

// inStreaming says that the node's role is one of streaming replication.
func inStreaming(node facts.PoolNode) bool {
	return node.Role == primaryRole || node.Role == standbyRole
}

// used says that Pgpool-II uses the node for sessions. It is waiting until the first one is opened on it.
func used(node facts.PoolNode) bool { return node.Status == "up" || node.Status == "waiting" }

// runsAsPrimary says that Pgpool-II has just seen that the node is a primary, whatever it believes of it.
func runsAsPrimary(node facts.PoolNode) bool { return node.PgRole == primaryRole }

// believedPrimary is the node that Pgpool-II sends writes to; ok is false when it knows none.
func believedPrimary(nodes []facts.PoolNode) (node facts.PoolNode, ok bool) {
	for _, node := range nodes {
		if used(node) && node.Role == primaryRole {
			return node, true
		}
	}
	return facts.PoolNode{}, false
}

// streamingMode gives whether the roles are those of streaming replication; the reason is noted when they are not.
func streamingMode(p *rules.Pass, nodes []facts.PoolNode) bool {
	for _, node := range nodes {
		if !inStreaming(node) {
			p.Skipf("node %s has the role %s: that is not streaming replication (pgpool/active-passive)", node.ID, node.Role)
			return false
		}
	}
	return true
}

// name is how messages call a node: "node 0 (pg-0:5432)".
func name(node facts.PoolNode) string {
	return "node " + node.ID + " (" + facts.Address(node.Hostname, node.Port) + ")"
}

func names(nodes []facts.PoolNode) string {
	var all []string
	for _, node := range nodes {
		all = append(all, name(node))
	}
	return strings.Join(all, ", ")
}

const showNodes = "SHOW pool_nodes"

// row points at what SHOW pool_nodes has of a node.
func row(node facts.PoolNode) facts.Origin {
	var text strings.Builder
	text.WriteString("node_id=" + node.ID)
	for _, column := range [][2]string{
		{"status", node.Status}, {"pg_status", node.PgStatus}, {"role", node.Role}, {"pg_role", node.PgRole},
		{"replication_state", node.ReplicationState},
	} {
		if column[1] != "" {
			text.WriteString(" " + column[0] + "=" + column[1])
		}
	}
	return rules.Measured(showNodes, text.String())
}

// looks counts how often the nodes were asked for. A second look replaces the first.
func looks(snapshot *facts.Snapshot) int {
	count := 0
	for _, query := range snapshot.Queries {
		if query.Statement == showNodes && query.Error == nil {
			count++
		}
	}
	return count
}

// probeOf is what the node said when it was asked directly; ok is false when it was not, or did not let us in.
func probeOf(snapshot *facts.Snapshot, id string) (probe facts.NodeProbe, ok bool) {
	i := slices.IndexFunc(snapshot.Nodes, func(n facts.NodeProbe) bool { return n.ID == id && n.Login.OK })
	if i < 0 {
		return facts.NodeProbe{}, false
	}
	return snapshot.Nodes[i], true
}
