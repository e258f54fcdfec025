package backends

import (
	"slices"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// StandbyStreaming guards that there is a standby with the primary's data, and that Pgpool-II sees it stream: without that
// automatic failback attaches nothing.
var StandbyStreaming = &rules.Rule{
	ID:       "backends/standby-streaming",
	Title:    "every standby in use streams from the primary",
	Severity: rules.Error,
	Live:     true,
	Needs:    []facts.Key{facts.LiveLogin, facts.LiveServer, facts.LivePoolNodes, facts.LiveParameters, facts.LiveNodes},
	Check: func(p *rules.Pass) {
		nodes, ok := p.PoolNodes()
		if !ok || !streamingMode(p, nodes) {
			return
		}
		snapshot := p.Snapshot(facts.LiveServer, facts.LivePoolNodes, facts.LiveParameters, facts.LiveNodes)
		if strings.HasPrefix(snapshot.Server.Version, "4.0") || strings.HasPrefix(snapshot.Server.Version, "3.") {
			p.Skipf("Pgpool-II shows replication_state from 4.1 on")
			return
		}
		primary, known := believedPrimary(nodes)
		if !known {
			p.Skipf("Pgpool-II knows no primary that a standby could stream from (backends/one-primary)")
			return
		}
		streaming, judged := 0, 0
		for _, node := range nodes {
			switch {
			case node.Role == primaryRole || runsAsPrimary(node):
			case node.ReplicationState == "streaming":
				streaming++
			case !used(node):
			case node.ReplicationState != "":
				judged++
				p.Failf(row(node), "%s does not stream yet (%s): it lacks what the primary wrote last", name(node), node.ReplicationState).As(rules.Warning).
					Helpf("Wait until it has caught up; if it does not, read its log.")
			case looks(snapshot) < 2 && !confirmed(snapshot, node, primary):
				judged++
				p.Skipf("replication_state of %s was empty in one look at SHOW pool_nodes; that happens on a healthy Pgpool-II, too", name(node))
			default:
				judged++
				unseen(p, snapshot, node, primary)
			}
		}
		if streaming == 0 && judged == 0 {
			p.Failf(row(primary), "no standby streams from %s: when it fails, there is nothing to fail over to", name(primary)).
				Helpf("Bring a standby up and attach it to Pgpool-II (backends/reachable names those that are down).")
		}
	},
}

// unseen reports a standby whose replication_state is empty. Pgpool-II takes it from pg_stat_replication of the primary, by
// sr_check_user, in the row with the node's application name; four things can be wrong with that.
func unseen(p *rules.Pass, snapshot *facts.Snapshot, node, primary facts.PoolNode) {
	if period, ok := snapshot.Parameter("sr_check_period"); ok && period.Norm == "0" {
		p.Failf(row(node), "Pgpool-II does not look whether %s streams: sr_check_period=0", name(node)).
			Also(rules.Measured(period.Query, period.Value), "the streaming replication check is off").
			Helpf("Set sr_check_period = 10 (PGPOOL_SR_CHECK_PERIOD=10) and run `pgpool reload`, or start the container anew.")
		return
	}
	parameter := "backend_application_name" + node.ID
	expected, ok := snapshot.Parameter(parameter)
	if ok && expected.Value == "" {
		p.Failf(row(node), "Pgpool-II cannot find %s in pg_stat_replication: %s is empty", name(node), parameter).
			Also(rules.Measured(expected.Query, expected.Value), "no name to look for").
			Helpf("Set %s (PGPOOL_BACKEND_APPLICATION_NAMES) to the standby's application_name, which repmgr makes the node's name.", parameter)
		return
	}
	if probe, asked := probeOf(snapshot, primary.ID); asked && legible(probe.Replication) {
		asTold(p, node, primary, probe.Replication, expected.Value)
		return
	}
	p.Failf(row(node), "Pgpool-II does not see %s stream: it does not replicate, or %s=%q is not its application_name, or sr_check_user may not read pg_stat_replication", name(node), parameter, expected.Value).
		Helpf("On the primary: SELECT application_name, state FROM pg_stat_replication. No row: read the standby's log (primary_conninfo, the replication slot). Another name: correct %s. The right row: GRANT pg_monitor TO the sr_check_user. bbdoctor tells which with --admin-user.", parameter)
}

// confirmed says that the primary itself does not show the node stream by its name, so that one look is enough.
func confirmed(snapshot *facts.Snapshot, node, primary facts.PoolNode) bool {
	probe, asked := probeOf(snapshot, primary.ID)
	expected, known := snapshot.Parameter("backend_application_name" + node.ID)
	return asked && known && legible(probe.Replication) &&
		!slices.ContainsFunc(probe.Replication, func(r facts.Replication) bool { return r.ApplicationName == expected.Value })
}

// legible says that the one who asked may see the states; without the right there are rows, but empty ones.
func legible(rows []facts.Replication) bool {
	return !slices.ContainsFunc(rows, func(r facts.Replication) bool { return r.State == "" })
}

// asTold reports the cause that the primary's own pg_stat_replication shows.
func asTold(p *rules.Pass, node, primary facts.PoolNode, rows []facts.Replication, expected string) {
	var others []string
	for _, r := range rows {
		if r.ApplicationName == expected && expected != "" {
			p.Failf(row(node), "Pgpool-II does not see %s stream, although it does (%s): its sr_check_user may not read pg_stat_replication", name(node), r.State).
				Helpf("On the primary: GRANT pg_monitor TO the sr_check_user.")
			return
		}
		others = append(others, r.ApplicationName)
	}
	parameter := "backend_application_name" + node.ID
	if len(others) == 0 {
		p.Failf(row(node), "%s does not replicate: pg_stat_replication of %s has no row", name(node), name(primary)).
			Helpf("Read the log of the standby: its primary_conninfo, the password of the replication role, a replication slot that is gone. Clone it anew if the primary no longer has the WAL it needs (`repmgr standby clone`).")
		return
	}
	p.Failf(row(node), "Pgpool-II does not see %s stream: %s is %q, and pg_stat_replication of %s has %s", name(node), parameter, expected, name(primary), strings.Join(others, ", ")).
		Helpf("Set %s (PGPOOL_BACKEND_APPLICATION_NAMES) to the standby's application_name. If none of the names is this standby's, it does not replicate: read its log.", parameter)
}
