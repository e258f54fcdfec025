package live

import (
	"context"
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

// pgpool asks everything that Pgpool-II answers itself, but SHOW pool_nodes.
func (s *session) pgpool(ctx context.Context, snapshot *facts.Snapshot) {
	version := snapshot.Server.Version
	// Before 4.2 it would be passed on to PostgreSQL.
	if !pgpoolconf.Before(version, "4.2.0") {
		if answer, err := s.timed(ctx, snapshot, showHealthChecks); err == nil {
			snapshot.HealthChecks = healthChecks(answer)
		}
	}
	if answer, err := s.timed(ctx, snapshot, showProcesses); err == nil {
		snapshot.Processes = processes(answer)
	}
	if s.alive() {
		s.parameters(ctx, snapshot)
	}
}

// timed asks a trivial statement and keeps the time it took, which is that of one round trip.
func (s *session) timed(ctx context.Context, snapshot *facts.Snapshot, statement string) (*table, error) {
	if !s.alive() {
		return nil, errEnded
	}
	start := time.Now()
	answer, err := s.ask(ctx, statement)
	if err == nil {
		snapshot.RoundTrips = append(snapshot.RoundTrips, time.Since(start))
	}
	return answer, err
}

// secondLook is how long a replication check has to fill in what it has just cleared.
const secondLook = 200 * time.Millisecond

// poolNodes asks for the backend nodes, and once more when a standby's replication_state is empty: every replication check
// clears it before it asks the primary, so that one look in a hundred at a healthy Pgpool-II 4.3 misses it.
func (s *session) poolNodes(ctx context.Context, snapshot *facts.Snapshot) {
	answer, err := s.ask(ctx, showNodes)
	if err != nil {
		return
	}
	snapshot.PoolNodes = poolNodes(answer)
	if _, shown := answer.columns["replication_state"]; !shown || !slices.ContainsFunc(snapshot.PoolNodes, unseen) {
		return
	}
	select {
	case <-ctx.Done():
		return
	case <-time.After(secondLook):
	}
	if answer, err = s.ask(ctx, showNodes); err == nil {
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
