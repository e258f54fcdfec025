package live

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/pgpoolconf"
)

// The statements that Pgpool-II answers itself. Only the simple query protocol knows them.
const (
	showVersion      = "SHOW pool_version"
	showNodes        = "SHOW pool_nodes"
	showProcesses    = "SHOW pool_processes"
	showHealthChecks = "SHOW pool_health_check_stats"
)

// pgpoolVersion reads "4.3.5 (tamahomeboshi)", or "4.8devel (...)".
func pgpoolVersion(text string) string {
	end := strings.IndexFunc(text, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
	if end < 0 {
		end = len(text)
	}
	return strings.Trim(text[:end], ".")
}

// pgpool asks Pgpool-II and PostgreSQL everything in one round trip. SHOW pool_nodes comes last: Pgpool-II logs in to every node
// to answer it, and waits connect_timeout for each that it cannot reach.
func (s *session) pgpool(ctx context.Context, t *Target, snapshot *facts.Snapshot) {
	version := snapshot.Server.Version
	var questions []question
	t.progress("ask Pgpool-II")
	// Before 4.2 it would be passed on to PostgreSQL.
	if !pgpoolconf.Before(version, "4.2.0") {
		questions = append(questions, question{statements: []string{showHealthChecks}, take: func(t *table) error {
			snapshot.HealthChecks = healthChecks(t)
			return nil
		}})
	}
	var looked *table
	questions = append(questions,
		question{statements: []string{showProcesses}, take: func(t *table) error {
			snapshot.Processes = processes(t)
			return nil
		}},
		parameters(version, func(m facts.Measured) { snapshot.Pgpool = append(snapshot.Pgpool, m) }),
		postgresql(func(p *facts.PostgreSQL, _ int64) { snapshot.PostgreSQL = p }),
		question{step: "ask Pgpool-II for the backend nodes", statements: []string{showNodes}, limit: t.timeout(), take: func(t *table) error {
			looked, snapshot.PoolNodes = t, poolNodes(t)
			return nil
		}})
	s.askPgpool(ctx, t, questions...)
	snapshot.Pgpool = withoutAbsent(snapshot.Pgpool)
	s.limit = t.timeout()
	if looked != nil {
		s.lookAgain(ctx, snapshot, looked)
	}
}

// askPgpool asks all at once. If the session ends without a word of the server while others of the flight have been answered,
// the flight may be what was too much for it: what is left is asked one by one, on a second connection.
func (s *session) askPgpool(ctx context.Context, t *Target, questions ...question) {
	left, err := s.flight(ctx, questions...)
	if len(left) == 0 || len(left) == len(questions) || ctx.Err() != nil ||
		messageIn(err) != nil || errors.Is(err, errTable) || errors.Is(err, errFlood) {
		return
	}
	t.progress("log in again to " + t.Host + ":" + t.Port)
	start := time.Now()
	a := t.account()
	a.limit = min(a.limit, silenceTime)
	other, result := login(ctx, a)
	s.log = append(s.log, facts.Query{Statement: "a second login, to ask one by one", Took: time.Since(start), Error: result.Error})
	if other == nil {
		return
	}
	other.log, other.limit, other.progress = s.log, s.limit, s.progress
	*s = *other
	for _, q := range left {
		_, _ = s.flight(ctx, q) // the log has it
	}
}

// secondLook is how long a replication check has to fill in what it has just cleared.
const secondLook = 200 * time.Millisecond

// lookAgain asks for the backend nodes once more when a standby's replication_state is empty: every replication check clears it
// before it asks the primary, so that one look in a hundred at a healthy Pgpool-II 4.3 misses it.
func (s *session) lookAgain(ctx context.Context, snapshot *facts.Snapshot, looked *table) {
	if _, shown := looked.columns["replication_state"]; !shown || !slices.ContainsFunc(snapshot.PoolNodes, unseen) {
		return
	}
	select {
	case <-ctx.Done():
		return
	case <-time.After(secondLook):
	}
	if answer, err := s.ask(ctx, showNodes); err == nil {
		snapshot.PoolNodes = poolNodes(answer)
	}
}

// unseen says that Pgpool-II uses a standby and does not show that it streams.
func unseen(n facts.PoolNode) bool {
	return n.Role == "standby" && n.ReplicationState == "" && (n.Status == "up" || n.Status == "waiting")
}

func poolNodes(t *table) []facts.PoolNode {
	nodes := make([]facts.PoolNode, 0, len(t.rows))
	for i := range t.rows {
		at := func(column string) string { return clean(t.at(i, column)) }
		nodes = append(nodes, facts.PoolNode{
			ID: at("node_id"), Hostname: at("hostname"), Port: at("port"), Status: at("status"), PgStatus: at("pg_status"),
			Role: at("role"), PgRole: at("pg_role"), LBWeight: at("lb_weight"), LoadBalanceNode: at("load_balance_node"),
			ReplicationDelay: at("replication_delay"), ReplicationState: at("replication_state"),
			ReplicationSyncState: at("replication_sync_state"), LastStatusChange: at("last_status_change"),
		})
	}
	return nodes
}

// processes counts child processes. Before 4.3 there is no status; a process with a database then serves a client or has
// kept the connection of the last one.
func processes(t *table) *facts.Processes {
	count := &facts.Processes{Total: len(t.rows)}
	_, hasStatus := t.columns["status"]
	for i := range t.rows {
		if hasStatus && t.at(i, "status") != "Wait for connection" || !hasStatus && t.at(i, "database") != "" {
			count.Busy++
		}
	}
	return count
}

func healthChecks(t *table) []facts.HealthCheck {
	checks := make([]facts.HealthCheck, 0, len(t.rows))
	for i := range t.rows {
		at := func(column string) string { return clean(t.at(i, column)) }
		checks = append(checks, facts.HealthCheck{
			ID: at("node_id"), Status: at("status"), Role: at("role"), Total: at("total_count"), Success: at("success_count"),
			Fail: at("fail_count"), Skip: at("skip_count"), Retry: at("retry_count"), LastHealthCheck: at("last_health_check"),
			LastSuccess: at("last_successful_health_check"), LastFailed: at("last_failed_health_check"),
		})
	}
	return checks
}
