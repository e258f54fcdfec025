package offline

import (
	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/jdbcurl"
)

// linked sorts units into groups: two belong to one group when one names the other as its host, Bitbucket its Pgpool-II
// or Pgpool-II its backend node.
func linked(units []unit) [][]unit {
	pgpools, nodes := map[string][]int{}, map[string][]int{}
	for i, u := range units {
		switch {
		case u.pgpool != nil && u.pgpool.Container != nil:
			for _, name := range u.pgpool.Container.Names {
				pgpools[name] = append(pgpools[name], i)
			}
		case u.node != nil && u.node.Container != nil:
			for _, name := range u.node.Container.Names {
				nodes[name] = append(nodes[name], i)
			}
			if name := u.node.Environment.Get("REPMGR_NODE_NETWORK_NAME").Text; name != "" {
				nodes[name] = append(nodes[name], i)
			}
		}
	}
	groups := newGroups(len(units))
	for i, u := range units {
		named := pgpools
		if u.pgpool != nil {
			named = nodes
		}
		for _, host := range hostsNamed(u) {
			for _, j := range named[host] {
				groups.join(i, j)
			}
		}
	}
	var order []int
	members := map[int][]unit{}
	for i, u := range units {
		root := groups.root(i)
		if _, ok := members[root]; !ok {
			order = append(order, root)
		}
		members[root] = append(members[root], u)
	}
	sorted := make([][]unit, len(order))
	for i, root := range order {
		sorted[i] = members[root]
	}
	return sorted
}

// hostsNamed are the hosts that a unit connects to.
func hostsNamed(u unit) (hosts []string) {
	url := func(text string) {
		for _, host := range jdbcurl.Parse(text, jdbcurl.Driver427).Hosts {
			hosts = append(hosts, host.Name)
		}
	}
	switch {
	case u.bitbucket != nil:
		url(environmentURL(u.bitbucket))
	case u.properties != nil:
		for _, entry := range u.properties.Entries {
			if entry.Name == string(facts.JDBCURLKey) {
				url(entry.Value.Text)
			}
		}
	case u.pgpool != nil:
		for _, backend := range u.backends() {
			hosts = append(hosts, backend.Host)
		}
	}
	return hosts
}

// groups joins numbers into disjoint sets.
type groups []int

func newGroups(n int) groups {
	g := make(groups, n)
	for i := range g {
		g[i] = i
	}
	return g
}

func (g groups) root(i int) int {
	for g[i] != i {
		g[i] = g[g[i]]
		i = g[i]
	}
	return i
}

// join keeps the lower root, so that the order of groups is that of their first members.
func (g groups) join(a, b int) {
	a, b = g.root(a), g.root(b)
	g[max(a, b)] = min(a, b)
}
