package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// topology is who talks to whom: the Bitbucket nodes, the Pgpool-II instances, the PostgreSQL nodes.
type topology struct {
	Bitbucket, Pgpool, Nodes []member
}

// member is one server of an installation.
type member struct {
	Name string
	// Role is "primary" or "standby", State "up" or "down", as measured, else as declared; empty when nobody knows.
	Role, State string
	// Declared and Measured say in short lines what files tell and what was measured.
	Declared, Measured []string
}

// mostNodes bounds how many Bitbucket nodes are drawn one by one.
const mostNodes = 4

func newTopology(d *facts.Deployment) topology {
	t := topology{Bitbucket: bitbucketNodes(d), Pgpool: pgpoolInstances(d), Nodes: backendNodes(d)}
	for _, tier := range [][]member{t.Bitbucket, t.Pgpool, t.Nodes} {
		for i := range tier {
			for _, lines := range [][]string{tier[i].Declared, tier[i].Measured} {
				for j := range lines {
					lines[j] = printable(lines[j])
				}
			}
			tier[i].Name = printable(tier[i].Name)
		}
	}
	return t
}

// empty says that there is nothing to draw.
func (t topology) empty() bool { return len(t.Bitbucket)+len(t.Pgpool)+len(t.Nodes) == 0 }

func bitbucketNodes(d *facts.Deployment) []member {
	b := d.Bitbucket
	if b == nil {
		return nil
	}
	version := "version not known"
	if b.Version.Known() {
		version = "version " + b.Version.Text + assumed(b.Version)
	}
	count, err := strconv.Atoi(b.Nodes.Norm)
	if err != nil {
		count = 1
	}
	var nodes []member
	for i := range max(1, count) {
		if i == mostNodes-1 && count > mostNodes {
			nodes = append(nodes, member{Name: fmt.Sprintf("and %d more Bitbucket nodes", count-i), Declared: []string{version}})
			break
		}
		one := member{Name: "Bitbucket", Declared: []string{version}}
		if count > 1 {
			one.Name = fmt.Sprintf("Bitbucket node %d of %d", i+1, count)
		}
		if b.Nodes.State == facts.Default {
			one.Declared = append(one.Declared, "one node is assumed")
		}
		nodes = append(nodes, one)
	}
	return nodes
}

func pgpoolInstances(d *facts.Deployment) []member {
	var all []member
	running := runningPgpool(d.Live)
	for _, pgpool := range d.Pgpools {
		one := member{Name: cmp.Or(pgpool.Name, "Pgpool-II")}
		version := "version not known"
		if pgpool.Version.Known() {
			version = "version " + pgpool.Version.Text
		}
		one.Declared = append(one.Declared, version)
		if children, ok := number(pgpool.Settings.Get("num_init_children")); ok {
			one.Declared = append(one.Declared, fmt.Sprintf("%d child processes", children))
		}
		if running != nil && (len(d.Pgpools) == 1 || goesBy(pgpool.Container, pgpool.Name, d.Live.Endpoint.Host)) {
			one.Measured, one.State = running.Measured, running.State
			running = nil
		}
		all = append(all, one)
	}
	if running != nil {
		all = append(all, *running)
	}
	return all
}

// runningPgpool is the endpoint that was measured; nil when nothing was.
func runningPgpool(live *facts.Snapshot) *member {
	if live == nil {
		return nil
	}
	one := &member{Name: "endpoint " + facts.Address(live.Endpoint.Host, live.Endpoint.Port), State: "up"}
	switch {
	case !live.Login.OK:
		one.State = "down"
		one.Measured = append(one.Measured, "no login: "+string(live.Login.Cause))
		return one
	case live.Server.Kind == facts.KindPgpool:
		one.Measured = append(one.Measured, "Pgpool-II "+live.Server.Version+" answers")
	default:
		one.Measured = append(one.Measured, "not Pgpool-II but "+string(live.Server.Kind))
	}
	if p := live.Processes; p != nil {
		one.Measured = append(one.Measured, fmt.Sprintf("%d child processes, %d busy", p.Total, p.Busy))
	}
	return one
}

// backendNodes are the nodes that Pgpool-II is told of, in their order, then those that only files of PostgreSQL declare.
func backendNodes(d *facts.Deployment) []member {
	var all []member
	var index []string
	used := map[*facts.Node]bool{}
	if len(d.Pgpools) > 0 {
		for _, backend := range d.Pgpools[0].Backends {
			one := member{Name: "node " + backend.Index, Declared: []string{address(backend)}}
			for _, node := range d.Nodes {
				if !used[node] && backend.Host.Known() && goesBy(node.Container, node.Name, backend.Host.Text) {
					used[node] = true
					one.describe(node)
					break
				}
			}
			all, index = append(all, one), append(index, backend.Index)
		}
	}
	for _, node := range d.Nodes {
		if !used[node] {
			one := member{Name: cmp.Or(node.Name, "PostgreSQL")}
			one.describe(node)
			all, index = append(all, one), append(index, "")
		}
	}
	if d.Live == nil {
		return all
	}
	for _, row := range d.Live.PoolNodes {
		i := slices.Index(index, row.ID)
		if i < 0 {
			i = matching(d, all, row.Hostname)
		}
		if i < 0 {
			all, index = append(all, member{Name: "node " + row.ID}), append(index, row.ID)
			i = len(all) - 1
		}
		all[i].measure(row)
	}
	return all
}

// matching finds a node that no Pgpool-II declares by the host that the running one has; -1 when there is none.
func matching(d *facts.Deployment, all []member, host string) int {
	return slices.IndexFunc(all, func(m member) bool {
		return len(m.Measured) == 0 && slices.ContainsFunc(d.Nodes, func(n *facts.Node) bool {
			return cmp.Or(n.Name, "PostgreSQL") == m.Name && goesBy(n.Container, n.Name, host)
		})
	})
}

// describe adds what the files of a PostgreSQL node declare.
func (m *member) describe(node *facts.Node) {
	if m.Name != node.Name && node.Name != "" && strings.HasPrefix(m.Name, "node ") {
		m.Name = node.Name + " (" + m.Name + ")"
	}
	role := ""
	primary, own := node.Environment.Get("REPMGR_PRIMARY_HOST"), node.Environment.Get("REPMGR_NODE_NETWORK_NAME")
	switch {
	case !primary.Known() || !own.Known() || primary.Text == "" || own.Text == "":
	case primary.Text == own.Text:
		role = "primary"
	default:
		role = "standby"
	}
	text := "PostgreSQL"
	if node.Version.Known() {
		text += " " + node.Version.Text
	}
	m.Declared = append(m.Declared, text)
	if role != "" {
		m.Role = role
		m.Declared = append(m.Declared, "starts as "+role)
	}
}

// measure adds what SHOW pool_nodes says of a node.
func (m *member) measure(row facts.PoolNode) {
	m.Measured = []string{
		fmt.Sprintf("Pgpool-II: %s, %s", cmp.Or(row.Status, "state not known"), cmp.Or(row.Role, "role not known")),
		fmt.Sprintf("itself: %s, %s", cmp.Or(row.PgStatus, "not asked"), cmp.Or(row.PgRole, "not asked")),
	}
	m.Role, m.State = row.Role, row.Status
	if row.PgRole == "primary" || row.PgRole == "standby" {
		m.Role = row.PgRole
	}
	if row.PgStatus == "up" || row.PgStatus == "down" {
		m.State = row.PgStatus
	}
	if row.Status == "down" || row.Status == "quarantine" || row.Status == "unused" {
		m.State = "down" // Whatever the node does, Pgpool-II sends nobody there.
	}
	switch m.Role {
	case "main", "master":
		m.Role = "primary"
	case "replica", "slave":
		m.Role = "standby"
	case "primary", "standby":
	default:
		m.Role = ""
	}
	if m.State == "down" {
		m.Role = "" // Pgpool-II calls every node standby that is down.
	}
	if row.ReplicationState != "" {
		m.Measured[1] += ", " + strings.TrimRight(row.ReplicationState+" "+row.ReplicationSyncState, " ")
	}
}

// address is where Pgpool-II is told that a backend node is.
func address(backend facts.BackendNode) string {
	host, port := "host not known", ""
	if backend.Host.Known() {
		host = backend.Host.Text
	}
	if backend.Port.Known() {
		port = ":" + backend.Port.Text
	}
	return host + port
}

// goesBy says whether a server is reached under a name.
func goesBy(container *facts.Container, name, host string) bool {
	if host == "" {
		return false
	}
	return name == host || container != nil && (container.Name == host || container.Hostname == host || slices.Contains(container.Names, host))
}

// number is the value of a setting that is known and a whole number.
func number(setting facts.Setting) (int, bool) {
	if !setting.Known() {
		return 0, false
	}
	n, err := strconv.Atoi(setting.Norm)
	return n, err == nil
}
