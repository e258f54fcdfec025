package repmgr

import (
	"slices"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// TwoNodes guards what all the rest is for: a second node that has the data. Nodes need not all be among the inputs; one
// that names two as partners says that there are two.
var TwoNodes = &rules.Rule{
	ID:       "repmgr/two-nodes",
	Title:    "there are two data nodes or more",
	Severity: rules.Error,
	Needs:    needs(),
	Check: func(p *rules.Pass) {
		for _, c := range clusters(p) {
			if c.uncounted() {
				p.Skipf("how many nodes the chart starts is not known")
				continue
			}
			if c.dataNodes() >= 2 || len(c.backends) >= 2 {
				p.OK()
				continue
			}
			if m, key := c.unknown(); m != nil {
				p.Skipf("how many nodes there are is not known: %s of %s is not", key, m.Name())
				continue
			}
			data := c.data()
			if len(data) == 0 {
				witness := c.members[0]
				p.Failf(witness.Origin(), "%s is a witness, and there is no node that has data", witness.Name()).
					Helpf("Start two nodes without REPMGR_NODE_TYPE=witness, and name both in %s on each.", partnerNodes)
				continue
			}
			only := data[0]
			if only.byChart() {
				chart := only.Chart()
				p.Failf(only.Origin(), "%s is the only node that the chart starts: there is nothing to fail over to", only.Name()).
					Helpf("Write %s: 3, as is the chart's default, or 2 and %s: true.", chart.Path("postgresql.replicaCount"), chart.Path("witness.create"))
				continue
			}
			p.Failf(only.At(only.list), "%s names no node beside %s: there is nothing to fail over to", written(only.list), only.Name()).
				Helpf("Start a second node from the same image, such as REPMGR_NODE_NAME=pg-1, and name both in %s on each.", partnerNodes)
		}
	},
}

// dataNodes is how many data nodes the inputs show at least: those that are declared, or those that one of them names.
func (c *cluster) dataNodes() int {
	declared := 0
	for _, m := range c.data() {
		if !m.maybeWitness {
			declared += m.Replicas()
		}
	}
	most := declared
	for _, m := range c.members {
		named := map[string]bool{}
		for _, partner := range m.partners {
			if other, ok := c.find(partner.host); !ok || !other.witness {
				named[partner.host] = true
			}
		}
		most = max(most, len(named))
	}
	return most
}

// uncounted says whether a chart starts the nodes and the values do not tell how many.
func (c *cluster) uncounted() bool {
	return slices.ContainsFunc(c.members, func(m *member) bool { return m.byChart() && !m.Chart().AllNodes })
}

// byChart says whether it is a chart that lists the nodes: nobody has written the list.
func (m *member) byChart() bool { return m.Chart() != nil && m.list.Origin.Source == nil }

// unknown is a member of which a setting is not known that may tell of more nodes; nil when there is none.
func (c *cluster) unknown() (m *member, key facts.Key) {
	for _, m := range c.members {
		if m.partners == nil && !(m.byChart() && m.Chart().AllNodes) {
			return m, partnerNodes
		}
		if m.maybeWitness {
			return m, nodeType
		}
	}
	return nil, ""
}
