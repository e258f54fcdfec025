package catalog_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline"
	"github.com/bbdoctor/bbdoctor/rules"
	"github.com/bbdoctor/bbdoctor/rules/catalog"
	"github.com/bbdoctor/bbdoctor/rules/fix"
)

var update = flag.Bool("update", false, "rewrite the expectations in fixtures")

const fixtures = "../../fixtures/rules"

// TestFixtures runs every case of every rule: its files are read, the one rule judges them, and what it says is compared
// with want.txt; where there are fixed/ files, the fix is made, proved and compared.
func TestFixtures(t *testing.T) {
	t.Parallel()
	for _, rule := range catalog.All() {
		t.Run(rule.ID, func(t *testing.T) {
			t.Parallel()
			cases, err := filepath.Glob(filepath.Join(fixtures, rule.ID, "*.txtar"))
			if err != nil {
				t.Fatal(err)
			}
			kinds, read := map[string]bool{}, map[facts.Key]bool{}
			for _, path := range cases {
				name := strings.TrimSuffix(filepath.Base(path), ".txtar")
				t.Run(name, func(t *testing.T) { kinds[runCase(t, rule, path, read)] = true })
			}
			for _, kind := range []string{"pass", "fail", "skip"} {
				if !kinds[kind] {
					t.Errorf("no case in which the rule's outcome is %s", kind)
				}
			}
			for _, key := range rule.Needs {
				if !read[key] {
					t.Errorf("Needs has %q, but no case makes the rule read it", key)
				}
			}
			for key := range read {
				if !slices.Contains(rule.Needs, key) {
					t.Errorf("the rule reads %q, but Needs does not have it", key)
				}
			}
		})
	}
}

// runCase gives the kind of outcome that the case's name promises and the rule confirmed.
func runCase(t *testing.T, rule *rules.Rule, path string, read map[facts.Key]bool) string {
	t.Helper()
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var want []byte
	var measured *facts.Snapshot
	fixed := map[string][]byte{}
	for _, file := range archive.Files {
		name := file.Name
		switch rest, isFixed := strings.CutPrefix(name, "fixed/"); {
		case name == "snapshot.json":
			if measured, err = facts.LoadSnapshot(bytes.NewReader(file.Data)); err != nil {
				t.Fatal(err)
			}
			continue
		case name == "want.txt":
			want = file.Data
			continue
		case isFixed:
			fixed[rest] = file.Data
			continue
		}
		target := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(target, file.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	options := caseOptions(t, dir, archive.Comment)
	options.Dir, options.Paths = dir, []string{"."}
	collection, err := offline.Load(context.Background(), options)
	if err != nil {
		t.Fatal(err)
	}
	if measured != nil {
		attach(t, collection, measured)
	}
	for _, deployment := range collection.Deployments {
		deployment.Today = time.Date(2026, time.November, 24, 0, 0, 0, 0, time.UTC)
	}
	var results []*rules.Result
	for _, deployment := range collection.Deployments {
		result, keys := rules.Reads(rule, deployment)
		results = append(results, result)
		for key := range keys {
			read[key] = true
		}
	}
	fix.Resolve(collection, results)
	got := describe(collection, results)
	if diff := cmp.Diff(string(want), got); diff != "" && !*update {
		t.Errorf("want.txt (-) and what the rule says (+):\n%s", diff)
	}
	if deferred := runDeferred(t, rule, options, measured); deferred != got+edits(results) && !*update {
		t.Errorf("when all is there (-) and when it is made to be judged and let go of (+):\n%s", cmp.Diff(got+edits(results), deferred))
	}
	checkFixed(t, rule, options, collection, results, fixed)
	if *update {
		rewrite(t, path, archive, got, fixed)
	}
	kind, _, _ := strings.Cut(strings.TrimSuffix(filepath.Base(path), ".txtar"), "-")
	if !slices.ContainsFunc(results, func(r *rules.Result) bool { return r.Outcome.String() == kind }) {
		t.Errorf("the case is named %s, but no deployment has that outcome", kind)
	}
	return kind
}

// runDeferred runs a case as check does when it changes nothing: what a deployment has is made when it is judged.
func runDeferred(t *testing.T, rule *rules.Rule, options offline.Options, measured *facts.Snapshot) string {
	t.Helper()
	options.Deferred, options.Today = true, time.Date(2026, time.November, 24, 0, 0, 0, 0, time.UTC)
	collection, err := offline.Load(context.Background(), options)
	if err != nil {
		t.Fatal(err)
	}
	if measured != nil {
		attach(t, collection, measured)
	}
	results := rules.RunAll(collection.Deployments, []*rules.Rule{rule})
	fix.Resolve(collection, results)
	return describe(collection, results) + edits(results)
}

// edits writes what fixes change.
func edits(results []*rules.Result) string {
	var out strings.Builder
	for _, result := range results {
		for _, finding := range result.Findings {
			if finding.Fix == nil {
				continue
			}
			for _, edit := range finding.Fix.Edits {
				fmt.Fprintf(&out, "edit: %s %d-%d %q\n", edit.Source.Name, edit.Start, edit.End, edit.New)
			}
		}
	}
	return out.String()
}

// attach gives what was measured to the case's deployment, or to one of its own where there are no files.
func attach(t *testing.T, collection *facts.Collection, measured *facts.Snapshot) {
	t.Helper()
	if len(collection.Deployments) == 0 {
		collection.Deployments = []*facts.Deployment{{Name: "."}}
	}
	if len(collection.Deployments) > 1 {
		t.Fatal("snapshot.json belongs to one deployment, and the case has more")
	}
	collection.Deployments[0].Live = measured
}

// caseOptions reads the lines "flags: --name value..." and "mode: file 0600" of a case's comment.
func caseOptions(t *testing.T, dir string, comment []byte) (options offline.Options) {
	t.Helper()
	for line := range strings.Lines(string(comment)) {
		if rest, ok := strings.CutPrefix(line, "mode:"); ok {
			var name string
			var mode os.FileMode
			if _, err := fmt.Sscanf(rest, "%s %o", &name, &mode); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(filepath.Join(dir, name), mode); err != nil {
				t.Fatal(err)
			}
		}
		rest, ok := strings.CutPrefix(line, "flags:")
		if !ok {
			continue
		}
		words := strings.Fields(rest)
		for i := 0; i+1 < len(words); i += 2 {
			switch words[i] {
			case "--bitbucket-version":
				options.BitbucketVersion = words[i+1]
			case "--bitbucket-nodes":
				count, err := strconv.Atoi(words[i+1])
				if err != nil {
					t.Fatal(err)
				}
				options.BitbucketNodes = count
			case "--env":
				options.EnvFiles = append(options.EnvFiles, words[i+1])
			default:
				t.Fatalf("flags: unknown %s", words[i])
			}
		}
	}
	return options
}

// describe writes results so that a person can read and a test can compare them.
func describe(collection *facts.Collection, results []*rules.Result) string {
	var out strings.Builder
	for _, result := range results {
		fmt.Fprintf(&out, "%s: %s", result.Deployment, result.Outcome)
		if result.Reason != "" {
			fmt.Fprintf(&out, ": %s", result.Reason)
		}
		out.WriteByte('\n')
		for _, finding := range result.Findings {
			fmt.Fprintf(&out, "%s: %s: %s\n", at(finding.At), finding.Severity, indent(finding.Message))
			for _, note := range finding.Related {
				fmt.Fprintf(&out, "  see %s: %s\n", at(note.At), note.Message)
			}
			if finding.Help != "" {
				fmt.Fprintf(&out, "  help: %s\n", indent(finding.Help))
			}
			if finding.Fix != nil {
				fmt.Fprintf(&out, "  fix: %s%s\n", finding.Fix.Title, safety(finding.Fix))
			}
		}
	}
	for _, problem := range collection.Problems {
		fmt.Fprintf(&out, "problem: %s: %s\n", problem.File, problem.Message)
	}
	for _, deployment := range collection.Deployments {
		for _, problem := range deployment.Problems {
			fmt.Fprintf(&out, "problem: %s: %s\n", deployment.Name, problem.Message)
		}
	}
	return out.String()
}

func safety(f *rules.Fix) string {
	switch {
	case len(f.Edits) == 0:
		return " (by hand: " + f.Why + ")"
	case f.Unsafe:
		return " (unsafe: " + f.Why + ")"
	}
	return ""
}

func indent(text string) string { return strings.ReplaceAll(text, "\n", "\n    ") }

// at is "file:line:column-line:column", or the query that measured and what it gave.
func at(origin facts.Origin) string {
	if origin.Query() != "" {
		return origin.Query() + " = " + origin.Value()
	}
	if origin.Source == nil {
		return "-"
	}
	line, column := origin.Source.Position(origin.Span.Start)
	endLine, endColumn := origin.Source.Position(origin.Span.End)
	end := strconv.Itoa(endColumn)
	if endLine != line {
		end = fmt.Sprintf("%d:%d", endLine, endColumn)
	}
	return fmt.Sprintf("%s:%d:%d-%s", origin.Source.Name, line, column, end)
}

// rewrite puts what came out into the case, for somebody to read.
func rewrite(t *testing.T, path string, archive *txtar.Archive, got string, fixed map[string][]byte) {
	t.Helper()
	archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool {
		return f.Name == "want.txt" || strings.HasPrefix(f.Name, "fixed/")
	})
	archive.Files = append(archive.Files, txtar.File{Name: "want.txt", Data: []byte(got)})
	for _, name := range slices.Sorted(maps.Keys(fixed)) {
		archive.Files = append(archive.Files, txtar.File{Name: "fixed/" + name, Data: fixed[name]})
	}
	if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}

// checkFixed makes the fixes, proves them and compares the files with what the case expects.
func checkFixed(t *testing.T, rule *rules.Rule, options offline.Options, collection *facts.Collection, results []*rules.Result, fixed map[string][]byte) {
	t.Helper()
	plan := fix.NewPlan(results, true)
	if *update {
		clear(fixed)
		for _, file := range plan.Files {
			fixed[file.Source.Name] = file.New
		}
	}
	if len(plan.Files) > 0 {
		if err := fix.Prove(context.Background(), plan, options, collection, results, []*rules.Rule{rule}); err != nil {
			t.Errorf("the fix is not proved: %v", err)
		}
	}
	for _, file := range plan.Files {
		want, ok := fixed[file.Source.Name]
		if !ok {
			t.Errorf("the rule mends %s; the case needs fixed/%s with\n%s", file.Source.Name, file.Source.Name, file.New)
			continue
		}
		if !bytes.Equal(want, file.New) {
			t.Errorf("fixed/%s (-) and the fix (+):\n%s", file.Source.Name, cmp.Diff(string(want), string(file.New)))
		}
	}
	for name := range fixed {
		if slices.ContainsFunc(plan.Files, func(f *fix.File) bool { return f.Source.Name == name }) {
			continue
		}
		t.Errorf("fixed/%s is expected, but no fix touches the file", name)
	}
}
