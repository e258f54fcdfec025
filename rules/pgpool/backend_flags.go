package pgpool

import (
	"slices"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// BackendFlags guards the flags of the backend nodes: what Pgpool-II does not start with, and what takes from it the
// freedom to follow the primary that repmgr chooses.
var BackendFlags = &rules.Rule{
	ID:       "pgpool/backend-flags",
	Title:    "the flags of the backend nodes allow a failover",
	Severity: rules.Error,
	Needs:    []facts.Key{facts.BackendNodes, backendList, facts.PostgreSQLNodes},
	Check: func(p *rules.Pass) {
		for _, i := range p.Pgpools() {
			backends := i.Backends()
			if len(backends) == 0 {
				noBackends(p, i)
			}
			for _, backend := range backends {
				judgeFlag(p, i, backend)
			}
		}
	},
}

// pinned says what the flags do that are right only where nobody else promotes.
var pinned = []struct{ flag, effect, advice string }{
	{"ALWAYS_PRIMARY", "Pgpool-II takes this node for the primary for ever, also when repmgr has promoted another, and sends it the writes", "Remove the flag; Pgpool-II finds the primary by asking the nodes."},
	{"DISALLOW_TO_FAILOVER", "Pgpool-II never detaches this node, and while it is down new sessions fail although repmgr has promoted another", "Write ALLOW_TO_FAILOVER, or nothing, which means the same."},
}

func judgeFlag(p *rules.Pass, i rules.Instance, backend facts.BackendNode) {
	flag := backend.Flag
	if !flag.Known() {
		if flag.State != facts.Absent {
			p.Skipf("the flag of backend node %s is not known: %s", backend.Index, flag.Why)
		}
		return
	}
	p.OK()
	if refused(flag) {
		finding := p.Failf(i.At(flag), "backend node %s has the flag %s: %s; Pgpool-II does not start", backend.Index, flag.Shown(), flag.Bad).
			Helpf("Remove the flag; ALLOW_TO_FAILOVER is what a node has without one.")
		if strings.Contains(flag.Text, "ALWAYS_MASTER") {
			finding.Helpf("Remove the flag: ALWAYS_MASTER became ALWAYS_PRIMARY in Pgpool-II 4.2, and neither is right where repmgr promotes.")
		}
		return
	}
	for _, pin := range pinned {
		if slices.Contains(strings.Split(flag.Text, "|"), pin.flag) && repmgrPromotes(p) {
			p.Failf(i.At(flag), "backend node %s has the flag %s: %s", backend.Index, pin.flag, pin.effect).
				As(rules.Warning).Helpf("%s", pin.advice)
		}
	}
}
