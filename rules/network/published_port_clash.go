package network

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// PublishedPortClash guards against two containers that want one port of one machine: the second one does not start.
// Atlassian's page publishes 5432 three times, on three machines.
var PublishedPortClash = &rules.Rule{
	ID:       "network/published-port-clash",
	Title:    "no two containers of one machine publish the same port",
	Severity: rules.Error,
	Needs:    []facts.Key{facts.Containers, facts.PostgreSQLNodes, facts.BackendNodes, "POSTGRESQL_PORT_NUMBER", "port"},
	Check: func(p *rules.Pass) {
		machines := map[string][]claim{}
		var order []string
		for _, one := range claims(p) {
			machine := machineOf(one.container)
			if machines[machine] == nil {
				order = append(order, machine)
			}
			machines[machine] = append(machines[machine], one)
		}
		if len(order) == 0 {
			p.Skipf("no container publishes a fixed port of its machine")
		}
		for _, machine := range order {
			judgeMachine(p, machines[machine])
		}
	},
}

// claim is one port of a machine that a container takes.
type claim struct {
	container *facts.Container
	ip        string // as facts.Host gives it; empty for every address of both families
	port      int
	protocol  string
	written   string // as it is written: "10.0.0.1:5432/tcp"
	at        facts.Origin
}

// machineOf is the same text for containers that one command starts on one machine.
func machineOf(c *facts.Container) string {
	if c.Project != "" {
		return "project " + c.Project
	}
	if c.Origin.Source == nil {
		return ""
	}
	return "file " + c.Origin.Source.Name
}

// claims are the published ports, and those on which containers in their machine's own network listen.
func claims(p *rules.Pass) (all []claim) {
	seen := map[*facts.Container]bool{}
	for _, container := range p.AnyContainers() {
		if seen[container] || container.Replicas == 0 {
			continue
		}
		seen[container] = true
		if container.HostNetwork {
			continue // its published ports are not looked at
		}
		for _, port := range container.Ports {
			if strings.Trim(port.HostIP+port.Host+port.Protocol, "0123456789abcdefghijklmnopqrstuvwxyz.:[]-ABCDEF") != "" {
				p.Skipf("which port %s publishes is not known", nameOf(container))
				continue
			}
			number, err := strconv.Atoi(port.Host)
			if err != nil || number == 0 {
				continue // docker chooses a free one, of a range, too
			}
			all = append(all, claim{container, facts.Host(port.HostIP), number, cmp.Or(strings.ToLower(port.Protocol), "tcp"), facts.Address(cmp.Or(port.HostIP, "*"), port.Host), port.Origin})
		}
	}
	for _, node := range p.AnyRepmgrNodes() {
		all = append(all, listening(node.Container(), node.Variable("POSTGRESQL_PORT_NUMBER"))...)
	}
	for _, pgpool := range p.AnyDeclaredInstances() {
		if container := pgpool.Declared(facts.BackendNodes).Container; container != nil {
			all = append(all, listening(container, pgpool.Get("port"))...)
		}
	}
	return all
}

// listening is the port on which a server in its machine's own network listens.
func listening(container *facts.Container, port facts.Setting) []claim {
	number, err := strconv.Atoi(port.Text)
	if container.HostNetwork && port.Known() && err == nil && container.Replicas > 0 {
		return []claim{{container, "", number, "tcp", facts.Address("*", port.Text), container.Origin}}
	}
	return nil
}

// judgeMachine compares what the containers of one machine take, in the order of the file.
func judgeMachine(p *rules.Pass, all []claim) {
	p.OK()
	slices.SortStableFunc(all, byPlace)
	byPort := map[string][]claim{}
	for _, one := range all {
		key := strconv.Itoa(one.port) + "/" + one.protocol
		for _, before := range byPort[key] {
			if before.container != one.container && overlap(before.ip, one.ip) && together(before.container, one.container) {
				clash(p, before, one)
				break
			}
		}
		byPort[key] = append(byPort[key], one)
	}
}

// byPlace orders by where a port is written, the first file of a project before those that are merged over it.
func byPlace(a, b claim) int {
	if a.at.Source == nil || b.at.Source == nil {
		return 0
	}
	first := func(c claim) int {
		if c.at.Source.Name == c.container.Project {
			return 0
		}
		return 1
	}
	return cmp.Or(cmp.Compare(first(a), first(b)), cmp.Compare(a.at.Source.Name, b.at.Source.Name), cmp.Compare(a.at.Span.Start, b.at.Span.Start))
}

func clash(p *rules.Pass, before, one claim) {
	takes := func(c claim) string {
		if c.container.HostNetwork {
			return nameOf(c.container) + " in the machine's own network listens on port " + strconv.Itoa(c.port)
		}
		return nameOf(c.container) + " publishes " + c.written
	}
	finding := p.Failf(one.at, "%s, which %s has already: the one that comes second does not start", takes(one), nameOf(before.container))
	finding.Also(before.at, "%s", takes(before)).
		Helpf("Publish another port of the machine, or none: containers of one network reach each other without.")
	if one.container.Project == "" {
		finding.As(rules.Warning).Message = takes(one) + ", which " + nameOf(before.container) + " of the same file has already: on one machine the one that comes second does not start"
	}
}

// overlap says whether two addresses of a machine have one in common. The unspecified address of one family does not take
// the other family's.
func overlap(a, b string) bool {
	if a == b || a == "" || b == "" {
		return true
	}
	for _, pair := range [][2]string{{a, b}, {b, a}} {
		if pair[0] == "0.0.0.0" && !strings.Contains(pair[1], ":") || pair[0] == "::" && strings.Contains(pair[1], ":") {
			return true
		}
	}
	return false
}

// together says whether two containers may run at the same time: services of different profiles are alternatives.
func together(a, b *facts.Container) bool {
	if len(a.Profiles) == 0 || len(b.Profiles) == 0 {
		return true
	}
	return slices.ContainsFunc(a.Profiles, func(profile string) bool { return slices.Contains(b.Profiles, profile) })
}
