package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/fixtures/cluster"
)

// told is what the JSON report has of one rule.
type told struct {
	Rule, Outcome, Severity, Reason string
	Findings                        []struct {
		Message  string
		Measured *struct{ Query, Value string }
		Location *struct{ File string }
	}
}

// says looks for a finding with a part in its message that points at something measured.
func (v told) says(part string) bool {
	for _, finding := range v.Findings {
		measured := finding.Measured != nil || strings.HasPrefix(v.Rule, "drift/")
		if measured && strings.Contains(finding.Message, part) {
			return true
		}
	}
	return false
}

func (v told) messages() string {
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
	verdicts map[string]told
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
	var parsed struct{ Results []told }
	if err := json.Unmarshal(report, &parsed); err != nil {
		t.Fatal(err)
	}
	l.verdicts = map[string]told{}
	for _, v := range parsed.Results {
		l.verdicts[v.Rule] = v
	}
}

// measured is the file of what was measured.
const measured = "measured.json"

// postpone changes the date of what was kept.
func (l *look) postpone(t *testing.T, date string) {
	t.Helper()
	text, _ := l.measured(t)
	now := regexp.MustCompile(`("now": ")\d{4}-\d{2}-\d{2}`)
	if !now.Match(text) {
		t.Fatalf("no date in %s", text)
	}
	if err := os.WriteFile(filepath.Join(l.dir, measured), now.ReplaceAll(text, []byte("${1}"+date)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// measured is what was kept.
func (l *look) measured(t *testing.T) (text []byte, snapshot *facts.Snapshot) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(l.dir, measured))
	if err != nil {
		t.Fatal(err)
	}
	if snapshot, err = facts.LoadSnapshot(bytes.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	return text, snapshot
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
