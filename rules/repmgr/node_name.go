package repmgr

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// NodeName guards the names and numbers under which repmgr knows its nodes. The number is made of the digits behind the
// name's last dash, by the shell, to which a leading 0 means octal.
var NodeName = &rules.Rule{
	ID:       "repmgr/node-name",
	Title:    "every node has a name and a number of its own",
	Severity: rules.Error,
	Needs:    needs(nodeName, nodeID, facts.NodeEnvironment),
	Check: func(p *rules.Pass) {
		for _, c := range clusters(p) {
			names, ids := map[string]*member{}, map[string]*member{}
			for _, m := range c.members {
				if refused := judgeName(p, m); refused {
					continue
				}
				name, ok := m.KnownVariable(nodeName)
				if !ok {
					continue
				}
				if before := names[name.Text]; before != nil {
					p.Failf(m.At(name), "%s is the name of two nodes: the second one takes the first one's place in repmgr.nodes", written(name)).
						Helpf("Give each node its own name, such as %s.", free(names, name.Text)).Also(before.At(before.Variable(nodeName)), "the other node")
					continue
				}
				names[name.Text] = m
				judgeReplicas(p, m, name)
				judgeNumber(p, m, ids)
			}
		}
	},
}

// judgeName reports what the image refuses of a name, and says whether it does.
func judgeName(p *rules.Pass, m *member) (refused bool) {
	for _, refusal := range m.Refusals() {
		if refusal.Keys[0] != nodeName {
			continue
		}
		if refusal.Undecided {
			p.Skipf("%s: %s %s", m.Name(), nodeName, refusal.Reason)
			return true
		}
		p.Failf(refusal.Origin, "%s %s: the image does not start", nodeName, refusal.Reason).
			Helpf("Write %s=pg-0, pg-1 and so on: a dash and a number without leading zeros at the end.", nodeName)
		return true
	}
	return false
}

// judgeReplicas finds one name for several containers.
func judgeReplicas(p *rules.Pass, m *member, name facts.Setting) {
	if m.Replicas() > 1 {
		p.Failf(m.At(name), "%s, and %d containers of it: all of them have one name, and repmgr knows one node", written(name), m.Replicas()).
			Helpf("Declare each node by itself, with its own %s and %s.", nodeName, networkName)
	}
}

// judgeNumber looks for one number of two nodes, and for one that is not what it looks like.
func judgeNumber(p *rules.Pass, m *member, ids map[string]*member) {
	id, ok := m.KnownVariable(nodeID)
	if !ok || id.Text == "" {
		return
	}
	name := m.Variable(nodeName)
	before := ids[id.Text]
	if before == nil {
		ids[id.Text] = m
	}
	octal := id.State == facts.Default && isOctal(name.Text)
	switch {
	case before != nil && (m.witness || before.witness):
		p.Failf(m.At(id), "%s and %s have the same node number %s: the one that registers last takes the other's place in repmgr.nodes", before.Name(), m.Name(), id.Text).
			Helpf("Write REPMGR_NODE_ID_START_SEED=2000 on the witness.").Also(before.At(before.Variable(nodeID)), "the other node")
	case before != nil:
		help := "Give each node another number at the end of " + string(nodeName) + "."
		if octal || isOctal(before.Variable(nodeName).Text) {
			help = "Write the numbers at the end of " + string(nodeName) + " without leading zeros: the shell takes 010 for octal 8."
		}
		p.Failf(m.At(id), "%s and %s have the same node number %s: the one that registers last takes the other's place in repmgr.nodes", before.Name(), m.Name(), id.Text).
			Helpf("%s", help).Also(before.At(before.Variable(nodeID)), "the other node")
	case octal:
		p.Failf(m.At(name), "%s ends in an octal number to the shell: the node's number is %s, and another node may have it already", written(name), id.Text).
			As(rules.Warning).Helpf("Write the number without leading zeros.")
	}
}

// isOctal says whether the digits at the end of a name mean another number to the shell than to people.
func isOctal(name string) bool {
	digits := strings.TrimLeft(name[strings.LastIndexByte(name, '-')+1:], "0")
	return len(digits) > 1 && strings.HasSuffix(name, "0"+digits)
}

// free is a name that no node has.
func free(names map[string]*member, name string) string {
	stem := name[:strings.LastIndexByte(name, '-')+1]
	for n := range 10 {
		if candidate := stem + string(rune('0'+n)); names[candidate] == nil {
			return candidate
		}
	}
	return stem + "10"
}
