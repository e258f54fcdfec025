package network

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

const (
	networkName  facts.Key = "REPMGR_NODE_NETWORK_NAME"
	primaryHost  facts.Key = "REPMGR_PRIMARY_HOST"
	partnerNodes facts.Key = "REPMGR_PARTNER_NODES"
)

// PublicAddress guards the database against the Internet: Atlassian's page asks for a private subnet, and has public
// addresses for examples.
var PublicAddress = &rules.Rule{
	ID:       "network/public-address",
	Title:    "Pgpool-II and the PostgreSQL nodes have no public address",
	Severity: rules.Warning,
	Needs:    []facts.Key{facts.BackendNodes, facts.PostgreSQLNodes, facts.JDBCURLKey, facts.Containers, networkName, primaryHost, partnerNodes},
	Check: func(p *rules.Pass) {
		told := map[string]bool{}
		found := false
		visitHosts(p, func(one host) {
			found = true
			switch facts.ReachOf(one.host) {
			case facts.ReachUnknown:
				p.Skipf("whether %s is a public address is not known", one.shown())
			case facts.ReachPublic:
				if told[one.whose+facts.Host(one.host)] {
					return
				}
				told[one.whose+facts.Host(one.host)] = true
				p.Failf(one.at, "%s has %s, a public address: whoever reaches it may try passwords, and PostgreSQL's passwords and data cross the Internet", one.whose, one.shown()).
					Helpf("Put Bitbucket, Pgpool-II and the PostgreSQL nodes into a private network and use their addresses there; where that cannot be, let a firewall admit them alone and encrypt the connections.")
			default:
				p.OK()
			}
		})
		if !found {
			p.Skipf("no host of Pgpool-II or a PostgreSQL node among the inputs")
		}
	},
}

// host is a host that a file names for Pgpool-II or a node.
type host struct {
	host, whose string
	at          facts.Origin
}

// shown is the host for messages.
func (h host) shown() string { return facts.OneLine(facts.RedactURL(h.host)) }

// visitHosts passes them by; what is not known has its reason noted.
func visitHosts(p *rules.Pass, visit func(host)) {
	add := func(setting facts.Setting, whose string) {
		switch {
		case !setting.Known():
			if setting.State != facts.Absent {
				p.Skipf("%s is not known: %s", rules.NameOf(setting), setting.Why)
			}
		case setting.Text != "" && setting.Origin.Known():
			visit(host{setting.Text, whose, setting.Origin})
		}
	}
	for _, backends := range p.AnyBackends() {
		for i := range backends {
			add(backends[i].Host, "a PostgreSQL node")
		}
	}
	for _, node := range p.AnyRepmgrNodes() {
		add(node.Variable(networkName), "a PostgreSQL node")
		add(node.Variable(primaryHost), "a PostgreSQL node")
		for _, item := range node.Variable(partnerNodes).Items() {
			visit(host{hostOnly(item.Text), "a PostgreSQL node", item.Origin})
		}
	}
	for _, url := range p.AnyURLs() {
		for _, named := range url.Parsed.Hosts {
			if url.Known() && url.Parsed.Accepted && !url.Shadowed {
				visit(host{named.Name, "Pgpool-II in jdbc.url", url.Origin.Sub(named.Span.Start, named.Span.End)})
			}
		}
	}
	for _, container := range p.AnyContainers() {
		for _, port := range container.Ports {
			if port.HostIP != "" && facts.ReachOf(port.HostIP) == facts.ReachPublic {
				visit(host{port.HostIP, "a published port of " + nameOf(container), port.Origin})
			}
		}
	}
}

// hostOnly is the host of an entry of REPMGR_PARTNER_NODES: [scheme://]host[:port].
func hostOnly(text string) string {
	if _, rest, ok := strings.Cut(text, "://"); ok {
		text = rest
	}
	if at := strings.LastIndexByte(text, ':'); at > 0 && (strings.IndexByte(text, ':') == at || text[at-1] == ']') {
		return text[:at]
	}
	return text
}

func nameOf(container *facts.Container) string {
	if container.Name == "" {
		return "a container"
	}
	return container.Name
}
