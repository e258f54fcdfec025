package repmgr

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// PortsAgree guards the port of a node against what Pgpool-II, its partners and repmgr take it for. The image checks none
// of them.
var PortsAgree = &rules.Rule{
	ID:       "repmgr/ports-agree",
	Title:    "every port that is named for a node is one on which it answers",
	Severity: rules.Error,
	Needs:    needs(repmgrPort, postgresPort, primaryPort, facts.Containers),
	Check: func(p *rules.Pass) {
		for _, c := range clusters(p) {
			for _, m := range c.members {
				if _, ok := m.KnownVariable(postgresPort); ok {
					judgeOwnPorts(p, m)
					judgeNamedPorts(p, c, m)
				}
			}
			for _, backend := range c.backends {
				judgeBackendPort(p, c, backend)
			}
		}
	},
}

// judgeOwnPorts holds REPMGR_PORT_NUMBER, which a node tells the others, and on the first primary REPMGR_PRIMARY_PORT
// against the port on which PostgreSQL listens.
func judgeOwnPorts(p *rules.Pass, m *member) {
	own, told := m.Variable(postgresPort), m.Variable(repmgrPort)
	switch a := m.answers(told.Text); {
	case !told.Known():
		p.Skipf("%s: %s is not known: %s", m.Name(), repmgrPort, told.Why)
		return
	case a == no:
		p.Failf(m.At(told), "%s of %s is told to the other nodes, but PostgreSQL listens on %s: no standby can follow it", port(told), m.Name(), port(own)).
			Helpf("Write %s=%s and %s=%s.", postgresPort, own.Text, repmgrPort, own.Text).Also(own.Origin, "the port on which PostgreSQL listens")
		return
	}
	first := m.Variable(primaryPort)
	if !m.network.Known() || !strings.EqualFold(m.primary.Text, m.network.Text) || m.witness || !first.Known() || first.Text == told.Text {
		return
	}
	p.Failf(m.At(first), "%s, but %s of the first primary %s: the image compares host and port as texts, and no node becomes the primary", port(first), port(told), m.Name()).
		Helpf("Write %s=%s on every node.", primaryPort, told.Text).Also(told.Origin, "the node's own port")
}

// port is how messages name a port that may be a default.
func port(setting facts.Setting) string {
	if setting.State == facts.Default {
		return string(setting.Key) + "=" + setting.Text + " (" + setting.Why + ")"
	}
	return written(setting)
}

// judgeNamedPorts holds the ports that one node names for the others against theirs.
func judgeNamedPorts(p *rules.Pass, c *cluster, m *member) {
	standard := m.Variable(primaryPort)
	for _, partner := range m.partners {
		other, ok := c.find(partner.host)
		if !ok || other == m {
			continue
		}
		number := partner.port
		if number == "" {
			if !standard.Known() {
				continue
			}
			number = standard.Text
		}
		judgeAnswer(p, other, number, partner.at, func() string {
			how := partner.host + ":" + partner.port
			if partner.port == "" {
				how = partner.host + " at " + port(standard)
			}
			return fmt.Sprintf("%s has the partner %s, but %s: %s cannot ask it who the primary is", m.Name(), how, listens(other), m.Name())
		})
	}
}

func judgeBackendPort(p *rules.Pass, c *cluster, backend *facts.BackendNode) {
	node, ok := c.find(backend.Host.Text)
	if !ok {
		p.Skipf("the PostgreSQL node at %s is not among the inputs", backend.Host.Shown())
		return
	}
	if !backend.Port.Known() {
		p.Skipf("the port of backend node %s is not known: %s", backend.Index, backend.Port.Why)
		return
	}
	at := backend.Port.Origin
	if !at.Known() {
		at = backend.Host.Origin
	}
	judgeAnswer(p, node, backend.Port.Text, at, func() string {
		return fmt.Sprintf("backend node %s of Pgpool-II is %s, but %s: Pgpool-II never reaches it", backend.Index, facts.Address(backend.Host.Text, backend.Port.Text), listens(node))
	})
}

// judgeAnswer fails, with a message that is made only then, when a node does not answer on a port that somebody names for
// it.
func judgeAnswer(p *rules.Pass, node *member, number string, at facts.Origin, message func() string) {
	own := node.Variable(postgresPort)
	switch node.answers(number) {
	case yes:
		p.OK()
	case perhaps:
		if !own.Known() {
			p.Skipf("%s: %s is not known: %s", node.Name(), postgresPort, own.Why)
			return
		}
		p.Skipf("%s: whether port %s leads to it is not known", node.Name(), number)
	case no:
		p.Failf(at, "%s", message()).
			Helpf("Write the port on which the node answers: %s.", own.Text).Also(node.At(own), "the node's own port")
	}
}

// listens says where a node answers.
func listens(m *member) string {
	own := m.Variable(postgresPort)
	text := m.Name() + " listens on " + own.Text
	for _, published := range m.Container().Ports {
		if !m.Container().HostNetwork && published.Container == own.Text && published.Host != "" && published.Host != own.Text && published.Protocol == "tcp" {
			text += ", published as " + published.Host
		}
	}
	return text
}

// answer says whether something is so.
type answer uint8

const (
	no answer = iota
	yes
	perhaps
)

// answers says whether a node can be reached under a port from somewhere: its own, or one that leads to it from outside.
func (m *member) answers(number string) answer {
	own := m.Variable(postgresPort)
	if !own.Known() || !isNumber(own.Text) || !isNumber(number) {
		return perhaps
	}
	if number == own.Text {
		return yes
	}
	container := m.Container()
	switch {
	case container.HostNetwork:
		return no
	case !m.Described() || container.SharedNetwork:
		return perhaps
	case container.Format != facts.Compose && container.Format != facts.Shell:
		return perhaps // a service of the cluster may stand before it
	}
	for _, published := range container.Ports {
		switch {
		case published.Protocol != "tcp" || published.Container != own.Text && isNumber(published.Container):
		case published.Host == number:
			return yes
		case !isNumber(published.Host) || !isNumber(published.Container):
			return perhaps
		}
	}
	return no
}

func isNumber(text string) bool {
	_, err := strconv.Atoi(text)
	return err == nil
}
