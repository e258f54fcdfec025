package repmgr

import (
	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// NetworkName guards the host that a node tells the others: they reach it there, or not at all.
var NetworkName = &rules.Rule{
	ID:       "repmgr/network-name",
	Title:    "every node has a network name of its own",
	Severity: rules.Error,
	Needs:    needs(repmgrPort, facts.NodeEnvironment, facts.Containers),
	Check: func(p *rules.Pass) {
		for _, c := range clusters(p) {
			taken := map[string]*member{}
			for _, m := range c.members {
				if refused := judgeMissing(p, m); refused {
					continue
				}
				network, ok := m.KnownVariable(networkName)
				if !ok {
					continue
				}
				judgeLoopback(p, m)
				if m.Replicas() > 1 {
					p.Failf(m.At(network), "%s, and %d containers of it: all of them tell the others one host", written(network), m.Replicas()).
						Helpf("Declare each node by itself, with its own %s and %s.", nodeName, networkName)
				}
				port := m.Variable(repmgrPort)
				key := facts.Address(hostOf(network), port.Text)
				before := taken[key]
				switch {
				case !port.Known() && port.State != facts.Absent:
					p.Skipf("%s: %s is not known: %s", m.Name(), repmgrPort, port.Why)
				case before == nil:
					taken[key] = m
				default:
					p.Failf(network.Origin, "%s is the network name of %s and of %s: the others reach one of the two and take it for both", written(network), before.Name(), m.Name()).
						Helpf("Write the host under which the other nodes reach this one.").Also(before.network.Origin, "the other node")
				}
			}
		}
	},
}

// judgeMissing reports a name that is not there, and says whether that is so.
func judgeMissing(p *rules.Pass, m *member) (missing bool) {
	for _, refusal := range m.Refusals() {
		if refusal.Keys[0] != networkName {
			continue
		}
		if refusal.Undecided {
			p.Skipf("%s: %s %s", m.Name(), networkName, refusal.Reason)
			return true
		}
		p.Failf(refusal.Origin, "%s %s: the image does not start", networkName, refusal.Reason).
			Helpf("Write %s=%s, the host under which the other nodes reach this one.", networkName, m.Name())
		return true
	}
	return false
}

// judgeLoopback finds a name that means to every node itself. Nodes in the network of one machine may share it.
func judgeLoopback(p *rules.Pass, m *member) {
	container := m.Container()
	if facts.ReachOf(m.network.Text) != facts.ReachLoopback || container.HostNetwork {
		return
	}
	if container.SharedNetwork {
		p.Skipf("%s shares the network of another container, and whether all nodes are in it is not known", m.Name())
		return
	}
	if !m.Described() {
		p.Skipf("%s: in which network the node runs is not known", m.Name())
		return
	}
	p.Failf(m.network.Origin, "%s: to every other node that is the node itself, and none of them follows this one", written(m.network)).
		Helpf("Write the host under which the other nodes reach this one.")
}
