package rules

import (
	"time"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// Today gives the date by which ends of life are judged: the server's clock where it was measured, so that a saved
// snapshot gives the same verdict at any time, else the day that was given. When neither is there the reason is noted.
func (p *Pass) Today() (today time.Time, ok bool) {
	p.reads(facts.Today)
	if p.deployment.Live != nil && p.deployment.Live.PostgreSQL != nil {
		if now, err := time.Parse(time.RFC3339, p.deployment.Live.PostgreSQL.Now); err == nil {
			return now, true
		}
	}
	if p.deployment.Today.IsZero() {
		p.Skipf("today's date is not known")
		return time.Time{}, false
	}
	return p.deployment.Today, true
}

// PostgresSupport gives what the user says of the PostgreSQL versions that a Bitbucket version supports; nil when nothing.
func (p *Pass) PostgresSupport() map[string][]int {
	p.reads(facts.PostgresSupport)
	return p.deployment.Tables.PostgresSupport
}

// EndsOfLife gives the last days with fixes that the user knows better, of major versions of PostgreSQL and of series of
// Pgpool-II; nil when nothing.
func (p *Pass) EndsOfLife() (postgres, pgpool map[string]time.Time) {
	p.reads(facts.EndsOfLife)
	return p.deployment.Tables.PostgresEnd, p.deployment.Tables.PgpoolEnd
}

// PgpoolFixes gives the releases of Pgpool-II of which the user says that they have the fix of a vulnerability, by its name;
// nil when nothing.
func (p *Pass) PgpoolFixes() map[string][]string {
	p.reads(facts.PgpoolFixes)
	return p.deployment.Tables.PgpoolFixes
}

// AnyPostgreSQL is [Pass.PostgreSQL], but notes nothing and may be nil.
func (p *Pass) AnyPostgreSQL() *facts.PostgreSQL {
	p.reads(facts.LivePostgreSQL)
	if p.deployment.Live == nil {
		return nil
	}
	return p.deployment.Live.PostgreSQL
}

// AnyServer gives the software that answers; the zero value when nothing was measured, or nobody got in. Nothing is noted.
func (p *Pass) AnyServer() facts.Server {
	p.reads(facts.LiveServer)
	if p.deployment.Live == nil {
		return facts.Server{}
	}
	return p.deployment.Live.Server
}

// AnyNodeProbes gives the backend nodes that were asked directly, whatever became of it. Nothing is noted.
func (p *Pass) AnyNodeProbes() []facts.NodeProbe {
	p.reads(facts.LiveNodes)
	if p.deployment.Live == nil {
		return nil
	}
	return p.deployment.Live.Nodes
}

// Capacity gives what was measured when the probe of the capacity was made, and of the child processes before it; the reason is noted when it was not.
func (p *Pass) Capacity() (snapshot *facts.Snapshot, ok bool) {
	snapshot, ok = p.LoggedIn(facts.LiveCapacity, facts.LiveProcesses)
	if ok && snapshot.Capacity == nil {
		p.Skipf("nobody asked for it: --probe-capacity opens connections until one fails")
		return snapshot, false
	}
	return snapshot, ok
}

// IdleConnection gives what became of a connection that was left idle; the reason is noted when there was none.
func (p *Pass) IdleConnection() (probe *facts.IdleProbe, ok bool) {
	snapshot, ok := p.LoggedIn(facts.LiveIdle)
	if ok && snapshot.Idle == nil {
		p.Skipf("nobody asked for it: --probe-idle leaves a connection idle for 10 minutes")
		return nil, false
	}
	if !ok {
		return nil, false
	}
	return snapshot.Idle, true
}
