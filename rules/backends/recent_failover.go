package backends

import (
	"fmt"
	"strings"
	"time"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// recent is how long ago a failover is still news.
var recent = rules.Bound{
	Name: "within", Unit: rules.Durations, Default: int64(time.Hour), Least: int64(time.Minute), Most: int64(30 * 24 * time.Hour),
	InTitle: "hour", About: "how long ago a failover is still worth a word",
}

const (
	// together is how far apart the nodes' times are when Pgpool-II starts and sets them all.
	together = time.Second
	// clockError is how far into the future a change may lie, by clocks that differ.
	clockError = 2 * time.Minute
)

// RecentFailover points out that something has just happened, before anybody looks for other reasons.
var RecentFailover = &rules.Rule{
	ID:       "backends/recent-failover",
	Title:    "no failover or failback within the last hour",
	Severity: rules.Info,
	Live:     true,
	Needs:    []facts.Key{facts.LiveLogin, facts.LiveServer, facts.LivePoolNodes, facts.LiveHealthChecks, facts.LivePostgreSQL},
	Bounds:   []rules.Bound{recent},
	Check: func(p *rules.Pass) {
		nodes, ok := p.PoolNodes()
		if !ok {
			return
		}
		clocks := clocksOf(p.Snapshot(facts.LiveHealthChecks, facts.LivePostgreSQL))
		if len(clocks) == 0 {
			p.Skipf("the time at Pgpool-II is not known")
			return
		}
		changes := make([]time.Time, len(nodes))
		for i, node := range nodes {
			var err error
			if changes[i], err = time.Parse(time.DateTime, node.LastStatusChange); err != nil {
				p.Skipf("last_status_change of %s is %q", name(node), node.LastStatusChange)
				return
			}
		}
		if started(nodes, changes) {
			return
		}
		var changed []string
		var newest facts.PoolNode
		for i, node := range nodes {
			age, ok := youngest(changes[i], clocks, p.Duration(recent.Name))
			if !ok {
				continue
			}
			if newest.LastStatusChange < node.LastStatusChange {
				newest = node
			}
			changed = append(changed, fmt.Sprintf("%s is %s since %s (%d min)", name(node), node.Status, node.LastStatusChange, int(max(0, age).Minutes())))
		}
		if len(changed) == 0 {
			return
		}
		p.Failf(rules.Measured(showNodes, "node_id="+newest.ID+" last_status_change="+newest.LastStatusChange), "the state of a node changed within the last %s: %s", lately(p.Bound(recent.Name)), strings.Join(changed, ", ")).
			Helpf("If nobody did that on purpose, read Pgpool-II's log for \"failover\" at that time, and repmgr's on the nodes. Bitbucket's errors of those minutes have this cause.")
	},
}

// lately is how messages say the bound.
func lately(within int64) string {
	if within == recent.Default {
		return "hour"
	}
	return recent.Show(within)
}

// clocksOf gives the time at Pgpool-II, without a zone as it writes times itself. Its last health check is by its own
// clock. Without one it is taken to be in UTC or in the zone of PostgreSQL.
func clocksOf(snapshot *facts.Snapshot) (clocks []time.Time) {
	var last string
	for _, check := range snapshot.HealthChecks {
		last = max(last, check.LastHealthCheck)
	}
	if now, err := time.Parse(time.DateTime, last); err == nil {
		return []time.Time{now}
	}
	if snapshot.PostgreSQL == nil {
		return nil
	}
	now, err := time.Parse(time.RFC3339, snapshot.PostgreSQL.Now)
	if err != nil {
		return nil
	}
	_, offset := now.Zone()
	clocks = []time.Time{now.UTC()}
	if offset != 0 {
		clocks = append(clocks, now.UTC().Add(time.Duration(offset)*time.Second))
	}
	return clocks
}

// started says that the times are those of Pgpool-II's own start: one for all nodes, and all of them in use. After a
// failover one is down, after a failback the times differ.
func started(nodes []facts.PoolNode, changes []time.Time) bool {
	first, last := changes[0], changes[0]
	for i, change := range changes {
		if !used(nodes[i]) {
			return false
		}
		if change.Before(first) {
			first = change
		}
		if change.After(last) {
			last = change
		}
	}
	return last.Sub(first) <= together
}

// youngest is how long ago a change was, by the clock that makes it recent; ok is false when none does.
func youngest(change time.Time, clocks []time.Time, recent time.Duration) (age time.Duration, ok bool) {
	for _, now := range clocks {
		if age := now.Sub(change); age >= -clockError && age <= recent {
			return age, true
		}
	}
	return 0, false
}
