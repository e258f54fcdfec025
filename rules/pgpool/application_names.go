package pgpool

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

const applicationNames = facts.Key("PGPOOL_BACKEND_APPLICATION_NAMES")

// ApplicationNames guards the names by which Pgpool-II finds a standby in pg_stat_replication. repmgr sets them to its
// node names; a wrong one is never found, and nothing says so.
var ApplicationNames = &rules.Rule{
	ID:       "pgpool/application-names",
	Title:    "each backend node has its standby's application name",
	Severity: rules.Error,
	Needs:    []facts.Key{applicationNames, facts.BackendNodes, backendList, autoFailback, facts.PostgreSQLNodes, facts.LiveNodes},
	Check: func(p *rules.Pass) {
		for _, i := range p.Pgpools() {
			backends := i.Backends()
			if len(backends) == 0 {
				noBackends(p, i)
				continue
			}
			if len(backends) > maxBackend+1 {
				p.Skipf("%s has more backend nodes than Pgpool-II has room for (pgpool/backend-nodes)", i.Name())
			} else if names, ok := namesOf(p, i, backends); ok {
				judgeNames(p, i, backends, names)
			}
		}
	},
}

// namesOf gives the application name of each backend node; ok is false when they are not known or not as many as the
// nodes, which is reported.
func namesOf(p *rules.Pass, i rules.Instance, backends []facts.BackendNode) (names []facts.ListItem, ok bool) {
	if list := i.Variable(applicationNames); i.Image() && list.State != facts.Absent {
		return listed(p, i, list, backends)
	}
	var without []string
	for _, backend := range backends {
		name := backend.ApplicationName
		if name.State == facts.Unresolved || name.State == facts.Secret {
			p.Skipf("%s is not known: %s", rules.NameOf(name), name.Why)
			return nil, false
		}
		if name.Text == "" {
			without = append(without, backend.Index)
		}
		names = append(names, facts.ListItem{Text: name.Text, Origin: name.Origin})
	}
	switch len(without) {
	case 0:
		return names, true
	case len(backends):
		p.Skipf("no application name is set (pgpool/auto-failback)")
	default:
		for n, backend := range backends {
			if names[n].Text == "" {
				p.Failf(i.At(backend.Host), "backend node %s has no application name while others have one: Pgpool-II never sees it stream", backend.Index).
					Helpf("Write %s, with the application_name that the standby has in pg_stat_replication.", confLine("backend_application_name"+backend.Index, "pg-"+backend.Index))
			}
		}
	}
	return nil, false
}

// listed takes PGPOOL_BACKEND_APPLICATION_NAMES apart. The image asks for as many names as nodes, and only when
// PGPOOL_AUTO_FAILBACK is yes; else it does not look at them.
func listed(p *rules.Pass, i rules.Instance, list facts.Setting, backends []facts.BackendNode) (names []facts.ListItem, ok bool) {
	if _, ok = i.KnownVariable(applicationNames); !ok {
		return nil, false
	}
	names = list.Items()
	if len(names) == len(backends) {
		return names, true
	}
	finding := p.Failf(list.Origin, "%s has %d names for %d backend nodes: the image does not start", subject(i, list), len(names), len(backends)).
		Helpf("Name each node once, in the order of PGPOOL_BACKEND_NODES, by its REPMGR_NODE_NAME.")
	if failback := i.Get(autoFailback); failback.Known() && !on(failback) {
		finding.As(rules.Warning).Message = finding.Message[:strings.LastIndex(finding.Message, ":")] +
			": the image looks at them when PGPOOL_AUTO_FAILBACK is yes, and then does not start"
	}
	return nil, false
}

// judgeNames holds the names against those under which the standbys stream and against the nodes' own.
func judgeNames(p *rules.Pass, i rules.Instance, backends []facts.BackendNode, names []facts.ListItem) {
	seen := map[string]string{}
	var rest []int
	streams := streaming{}
	if i.Measured() {
		streams = streamingNames(p, names)
	}
	for n, backend := range backends {
		name := names[n]
		if before, twice := seen[name.Text]; twice {
			p.Failf(name.Origin, "backend nodes %s and %s have the same application name %s: Pgpool-II takes one node's state for the other's", before, backend.Index, name.Text).
				Helpf("Give each node its own REPMGR_NODE_NAME, in the order of the backend list.")
			continue
		}
		seen[name.Text] = backend.Index
		if !streams.known || backend.Index == streams.primary {
			rest = append(rest, n)
		} else {
			judgeStreaming(p, backend, name, streams)
		}
	}
	if streams.known && len(dataNodes(p.AnyNodes())) == 0 {
		return
	}
	judgeByNodes(p, i, backends, names, rest)
}

// judgeByNodes holds the names, those at the places in which, against the REPMGR_NODE_NAME of the declared nodes.
func judgeByNodes(p *rules.Pass, i rules.Instance, backends []facts.BackendNode, names []facts.ListItem, which []int) {
	nodes := dataNodes(p.AnyNodes())
	switch {
	case len(nodes) > 0:
	case i.Measured():
		p.Skipf("under which names the standbys stream is not known; --admin-user reads pg_stat_replication of the primary")
		return
	default:
		p.Skipf("no PostgreSQL node among the inputs")
		return
	}
	of := map[string]*facts.Node{}
	unknown := ""
	for _, node := range nodes {
		name := node.Environment.Get("REPMGR_NODE_NAME")
		if !name.Known() {
			unknown = node.Name
			continue
		}
		of[name.Text] = node
	}
	for _, n := range which {
		backend, name := backends[n], names[n]
		node := nodeBehind(nodes, backend)
		switch {
		case node != nil:
			own := node.Environment.Get("REPMGR_NODE_NAME")
			switch {
			case !own.Known():
				p.Skipf("REPMGR_NODE_NAME of %s is not known", node.Name)
			case own.Text == name.Text:
				p.OK()
			default:
				p.Failf(name.Origin, "backend node %s (%s) has the application name %s, but its REPMGR_NODE_NAME is %s: Pgpool-II never sees it stream, and automatic failback never attaches it", backend.Index, backend.Host.Shown(), name.Text, own.Text).
					Helpf("Write %s in this place; the names follow the order of the backend nodes.", own.Text).Also(own.Origin, "the node's name")
			}
		case of[name.Text] == nil && unknown == "" && len(nodes) >= len(backends):
			p.Failf(name.Origin, "the application name %s of backend node %s is no node's REPMGR_NODE_NAME: Pgpool-II never sees it stream, and automatic failback never attaches it", name.Text, backend.Index).
				Helpf("Write the REPMGR_NODE_NAME of the node at %s.", backend.Host.Shown())
		case of[name.Text] == nil:
			p.Skipf("the PostgreSQL node at %s is not among the inputs", backend.Host.Shown())
		default:
			p.OK()
		}
	}
}
