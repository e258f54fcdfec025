package network

import (
	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// Loopback guards against localhost inside a container, which is the container itself and not the machine that it runs on.
var Loopback = &rules.Rule{
	ID:       "network/loopback",
	Title:    "no container looks for another one at its own loopback address",
	Severity: rules.Error,
	Needs:    []facts.Key{facts.BackendNodes, facts.Containers, facts.JDBCURLKey, facts.BitbucketContainers},
	Check: func(p *rules.Pass) {
		seen := false
		for _, i := range p.AnyDeclaredInstances() {
			container := i.Declared(facts.Containers).Container
			if container == nil {
				continue // Pgpool-II on a machine of its own: localhost may be right
			}
			for _, backend := range i.Backends() {
				seen = true
				if !backend.Host.Known() {
					p.Skipf("%s is not known: %s", rules.NameOf(backend.Host), backend.Host.Why)
					continue
				}
				if !own(p, container, backend.Host.Text) {
					continue
				}
				p.Failf(i.At(backend.Host), "backend node %s is %s, which inside a container is the container itself: Pgpool-II looks for PostgreSQL in its own container and finds none", backend.Index, backend.Host.Shown()).
					Helpf("Write the name of the PostgreSQL container, or of the machine that it runs on.")
			}
		}
		seen = judgeURL(p) || seen
		if !seen {
			p.Skipf("neither a Pgpool-II nor a Bitbucket in a container among the inputs")
		}
	},
}

// judgeURL judges jdbc.url for a Bitbucket in a container, and says whether there is one.
func judgeURL(p *rules.Pass) (seen bool) {
	urls := p.AnyURLs()
	containers := p.BitbucketContainers()
	if len(urls) == 0 || len(containers) == 0 {
		return false
	}
	for _, url := range urls {
		switch {
		case url.Shadowed:
			continue
		case !url.Known():
			p.Skipf("jdbc.url is not known: %s", url.Why)
			return true
		case !url.Parsed.Accepted:
			p.Skipf("the driver does not accept jdbc.url (jdbc/url-valid)")
			return true
		}
		for _, named := range url.Parsed.Hosts {
			name := named.Name
			if name == "" {
				name = "localhost"
			}
			if !own(p, containers[0], name) {
				continue
			}
			p.Failf(url.Origin.Sub(named.Span.Start, named.Span.End), "jdbc.url names %s, which inside a container is the container itself: Bitbucket looks for Pgpool-II in its own container and does not start", name).
				Helpf("Write the name of the Pgpool-II container, or of the machine that it runs on.").
				Also(containers[0].Origin, "Bitbucket runs in this container")
		}
	}
	return true
}

// own says whether a host is a container itself. When that is not known the reason is noted; when it is not so, that is
// noted as judged.
func own(p *rules.Pass, container *facts.Container, host string) bool {
	switch {
	case facts.ReachOf(host) != facts.ReachLoopback, container.HostNetwork:
		p.OK()
		return false
	case container.SharedNetwork:
		p.Skipf("%s shares the network of another container, which %s may be", nameOf(container), host)
		return false
	case container.Image.State == facts.Absent && container.Format != facts.Compose:
		p.Skipf("in which network the container runs is not among the inputs")
		return false
	}
	return true
}
