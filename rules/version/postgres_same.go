package version

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// PostgresSame guards against backend nodes of which one cannot be the standby of the other: streaming replication does not
// work between major versions, and Pgpool-II takes what it hears from one node for all.
var PostgresSame = &rules.Rule{
	ID:       "version/postgres-same",
	Title:    "all backend nodes run the same major version of PostgreSQL",
	Severity: rules.Error,
	Live:     true,
	Needs:    []facts.Key{facts.LiveLogin, facts.LiveServer, facts.LivePoolNodes, facts.LiveNodes, facts.PostgreSQLNodes},
	Check: func(p *rules.Pass) {
		backends, ok := p.PoolNodes()
		if !ok {
			return
		}
		var running []group
		count := 0
		for _, g := range nodeGroups(p) {
			if g.nodes[0].Measured {
				running, count = append(running, g), count+len(g.nodes)
			}
		}
		if len(running) > 1 {
			first := running[0]
			parts := make([]string, len(running))
			for i, g := range running {
				parts[i] = g.number.String() + " on " + g.names()
			}
			finding := p.Failf(first.at(), "the backend nodes run different major versions of PostgreSQL: %s", strings.Join(parts, ", ")).
				Helpf("One cannot be the standby of the other, so a failover loses everything since they parted. Install the same major version on every node and clone the standby again (repmgr standby clone).")
			for _, g := range running[1:] {
				finding.Also(g.at(), "%s", g.names())
			}
			return
		}
		if count >= len(backends) {
			return
		}
		for _, probe := range p.AnyNodeProbes() {
			if !probe.Login.OK {
				p.Skipf("node %s (%s:%s) could not be asked: %s", probe.ID, probe.Host, probe.Port, probe.Login.Cause)
			}
		}
		p.Skipf("only the primary was asked; --admin-user has every node asked")
	},
}
