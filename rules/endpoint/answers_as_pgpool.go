package endpoint

import (
	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// AnswersAsPgpool guards against a jdbc.url that goes around Pgpool-II: all is well until the first failover.
var AnswersAsPgpool = &rules.Rule{
	ID:       "endpoint/answers-as-pgpool",
	Title:    "it is Pgpool-II that answers",
	Severity: rules.Error,
	Live:     true,
	Needs:    []facts.Key{facts.LiveLogin, facts.LiveServer},
	Check: func(p *rules.Pass) {
		snapshot := p.Snapshot(facts.LiveServer)
		if snapshot == nil {
			return
		}
		where := address(snapshot.Endpoint)
		at := rules.Measured("SHOW pool_version", snapshot.Server.Text)
		switch login := snapshot.Login; {
		case !login.OK && login.Error != nil && login.Error.FromPgpool:
			p.OK() // it refuses the login, in its own words
		case !login.OK:
			p.Skipf("there was no login to the endpoint: %s", login.Cause)
		case snapshot.Server.Kind == facts.KindPgpool:
			p.OK()
		case snapshot.Server.Kind == facts.KindPostgreSQL:
			p.Failf(at, "PostgreSQL itself answers at %s, not Pgpool-II: when this node fails, Bitbucket fails with it", where).
				Helpf("Put host and port of Pgpool-II into jdbc.url.")
		case snapshot.Server.Kind == facts.KindPgBouncer:
			p.Failf(at, "PgBouncer or a pooler like it answers at %s, not Pgpool-II: it does not follow a failover by itself", where).
				Helpf("Put host and port of Pgpool-II into jdbc.url; nothing is to stand between Bitbucket and Pgpool-II that shares its sessions.")
		case snapshot.Server.Kind == facts.KindOther:
			p.Failf(at, "what answers at %s is neither Pgpool-II nor PostgreSQL", where).
				Helpf("Put host and port of Pgpool-II into jdbc.url.")
		default:
			p.Skipf("the session ended before it was known what answers")
		}
	},
}
