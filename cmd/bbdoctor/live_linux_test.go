package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/bbdoctor/bbdoctor/rules"
	"github.com/bbdoctor/bbdoctor/rules/catalog"
)

// TestLiveRules brings real clusters into every situation, and compares what bbdoctor says.
func TestLiveRules(t *testing.T) {
	t.Parallel()
	for _, stage := range stages() {
		t.Run(stage.name, func(t *testing.T) {
			t.Parallel()
			stage.play(t)
		})
	}
}

// unshown are the rules that no cluster on one machine can make fail, with the reason. Saved snapshots show them instead, in
// their fixtures.
var unshown = map[string]string{
	"pool/reserved-below-children": "Pgpool-II refuses every client then, the doctor too, and nothing is measured",
	"version/postgres-same":        "a standby cannot stream from another major version",
}

// TestEveryLiveRuleIsShown: every rule that judges what is measured fails in one situation at least and passes in one, or
// there is a reason why not, and a saved snapshot.
func TestEveryLiveRuleIsShown(t *testing.T) {
	t.Parallel()
	fails, passes := map[string]bool{}, map[string]bool{}
	for _, release := range releases {
		for id := range release.fails {
			fails[id] = true
		}
		for _, id := range release.passes {
			passes[id] = true
		}
	}
	for _, stage := range stages() {
		for _, situation := range stage.situations {
			for id := range situation.fails {
				fails[id] = true
			}
			for _, id := range situation.passes {
				passes[id] = true
			}
		}
	}
	measured := measuredRules(t)
	if len(measured) < 45 {
		t.Errorf("only %d rules judge what is measured: %q", len(measured), measured)
	}
	for _, id := range measured {
		_, skipped := healthySkips[id]
		healthy := !skipped && !slices.Contains(alwaysFails, id)
		if why := unshown[id]; why == "" && !fails[id] {
			t.Errorf("%s fails in no situation", id)
		} else if why != "" && !hasSnapshot(t, id, "fail") {
			t.Errorf("%s: no fixture with a snapshot shows how it fails", id)
		}
		if !passes[id] && !healthy {
			t.Errorf("%s passes in no situation", id)
		}
	}
	for id := range unshown {
		if !slices.Contains(measured, id) {
			t.Errorf("%s judges nothing that is measured", id)
		}
	}
}

// measuredRules are the rules that judge what is measured: by their own word, or because they have something to say when
// there is nothing but a snapshot, or because one of their fixtures has one.
func measuredRules(t *testing.T) (ids []string) {
	t.Helper()
	l := &look{dir: t.TempDir()}
	snapshot, err := filepath.Abs("testdata/measured/pgpool-4.3.5-postgresql-15.json")
	if err != nil {
		t.Fatal(err)
	}
	l.doctor(t, "--facts", snapshot)
	for _, rule := range catalog.All() {
		v, judged := l.verdicts[rule.ID]
		// A word like CHANGEME can stand anywhere; that rule looks at all values there are.
		if rule.ID == "secrets/placeholder" {
			continue
		}
		if rule.Live || judged && v.Outcome != rules.Skipped.String() || hasSnapshot(t, rule.ID, "") {
			ids = append(ids, rule.ID)
		}
	}
	return ids
}

// hasSnapshot says whether a fixture of the rule, whose name begins with the outcome, has a snapshot.
func hasSnapshot(t *testing.T, id, outcome string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("../../fixtures/rules", id, outcome+"*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(files, func(file string) bool {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Contains(string(text), "-- snapshot.json --")
	})
}
