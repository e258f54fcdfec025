package rules

import "github.com/bbdoctor/bbdoctor/checks/facts"

// Snapshot gives what was measured, whatever it is; nil, and the reason noted, when nothing was.
func (p *Pass) Snapshot() *facts.Snapshot {
	p.reads(facts.LiveLogin)
	if p.deployment.Live == nil {
		p.Skipf("nothing was measured; --live probes the endpoint")
	}
	return p.deployment.Live
}

// LoggedIn gives what was measured after a login that succeeded. Else the reason is noted: what depends on the login is
// skipped, for its failure is reported once, by the rules of the family endpoint.
func (p *Pass) LoggedIn() (snapshot *facts.Snapshot, ok bool) {
	snapshot = p.Snapshot()
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
func (p *Pass) RunningPgpool() (snapshot *facts.Snapshot, ok bool) {
	p.reads(facts.LiveServer)
	snapshot, ok = p.LoggedIn()
	if ok && snapshot.Server.Kind != facts.KindPgpool {
		p.Skipf("it is not Pgpool-II that answers (endpoint/answers-as-pgpool)")
		return snapshot, false
	}
	return snapshot, ok
}

// PoolNodes gives the rows of SHOW pool_nodes; the reason is noted when there are none.
func (p *Pass) PoolNodes() (nodes []facts.PoolNode, ok bool) {
	p.reads(facts.LivePoolNodes)
	snapshot, ok := p.RunningPgpool()
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
	p.reads(facts.LivePostgreSQL)
	snapshot, ok := p.LoggedIn()
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
