package version

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// group are PostgreSQL nodes with one version, all declared or all measured.
type group struct {
	number number
	nodes  []*facts.Node
}

// names are the nodes' names for a sentence.
func (g group) names() string {
	names := make([]string, len(g.nodes))
	for i, node := range g.nodes {
		names[i] = node.Name
	}
	if last := len(names) - 1; last > 0 {
		return strings.Join(names[:last], ", ") + " and " + names[last]
	}
	return names[0]
}

// at is where a finding about the nodes points.
func (g group) at() facts.Origin { return g.nodes[0].Version.Origin }

// alsoOthers names the places of the other nodes.
func (g group) alsoOthers(finding *rules.Finding) *rules.Finding {
	for _, node := range g.nodes[1:] {
		finding.Also(node.Version.Origin, "%s", node.Name)
	}
	return finding
}

// nodeGroups gives the nodes of which the version is known, by version, what is declared apart from what was measured. Why a
// version is not known is noted, unless all that the other view has is known: a running node tells its version, whatever
// the files leave out.
func nodeGroups(p *rules.Pass) (groups []group) {
	var reasons unknown
	for _, node := range p.Nodes() {
		n := parse(node.Version.Text)
		if !node.Version.Known() || len(n) == 0 {
			reasons.add(node.Measured, "PostgreSQL's version on "+node.Name+" is not known"+because(node.Version))
			continue
		}
		reasons.known(node.Measured)
		found := false
		for i := range groups {
			if groups[i].number.compare(n) == 0 && groups[i].nodes[0].Measured == node.Measured {
				groups[i].nodes, found = append(groups[i].nodes, node), true
			}
		}
		if !found {
			groups = append(groups, group{n, []*facts.Node{node}})
		}
	}
	reasons.note(p)
	return groups
}

// pgpool is an instance of which the version is known.
type pgpool struct {
	rules.Instance
	number number
}

// at is where a finding about the version points.
func (i pgpool) at() facts.Origin { return i.At(i.Version()) }

// pgpools gives the instances of which the version is known, as nodeGroups does for nodes.
func pgpools(p *rules.Pass) (known []pgpool) {
	var reasons unknown
	for _, i := range p.Pgpools() {
		version := i.Version()
		n := parse(version.Text)
		if !version.Known() || n.series() == nil {
			reasons.add(i.Measured(), "the version of "+i.Name()+" is not known"+because(version))
			continue
		}
		reasons.known(i.Measured())
		known = append(known, pgpool{i, n})
	}
	reasons.note(p)
	return known
}

func because(version facts.Setting) string {
	if version.Why == "" || version.Known() {
		return ""
	}
	return ": " + version.Why
}

// unknown collects why versions are not known, of what is declared and of what was measured.
type unknown struct {
	reasons [2][]string
	knows   [2]bool
}

func view(measured bool) int {
	if measured {
		return 1
	}
	return 0
}

func (u *unknown) add(measured bool, reason string) {
	u.reasons[view(measured)] = append(u.reasons[view(measured)], reason)
}

func (u *unknown) known(measured bool) { u.knows[view(measured)] = true }

func (u *unknown) note(p *rules.Pass) {
	for this := range u.knows {
		other := 1 - this
		if u.knows[this] {
			p.OK()
		}
		if u.knows[other] && len(u.reasons[other]) == 0 {
			continue
		}
		for _, reason := range u.reasons[this] {
			p.Skipf("%s", reason)
		}
	}
}
