package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/tools/txtar"
)

// doctor runs the whole program in a directory.
func doctor(tb testing.TB, dir string, args ...string) (code int, stdout, stderr string) {
	tb.Helper()
	var out, errs bytes.Buffer
	code = run(context.Background(), environment{
		args: append([]string{"bbdoctor"}, args...), dir: dir,
		stdin: strings.NewReader(""), stdout: &out, stderr: &errs, variables: []string{"LANG=C.UTF-8"},
		today: time.Date(2026, time.November, 24, 0, 0, 0, 0, time.UTC),
	})
	return code, out.String(), errs.String()
}

// copied gives a copy of a fixture's files that only their owner can read, outside any git work tree.
func copied(tb testing.TB, fixture string) string {
	tb.Helper()
	dir := tb.TempDir()
	entries, err := os.ReadDir(filepath.Join("../../fixtures", fixture))
	if err != nil {
		tb.Fatal(err)
	}
	for _, entry := range entries {
		if entry.IsDir() {
			if err := os.Rename(copied(tb, filepath.Join(fixture, entry.Name())), filepath.Join(dir, entry.Name())); err != nil {
				tb.Fatal(err)
			}
			continue
		}
		text, err := os.ReadFile(filepath.Join("../../fixtures", fixture, entry.Name()))
		if err != nil {
			tb.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, entry.Name()), text, 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	return dir
}

// golden compares with testdata/golden/NAME, or rewrites it with -update.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata/golden", name)
	if *updateScripts {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-) and what came out (+):\n%s", path, diff)
	}
}

// TestPage checks the configuration that Atlassian's page shows, as it stands.
func TestPage(t *testing.T) {
	t.Parallel()
	dir := copied(t, "atlassian-page")
	for _, format := range []string{"pretty", "short", "json"} {
		code, stdout, stderr := doctor(t, dir, "check", "--format", format, ".")
		if code != exitFindings || stderr != "" {
			t.Errorf("%s: code %d, stderr %q", format, code, stderr)
		}
		golden(t, "page."+format, stdout)
	}
	// What is wrong with the page, rule by rule.
	_, stdout, _ := doctor(t, dir, "check", "--format", "short", ".")
	for _, rule := range []string{
		"secrets/placeholder", "secrets/documentation-password", "image/available", "pgpool/dead-setting",
		"jdbc/role-known-to-pgpool", "pool/pgpool-capacity", "pool/backend-capacity", "jdbc/target-server-type",
	} {
		if !strings.Contains(stdout, "["+rule+"]") {
			t.Errorf("the page does not fail %s", rule)
		}
	}
	if !strings.Contains(stdout, "480 backend connections against the 97") {
		t.Errorf("480 backend connections are not held against a node's max_connections")
	}
}

// TestHealthy checks the same installation done right: every rule passes, or skips with a reason.
func TestHealthy(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := doctor(t, copied(t, "healthy"), "check", "--verbose", "--fail-on", "info", ".")
	if code != exitClean || stderr != "" {
		t.Errorf("code %d, stderr %q", code, stderr)
	}
	golden(t, "healthy.pretty", stdout)
}

// TestHelm checks an umbrella chart done right, and one as people begin with, whose two overlays are two installations.
func TestHelm(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := doctor(t, copied(t, "helm/healthy"), "check", "--verbose", "--fail-on", "info", ".")
	if code != exitClean || stderr != "" {
		t.Errorf("code %d, stderr %q", code, stderr)
	}
	golden(t, "helm-healthy.pretty", stdout)
	dir := copied(t, "helm/broken")
	for _, format := range []string{"pretty", "json"} {
		code, stdout, stderr := doctor(t, dir, "check", "--format", format, ".")
		if code != exitFindings || stderr != "" {
			t.Errorf("%s: code %d, stderr %q", format, code, stderr)
		}
		golden(t, "helm-broken."+format, stdout)
	}
}

// TestKubernetes checks an installation as manifests that is done right, and a base with two overlays that are not.
func TestKubernetes(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := doctor(t, copied(t, "kubernetes/healthy"), "check", "--verbose", "--fail-on", "info", ".")
	if code != exitClean || stderr != "" {
		t.Errorf("code %d, stderr %q", code, stderr)
	}
	golden(t, "kubernetes-healthy.pretty", stdout)
	code, stdout, stderr = doctor(t, copied(t, "kubernetes/broken"), "check", ".")
	if code != exitFindings || stderr != "" {
		t.Errorf("code %d, stderr %q", code, stderr)
	}
	golden(t, "kubernetes-broken.pretty", stdout)
	for _, want := range []string{"deployment prod", "deployment staging", "[jdbc/target-server-type]", "[jdbc/endpoint-is-pgpool]"} {
		if _, short, _ := doctor(t, copied(t, "kubernetes/broken"), "check", "--format", "short", "."); !strings.Contains(stdout+short, want) {
			t.Errorf("%s is missing", want)
		}
	}
	if strings.Contains(stdout, "deployment base") {
		t.Error("the base is no deployment")
	}
}

// TestJSONIsWhatTheSchemaSays validates the JSON of every rule's cases.
func TestJSONIsWhatTheSchemaSays(t *testing.T) {
	t.Parallel()
	schema, err := jsonschema.NewCompiler().Compile("../../docs/report.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, dir := range everyCase(t) {
		_, stdout, _ := doctor(t, dir, "check", "--format", "json", ".")
		var document any
		if err := json.Unmarshal([]byte(stdout), &document); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := schema.Validate(document); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestBaselineIsWhatTheSchemaSays validates the baseline of every rule's cases, and the report that knows all of it again.
func TestBaselineIsWhatTheSchemaSays(t *testing.T) {
	t.Parallel()
	schemas := map[string]*jsonschema.Schema{}
	for _, file := range []string{"baseline", "report"} {
		schema, err := jsonschema.NewCompiler().Compile("../../docs/" + file + ".schema.json")
		if err != nil {
			t.Fatal(err)
		}
		schemas[file] = schema
	}
	for name, dir := range everyCase(t) {
		if code, _, stderr := doctor(t, dir, "baseline", "--output", "known.json", "."); code == exitUsage {
			t.Fatalf("%s: %s", name, stderr)
		}
		text, err := os.ReadFile(filepath.Join(dir, "known.json"))
		if err != nil {
			t.Fatal(err)
		}
		_, report, _ := doctor(t, dir, "check", "--baseline", "known.json", "--format", "json", ".")
		for file, text := range map[string]string{"baseline": string(text), "report": report} {
			var document any
			if err := json.Unmarshal([]byte(text), &document); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if err := schemas[file].Validate(document); err != nil {
				t.Errorf("%s: %s: %v", name, file, err)
			}
		}
		if strings.Contains(report, `"outcome": "fail"`) {
			t.Errorf("%s: something fails although all of it is known", name)
		}
	}
}

// everyCase unpacks the cases of all rules and the two installations, each into a directory.
func everyCase(t *testing.T) map[string]string {
	t.Helper()
	cases := map[string]string{"page": copied(t, "atlassian-page"), "healthy": copied(t, "healthy"), "helm": copied(t, "helm/broken")}
	paths, err := filepath.Glob("../../fixtures/rules/*/*/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	root := t.TempDir()
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name, err := filepath.Rel("../../fixtures/rules", path)
		if err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(root, name)
		for _, file := range archive.Files {
			if file.Name == "want.txt" || strings.HasPrefix(file.Name, "fixed/") {
				continue
			}
			target := filepath.Join(dir, file.Name)
			if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(target, file.Data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		cases[name] = dir
	}
	return cases
}
