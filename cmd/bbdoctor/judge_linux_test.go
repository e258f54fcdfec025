package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/bbdoctor/bbdoctor/fixtures/cluster"
)

// alwaysFails are the rules that fail on the healthy cluster of this machine, for what no test is to change: one Pgpool-II
// is no redundancy, loopback has no TLS, and Debian's Pgpool-II is older than the fix of a vulnerability and than its
// PostgreSQL.
var alwaysFails = []string{"pgpool/redundancy", "endpoint/tls", "version/pgpool-cve", "version/pgpool-postgres"}

// oldFails are the rules that fail, and oldSkips those that are skipped, on a healthy cluster of the years before PostgreSQL
// 14 and Pgpool-II 4.3: for good reasons, and tests of older releases have no other use for them.
var (
	oldFails = []string{"version/pgpool-eol", "version/postgres-eol", "version/postgres-supported", "pgpool/failover-on-shutdown"}
	oldSkips = map[string]string{"endpoint/reported-role": "the server does not report in_hot_standby"}
)

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
		case v.Outcome == "fail" && !expected && !slices.Contains(slices.Concat(s.may, mayAlwaysFail(t)), id):
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

// mayAlwaysFail are the rules that may fail in every situation.
func mayAlwaysFail(t *testing.T) []string {
	t.Helper()
	if cluster.Major(t) < 14 {
		return slices.Concat(alwaysFails, byTheClock, oldFails)
	}
	return slices.Concat(alwaysFails, byTheClock)
}

func (s situation) judgeHealthy(t *testing.T, l *look) {
	t.Helper()
	skipped := maps.Clone(healthySkips)
	if cluster.Major(t) < 14 {
		maps.Copy(skipped, oldSkips)
	}
	if !showsFlags(t, l) {
		skipped["pgpool/backend-flags"] = "nothing among the inputs that the rule judges"
	}
	for _, id := range measuredRules(t) {
		v := l.verdicts[id]
		reason, skips := skipped[id]
		switch {
		case skips && v.Outcome == "skip" && strings.HasPrefix(v.Reason, reason):
		case slices.Contains(slices.Concat(s.may, mayAlwaysFail(t)), id):
		case v.Outcome != "pass":
			t.Errorf("%s does not pass: %s %s\n\t%s", id, v.Outcome, v.Reason, v.messages())
		}
	}
	if !*updateScripts || t.Failed() {
		return
	}
	text, snapshot := l.measured(t)
	name := fmt.Sprintf("pgpool-%s-postgresql-%d.json", snapshot.Server.Version, snapshot.PostgreSQL.VersionNum/10_000)
	if err := os.WriteFile(filepath.Join("testdata/measured", name), text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// showsFlags says whether the doctor asks this release for backend_flag; some die of the question.
func showsFlags(t *testing.T, l *look) bool {
	t.Helper()
	_, snapshot := l.measured(t)
	_, shown := snapshot.Parameter("backend_flag0")
	return shown
}
