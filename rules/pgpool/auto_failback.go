package pgpool

import (
	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

const autoFailback = facts.Key("auto_failback")

// AutoFailback guards that a node which comes back as a standby is taken in again: without it the next failover finds
// nothing to fail over to.
var AutoFailback = &rules.Rule{
	ID:       "pgpool/auto-failback",
	Title:    "a standby that comes back is attached again",
	Severity: rules.Warning,
	Needs: []facts.Key{autoFailback, "health_check_period", "sr_check_period", facts.BackendNodes, facts.PgpoolVersion,
		"PGPOOL_DISCARD_STATUS", "PGPOOL_BACKEND_APPLICATION_NAMES"},
	Check: func(p *rules.Pass) {
		for _, i := range p.Pgpools() {
			failback := i.Get(autoFailback)
			if refused(failback) {
				judgeOff(p, i, failback, "automatic failback is not on")
			} else if _, ok := i.Known(autoFailback); ok && !on(failback) {
				judgeOff(p, i, failback, "a standby that comes back stays down for Pgpool-II until somebody attaches it, and the next failover has nowhere to go")
			} else if ok {
				judgeConditions(p, i, failback)
			}
		}
	},
}

func judgeOff(p *rules.Pass, i rules.Instance, failback facts.Setting, effect string) {
	finding := p.Failf(i.At(failback), "%s: %s", subject(i, failback), effect).
		Helpf("Write %s, with the nodes' application names in the order of the backend list.", line(i, failback, "on"))
	// The image does not start with yes and no names, and a pgpool.conf without them gains nothing.
	if names := i.Variable("PGPOOL_BACKEND_APPLICATION_NAMES"); names.Text != "" || !i.Image() && len(unnamed(i)) == 0 {
		turned(finding, i, failback, "Turn automatic failback on", "on")
		finding.Helpf("Write %s.", line(i, failback, "on"))
	}
}

// unnamed are the backend nodes without an application name.
func unnamed(i rules.Instance) (without []*facts.BackendNode) {
	backends := i.Backends()
	for n := range backends {
		backend := &backends[n]
		if backend.ApplicationName.Known() && backend.ApplicationName.Text == "" || backend.ApplicationName.State == facts.Absent {
			without = append(without, backend)
		}
	}
	return without
}

// failbackRepaired are the first releases that start a health check for a node which the status file has down. Without
// it nothing attaches such a node after a restart.
var failbackRepaired = []release{{4, 4, 16}, {4, 5, 11}, {4, 6, 6}, {4, 7, 1}}

// judgeConditions asks for everything without which automatic failback is on and does nothing.
func judgeConditions(p *rules.Pass, i rules.Instance, failback facts.Setting) {
	if period, ok := i.Known("sr_check_period"); ok && period.Norm == "0" {
		p.Failf(i.At(period), "%s: automatic failback never happens, for Pgpool-II does not look whether a standby streams", subject(i, period)).
			Helpf("Write %s.", line(i, period, "10")).Also(failback.Origin, "automatic failback is on")
	}
	backends := i.Backends()
	if period, ok := i.Known("health_check_period"); ok && len(backends) == 0 && period.Norm == "0" { // the chart makes the list
		judgeHealthCheck(p, i, period, failback)
	}
	for _, backend := range backends {
		if period, ok := i.PerNode("health_check_period", backend.Index); ok && period.Norm == "0" {
			judgeHealthCheck(p, i, period, failback)
		}
	}
	if without := unnamed(i); len(without) > 0 && !i.Image() { // the image names all nodes or does not start
		node := without[0]
		p.Failf(i.At(node.Host), "backend node %s has no application name: automatic failback cannot tell that it streams, and never attaches it", node.Index).
			Helpf("Write %s, with the application_name that the standby has in pg_stat_replication.", confLine("backend_application_name"+node.Index, "pg-"+node.Index)).
			Also(failback.Origin, "automatic failback is on")
	}
	judgeRepair(p, i, failback)
}

func judgeHealthCheck(p *rules.Pass, i rules.Instance, period, failback facts.Setting) {
	p.Failf(i.At(period), "%s: automatic failback never happens, for it is the health check that attaches a node", subject(i, period)).
		Helpf("Write %s.", line(i, period, "30")).Also(failback.Origin, "automatic failback is on")
}

// judgeRepair is for releases that lose a node over a restart. The image discards the status file at start, so that no
// node is down then, unless it is told otherwise.
func judgeRepair(p *rules.Pass, i rules.Instance, failback facts.Setting) {
	version := i.Version()
	r, known := releaseOf(version)
	if !known || !r.lacks(failbackRepaired) || i.Measured() { // nobody sees how the running one was started
		return
	}
	if discard := i.Variable("PGPOOL_DISCARD_STATUS"); i.Image() && discard.Norm != "off" {
		return
	}
	p.Failf(i.At(version), "Pgpool-II %s forgets a node that was down when it is restarted with its old status file: automatic failback never attaches that node", version.Text).
		Helpf("Start Pgpool-II with -D (PGPOOL_DISCARD_STATUS=yes), or move to 4.4.16, 4.5.11, 4.6.6, 4.7.1 or later.").
		Also(failback.Origin, "automatic failback is on")
}
