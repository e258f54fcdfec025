package offline

import (
	"path"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/bitnami"
	"github.com/bbdoctor/bbdoctor/checks/offline/pgpoolconf"
)

// A Pgpool-II or a node has hundreds of settings, most of them defaults: many times the size of the files that declare
// it. Of many installations all that together is what fills the memory, so it is made when it is judged. That must change
// nothing, so it is only done with a container of which no other file can be read: to open a file also says that the
// file belongs to the container and is nothing by itself.

// selfContained says whether a container names no file that would be read for it.
func selfContained(c *facts.Container) bool {
	if len(c.Command) > 0 {
		return false
	}
	for i := range c.Environment {
		if name := c.Environment[i].Name; len(name) >= len("_FILE") && strings.EqualFold(name[len(name)-len("_FILE"):], "_FILE") {
			return false
		}
	}
	for _, volume := range c.Volumes {
		if volume.Source == "" || strings.ContainsAny(volume.Source, "./~$`") || path.Ext(volume.Target) != "" || strings.Contains(volume.Target, "conf") {
			return false
		}
	}
	return true
}

// pgpool gives a container's Pgpool-II; of one that is deferred also where its backend nodes are.
func (l *loader) pgpool(c *facts.Container) unit {
	if !l.options.Deferred || !selfContained(c) {
		return unit{pgpool: bitnami.Pgpool(c, l.context)}
	}
	u := unit{pgpool: &facts.Pgpool{Container: c}, addresses: bitnami.Addresses(c, l.context)}
	l.putAside(c)
	return u
}

// backends tells where the backend nodes of a unit's Pgpool-II are.
func (u *unit) backends() []pgpoolconf.Address {
	if u.addresses != nil {
		return u.addresses
	}
	addresses := make([]pgpoolconf.Address, 0, len(u.pgpool.Backends))
	for i := range u.pgpool.Backends {
		node := &u.pgpool.Backends[i]
		addresses = append(addresses, pgpoolconf.Address{Index: node.Index, Host: node.Host.Text, Port: node.Port.Text})
	}
	return addresses
}

func (l *loader) node(c *facts.Container) *facts.Node {
	if !l.options.Deferred || !selfContained(c) {
		return bitnami.Node(c, l.context)
	}
	l.putAside(c)
	return &facts.Node{Container: c}
}

// putAside packs the environment of a deferred container, unless it is that of others as well.
func (l *loader) putAside(c *facts.Container) {
	if c.Image.State == facts.Absent && c.Image.Text == "" {
		return
	}
	hideAssignments(c.Environment)
	c.Pack()
}

// isDeferred says whether a Pgpool-II or node is still to be filled in: whoever made it has given it its settings.
func isDeferred(c *facts.Container, settings facts.Layers) bool {
	return c != nil && settings.Own == nil
}

// assemble fills in a unit that was deferred. Once release is called, nobody may look at what was filled in.
func (l *loader) assemble(u unit) (release func()) {
	switch {
	case u.pgpool != nil && isDeferred(u.pgpool.Container, u.pgpool.Settings):
		u.pgpool.Container.Unpack()
		pgpool := bitnami.Pgpool(u.pgpool.Container, l.context)
		*u.pgpool = *pgpool
		return func() {
			*u.pgpool = facts.Pgpool{Name: pgpool.Name, Container: pgpool.Container, Image: pgpool.Image, Version: pgpool.Version}
			u.pgpool.Container.Pack()
		}
	case u.node != nil && isDeferred(u.node.Container, u.node.Settings):
		u.node.Container.Unpack()
		node := bitnami.Node(u.node.Container, l.context)
		*u.node = *node
		return func() {
			*u.node = facts.Node{Name: node.Name, Container: node.Container, Image: node.Image, Version: node.Version}
			u.node.Container.Pack()
		}
	}
	return func() {}
}

// postpone leaves what is still to be filled in to the deployment.
func (l *loader) postpone(d *facts.Deployment) {
	var units []unit
	for _, p := range d.Pgpools {
		if isDeferred(p.Container, p.Settings) {
			units = append(units, unit{pgpool: p})
		}
	}
	for _, n := range d.Nodes {
		if isDeferred(n.Container, n.Settings) {
			units = append(units, unit{node: n})
		}
	}
	if !l.options.Deferred {
		return
	}
	d.Assemble = func() func() {
		releases := make([]func(), 0, len(units))
		for _, u := range units {
			releases = append(releases, l.assemble(u))
		}
		return func() {
			d.Forget()
			for _, release := range releases {
				release()
			}
		}
	}
}
