package main

import (
	"context"
	"testing"
	"time"

	"github.com/bbdoctor/bbdoctor/fixtures/cluster"
)

// step changes a cluster.
type step func(t *testing.T, c *cluster.Cluster)

func all(steps ...step) step {
	return func(t *testing.T, c *cluster.Cluster) {
		t.Helper()
		for _, step := range steps {
			step(t, c)
		}
	}
}

// do is an operation of the cluster.
func do(operation func(*cluster.Cluster, context.Context) error) step {
	return func(t *testing.T, c *cluster.Cluster) {
		t.Helper()
		if err := operation(c, t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// replicated waits until the standby shows what the primary has done, whether that is written out already or not.
func replicated(t *testing.T, c *cluster.Cluster) {
	t.Helper()
	written, err := c.Exec(t.Context(), 0, "postgres", "SELECT pg_current_wal_insert_lsn()")
	if err != nil {
		t.Fatal(err)
	}
	for {
		shown, err := c.Exec(t.Context(), 1, "postgres", "SELECT pg_last_wal_replay_lsn() >= '"+written[0][0]+"'")
		if err != nil {
			t.Fatal(err)
		}
		if shown[0][0] == "t" {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// onPrimary runs statements on node 0, and waits for the standby: Pgpool-II logs in to both.
func onPrimary(database string, statements ...string) step {
	return all(sql(0, database, statements...), replicated)
}

// sql runs statements on a node, each by itself.
func sql(node int, database string, statements ...string) step {
	return func(t *testing.T, c *cluster.Cluster) {
		t.Helper()
		for _, statement := range statements {
			if _, err := c.Exec(t.Context(), node, database, statement); err != nil {
				t.Fatalf("%s: %v", statement, err)
			}
		}
	}
}

// restart gives Pgpool-II other parameters, name and value in turn.
func restart(parameters ...string) step {
	changed := map[string]string{}
	for i := 0; i+1 < len(parameters); i += 2 {
		changed[parameters[i]] = parameters[i+1]
	}
	return do(func(c *cluster.Cluster, ctx context.Context) error { return c.RestartPgpool(ctx, changed) })
}

// until waits for something of SHOW pool_nodes, which can show it for a moment by mistake.
func until(what string, wanted func([]cluster.PoolNode) bool) step {
	return do(func(c *cluster.Cluster, ctx context.Context) error {
		seen := 0
		return c.WaitPoolNodes(ctx, what, func(nodes []cluster.PoolNode) bool {
			if seen++; !wanted(nodes) {
				seen = 0
			}
			return seen == 5
		})
	})
}

var untilHealthy = until("one primary, every other node a streaming standby", cluster.Healthy)
