package backends

import (
	"strconv"
	"strings"
	"time"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// The bounds of a lag that is no matter of a moment: one segment of WAL, and what a person notices.
var (
	mostBytes = rules.Bound{
		Name: "maximum-bytes", Unit: rules.Bytes, Default: 16 << 20, Least: 1 << 10, Most: 1 << 40,
		InTitle: "16 MB", About: "the bytes of WAL that a standby may be behind",
	}
	mostTime = rules.Bound{
		Name: "maximum-time", Unit: rules.Durations, Default: int64(10 * time.Second), Least: int64(100 * time.Millisecond), Most: int64(24 * time.Hour),
		InTitle: "10 s", About: "the time that a standby may be behind",
	}
)

// ReplicationLag guards how much a failover would lose, or wait for.
var ReplicationLag = &rules.Rule{
	ID:       "backends/replication-lag",
	Title:    "no standby is more than 16 MB or 10 s behind the primary",
	Severity: rules.Warning,
	Live:     true,
	Needs:    []facts.Key{facts.LiveLogin, facts.LiveServer, facts.LivePoolNodes, facts.LiveParameters, facts.LiveNodes},
	Bounds:   []rules.Bound{mostBytes, mostTime},
	Check: func(p *rules.Pass) {
		nodes, ok := p.PoolNodes()
		if !ok || !streamingMode(p, nodes) {
			return
		}
		snapshot := p.Snapshot(facts.LiveParameters, facts.LiveNodes)
		primary, known := believedPrimary(nodes)
		if !known {
			p.Skipf("Pgpool-II knows no primary to measure the lag against (backends/one-primary)")
			return
		}
		if period, ok := snapshot.Parameter("sr_check_period"); ok && period.Norm == "0" {
			p.Skipf("Pgpool-II does not measure the lag: sr_check_period=0 (pgpool/replication-check)")
			return
		}
		mostBytes, mostSeconds := p.Bound(mostBytes.Name), p.Duration(mostTime.Name).Seconds()
		standbys := 0
		for _, node := range nodes {
			if node.Role != standbyRole || !used(node) || runsAsPrimary(node) {
				continue
			}
			standbys++
			bytes, seconds, ok := delay(node.ReplicationDelay)
			if !ok {
				p.Skipf("replication_delay of %s is %q", name(node), node.ReplicationDelay)
			}
			if bytes > mostBytes || seconds > mostSeconds {
				behind(p, rules.Measured(showNodes, "node_id="+node.ID+" replication_delay="+node.ReplicationDelay), name(node), bytes, seconds)
			}
		}
		if standbys == 0 {
			p.Skipf("no standby is in use (backends/reachable)")
		}
		if probe, ok := probeOf(snapshot, primary.ID); ok {
			for _, r := range probe.Replication {
				if r.LagSeconds > mostSeconds {
					behind(p, rules.Measured("SELECT replay_lag FROM pg_stat_replication", strconv.FormatFloat(r.LagSeconds, 'f', 1, 64)+" s"), "the standby "+r.ApplicationName, 0, r.LagSeconds)
				}
			}
		}
	},
}

func behind(p *rules.Pass, at facts.Origin, who string, bytes int64, seconds float64) {
	much := strconv.FormatInt(bytes>>20, 10) + " MB"
	if seconds > 0 {
		much = strconv.FormatFloat(seconds, 'f', 1, 64) + " s"
	}
	p.Failf(at, "%s is %s behind the primary: a failover now would lose what it has not received, or wait until it has replayed the rest", who, much).
		Helpf("Look at it again in a minute. If it grows: SELECT pg_is_wal_replay_paused() and long queries on the standby, its disks, and the network between the nodes.")
}

// delay reads replication_delay: bytes, or "0.5 second" with delay_threshold_by_time (4.4 and later).
func delay(text string) (bytes int64, seconds float64, ok bool) {
	if number, _, found := strings.Cut(text, " second"); found {
		seconds, err := strconv.ParseFloat(number, 64)
		return 0, seconds, err == nil
	}
	bytes, err := strconv.ParseInt(text, 10, 64)
	return bytes, 0, err == nil
}
