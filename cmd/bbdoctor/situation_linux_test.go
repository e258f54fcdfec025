package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/fixtures/cluster"
	"github.com/bbdoctor/bbdoctor/fixtures/wire"
)

// situation is a state of a real cluster, and what "bbdoctor check --live" is to say of it.
type situation struct {
	name string
	// enter brings the cluster into it, and leave takes it back, for the situations that follow.
	enter, leave step
	// args are added to the command line. {url}, {node0}, {far}, {cert} and {pgpool.conf} stand for what
	// only the cluster knows.
	args []string
	// files are further inputs, or replace bitbucket.properties.
	files map[string]string
	// newest and oldest bound the majors of PostgreSQL that can be in it; 0 means no bound.
	oldest, newest int
	// later has what was measured judged as if the cluster's clock had shown this date; empty means its own.
	later string

	// fails names each rule that fails, with a part of what it says of what was measured. No other may, but those that fail
	// on the healthy cluster, and those of may.
	fails map[string]string
	// passes are the rules that only pass here, having no reason to fail: on the healthy cluster they fail or are skipped.
	passes []string
	// may are rules that can fail or not, by what a moment shows.
	may []string
	// healthy wants every rule that judges what is measured to pass, but those of alwaysFails, healthySkips and may. With
	// -update what was measured becomes the release's file in testdata/measured.
	healthy bool
}

// step changes a cluster.
type step func(t *testing.T, c *cluster.Cluster)

// stage is one cluster, and the situations that it is brought into one after the other.
type stage struct {
	name       string
	options    cluster.Options
	situations []situation
}

// jdbcPassword is Bitbucket's password here; that of the page would be a finding.
const jdbcPassword = "Zt8-walnut-Mistral"

// bitbucketProperties is the file as it should be; {url} is the cluster's.
const bitbucketProperties = `jdbc.driver=org.postgresql.Driver
jdbc.url={url}?tcpKeepAlive=true
jdbc.user=bitbucketuser
jdbc.password=` + jdbcPassword + `
db.pool.size.max=36
`

// alwaysFails are the rules that fail on the healthy cluster of this machine, for what no test is to change: one Pgpool-II
// is no redundancy, loopback has no TLS, and Debian's Pgpool-II is older than the fix of a vulnerability and than its
// PostgreSQL.
var alwaysFails = []string{"pgpool/redundancy", "endpoint/tls", "version/pgpool-cve", "version/pgpool-postgres"}

// byTheClock are rules that judge how long something took: on a busy machine they fail in any situation.
var byTheClock = []string{"endpoint/latency"}

// healthySkips are the measured rules that have nothing to say of the healthy cluster, with the reason that they give.
var healthySkips = map[string]string{
	"pool/measured-capacity":     "nobody asked for it",
	"idle/held-connection":       "nobody asked for it",
	"pgpool/failover-command":    "nothing among the inputs tells that repmgr promotes",
	"database/change-log-lock":   "there is no table databasechangeloglock",
	"version/postgres-supported": "it is not known for sure",
	"drift/settings":             "no Pgpool-II settings among the files",
	"drift/nodes":                "no Pgpool-II settings among the files",
}

// verdict is what the JSON report has of one rule.
type verdict struct {
	Rule, Outcome, Reason string
	Findings              []struct {
		Message  string
		Measured *struct{ Query, Value string }
		Location *struct{ File string }
	}
}

// says looks for a finding with a part in its message that points at something measured.
func (v verdict) says(part string) bool {
	for _, finding := range v.Findings {
		measured := finding.Measured != nil || strings.HasPrefix(v.Rule, "drift/")
		if measured && strings.Contains(finding.Message, part) {
			return true
		}
	}
	return false
}

func (v verdict) messages() string {
	var all []string
	for _, finding := range v.Findings {
		all = append(all, finding.Message)
	}
	return strings.Join(all, "\n\t")
}

// look is one run of bbdoctor in a situation.
type look struct {
	dir      string
	args     []string // without those that make it a live run
	report   string   // JSON
	pretty   string
	code     int
	verdicts map[string]verdict
}

// doctor runs the whole program, with both reports.
func (l *look) doctor(t *testing.T, args ...string) {
	t.Helper()
	var out, errs bytes.Buffer
	args = slices.Concat([]string{"bbdoctor", "check", "--verbose", "--format", "pretty", "--format", "json=report.json"}, args, l.args)
	l.code = run(t.Context(), environment{
		args: args, dir: l.dir, stdin: strings.NewReader(""), stdout: &out, stderr: &errs,
		variables: []string{"LANG=C.UTF-8", "BBDOCTOR_ADMIN_PASSWORD=" + cluster.Superuser.Password},
	})
	report, err := os.ReadFile(filepath.Join(l.dir, "report.json"))
	if err != nil || errs.Len() > 0 {
		t.Fatalf("%v: %v\n%s", args, err, &errs)
	}
	if err := os.Remove(filepath.Join(l.dir, "report.json")); err != nil {
		t.Fatal(err)
	}
	l.report, l.pretty = string(report), out.String()
	for _, secret := range []string{jdbcPassword, cluster.Superuser.Password, cluster.Repmgr.Password} {
		if strings.Contains(l.report+l.pretty, secret) {
			t.Errorf("a password is in the output:\n%s", l.pretty)
		}
	}
	var parsed struct{ Results []verdict }
	if err := json.Unmarshal(report, &parsed); err != nil {
		t.Fatal(err)
	}
	l.verdicts = map[string]verdict{}
	for _, v := range parsed.Results {
		l.verdicts[v.Rule] = v
	}
}

// look runs bbdoctor against a cluster, and keeps what was measured.
func (s situation) look(t *testing.T, c *cluster.Cluster, dir string) *look {
	t.Helper()
	l := &look{dir: dir}
	far := ""
	if slices.ContainsFunc(s.args, func(arg string) bool { return strings.Contains(arg, "{far}") }) {
		far = wire.NewRelay(t, c.Address(), 15*time.Millisecond).Address
	}
	conf, err := os.ReadFile(filepath.Join(c.Dir(), "pgpool", "pgpool.conf"))
	if err != nil {
		t.Fatal(err)
	}
	known := strings.NewReplacer(
		"{url}", c.JDBCURL(), "{node0}", net.JoinHostPort(c.PgpoolHost(), strconv.Itoa(c.NodePort(0))), "{far}", far,
		"{cert}", c.CertFile(), "{pgpool.conf}", string(conf),
	)
	files := map[string]string{"bitbucket.properties": bitbucketProperties}
	maps.Copy(files, s.files)
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(known.Replace(text)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, arg := range s.args {
		l.args = append(l.args, known.Replace(arg))
	}
	l.doctor(t, "--live", "--admin-user", cluster.Superuser.Name, "--save-facts", measured)
	if s.later != "" {
		l.postpone(t, s.later)
		l.doctor(t, "--facts", measured)
	}
	return l
}

// measured is the file of what was measured.
const measured = "measured.json"

// postpone changes the date of what was kept.
func (l *look) postpone(t *testing.T, date string) {
	t.Helper()
	path := filepath.Join(l.dir, measured)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	now := regexp.MustCompile(`("now": ")\d{4}-\d{2}-\d{2}`)
	if !now.Match(text) {
		t.Fatalf("no date in %s", text)
	}
	if err := os.WriteFile(path, now.ReplaceAll(text, []byte("${1}"+date)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// judge compares what was said with what was to be said.
func (s situation) judge(t *testing.T, l *look) {
	t.Helper()
	for id, part := range s.fails {
		v, ok := l.verdicts[id]
		if !ok || v.Outcome != "fail" || !v.says(part) {
			t.Errorf("%s does not fail with %q: %s %s\n\t%s", id, part, v.Outcome, v.Reason, v.messages())
		}
		// The report for people breaks no line of a message.
		if first, _, _ := strings.Cut(v.messages(), "\n"); !strings.Contains(l.pretty, first) {
			t.Errorf("%s: no %q in the report for people:\n%s", id, first, l.pretty)
		}
	}
	for _, id := range s.passes {
		if v := l.verdicts[id]; v.Outcome != "pass" {
			t.Errorf("%s does not pass: %s %s\n\t%s", id, v.Outcome, v.Reason, v.messages())
		}
	}
	for id, v := range l.verdicts {
		_, expected := s.fails[id]
		switch {
		case v.Outcome == "error":
			t.Errorf("%s: %s", id, v.Reason)
		case v.Outcome == "fail" && !expected && !slices.Contains(slices.Concat(s.may, alwaysFails, byTheClock), id):
			t.Errorf("%s fails:\n\t%s", id, v.messages())
		}
	}
	if s.healthy {
		s.judgeHealthy(t, l)
	}
	if t.Failed() {
		t.Log(l.pretty)
	}
}

func (s situation) judgeHealthy(t *testing.T, l *look) {
	t.Helper()
	for _, id := range measuredRules(t) {
		v := l.verdicts[id]
		reason, skips := healthySkips[id]
		switch {
		case skips && v.Outcome == "skip" && strings.HasPrefix(v.Reason, reason):
		case slices.Contains(slices.Concat(s.may, alwaysFails, byTheClock), id):
		case v.Outcome != "pass":
			t.Errorf("%s does not pass: %s %s\n\t%s", id, v.Outcome, v.Reason, v.messages())
		}
	}
	if !*updateScripts || t.Failed() {
		return
	}
	text, err := os.ReadFile(filepath.Join(l.dir, measured))
	if err != nil {
		t.Fatal(err)
	}
	var snapshot facts.Snapshot
	if err := json.Unmarshal(text, &snapshot); err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("pgpool-%s-postgresql-%d.json", snapshot.Server.Version, snapshot.PostgreSQL.VersionNum/10_000)
	if err := os.WriteFile(filepath.Join("testdata/measured", name), text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// replay judges what was kept once more, without the cluster, and wants the same bytes.
func (l *look) replay(t *testing.T) {
	t.Helper()
	again := &look{dir: l.dir, args: l.args}
	again.doctor(t, "--facts", measured)
	if again.report != l.report || again.pretty != l.pretty || again.code != l.code {
		t.Errorf("what was kept is judged otherwise, with code %d instead of %d:\n%s\ninstead of\n%s", again.code, l.code, again.pretty, l.pretty)
	}
}

// play runs all situations of a stage on one cluster, and judges what was kept when the cluster is gone.
func (s stage) play(t *testing.T) {
	options := s.options
	options.Role = append(slices.Clone(options.Role), "PASSWORD '"+jdbcPassword+"'")
	options.PoolPasswd = map[string]string{cluster.Bitbucket.Name: "TEXT" + jdbcPassword}
	c := cluster.New(t, options)
	major := majorOf(t, c)
	looks := map[string]*look{}
	for _, situation := range s.situations {
		if major < situation.oldest || situation.newest > 0 && major > situation.newest {
			continue
		}
		dir := t.TempDir()
		t.Run(situation.name, func(t *testing.T) {
			if situation.enter != nil {
				situation.enter(t, c)
			}
			if situation.leave != nil {
				defer situation.leave(t, c)
			}
			l := situation.look(t, c, dir)
			situation.judge(t, l)
			looks[situation.name] = l
		})
	}
	if err := c.Stop(); err != nil {
		t.Error(err)
	}
	for name, l := range looks {
		t.Run(name+", replayed", l.replay)
	}
}

func majorOf(t *testing.T, c *cluster.Cluster) int {
	t.Helper()
	rows, err := c.Exec(t.Context(), 0, "postgres", "SHOW server_version_num")
	if err != nil {
		t.Fatal(err)
	}
	number, err := strconv.Atoi(rows[0][0])
	if err != nil {
		t.Fatal(err)
	}
	return number / 10_000
}

// The steps.

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
