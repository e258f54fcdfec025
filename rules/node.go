package rules

import "github.com/bbdoctor/bbdoctor/checks/facts"

// Node is one PostgreSQL node that the postgresql-repmgr image sets up, as files declare it.
type Node struct {
	pass     *Pass
	declared *facts.Node
}

// RepmgrNodes gives the nodes that files declare for the postgresql-repmgr image, or a rebuild of it; when there is none,
// the reason is noted.
func (p *Pass) RepmgrNodes() []Node {
	nodes := p.AnyRepmgrNodes()
	if len(nodes) == 0 {
		p.Skipf("no PostgreSQL node of the postgresql-repmgr image among the inputs")
	}
	return nodes
}

// AnyRepmgrNodes is RepmgrNodes, but notes nothing.
func (p *Pass) AnyRepmgrNodes() (nodes []Node) {
	p.reads(facts.PostgreSQLNodes)
	for _, node := range p.deployment.Nodes {
		if node.Image {
			nodes = append(nodes, Node{p, node})
		}
	}
	return nodes
}

// For is the node as another pass asks it, for nodes that are kept by [Remember].
func (n Node) For(p *Pass) Node { return Node{p, n.declared} }

// Name is the node's REPMGR_NODE_NAME, else its container's name.
func (n Node) Name() string { return n.declared.Name }

// Same says whether two are one node.
func (n Node) Same(other Node) bool { return n.declared == other.declared }

// Variable gives a variable of the image under its canonical name, whatever is known of it. Nothing is noted.
func (n Node) Variable(name facts.Key) facts.Setting {
	n.pass.reads(name)
	setting := n.declared.Environment.Get(name)
	setting.Key = name
	return setting
}

// KnownVariable is Variable, but notes the reason when the value is not known, or is not set and has no default.
func (n Node) KnownVariable(name facts.Key) (setting facts.Setting, ok bool) {
	setting = n.Variable(name)
	return setting, n.pass.knownOf(n.declared, setting, name)
}

// Parameter gives a parameter of PostgreSQL; the reason is noted when it is not known.
func (n Node) Parameter(key facts.Key) (setting facts.Setting, ok bool) {
	return n.pass.NodeSetting(n.declared, key)
}

// AnyParameter is Parameter, but notes nothing.
func (n Node) AnyParameter(key facts.Key) facts.Setting {
	return n.pass.AnyNodeSetting(n.declared, key)
}

// Version is PostgreSQL's major version if a tag tells it.
func (n Node) Version() facts.Setting {
	n.pass.reads(facts.PostgreSQLVersion)
	return n.declared.Version
}

// Refusals are the start-up checks of the image that the environment does not pass.
func (n Node) Refusals() []facts.Refusal {
	n.pass.reads(facts.NodeEnvironment)
	return n.declared.Refusals
}

// OwnVariables gives every variable of the image that the container is given; those that have the image's default may be
// missing.
func (n Node) OwnVariables() facts.Settings {
	n.pass.reads(facts.NodeEnvironment)
	return n.declared.Environment.Own
}

// Container is what the node is started with. It is never nil, but see [Node.Described].
func (n Node) Container() *facts.Container {
	n.pass.reads(facts.Containers)
	return n.declared.Container
}

// Described says whether the container itself is among the inputs and not only an environment that it may be given, so
// that its mounts, ports and network are known.
func (n Node) Described() bool {
	c := n.Container()
	return c.Image.State != facts.Absent || c.Format == facts.Compose
}

// Names are the names under which the node's container is reached, without REPMGR_NODE_NETWORK_NAME.
func (n Node) Names() []string { return n.declared.Container.Names }

// Replicas is how many nodes the one declaration starts.
func (n Node) Replicas() int { return n.declared.Container.Replicas }

// Origin is where the node is declared.
func (n Node) Origin() facts.Origin { return n.declared.Container.Origin }

// At is where to point for a setting of the node: its value, or where the node is declared when nobody wrote one.
func (n Node) At(setting facts.Setting) facts.Origin {
	if setting.Origin.Known() {
		return setting.Origin
	}
	return n.Origin()
}

// AnyBackends gives the backend nodes of each Pgpool-II that files declare. Nothing is noted.
func (p *Pass) AnyBackends() [][]facts.BackendNode {
	p.reads(facts.BackendNodes)
	all := make([][]facts.BackendNode, 0, len(p.deployment.Pgpools))
	for _, pgpool := range p.deployment.Pgpools {
		all = append(all, pgpool.Backends)
	}
	return all
}

// AnyURLs gives every value of jdbc.url, whatever is known of it. Nothing is noted.
func (p *Pass) AnyURLs() []facts.JDBCURL {
	p.reads(facts.JDBCURLKey)
	if p.deployment.Bitbucket == nil {
		return nil
	}
	return p.deployment.Bitbucket.URLs
}

// AnyContainers is [Pass.Containers], but notes nothing.
func (p *Pass) AnyContainers() []*facts.Container {
	p.reads(facts.Containers)
	return p.deployment.Containers()
}
