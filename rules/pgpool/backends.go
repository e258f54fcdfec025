package pgpool

import (
	"slices"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// repmgrPromotes says whether repmgr, and not Pgpool-II, makes a standby the new primary: the image's own
// failover_command only prints a line, and the PostgreSQL image runs repmgrd.
func repmgrPromotes(p *rules.Pass) bool {
	nodes := p.AnyNodes()
	return slices.ContainsFunc(p.Pgpools(), rules.Instance.Image) || slices.ContainsFunc(nodes, func(node *facts.Node) bool { return node.Image })
}

// noBackends notes why an instance has no backend nodes: its list is not known, or it has none.
func noBackends(p *rules.Pass, i rules.Instance) {
	if list := i.Variable(backendList); list.State == facts.Unresolved || list.State == facts.Secret {
		p.Skipf("the backend nodes of %s are not known, for %s is not: %s", i.Name(), rules.NameOf(list), list.Why)
		return
	}
	p.Skipf("%s has no backend nodes", i.Name())
}

// dataNodes are the nodes that files declare, without the witnesses, which hold no data and which Pgpool-II does not know.
func dataNodes(nodes []*facts.Node) (data []*facts.Node) {
	for _, node := range nodes {
		if !node.Measured && node.Environment.Get("REPMGR_NODE_TYPE").Text != "witness" {
			data = append(data, node)
		}
	}
	return data
}

// nodeBehind finds the PostgreSQL node behind a backend by the names under which others reach it.
func nodeBehind(nodes []*facts.Node, backend facts.BackendNode) *facts.Node {
	if !backend.Host.Known() || backend.Host.Text == "" {
		return nil
	}
	for _, node := range nodes {
		if network := node.Environment.Get("REPMGR_NODE_NETWORK_NAME"); network.Known() && network.Text == backend.Host.Text {
			return node
		}
		if node.Container != nil && slices.Contains(node.Container.Names, backend.Host.Text) {
			return node
		}
	}
	return nil
}
