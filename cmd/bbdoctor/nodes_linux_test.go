package main

import (
	"context"
	"testing"

	"github.com/bbdoctor/bbdoctor/fixtures/cluster"
)

// nodes are situations of the backend nodes, on a cluster of which Pgpool-II attaches none by itself, so that each lasts.
// The last ones end with a failover.
func nodes() []situation {
	// What happened to a node is news for an hour.
	const news, attaches = "backends/recent-failover", "pgpool/auto-failback"
	standbyIs := func(status string) step {
		return until("node 1 "+status, func(nodes []cluster.PoolNode) bool { return nodes[1].Status == status })
	}
	list := []situation{
		{
			name: "a standby that is behind", enter: fallBehind, leave: catchUp,
			fails: map[string]string{"backends/replication-lag": "node 1 (127.0.0.1:"},
		},
		{
			name:  "repmgr thinks otherwise",
			enter: onPrimary("repmgr", "UPDATE repmgr.nodes SET active = false WHERE node_id = 1001"),
			leave: onPrimary("repmgr", "UPDATE repmgr.nodes SET active = true WHERE node_id = 1001"),
			fails: map[string]string{"backends/repmgr-nodes": "repmgr holds its node 1001 (pg-1) for inactive"},
		},
		{
			name: "no replication",
			enter: all(do(func(c *cluster.Cluster, ctx context.Context) error { return c.CutReplication(ctx, 1) }),
				until("no replication", func(nodes []cluster.PoolNode) bool { return nodes[1].ReplicationState == "" })),
			leave: all(do(func(c *cluster.Cluster, ctx context.Context) error { return c.Follow(ctx, 1, 0) }), untilHealthy),
			fails: map[string]string{"backends/standby-streaming": "does not replicate: pg_stat_replication of node 0"},
		},
		{
			name: "a standby that is detached",
			// Pgpool-II answers pcp_detach_node before it has ended the child processes that know the node as up.
			enter: all(do(func(c *cluster.Cluster, ctx context.Context) error { return c.DetachNode(ctx, 1) }), standbyIs("down")),
			leave: all(do(func(c *cluster.Cluster, ctx context.Context) error { return c.AttachNode(ctx, 1) }), untilHealthy),
			fails: map[string]string{"backends/reachable": "runs, and Pgpool-II holds it for down: a failover cannot go there", news: "node 1 (127.0.0.1:"},
		},
		{
			name:  "a standby that has stopped",
			enter: all(do(func(c *cluster.Cluster, ctx context.Context) error { return c.StopNode(ctx, 1, cluster.Fast) }), standbyIs("down")),
			leave: all(do(func(c *cluster.Cluster, ctx context.Context) error { return c.StartNode(ctx, 1) }),
				do(func(c *cluster.Cluster, ctx context.Context) error { return c.AttachNode(ctx, 1) }), untilHealthy),
			fails: map[string]string{"backends/reachable": "is down: one more failure and Bitbucket has no database", "backends/standby-streaming": "no standby streams", news: "is down since"},
		},
		{
			name: "an old status file",
			enter: all(restart("search_primary_node_timeout", "1"), do(func(c *cluster.Cluster, ctx context.Context) error {
				return c.RestartPgpoolWithStatus(ctx, "down", "up")
			})),
			leave: all(restart("search_primary_node_timeout", "10"), untilHealthy),
			fails: map[string]string{
				"backends/status-file": "is the primary and runs, but Pgpool-II has it recorded as down",
				"backends/reachable":   "node 0 (127.0.0.1:", "backends/one-primary": "is held for down by Pgpool-II: sessions go to a standby",
				"endpoint/writable": "the session lands on a standby",
			},
			may: []string{news},
		},
		{
			name:  "a replication check that may not look",
			enter: restart("sr_check_password", "Zt8-walnut-Rosemary", "search_primary_node_timeout", "1"),
			leave: all(restart("sr_check_password", cluster.Monitor.Password, "search_primary_node_timeout", "10"), untilHealthy),
			fails: map[string]string{
				"backends/one-primary":  "Pgpool-II does not know which node is the primary: it could not look",
				"backends/repmgr-nodes": "as primary, Pgpool-II as standby",
			},
		},
		{
			name:  "a primary that takes more connections than its standby",
			enter: all(restart("health_check_period", "0", "sr_check_period", "0"), moreConnections(0)),
			// What was raised on the primary the standby can only follow.
			leave: all(moreConnections(1), restart("health_check_period", "1", "sr_check_period", "1"), untilHealthy),
			fails: map[string]string{"repmgr/max-connections": "on the primary node 0"},
			may:   []string{"backends/standby-streaming", "backends/one-primary", "pgpool/health-check", "pgpool/replication-check"},
		},
		{
			name:  "a standby that hangs",
			enter: all(restart("health_check_period", "0", "sr_check_period", "0"), do(func(c *cluster.Cluster, ctx context.Context) error { return c.FreezeNode(ctx, 1) })),
			leave: do(func(c *cluster.Cluster, ctx context.Context) error { return c.ThawNode(ctx, 1) }),
			args:  []string{"--timeout", "3s"},
			fails: map[string]string{
				"endpoint/reachable":     "begins the login and then says nothing more (gave up after 2s): a backend node hangs, and with it every new session; sessions that are open go on",
				"backends/accept-logins": "every new session hangs",
			},
		},
		{
			// A standby like that breaks nothing: Pgpool-II leaves it out.
			name:  "a primary that is gone and missed by nobody",
			enter: do(func(c *cluster.Cluster, ctx context.Context) error { return c.KillNode(ctx, 0) }),
			leave: all(do(func(c *cluster.Cluster, ctx context.Context) error { return c.StartNode(ctx, 0) }), restart("health_check_period", "1", "sr_check_period", "1"), untilHealthy),
			fails: map[string]string{
				"backends/accept-logins": "node 0 does not take the connection that Pgpool-II opens on it", "endpoint/login": "Pgpool-II cannot reach a backend node that it holds for up",
			},
		},
		{
			name:  "two primaries",
			enter: all(do(func(c *cluster.Cluster, ctx context.Context) error { return c.Promote(ctx, 1) }), until("two primaries", func(nodes []cluster.PoolNode) bool { return nodes[1].PgRole == "primary" })),
			leave: all(do(func(c *cluster.Cluster, ctx context.Context) error { return c.RejoinAsStandby(ctx, 1, 0) }), restart(), untilHealthy),
			fails: map[string]string{"backends/one-primary": "2 nodes run as primary: node 0", "backends/standby-streaming": "no standby streams"},
		},
		{
			name: "after a failover", enter: do((*cluster.Cluster).Failover),
			fails: map[string]string{"backends/reachable": "node 0 (127.0.0.1:", "backends/standby-streaming": "no standby streams from node 1", news: "is down since", "backends/repmgr-nodes": "repmgr holds its node 1000 (pg-0) for inactive"},
		},
		{
			// Until the next replication check the delay is that of the node that died. A failback within a second of the
			// failover looks like a start of Pgpool-II.
			name: "after the failback", enter: do((*cluster.Cluster).Failback), may: []string{"backends/replication-lag", news},
			fails: map[string]string{"endpoint/reported-role": "the login reports in_hot_standby=on, and the session is on the primary"},
		},
	}
	for i := range list {
		list[i].may = append(list[i].may, attaches)
	}
	return list
}

// moreConnections raises max_connections of a node, and starts it anew.
func moreConnections(node int) step {
	return all(sql(node, "postgres", "ALTER SYSTEM SET max_connections = 150"),
		do(func(c *cluster.Cluster, ctx context.Context) error { return c.StopNode(ctx, node, cluster.Fast) }),
		do(func(c *cluster.Cluster, ctx context.Context) error { return c.StartNode(ctx, node) }))
}

// fallBehind has the standby receive WAL and not replay it.
func fallBehind(t *testing.T, c *cluster.Cluster) {
	t.Helper()
	sql(1, "postgres", "SELECT pg_wal_replay_pause()")(t, c)
	sql(0, "postgres", "CREATE TABLE ballast AS SELECT repeat('walnut', 100) AS text FROM generate_series(1, 40000)")(t, c)
	until("node 1 behind", func(nodes []cluster.PoolNode) bool { return len(nodes[1].ReplicationDelay) >= len("17000000") })(t, c)
}

// catchUp lets the standby replay, and waits for it.
func catchUp(t *testing.T, c *cluster.Cluster) {
	t.Helper()
	sql(1, "postgres", "SELECT pg_wal_replay_resume()")(t, c)
	sql(0, "postgres", "DROP TABLE ballast")(t, c)
	until("node 1 caught up", func(nodes []cluster.PoolNode) bool { return nodes[1].ReplicationDelay == "0" })(t, c)
}
