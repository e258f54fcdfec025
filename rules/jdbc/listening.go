package jdbc

import (
	"slices"
	"strconv"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/jdbcurl"
	"github.com/bbdoctor/bbdoctor/rules"
)

// pgpoolPort is the parameter of pgpool.conf, which the image takes from PGPOOL_PORT_NUMBER.
const pgpoolPort facts.Key = "port"

// onHost stands for the machine that runs the containers, where their published ports are.
const onHost = "\x00host"

// listening is where Pgpool-II and the PostgreSQL nodes answer, as Bitbucket sees it.
type listening struct {
	pgpools, nodes []listener
	// inside says that Bitbucket is a container itself, so that the containers' own names and ports mean something to it,
	// and "localhost" is Bitbucket's own container.
	inside bool
}

// listener is one address at which one server answers.
type listener struct {
	name        string // of the server, for messages: "backend node 0"
	at          facts.Origin
	host, port  string // host as plainHost gives it, or onHost
	shown       string // the host as people write it
	inner       bool   // only other containers reach it
	doubtful    bool   // another server may answer at the same name and port
	portUnknown bool   // it publishes a port that is not known
}

// whereTheyListen collects the addresses that the inputs tell.
func whereTheyListen(p *rules.Pass) listening {
	var view listening
	for _, bitbucket := range p.BitbucketContainers() {
		if !bitbucket.HostNetwork {
			view.inside = true
		}
	}
	for _, node := range p.AnyNodes() {
		if node.Container == nil {
			continue
		}
		port := "5432"
		if number := node.Environment.Get("POSTGRESQL_PORT_NUMBER"); number.Known() {
			port = number.Text
		} else if number.State != facts.Absent {
			port = ""
		}
		one := listener{name: "the PostgreSQL node " + node.Name, at: node.Container.Origin, port: port}
		view.nodes = append(view.nodes, view.container(node.Container, one)...)
		if network := node.Environment.Get("REPMGR_NODE_NETWORK_NAME"); network.Known() && !slices.Contains(node.Container.Names, network.Text) {
			view.nodes = append(view.nodes, view.named(node.Container, network.Text, one, false)...)
		}
	}
	for _, pgpool := range p.Pgpools() {
		declared, port := pgpool.Declared(facts.BackendNodes), pgpool.Get(pgpoolPort)
		one := listener{name: "Pgpool-II", port: port.Norm}
		onMachine := !declared.Measured && (declared.Container == nil || declared.Container.HostNetwork)
		switch {
		case !port.Known(), declared.Measured: // the running one is wherever jdbc.url leads
		case declared.Container != nil:
			one.at = declared.Container.Origin
			view.pgpools = append(view.pgpools, view.container(declared.Container, one)...)
		default:
			one.host, one.shown, one.at = onHost, "localhost", port.Origin
			view.pgpools = append(view.pgpools, one)
		}
		for _, backend := range declared.Backends {
			view.backend(backend, onMachine)
		}
	}
	return view
}

// backend adds a backend node at the address that Pgpool-II has for it, unless its container is known already.
func (l *listening) backend(backend facts.BackendNode, onMachine bool) {
	if !backend.Host.Known() || !backend.Port.Known() {
		return
	}
	host := plainHost(backend.Host.Text)
	if isLoopback(host) && onMachine || host == "host.docker.internal" && !onMachine {
		host = onHost
	} else if isLoopback(host) {
		return // Pgpool-II's own container: network/loopback
	}
	for _, known := range l.nodes {
		if known.host == host && known.port == backend.Port.Text && !known.doubtful {
			return
		}
	}
	l.nodes = append(l.nodes, listener{name: "backend node " + backend.Index, at: backend.Host.Origin, host: host, shown: backend.Host.Text, port: backend.Port.Text})
}

// container gives the addresses of a server in a container: its names, and the ports it publishes.
func (l *listening) container(c *facts.Container, one listener) []listener {
	var all []listener
	fronted := map[string]bool{} // names that lead to the container by the ports of a Service alone
	for _, service := range c.Services {
		for _, name := range service.Names {
			if service.Headless {
				continue
			}
			fronted[name] = true
			all = append(all, behind(service, name, one)...)
		}
	}
	for _, name := range c.Names {
		if !fronted[name] {
			all = append(all, l.named(c, name, one, true)...)
		}
	}
	if c.Format == facts.Kubernetes {
		return all // what is published is so on machines whose names no manifest tells
	}
	if c.HostNetwork {
		one.host, one.shown = onHost, "localhost"
		return append(all, one)
	}
	for _, port := range c.Ports {
		published := one
		published.host, published.shown, published.port = onHost, "localhost", port.Host
		if port.Protocol != "tcp" || port.Container != one.port && one.port != "" {
			continue
		}
		if ip := plainHost(port.HostIP); ip != "0.0.0.0" && ip != "::" && !isLoopback(ip) {
			published.host, published.shown = ip, ip
		}
		published.portUnknown = !isNumber(port.Host)
		all = append(all, published)
	}
	return all
}

// behind gives the addresses of a server behind a Service of Kubernetes.
func behind(service facts.Service, name string, one listener) (all []listener) {
	one.host, one.shown, one.inner = plainHost(name), name, true
	for _, port := range service.Ports {
		if port.Protocol != "tcp" || port.Container != one.port && one.port != "" {
			continue
		}
		at := one
		at.port = port.Host
		all = append(all, at)
	}
	return all
}

// named gives the addresses of a container's server under one name. Whoever is outside reaches the published port; the
// container's own port counts too, but is doubtful when another one is published in its place, because then another
// server of the same machine may have it. Inside, the container's own names leave no doubt.
func (l *listening) named(c *facts.Container, name string, one listener, ownName bool) []listener {
	one.host, one.shown = plainHost(name), name
	if isLoopback(one.host) {
		return nil
	}
	own := one
	own.inner = !c.HostNetwork
	var published []listener
	for _, port := range c.Ports {
		if port.Protocol != "tcp" || port.Container != one.port {
			continue
		}
		outer := one
		outer.port = port.Host // what is no number matches nothing here and is unknown among the published ports
		published = append(published, outer)
		if port.Host == own.port {
			own.inner = false
		} else if !l.inside || !ownName {
			own.doubtful = true
		}
	}
	if !own.inner {
		own.doubtful = false
	}
	return append(published, own)
}

// find gives the listener at a host of the URL. One that is certain is preferred.
func (l *listening) find(all []listener, host jdbcurl.Host) (found listener, ok bool) {
	name := l.meaning(host)
	for _, one := range all {
		if one.host != name || one.port != strconv.Itoa(host.PortNumber) {
			continue
		}
		if !ok || found.doubtful {
			found, ok = one, true
		}
	}
	return found, ok
}

// meaning is a host of the URL as Bitbucket sees it.
func (l *listening) meaning(host jdbcurl.Host) string {
	name := plainHost(host.Name)
	if isLoopback(name) || name == "host.docker.internal" && l.inside {
		return onHost
	}
	return name
}

// example gives the address of Pgpool-II to write in the place of a host, as the end of a sentence; it is empty when the
// inputs do not tell one that Bitbucket can reach for sure.
func (l *listening) example(host jdbcurl.Host) string {
	for _, one := range l.pgpools {
		reachable := l.inside && one.host != onHost || !l.inside && one.host == onHost && l.meaning(host) == onHost
		if reachable && !one.doubtful && !one.portUnknown && one.port != "" {
			return ": " + one.shown + ":" + one.port
		}
	}
	return ""
}

// mayBeNode says whether a node may answer at a host of which nothing else is known: because some node answers at that
// port, or because it is a node's name and the port is not Pgpool-II's.
func (l *listening) mayBeNode(host jdbcurl.Host) bool {
	name, port := l.meaning(host), strconv.Itoa(host.PortNumber)
	named := false
	for _, node := range l.nodes {
		named = named || node.host == name
		if node.inner && !l.inside {
			continue
		}
		if node.portUnknown || node.port == "" || node.port == port {
			return true
		}
	}
	return named && !slices.ContainsFunc(l.pgpools, func(one listener) bool { return one.port == port })
}

// plainHost is a host as hosts are compared: in lower case, without brackets, without the final dot, and an IPv4 address
// as such.
func plainHost(host string) string {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	return strings.TrimPrefix(host, "::ffff:")
}

// isLoopback takes a host as plainHost gives it. The driver takes an empty host for the loopback address.
func isLoopback(host string) bool {
	switch {
	case host == "", host == "localhost", strings.HasSuffix(host, ".localhost"), host == "::1":
		return true
	}
	return strings.HasPrefix(host, "127.") && strings.Trim(host, "0123456789.") == ""
}

func isNumber(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}
