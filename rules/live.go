package rules

import "github.com/bbdoctor/bbdoctor/checks/facts"

// Snapshot gives what was measured of the login, whatever became of it, and of the parts that the rule names; nothing else is
// in it. It is nil, and the reason noted, when nothing was measured.
func (p *Pass) Snapshot(parts ...facts.Key) *facts.Snapshot {
	p.reads(facts.LiveLogin)
	p.reads(parts...)
	measured := p.deployment.Live
	if measured == nil {
		p.Skipf("nothing was measured; --live probes the endpoint")
		return nil
	}
	snapshot := &facts.Snapshot{Schema: measured.Schema, Endpoint: measured.Endpoint, Login: measured.Login}
	for _, key := range parts {
		take(snapshot, measured, key)
	}
	return snapshot
}

// take puts one part of what was measured into a snapshot.
func take(snapshot, measured *facts.Snapshot, key facts.Key) {
	switch key {
	case facts.LiveServer:
		snapshot.Server = measured.Server
	case facts.LiveParameters:
		snapshot.Pgpool = measured.Pgpool
	case facts.LivePoolNodes:
		snapshot.PoolNodes, snapshot.Queries = measured.PoolNodes, measured.Queries // which have how often one looked
	case facts.LiveProcesses:
		snapshot.Processes = measured.Processes
	case facts.LiveHealthChecks:
		snapshot.HealthChecks = measured.HealthChecks
	case facts.LivePostgreSQL:
		snapshot.PostgreSQL = measured.PostgreSQL
	case facts.LiveNodes:
		snapshot.Nodes = measured.Nodes
	case facts.LiveRepmgr:
		snapshot.RepmgrNodes, snapshot.RepmgrError = measured.RepmgrNodes, measured.RepmgrError
	case facts.LiveRoundTrips:
		snapshot.RoundTrips = measured.RoundTrips
	case facts.LiveCapacity:
		snapshot.Capacity = measured.Capacity
	case facts.LiveIdle:
		snapshot.Idle = measured.Idle
	default:
		panic("no measured fact: " + key)
	}
}

// LoggedIn gives what was measured after a login that succeeded. Else the reason is noted: what depends on the login is
// skipped, for its failure is reported once, by the rules of the family endpoint.
func (p *Pass) LoggedIn(parts ...facts.Key) (snapshot *facts.Snapshot, ok bool) {
	snapshot = p.Snapshot(parts...)
	switch {
	case snapshot == nil:
		return nil, false
	case !snapshot.Login.OK:
		p.Skipf("there was no login to the endpoint: %s", snapshot.Login.Cause)
		return snapshot, false
	}
	p.judged = true
	return snapshot, true
}

// RunningPgpool gives what was measured of a Pgpool-II; the reason is noted when something else answers.
func (p *Pass) RunningPgpool(parts ...facts.Key) (snapshot *facts.Snapshot, ok bool) {
	snapshot, ok = p.LoggedIn(append(parts, facts.LiveServer)...)
	if ok && snapshot.Server.Kind != facts.KindPgpool {
		p.Skipf("it is not Pgpool-II that answers (endpoint/answers-as-pgpool)")
		return snapshot, false
	}
	return snapshot, ok
}

// PoolNodes gives the rows of SHOW pool_nodes; the reason is noted when there are none.
func (p *Pass) PoolNodes() (nodes []facts.PoolNode, ok bool) {
	snapshot, ok := p.RunningPgpool(facts.LivePoolNodes)
	if ok && len(snapshot.PoolNodes) == 0 {
		p.Skipf("SHOW pool_nodes gave nothing")
		return nil, false
	}
	if !ok {
		return nil, false
	}
	return snapshot.PoolNodes, true
}

// PostgreSQL gives what the primary told; the reason is noted when it could not be asked.
func (p *Pass) PostgreSQL() (postgresql *facts.PostgreSQL, ok bool) {
	snapshot, ok := p.LoggedIn(facts.LivePostgreSQL)
	if ok && snapshot.PostgreSQL == nil {
		p.Skipf("PostgreSQL could not be asked")
		return nil, false
	}
	if !ok {
		return nil, false
	}
	return snapshot.PostgreSQL, true
}

// Measured is the origin of a measured fact: the statement and what it gave.
func Measured(query, value string) facts.Origin {
	return facts.MeasuredBy("", query, value)
}
