package repmgr

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// PrimaryHost guards the choice of the first primary. When nobody answers, a node becomes the primary if the text of
// REPMGR_PRIMARY_HOST is that of its own REPMGR_NODE_NETWORK_NAME, and waits for the primary if it is not. Nothing is
// resolved, but the case of letters does not count (nocasematch is on in the image's scripts).
var PrimaryHost = &rules.Rule{
	ID:       "repmgr/primary-host",
	Title:    "all nodes name one of them as the first primary, by its own network name",
	Severity: rules.Error,
	Needs:    needs(),
	Check: func(p *rules.Pass) {
		for _, c := range clusters(p) {
			known := true
			for _, m := range c.members {
				setting, ok := m.KnownVariable(primaryHost)
				known = known && ok && setting.Text != ""
				if ok {
					judgeForm(p, m)
				}
			}
			if judgeSame(p, c) && known {
				judgeFirst(p, c)
			}
		}
	},
}

// judgeForm finds a port or a scheme, which are not cut off.
func judgeForm(p *rules.Pass, m *member) {
	text := m.primary.Text
	if scheme, _, ok := strings.Cut(text, "://"); ok {
		p.Failf(m.primary.Origin, "%s begins with %s://: the image takes all of it for a host, and nobody has that name", written(m.primary), scheme).
			Helpf("Write the host alone.")
		return
	}
	host, port := splitPort(text)
	if port == "" || facts.IsIP(text) {
		return
	}
	p.Failf(m.primary.Origin.Sub(len(host), len(text)), "%s has a port: the image takes all of it for a host, and no node becomes the primary", written(m.primary)).
		Helpf("Write %s=%s and %s=%s.", primaryHost, host, primaryPort, port)
}

// judgeSame holds the nodes' values against each other; ok says that they agree.
func judgeSame(p *rules.Pass, c *cluster) (ok bool) {
	var first *member
	for _, m := range c.members {
		if !m.primary.Known() || m.primary.Text == "" {
			continue
		}
		if first == nil {
			first, ok = m, true
			continue
		}
		a, b := hostOf(first.primary), hostOf(m.primary)
		one, knownOne := c.find(a)
		other, knownOther := c.find(b)
		switch {
		case a == b, knownOne && knownOther && one == other:
		case sameHost(a, b):
		case formOf(a) != formOf(b) && !(knownOne && knownOther):
			p.Skipf("whether %s and %s are one host is not known", first.primary.Shown(), m.primary.Shown())
			ok = false
		default:
			p.Failf(m.primary.Origin, "%s on %s, but %s on %s: when both start and no primary answers, there are two primaries or none", written(m.primary), m.Name(), written(first.primary), first.Name()).
				Helpf("Write the same %s on every node, and leave it as it is after a failover: nodes that start ask their partners first.", primaryHost).
				Also(first.primary.Origin, "%s has another", first.Name())
			ok = false
		}
	}
	return ok
}

// judgeFirst asks whether some node takes the value for itself.
func judgeFirst(p *rules.Pass, c *cluster) {
	unknown := false
	for _, m := range c.data() {
		if strings.EqualFold(m.primary.Text, m.network.Text) && m.network.Known() {
			return
		}
		unknown = unknown || !m.network.Known()
	}
	for _, m := range c.data() {
		if _, port := splitPort(m.primary.Text); port != "" && !facts.IsIP(m.primary.Text) {
			return // judgeForm
		}
		if own, ok := c.find(m.primary.Text); ok && own == m && m.network.Known() {
			p.Failf(m.primary.Origin, "%s means %s itself, but its %s is written another way: the image compares the texts, and no node becomes the primary", written(m.primary), m.Name(), written(m.network)).
				Helpf("Write %s=%s on every node.", primaryHost, m.network.Text).Also(m.network.Origin, "the node's own name in the network")
			return
		}
	}
	first := c.members[0]
	switch {
	case unknown:
		p.Skipf("%s of some node is not known", networkName)
	case !c.complete() || len(c.data()) == 0:
		p.Skipf("the node at %s is not among the inputs", first.primary.Shown())
	default:
		p.Failf(first.primary.Origin, "%s is no node's %s: the image compares the texts, and no node becomes the primary", written(first.primary), networkName).
			Helpf("Write %s=%s on every node.", primaryHost, c.data()[0].network.Text).Also(c.data()[0].network.Origin, "%s has %s", c.data()[0].Name(), written(c.data()[0].network))
	}
}

// hostOf is a setting's value as a host.
func hostOf(setting facts.Setting) string { return facts.Host(setting.Text) }

// sameHost says whether one host is the other's name with more labels behind it.
func sameHost(a, b string) bool {
	var one directory
	one.add(a, 0)
	return len(one.find(b)) > 0
}
