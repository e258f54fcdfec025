package repmgr

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// cluster is what belongs together: nodes that name each other as partners, or that one Pgpool-II has as backend nodes.
// One deployment may hold several, Bitbucket's and that of another application.
type cluster struct {
	members []*member
	// backends are the backend nodes of the Pgpool-IIs in front of it, each address once.
	backends []*facts.BackendNode
	// hosts finds members by a host.
	hosts directory
	// lists are the members' lists of partners as one rule took them apart.
	lists []*taken
}

// member is one node of a cluster.
type member struct {
	rules.Node
	*declared
}

// declared is what is known of a node beforehand, the same for every rule.
type declared struct {
	at      int // its place among the cluster's members
	witness bool
	// maybeWitness says that the node's type is not known.
	maybeWitness bool
	network      facts.Setting
	primary      facts.Setting
	list         facts.Setting // REPMGR_PARTNER_NODES
	partners     []partner     // what the list names; nil when it is not known
}

// partner is one entry of REPMGR_PARTNER_NODES: [scheme://]host[:port].
type partner struct {
	host, port string
	at         facts.Origin
}

// partnersOf takes the list apart as the image does.
func partnersOf(list facts.Setting) (all []partner) {
	if !list.Known() {
		return nil
	}
	items := list.Items()
	if len(items) > 0 {
		all = make([]partner, 0, len(items))
	}
	for i := range items {
		item := &items[i]
		text := item.Text
		if _, rest, ok := strings.Cut(text, "://"); ok {
			text = rest
		}
		host, port := splitPort(strings.TrimRight(text, "/"))
		if host != "" {
			all = append(all, partner{facts.Host(host), port, item.Origin})
		}
	}
	return all
}

// splitPort cuts the port off "host:port" and "[address]:port"; a bare IPv6 address has none.
func splitPort(text string) (host, port string) {
	at := strings.LastIndexByte(text, ':')
	if at < 0 || strings.IndexByte(text, ':') != at && !strings.HasSuffix(text[:at], "]") {
		return text, ""
	}
	return text[:at], text[at+1:]
}

// data are the members that hold data.
func (c *cluster) data() (nodes []*member) {
	for _, m := range c.members {
		if !m.witness {
			nodes = append(nodes, m)
		}
	}
	return nodes
}

// find gives the member at a host; ok is false when there is none, or the host may be several.
func (c *cluster) find(host string) (found *member, ok bool) {
	at := c.hosts.find(facts.Host(host))
	if len(at) != 1 {
		return nil, false
	}
	return c.members[at[0]], true
}

// complete says whether every node that the cluster is known to have is among its members: all lists are known and lead
// to members only.
func (c *cluster) complete() bool {
	for _, m := range c.members {
		if m.partners == nil || m.Replicas() != 1 {
			return false
		}
		for _, partner := range m.partners {
			if _, ok := c.find(partner.host); !ok {
				return false
			}
		}
	}
	return true
}

// clusters sorts the nodes that files declare; when there is none, the reason is noted. It is done once for all rules.
func clusters(p *rules.Pass) []*cluster {
	sorted := rules.Remember(p, "repmgr clusters", sortNodes)
	own := make([]*cluster, len(sorted))
	for i, c := range sorted {
		members, all := make([]member, len(c.members)), make([]*member, len(c.members))
		for n, m := range c.members {
			members[n] = member{m.For(p), m.declared}
			all[n] = &members[n]
		}
		own[i] = &cluster{members: all, backends: c.backends, hosts: c.hosts}
	}
	return own
}

func sortNodes(p *rules.Pass) []*cluster {
	nodes := p.RepmgrNodes()
	if len(nodes) == 0 {
		return nil
	}
	s := sorter{of: make([]int, len(nodes))}
	for n, node := range nodes {
		m := &member{node, &declared{network: node.Variable(networkName), primary: node.Variable(primaryHost), list: node.Variable(partnerNodes)}}
		kind := node.Variable(nodeType)
		m.witness = kind.Known() && strings.EqualFold(kind.Text, "witness")
		m.maybeWitness = !kind.Known() && kind.State != facts.Absent
		m.partners = partnersOf(m.list)
		s.members = append(s.members, m)
		s.of[n] = n
		for _, name := range namesOf(m) {
			s.hosts.add(name, n)
		}
	}
	s.byPartners()
	backends := p.AnyBackends()
	for _, list := range backends {
		s.joinAll(s.behind(list))
	}
	s.strangers()
	return s.result(backends)
}

// namesOf are the hosts under which others reach a node: its network name, and its container's names.
func namesOf(m *member) (names []string) {
	if m.network.Known() && m.network.Text != "" {
		names = append(names, facts.Host(m.network.Text))
	}
	for _, name := range m.Names() {
		names = append(names, facts.Host(name))
	}
	return names
}

// sorter puts nodes into clusters.
type sorter struct {
	members []*member
	hosts   directory
	of      []int // of each node another one of its cluster; of one node itself
}

func (s *sorter) root(n int) int {
	for s.of[n] != n {
		s.of[n] = s.of[s.of[n]]
		n = s.of[n]
	}
	return n
}

func (s *sorter) join(a, b int) {
	first, second := s.root(a), s.root(b)
	s.of[max(first, second)] = min(first, second)
}

func (s *sorter) joinAll(all []int) {
	for i := 1; i < len(all); i++ {
		s.join(all[0], all[i])
	}
}

// byPartners joins a node with those that it names, and two that name the same.
func (s *sorter) byPartners() {
	var named directory
	for n, m := range s.members {
		hosts := make([]string, 0, len(m.partners)+1)
		for _, partner := range m.partners {
			hosts = append(hosts, partner.host)
		}
		if m.primary.Known() && m.primary.Text != "" {
			hosts = append(hosts, facts.Host(m.primary.Text))
		}
		for _, host := range hosts {
			for _, other := range s.hosts.find(host) {
				s.join(n, other)
			}
			for _, other := range named.find(host) {
				s.join(n, other)
			}
			named.add(host, n)
		}
	}
}

// behind are the nodes that a list of backend nodes names.
func (s *sorter) behind(backends []facts.BackendNode) (nodes []int) {
	for i := range backends {
		if host := &backends[i].Host; host.Known() {
			nodes = append(nodes, s.hosts.find(facts.Host(host.Text))...)
		}
	}
	return nodes
}

// strangers are nodes that name nobody, because what they name is not known. They go to the one cluster there is, or are
// one; of several nobody knows which is theirs.
func (s *sorter) strangers() {
	var strangers []int
	known := map[int]bool{}
	for n, m := range s.members {
		if m.partners == nil && s.root(n) == n && !s.joined(n) {
			strangers = append(strangers, n)
		} else {
			known[s.root(n)] = true
		}
	}
	if len(known) > 1 {
		return
	}
	s.joinAll(strangers)
	for root := range known {
		for _, n := range strangers {
			s.join(root, n)
		}
	}
}

// joined says whether another node is of the cluster whose first node is n.
func (s *sorter) joined(n int) bool {
	for other := range s.of {
		if other != n && s.root(other) == n {
			return true
		}
	}
	return false
}

func (s *sorter) result(backends [][]facts.BackendNode) (all []*cluster) {
	of := map[int]*cluster{}
	for n, m := range s.members {
		root := s.root(n)
		if of[root] == nil {
			of[root] = &cluster{}
			all = append(all, of[root])
		}
		c := of[root]
		m.at = len(c.members)
		c.members = append(c.members, m)
		for _, name := range namesOf(m) {
			c.hosts.add(name, m.at)
		}
	}
	for _, list := range backends {
		behind := s.behind(list)
		switch {
		case len(behind) > 0:
			of[s.root(behind[0])].addBackends(list)
		case len(all) == 1:
			all[0].addBackends(list)
		}
	}
	return all
}

func (c *cluster) addBackends(list []facts.BackendNode) {
	for i := range list {
		backend := &list[i]
		if !backend.Host.Known() || backend.Host.Text == "" {
			continue
		}
		known := false
		for _, other := range c.backends {
			known = known || facts.Host(other.Host.Text) == facts.Host(backend.Host.Text) && other.Port.Text == backend.Port.Text
		}
		if !known {
			c.backends = append(c.backends, backend)
		}
	}
}
