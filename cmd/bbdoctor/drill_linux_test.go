package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bbdoctor/bbdoctor/fixtures/cluster"
)

// drill is a failover and failback with Bitbucket's own driver as a client, and bbdoctor looking on.
type drill struct {
	ctx     context.Context
	cluster *cluster.Cluster
	driver  cluster.Driver
	dir     string // of bitbucket.properties
}

// TestLiveTargetServerType reproduces why Atlassian's page wants no targetServerType in jdbc.url, and that bbdoctor
// foretells and cures it. Pgpool-II gives a client the parameter status of its lowest-numbered node that is up. When the old
// primary is back as a standby, that is a standby's, though every statement goes to the primary; and pgjdbc believes
// in_hot_standby, which PostgreSQL reports since version 14.
func TestLiveTargetServerType(t *testing.T) {
	t.Parallel()
	if cluster.Major(t) < 14 {
		t.Skip("this PostgreSQL does not report in_hot_standby")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	bitbucket := cluster.User{Name: cluster.Bitbucket.Name, Password: jdbcPassword}
	d := drill{ctx: ctx, driver: cluster.NewDriver(t), dir: t.TempDir()}
	d.cluster = cluster.New(t, cluster.Options{
		Role: []string{"PASSWORD '" + jdbcPassword + "'"}, PoolPasswd: map[string]string{bitbucket.Name: "TEXT" + jdbcPassword},
	})
	c := d.cluster
	properties := strings.ReplaceAll(bitbucketProperties, "{url}?", c.JDBCURL()+"?targetServerType=primary&")
	if err := os.WriteFile(filepath.Join(d.dir, "bitbucket.properties"), []byte(properties), 0o600); err != nil {
		t.Fatal(err)
	}
	written := d.url(t)

	const refusal = "failed 08001 Could not find a server with specified targetServerType: "
	urls := []string{c.JDBCURL(), written, c.JDBCURL("targetServerType=preferPrimary")}
	want := func(state string, want ...string) {
		t.Helper()
		got, err := d.driver.Connect(ctx, bitbucket, urls...)
		if err != nil {
			t.Fatal(err)
		}
		for i := range urls {
			if got[i] != want[i] {
				t.Errorf("%s: %s gives %q, want %q", state, urls[i], got[i], want[i])
			}
		}
	}
	on := func(node int, reported string) string {
		return fmt.Sprintf("ok %s false %d", reported, c.NodePort(node))
	}

	want("healthy", on(0, "off"), on(0, "off"), on(0, "off"))
	d.foretells(t, "healthy", "pass", "")

	d.do(t, (*cluster.Cluster).Failover)
	want("after failover", on(1, "off"), on(1, "off"), on(1, "off"))
	d.foretells(t, "after failover", "pass", "")

	d.failback(t)
	want("after failback", on(1, "on"), refusal+"primary", on(1, "on"))
	d.foretells(t, "after failback", "fail", "error")

	// Nothing at Pgpool-II mends it.
	d.do(t, func(c *cluster.Cluster, ctx context.Context) error { return c.RestartPgpool(ctx, nil) })
	want("after a restart of Pgpool-II", on(1, "on"), refusal+"primary", on(1, "on"))

	d.cure(t)
	urls[1] = d.url(t)
	if urls[1] != c.JDBCURL("tcpKeepAlive=true") {
		t.Errorf("jdbc.url is %s", urls[1])
	}
	want("after --fix", on(1, "on"), on(1, "on"), on(1, "on"))
	d.foretells(t, "after --fix", "fail", "warning") // other clients are still in danger

	// Only when node 0 is the primary again is everything as before.
	urls[1] = written
	d.do(t, (*cluster.Cluster).Failover)
	d.do(t, (*cluster.Cluster).Failback)
	want("after the way back", on(0, "off"), on(0, "off"), on(0, "off"))
	d.foretells(t, "after the way back", "pass", "")
}

// url is jdbc.url as the file has it.
func (d drill) url(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(d.dir, "bitbucket.properties"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "jdbc.url=")
	url, _, _ := strings.Cut(rest, "\n")
	return url
}

func (d drill) do(t *testing.T, operation func(*cluster.Cluster, context.Context) error) {
	t.Helper()
	if err := operation(d.cluster, d.ctx); err != nil {
		t.Fatal(err)
	}
}

// failback brings the old primary back as a standby, and checks that both Pgpool-II and repmgr have it so.
func (d drill) failback(t *testing.T) {
	t.Helper()
	d.do(t, (*cluster.Cluster).Failback)
	until("node 0 as standby, node 1 as primary", func(nodes []cluster.PoolNode) bool {
		return nodes[0].Role == "standby" && nodes[1].Role == "primary" && cluster.Healthy(nodes)
	})(t, d.cluster)
	registered, err := d.cluster.RepmgrNodes(d.ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	want := []cluster.RepmgrNode{{ID: 1000, Upstream: 1001, Active: true, Name: "pg-0", Type: "standby"}, {ID: 1001, Active: true, Name: "pg-1", Type: "primary"}}
	if fmt.Sprint(registered) != fmt.Sprint(want) {
		t.Errorf("repmgr.nodes has %v, want %v", registered, want)
	}
}

// foretells compares what endpoint/reported-role says with what the driver does.
func (d drill) foretells(t *testing.T, state, outcome, severity string) {
	t.Helper()
	l := &look{dir: d.dir}
	l.doctor(t, "--live", "--only", "endpoint/*,jdbc/target-server-type")
	v := l.verdicts["endpoint/reported-role"]
	if v.Outcome != outcome || v.Severity != severity {
		t.Errorf("%s: endpoint/reported-role gives %s, %s: %s\n%s", state, v.Outcome, v.Severity, v.Reason, l.pretty)
	}
	if outcome == "fail" && !v.says("a driver with targetServerType=primary is refused right now") {
		t.Errorf("%s: it says %s", state, v.messages())
	}
}

// cure has bbdoctor mend the file.
func (d drill) cure(t *testing.T) {
	t.Helper()
	code, out, told := doctor(t, d.dir, "check", "--fix", "--only", "jdbc/*")
	if code != exitClean || !strings.Contains(told, "fixed bitbucket.properties: Remove targetServerType") {
		t.Errorf("--fix exits with %d and says %s\n%s", code, told, out)
	}
}
