package offline

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/pgpoolconf"
)

// group makes deployments out of the units. What belongs together is decided by directory: a directory with everything
// below it is one deployment as long as it holds at most one Bitbucket and one Pgpool-II (or several instances in front
// of the same backend nodes); else every directory below is looked at by itself. When one directory holds several that
// cannot be one installation, the environments that files are named after and the names of hosts tell them apart where they can, and where not, that is said instead of mixing them.
func (l *loader) group() []*facts.Deployment {
	tree := newTree(l.units)
	deployments := l.plan(tree)
	slices.SortStableFunc(deployments, func(a, b *facts.Deployment) int { return strings.Compare(a.Name, b.Name) })
	if len(deployments) == 1 && len(l.options.Declared) == 0 {
		deployments[0].Name = "."
	}
	return deployments
}

// directory is one directory with units in it or below.
type directory struct {
	name     string
	units    []unit
	children map[string]*directory
	all      []unit // its own, then those of the directories below
}

func newTree(units []unit) *directory {
	root := &directory{name: "."}
	for _, u := range units {
		at := root
		if u.dir != "." {
			for rest, end := u.dir, 0; ; end++ {
				part, behind, more := strings.Cut(rest, "/")
				end += len(part)
				walked := u.dir[:end]
				if part == "" {
					walked = "/"
				}
				if at.children == nil {
					at.children = map[string]*directory{}
				}
				child := at.children[part]
				if child == nil {
					child = &directory{name: walked}
					at.children[part] = child
				}
				if at, rest = child, behind; !more {
					break
				}
			}
		}
		u.environment = u.placed()
		at.units = append(at.units, u)
	}
	root.gather(make([]unit, 0, len(units)))
	return root
}

// gather appends the units of the directory and of those below to all, which has room for them, and has every directory
// know its part.
func (d *directory) gather(all []unit) []unit {
	start := len(all)
	all = append(all, d.units...)
	for _, name := range slices.Sorted(maps.Keys(d.children)) {
		all = d.children[name].gather(all)
	}
	d.all = all[start:len(all):len(all)]
	return all
}

func (l *loader) plan(d *directory) []*facts.Deployment {
	all := d.all
	if len(all) == 0 {
		return nil
	}
	if len(d.children) == 1 && len(d.units) == 0 {
		for _, child := range d.children {
			return l.plan(child)
		}
	}
	several := severalEnvironments(all)
	if several {
		if across := l.acrossServices(d); across != nil {
			return across
		}
	}
	if !several && oneInstallation(all) && !severalInstallations(d) {
		return []*facts.Deployment{l.deployment(d.name, all)}
	}
	var deployments []*facts.Deployment
	switch {
	case len(d.units) == 0:
	case oneInstallation(d.units) && !severalEnvironments(d.units):
		deployments = append(deployments, l.deployment(d.name, d.units))
	default:
		deployments = append(deployments, l.apart(d)...)
	}
	for _, name := range slices.Sorted(maps.Keys(d.children)) {
		below := l.plan(d.children[name])
		unsure(d.children[name].name, d, below)
		deployments = append(deployments, below...)
	}
	return deployments
}

// oneInstallation says whether the units can be one installation.
func oneInstallation(units []unit) bool {
	var files int
	var url, backends string
	var urls, pools bool
	var manifests []unit // with a Pgpool-II
	for _, u := range units {
		switch {
		case u.properties != nil:
			files++
		case u.bitbucket != nil:
			text := environmentURL(u.bitbucket)
			if text == "" {
				continue
			}
			if urls && text != url {
				return false
			}
			url, urls = text, true
		case u.pgpool != nil:
			text := backendText(u.backends())
			if pools && text != backends {
				return false
			}
			backends, pools = text, true
			if c := u.pgpool.Container; c != nil && c.Format == facts.Kubernetes {
				manifests = append(manifests, u)
			}
		}
	}
	return files <= 1 && !severalTimes(manifests)
}

// severalTimes says whether Pgpool-IIs of manifests are the same one several times, as the names of their backend nodes
// alone do not tell: of two namespaces, each of which may have a pg-0, or of two overlays that are built on one base.
func severalTimes(units []unit) bool {
	if len(units) < 2 {
		return false
	}
	type start struct {
		source *facts.Source
		at     facts.Span
	}
	namespace, homes := "", map[start]*facts.Source{}
	for _, u := range units {
		switch {
		case u.namespace == "":
		case namespace == "":
			namespace = u.namespace
		case namespace != u.namespace:
			return true
		}
		from := start{u.pgpool.Container.Origin.Source, u.pgpool.Container.Origin.Span}
		if home := homes[from]; home != nil && home != u.source {
			return true
		}
		homes[from] = u.source
	}
	return false
}

// severalInstallations says whether the parts of a directory look like installations by themselves, however alike their
// settings are: two have a Bitbucket, or two have more than one of Bitbucket, Pgpool-II and PostgreSQL nodes.
func severalInstallations(d *directory) bool {
	var t tally
	t.add(kindsOf(d.units))
	for _, child := range d.children {
		t.add(kindsOf(child.all))
	}
	return t.several()
}

// kinds are the kinds of servers that there are.
type kinds uint8

const (
	hasBitbucket kinds = 1 << iota
	hasPgpool
	hasNode
)

func kindsOf(units []unit) (k kinds) {
	for _, u := range units {
		switch {
		case u.properties != nil, u.bitbucket != nil:
			k |= hasBitbucket
		case u.pgpool != nil:
			k |= hasPgpool
		case u.node != nil:
			k |= hasNode
		}
	}
	return k
}

// tally counts parts of a directory: those with a Bitbucket, and those with more than one kind of server.
type tally struct{ bitbuckets, mixed int }

func (t *tally) add(k kinds) {
	if k&hasBitbucket != 0 {
		t.bitbuckets++
	}
	if k&(k-1) != 0 {
		t.mixed++
	}
}

func (t *tally) several() bool { return t.bitbuckets > 1 || t.mixed > 1 }

// environmentURL is a Bitbucket container's JDBC_URL, or "" when it has none that is known.
func environmentURL(c *facts.Container) string {
	text := ""
	for i := range c.Environment {
		if c.Environment[i].Name == "JDBC_URL" {
			text = c.Environment[i].Value.Text
		}
	}
	return text
}

// backendText is the same text for instances with the same backend nodes.
func backendText(backends []pgpoolconf.Address) string {
	var text strings.Builder
	for _, node := range backends {
		for _, part := range [...]string{node.Index, ":", node.Host, ":", node.Port, ","} {
			text.WriteString(part)
		}
	}
	return text.String()
}

// deployment makes one deployment out of units that are one installation.
func (l *loader) deployment(name string, units []unit) *facts.Deployment {
	d := &facts.Deployment{Name: name}
	var files []*facts.PropertiesFile
	var containers []*facts.Container
	for _, u := range units {
		switch {
		case u.properties != nil:
			files = append(files, u.properties)
		case u.bitbucket != nil:
			containers = append(containers, u.bitbucket)
		case u.pgpool != nil:
			d.Pgpools = append(d.Pgpools, u.pgpool)
		case u.node != nil:
			d.Nodes = append(d.Nodes, u.node)
		}
	}
	if len(files)+len(containers) > 0 {
		d.Bitbucket = newBitbucket(files, containers, l.options)
	}
	l.postpone(d)
	return d
}

// apart splits one directory whose units cannot be one installation. Units that name one another stay together; each of
// the groups becomes a deployment, and what names nobody stands alone and says so.
func (l *loader) apart(d *directory) []*facts.Deployment {
	for _, u := range d.units {
		l.assemble(u)
	}
	var groups [][]unit
	sorted := byEnvironment(d.units)
	for _, environment := range slices.Sorted(maps.Keys(sorted)) {
		if units := sorted[environment]; environment != "" && oneInstallation(units) {
			groups = append(groups, units)
			continue
		}
		groups = append(groups, linked(sorted[environment])...)
	}
	deployments := make([]*facts.Deployment, 0, len(groups))
	taken := map[string]int{}
	for _, group := range groups {
		name := d.name + "#" + groupName(group)
		if environment := group[0].environment; environment != "" && len(sorted) > 1 && oneInstallation(sorted[environment]) {
			name = d.name + "#" + environment
		}
		if taken[name]++; taken[name] > 1 {
			name = fmt.Sprintf("%s-%d", name, taken[name])
		}
		deployment := l.deployment(name, group)
		if deployment.Bitbucket == nil || len(deployment.Pgpools) == 0 {
			deployment.Problems = append(deployment.Problems, facts.Problem{
				File: group[0].source.Name,
				Note: true,
				Message: fmt.Sprintf("%s holds several Bitbucket or Pgpool-II configurations and nothing tells which of the others belongs to %s; it is judged by itself. Give each installation a directory of its own",
					d.name, groupName(group)),
			})
		}
		deployments = append(deployments, deployment)
	}
	return deployments
}

// groupName names a group by its Pgpool-II, else by its Bitbucket, else by its first node.
func groupName(units []unit) string {
	for _, u := range units {
		if u.pgpool != nil {
			return shortName(u.pgpool.Name, u.source)
		}
	}
	for _, u := range units {
		switch {
		case u.bitbucket != nil:
			return shortName(u.bitbucket.Name, u.source)
		case u.properties != nil:
			return path.Base(u.source.Name)
		}
	}
	if units[0].node != nil {
		return shortName(units[0].node.Name, units[0].source)
	}
	return path.Base(units[0].source.Name)
}

func shortName(name string, source *facts.Source) string {
	if name == "" || name == source.Name {
		return path.Base(source.Name)
	}
	return name
}
