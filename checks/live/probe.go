package live

import (
	"context"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// Probe asks the endpoint everything, and always gives a snapshot: what could not be found out, and why, is in it. It comes
// back when ctx ends, or when the target's time is over.
func Probe(ctx context.Context, t Target) *facts.Snapshot {
	snapshot := &facts.Snapshot{
		Schema: facts.SnapshotSchema,
		Endpoint: facts.Endpoint{
			Host: clean(t.Host), Port: clean(t.Port), Database: clean(t.Database), User: clean(t.User),
			SSLMode: clean(t.sslMode()), Source: clean(t.Source),
		},
	}
	defer scrub(snapshot, &t)
	whole := ctx
	ctx, cancel := context.WithTimeout(whole, t.Wait+t.timeout())
	defer cancel()
	s, result := loginWaiting(ctx, &t)
	snapshot.Login = result
	if s == nil {
		return snapshot
	}
	defer s.close()
	ctx, cancel = context.WithTimeout(whole, t.timeout())
	defer cancel()
	snapshot.Endpoint.TLS = s.line.secured
	s.limit, s.progress = t.questionTime(), t.progress
	s.examine(ctx, &t, snapshot)
	snapshot.RoundTrips = s.line.wire.roundTrips()
	if t.AdminUser != "" && ctx.Err() == nil {
		snapshot.Queries, s.log = append(snapshot.Queries, s.log...), nil
		repmgr(ctx, &t, snapshot)
		if len(snapshot.PoolNodes) > 0 && ctx.Err() == nil {
			nodes(ctx, &t, snapshot)
		}
	}
	if t.ProbeCapacity != 0 && whole.Err() == nil {
		snapshot.Capacity = capacity(whole, &t, snapshot)
	}
	if t.ProbeIdle > 0 && whole.Err() == nil && s.alive() {
		snapshot.Idle = s.idle(whole, &t)
	}
	snapshot.Queries = append(snapshot.Queries, s.log...)
	return snapshot
}

// examine asks everything on the one session: first which server it is, because there are statements that not every release
// bears, then all the rest at once.
func (s *session) examine(ctx context.Context, t *Target, snapshot *facts.Snapshot) {
	t.progress("ask which server it is")
	answer, err := s.ask(ctx, showVersion)
	if err == nil && len(answer.rows) == 1 && answer.at(0, "pool_version") != "" {
		text := clean(answer.at(0, "pool_version"))
		snapshot.Server = facts.Server{Kind: facts.KindPgpool, Version: pgpoolVersion(text), Text: text}
		s.pgpool(ctx, t, snapshot)
		return
	}
	var process int64
	if s.alive() {
		_, _ = s.flight(ctx, postgresql(func(p *facts.PostgreSQL, pid int64) { snapshot.PostgreSQL, process = p, pid })) // the log has it
	}
	snapshot.Server = otherServer(err, s, snapshot.PostgreSQL, process)
}

// otherServer tells apart what did not answer SHOW pool_version. PostgreSQL gives the number of its server process with the
// login; a pooler makes one up. The kind stays empty when the session ended before anything was said.
func otherServer(err error, s *session, p *facts.PostgreSQL, pid int64) facts.Server {
	if err == nil {
		return facts.Server{Kind: facts.KindOther, Text: "the answer to " + showVersion + " is not Pgpool-II's"}
	}
	m := messageIn(err)
	switch {
	case m == nil:
		return facts.Server{Text: serverError(err).Message}
	case m.FromPgpool:
		return facts.Server{Kind: facts.KindPgpool, Text: m.Message}
	case m.localized && strings.Contains(m.Message, "invalid command 'SHOW pool_version'"):
		return facts.Server{Kind: facts.KindPgBouncer, Text: "the console of PgBouncer: " + m.Message}
	case m.Code != "42704":
		return facts.Server{Kind: facts.KindOther, Text: m.Message}
	case p == nil:
		return facts.Server{Kind: facts.KindPostgreSQL, Text: "PostgreSQL, directly or behind a pooler that is not Pgpool-II"}
	case int64(s.conn.PID()) != pid:
		return facts.Server{Kind: facts.KindPgBouncer, Text: "PostgreSQL " + p.Version + " behind PgBouncer or a pooler like it: the server process is not the one that the login named"}
	}
	return facts.Server{Kind: facts.KindPostgreSQL, Version: p.Version, Text: "PostgreSQL " + p.Version}
}
