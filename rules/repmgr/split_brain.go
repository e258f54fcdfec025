package repmgr

import (
	"fmt"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

const (
	fencing      facts.Key = "REPMGR_FENCE_OLD_PRIMARY"
	failover     facts.Key = "REPMGR_FAILOVER"
	nodeLocation facts.Key = "REPMGR_NODE_LOCATION"
	nodePriority facts.Key = "REPMGR_NODE_PRIORITY"
)

// SplitBrain guards a cluster of two against a network that parts them: each sees the other gone, the standby promotes
// itself, and the old primary goes on.
var SplitBrain = &rules.Rule{
	ID:       "repmgr/split-brain",
	Title:    "two nodes that lose sight of each other do not both become the primary",
	Severity: rules.Warning,
	Needs:    needs(fencing, failover, nodeLocation, nodePriority, facts.Containers),
	Check: func(p *rules.Pass) {
		for _, c := range clusters(p) {
			judgeSplit(p, c)
		}
	},
}

func judgeSplit(p *rules.Pass, c *cluster) {
	data := c.data()
	declared := 0
	for _, m := range data {
		declared += m.Replicas()
	}
	switch {
	case c.uncounted():
		p.Skipf("how many nodes the chart starts is not known")
		return
	case declared > 2 || c.dataNodes() > 2 || len(data) < len(c.members):
		p.OK() // a third node, or a witness, tells who is cut off
		return
	case declared < 2:
		p.Skipf("the other node is not among the inputs")
		return
	}
	if m, key := c.unknown(); m != nil {
		p.Skipf("whether there is a third node is not known: %s of %s is not", key, m.Name())
		return
	}
	var open []*member
	for _, m := range data {
		switch m.guarded(p, data) {
		case perhaps:
			return
		case no:
			open = append(open, m)
		}
	}
	if len(open) == 0 {
		p.OK()
		return
	}
	first := open[0]
	setting := first.Variable(fencing)
	everywhere, witness := " on both nodes", fmt.Sprintf("%s=witness, REPMGR_NODE_ID_START_SEED=2000", nodeType)
	if chart := first.Chart(); chart != nil {
		everywhere, witness = "", chart.Path("witness.create")+": true"
	}
	finding := p.Failf(first.At(setting), "two data nodes, no witness, and %s does not fence itself off: when the network parts them both are primaries, and what Bitbucket wrote to one of them is lost", first.Name()).
		Helpf("Write %s%s, or add a witness on a third machine (%s).", first.Assign(setting, string(fencing), "yes"), everywhere, witness)
	for _, m := range open[1:] {
		finding.Also(m.At(m.Variable(fencing)), "neither does %s", m.Name())
	}
}

// guarded says whether a node that is cut off cannot stay or become a primary beside another one. When that is not known
// the reason is noted.
func (m *member) guarded(p *rules.Pass, data []*member) answer {
	for _, volume := range m.Container().Volumes {
		if covers(volume.Target, "/bitnami/repmgr/conf/repmgr.conf") && volume.Target != "/bitnami" {
			p.Skipf("%s: a repmgr.conf of its own may be mounted (%s), and it is not read", m.Name(), volume.Target)
			return perhaps
		}
	}
	fence, ok := m.KnownVariable(fencing)
	if !ok {
		return perhaps
	}
	if yesWord(fence.Text) {
		return yes
	}
	// Nobody is promoted by itself beside this node: by hand only, or never, or not away from the primary's location.
	for _, other := range data {
		if other == m {
			continue
		}
		how, priority := other.Variable(failover), other.Variable(nodePriority)
		for _, setting := range []facts.Setting{how, priority} {
			if !setting.Known() {
				p.Skipf("%s: %s is not known: %s", other.Name(), setting.Key, setting.Why)
				return perhaps
			}
		}
		if !strings.EqualFold(how.Text, "manual") && priority.Text != "0" && other.Variable(nodeLocation).Text == m.Variable(nodeLocation).Text {
			return no
		}
	}
	if len(data) == 1 {
		return no
	}
	return yes
}

// yesWord is what the image takes for yes.
func yesWord(text string) bool {
	return text == "1" || strings.EqualFold(text, "yes") || strings.EqualFold(text, "true")
}
