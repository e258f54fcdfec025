package repmgr

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/bbdoctor/bbdoctor/rules"
)

// PartnerNodes guards the lists by which a node that starts finds the primary: it asks everybody on its list. Who is not
// on it is not asked, and after a failover that may be the primary.
var PartnerNodes = &rules.Rule{
	ID:       "repmgr/partner-nodes",
	Title:    "every node names every node as a partner",
	Severity: rules.Error,
	Needs:    needs(),
	Check: func(p *rules.Pass) {
		for _, c := range clusters(p) {
			known := true
			for _, m := range c.members {
				if _, ok := m.KnownVariable(partnerNodes); !ok {
					known = false
					continue
				}
				judgeSecondLine(p, m)
				judgePartners(p, c, m)
			}
			if known {
				judgeBackends(p, c)
			}
		}
	},
}

// judgeSecondLine finds partners on lines that the image does not read.
func judgeSecondLine(p *rules.Pass, m *member) {
	at := strings.IndexByte(m.list.Text, '\n')
	if at < 0 || strings.TrimSpace(m.list.Text[at:]) == "" {
		return
	}
	p.Failf(m.list.Origin.Sub(at+1, len(strings.TrimRight(m.list.Text, " \t\r\n"))), "%s of %s goes on in a second line: the image reads only the first, and never asks the nodes behind it", rules.NameOf(m.list), m.Name()).
		Helpf("Write the whole list on one line, with commas between the hosts.")
}

// judgePartners holds one node's list against the nodes there are and against what the other lists name.
func judgePartners(p *rules.Pass, c *cluster, m *member) {
	if m.partners == nil {
		return // empty: repmgr/required-settings
	}
	list := c.taken(m)
	var missing []string
	var related *member
	for _, other := range c.data() {
		if list.members[other.at] || !other.network.Known() || other.network.Text == "" {
			continue
		}
		switch {
		case other == m:
			if len(list.strangers) == 0 {
				p.Failf(m.list.Origin, "%s of %s leaves out the node itself: the list should be the same on every node, and a copy of it on another one would leave out %s there", rules.NameOf(m.list), m.Name(), m.network.Text).
					As(rules.Warning).Helpf("Name every node on every node, %s included.", m.network.Text).Also(m.network.Origin, "the node's own name in the network")
			}
		case list.mayMean(other.network.Text):
			p.Skipf("whether %s of %s names %s (%s) is not known", rules.NameOf(m.list), m.Name(), other.Name(), other.network.Text)
		default:
			missing, related = append(missing, other.network.Text), other
		}
	}
	for _, other := range c.members {
		strangers := c.taken(other).strangers
		if len(strangers) == 0 {
			continue
		}
		for _, host := range slices.Sorted(maps.Keys(strangers)) {
			if other == m || list.names(host) || !other.list.Origin.Known() {
				continue
			}
			if list.mayName(host) {
				p.Skipf("whether %s of %s names %s is not known", rules.NameOf(m.list), m.Name(), host)
			} else {
				missing, related = append(missing, host), other
			}
		}
	}
	if len(missing) == 0 {
		return
	}
	p.Failf(m.list.Origin, "%s of %s leaves out %s: after a failover to what it leaves out, %s does not find the primary when it starts, and may become a second one", rules.NameOf(m.list), m.Name(), enumerate(missing), m.Name()).
		Helpf("Write the same list on every node, with every node's REPMGR_NODE_NETWORK_NAME in it.").
		Also(related.At(related.list), "the list of %s", related.Name())
}

// judgeBackends looks for backend nodes of Pgpool-II that no list names.
func judgeBackends(p *rules.Pass, c *cluster) {
	var named directory
	var written [forms]bool // forms of hosts that are named and no backend node
	hosts := map[string]bool{}
	for _, m := range c.members {
		for _, partner := range m.partners {
			named.add(partner.host, 0)
			hosts[partner.host] = true
		}
		named.add(hostOf(m.network), 0)
	}
	var strangers []int
	found := 0
	for n, backend := range c.backends {
		host := hostOf(backend.Host)
		if _, ok := c.find(host); ok || len(named.find(host)) > 0 {
			found++
		} else {
			strangers = append(strangers, n)
		}
	}
	if len(strangers) == 0 {
		return
	}
	for host := range hosts {
		if !c.isBackend(host) {
			written[formOf(host)] = true
		}
	}
	for _, n := range strangers {
		backend := c.backends[n]
		if found == 0 || !written[formOf(hostOf(backend.Host))] && len(c.backends) <= len(hosts) {
			p.Skipf("whether a node of %s is the backend node %s of Pgpool-II is not known", partnerNodes, backend.Host.Shown())
			continue
		}
		first := c.members[0]
		p.Failf(backend.Host.Origin, "backend node %s of Pgpool-II (%s) is in no node's %s: repmgr's nodes do not ask it who the primary is, and it may be of another cluster", backend.Index, backend.Host.Shown(), partnerNodes).
			Helpf("Name it in %s on every node, or take it out of the list of backend nodes.", partnerNodes).
			Also(first.list.Origin, "the list of %s", first.Name())
	}
}

// isBackend says whether Pgpool-II has a host as a backend node, under this name or another one of the same node.
func (c *cluster) isBackend(host string) bool {
	member, known := c.find(host)
	var one directory
	one.add(host, 0)
	for _, backend := range c.backends {
		other := hostOf(backend.Host)
		if behind, ok := c.find(other); ok && known && behind == member || len(one.find(other)) > 0 {
			return true
		}
	}
	return false
}

// taken is what one node's list comes to.
type taken struct {
	members []bool // by their place in the cluster
	// strangers are hosts of which nobody knows which node they are; nil when there are none.
	strangers map[string]bool
	forms     [forms]bool // of all hosts
	hosts     directory
}

// taken takes a member's list apart, once for the rule.
func (c *cluster) taken(m *member) *taken {
	if c.lists == nil {
		c.lists = make([]*taken, len(c.members))
	}
	if c.lists[m.at] == nil {
		c.lists[m.at] = c.take(m)
	}
	return c.lists[m.at]
}

func (c *cluster) take(m *member) *taken {
	list := &taken{members: make([]bool, len(c.members))}
	for _, partner := range m.partners {
		list.hosts.add(partner.host, 0)
		list.forms[formOf(partner.host)] = true
		if other, ok := c.find(partner.host); ok {
			list.members[other.at] = true
			continue
		}
		if list.strangers == nil {
			list.strangers = map[string]bool{}
		}
		list.strangers[partner.host] = true
	}
	return list
}

func (t *taken) names(host string) bool { return len(t.hosts.find(host)) > 0 }

// mayMean says whether a stranger on the list may be a host under another kind of name: its address, for example.
func (t *taken) mayMean(host string) bool {
	for stranger := range t.strangers {
		if formOf(stranger) != formOf(host) {
			return true
		}
	}
	return false
}

// mayName says whether the list may name a host under another kind of name.
func (t *taken) mayName(host string) bool {
	for other, written := range t.forms {
		if written && form(other) != formOf(host) {
			return true
		}
	}
	return false
}

// enumerate is "a", "a and b", "a, b and c", with no more than a few of them.
func enumerate(words []string) string {
	const most = 4
	if len(words) > most {
		return fmt.Sprintf("%s and %d others", strings.Join(words[:most-1], ", "), len(words)-most+1)
	}
	if len(words) == 1 {
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
