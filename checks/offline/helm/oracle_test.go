package helm

import (
	"bufio"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

type leaf struct {
	Path, Kind, Text string
	True             bool
}

// TestMergesAsHelmDoes puts random values files together and compares with what Helm makes of them and prints in a
// template. fixtures/oracle/helm makes the goldens with Helm itself.
func TestMergesAsHelmDoes(t *testing.T) {
	t.Parallel()
	file, err := os.Open("../../../fixtures/oracle/helm/golden.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	compared := 0
	for lines.Scan() {
		var want struct {
			Chart   string
			Files   []string
			Leaves  []leaf
			Refused bool
		}
		if err := json.Unmarshal(lines.Bytes(), &want); err != nil {
			t.Fatal(err)
		}
		if want.Refused {
			continue
		}
		r := &reader{release: Release{Chart: facts.NewSource("values.yaml", []byte(want.Chart))}}
		var sources []*facts.Source
		for _, text := range want.Files {
			sources = append(sources, facts.NewSource("values.yaml", []byte(text)))
		}
		merged := r.together(sources)
		got := map[string]leaf{}
		for _, leaf := range leavesOf(merged, "") {
			got[leaf.Path] = leaf
		}
		for _, leaf := range want.Leaves {
			mine, ok := got[leaf.Path]
			delete(got, leaf.Path)
			// What the chart itself says is printed as it is written; a file's number of a million as a power of ten.
			if leaf.Kind == "number" && ok && mine.Kind == "number" && strings.ContainsAny(mine.Text, "e") {
				continue
			}
			if !ok || mine != leaf {
				t.Errorf("%s of %q over %q: got %+v, Helm has %+v", leaf.Path, want.Files, want.Chart, mine, leaf)
			}
			compared++
		}
		for path, leaf := range got {
			t.Errorf("%s of %q over %q is %+v, but Helm has nothing there", path, want.Files, want.Chart, leaf)
		}
		if t.Failed() {
			return
		}
	}
	if compared < 2000 {
		t.Errorf("only %d values were compared", compared)
	}
}

func leavesOf(v *value, path string) []leaf {
	switch {
	case v.fields != nil:
		var all []leaf
		for _, name := range slices.Sorted(maps.Keys(v.fields)) {
			all = append(all, leavesOf(v.fields[name], strings.TrimPrefix(path+"."+name, "."))...)
		}
		if len(all) == 0 {
			all = []leaf{{Path: path, Kind: "map"}}
		}
		return all
	case v.null():
		return nil
	case v.node.Kind == yaml.SequenceNode:
		return []leaf{{Path: path, Kind: "list", True: v.truthy()}}
	}
	kind, text := typed(v.node)
	return []leaf{{path, [...]string{"null", "boolean", "number", "text"}[kind], text, v.truthy()}}
}

// FuzzRead reads any text as values: no input may panic or hang, and every place must lie in the file.
func FuzzRead(f *testing.F) {
	f.Add("pgpool:\n  numInitChildren: 40\n  configuration: |\n    max_pool = 1\n  extraEnvVars: [{name: A, value: b}]\n", "pgpool: {adminPassword: null}\n")
	f.Add("database: {url: 'jdbc:postgresql://a/b', credentials: {secretName: s}}\nbitbucket: {}\n", "bitbucket:\n  additionalEnvironmentVariables:\n  - {name: A, valueFrom: {secretKeyRef: {name: n}}}\n")
	f.Add("a: &a {pgpool: {maxPool: 1, b: *a}}\n", "postgresql-ha: {<<: *a}\n")
	f.Fuzz(func(t *testing.T, first, second string) {
		sources := []*facts.Source{facts.NewSource("a/values.yaml", []byte(first)), facts.NewSource("a/values-b.yaml", []byte(second))}
		result := Read(sources, Release{})
		for _, c := range result.Containers {
			for _, variable := range c.Environment {
				origin := variable.Value.Origin
				if origin.Source == nil {
					continue
				}
				if span := origin.Span; span.Start < 0 || span.End < span.Start || span.End > len(origin.Source.Text) {
					t.Fatalf("%s: the place %v is not in the file", variable.Name, span)
				}
				if places, ok := origin.Places(0, len(variable.Value.Text)); ok && variable.Value.State == facts.Set && origin.Runs == nil {
					if got := string(origin.Source.Text[places[0].Span.Start:places[0].Span.End]); got != variable.Value.Text {
						t.Fatalf("%s: the place has %q, the value is %q", variable.Name, got, variable.Value.Text)
					}
				}
			}
		}
	})
}
