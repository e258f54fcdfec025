package repmgr

import (
	"strconv"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

const maxConnections facts.Key = "max_connections"

// MaxConnections guards what PostgreSQL asks of a standby: it must take as many connections as the primary, else it does
// not start, or stops to follow. The roles are exchanged by a failover, so that all nodes should have one value.
var MaxConnections = &rules.Rule{
	ID:       "repmgr/max-connections",
	Title:    "no standby takes fewer connections than the primary",
	Severity: rules.Error,
	Needs:    needs(maxConnections),
	Check: func(p *rules.Pass) {
		running := judgeRunning(p)
		if len(p.AnyRepmgrNodes()) == 0 && running != nothing {
			if running != judged {
				p.Skipf("%s", running)
			}
			return
		}
		for _, c := range clusters(p) {
			judgeDeclared(p, c)
		}
	},
}

// limit is what one node has.
type limit struct {
	name    string
	setting facts.Setting
	at      facts.Origin
	most    int
}

func (l limit) text() string {
	if l.setting.State == facts.Default {
		return "max_connections=" + l.setting.Norm + " (" + l.setting.Why + ")"
	}
	return written(l.setting)
}

// judgeDeclared compares what files declare. The first primary is the one that REPMGR_PRIMARY_HOST names.
func judgeDeclared(p *rules.Pass, c *cluster) {
	var first *limit
	data := c.data()
	others := make([]limit, 0, len(data))
	for _, m := range data {
		setting, ok := m.Parameter(maxConnections)
		if !ok {
			return
		}
		most, err := strconv.Atoi(setting.Norm)
		if err != nil {
			p.Skipf("%s: %s is no number", m.Name(), written(setting))
			return
		}
		one := limit{m.Name(), setting, m.At(setting), most}
		if first == nil && m.network.Known() && m.network.Text != "" && strings.EqualFold(m.primary.Text, m.network.Text) {
			first = &one
		} else {
			others = append(others, one)
		}
	}
	if len(others) == 0 || first == nil && len(others) < 2 {
		p.Skipf("only one data node is among the inputs")
		return
	}
	if first == nil {
		first, others = &others[0], others[1:]
	}
	for _, other := range others {
		judgePair(p, *first, other)
	}
}

// judgePair compares the first primary with another node. Where the primary has less, all is well until it is a standby.
func judgePair(p *rules.Pass, primary, standby limit) {
	const advice = "Give every node the same value: POSTGRESQL_MAX_CONNECTIONS=%d, on the standby before the primary when it is raised."
	switch {
	case standby.most < primary.most:
		p.Failf(standby.at, "%s on the standby %s, but %d on the primary %s: PostgreSQL does not let the standby run", standby.text(), standby.name, primary.most, primary.name).
			Helpf(advice, primary.most).Also(primary.at, "%s", primary.text())
	case standby.most > primary.most:
		p.Failf(primary.at, "%s on the first primary %s, but %d on %s: after a failover PostgreSQL does not let the old primary run as a standby", primary.text(), primary.name, standby.most, standby.name).
			As(rules.Warning).Helpf(advice, standby.most).Also(standby.at, "%s", standby.text())
	}
}

// outcome is what became of the comparison of running nodes: a reason why there was none, or one of these.
type outcome string

const (
	nothing outcome = "" // no node was measured
	judged  outcome = "judged"
)

// judgeRunning compares what was measured.
func judgeRunning(p *rules.Pass) outcome {
	var primary *limit
	var standbys []limit
	for _, node := range p.AnyNodes() {
		if !node.Measured {
			continue
		}
		setting := p.AnyNodeSetting(node, maxConnections)
		most, err := strconv.Atoi(setting.Norm)
		if err != nil {
			continue
		}
		one := limit{node.Name, setting, setting.Origin, most}
		if node.InRecovery {
			standbys = append(standbys, one)
		} else {
			primary = &one
		}
	}
	switch {
	case primary == nil && len(standbys) == 0:
		return nothing
	case primary == nil:
		return "max_connections of the running primary was not measured"
	case len(standbys) == 0:
		return "max_connections of no running standby was measured; --admin-user asks every node"
	}
	p.OK()
	for _, standby := range standbys {
		if standby.most < primary.most {
			judgePair(p, *primary, standby)
		}
	}
	return judged
}
