package compose

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/edit"
)

// TestInsertIntoRandomProjects adds a variable beside variables of random projects and has compose-go load what comes of
// it: the service must have the variable, and nothing else may have changed anywhere.
func TestInsertIntoRandomProjects(t *testing.T) {
	t.Parallel()
	const projects = 50
	counts := make(chan [2]int, projects)
	t.Run("projects", func(t *testing.T) {
		for i := range projects {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				counts <- insertRandom(t, randomProject(rand.New(rand.NewPCG(uint64(i), 21))), rand.New(rand.NewPCG(uint64(i), 22)))
			})
		}
	})
	close(counts)
	var inserted, refused int
	for count := range counts {
		inserted, refused = inserted+count[0], refused+count[1]
	}
	if inserted < 80 || refused > inserted/2 {
		t.Errorf("%d variables were added, for %d there was no place", inserted, refused)
	}
}

func insertRandom(t *testing.T, p *project, r *rand.Rand) (counts [2]int) {
	before, err := p.load(t)
	if err != nil {
		t.Fatal(err)
	}
	containers, _ := p.read(t)
	for _, container := range containers {
		for _, sibling := range container.Environment {
			origin := sibling.Value.Origin
			if origin.Format != facts.Compose || origin.KeySpan.Len() == 0 || r.IntN(3) > 0 || counts[0] == 3 {
				continue
			}
			value := []string{"no", "0:pg-0:5432,1:pg-1:5432", "a $SET1 b", "it's"}[r.IntN(4)]
			insertion, ok := Insert(sibling.Value, "NEW", value, &edit.Parsed{})
			if !ok {
				counts[1]++
				continue
			}
			counts[0]++
			changed := *p
			changed.files = maps.Clone(p.files)
			text := p.files[origin.Source.Name]
			changed.files[origin.Source.Name] = text[:insertion.At] + insertion.Text + text[insertion.At:]
			after, err := changed.load(t)
			if err != nil {
				t.Fatalf("beside %s of %s: compose-go refuses: %v\n%s", sibling.Name, container.Name, err, changed.files[origin.Source.Name])
			}
			if got := after.Services[container.Name].Environment["NEW"]; got == nil || *got != value {
				t.Fatalf("beside %s of %s: it is not %q:\n%s", sibling.Name, container.Name, value, changed.files[origin.Source.Name])
			}
			for name, service := range after.Services {
				delete(service.Environment, "NEW")
				if diff := cmp.Diff(before.Services[name].Environment, service.Environment); diff != "" {
					t.Fatalf("beside %s of %s: %s has another environment: %s\n%s", sibling.Name, container.Name, name, diff, changed.files[origin.Source.Name])
				}
			}
		}
	}
	return counts
}

func TestInsert(t *testing.T) {
	t.Parallel()
	// The sibling is always A; want is the text with the variable NEW="no", empty where there is no place.
	tests := []struct{ name, text, want string }{
		{"mapping", "    environment:\n      A: x # c\n      B: y\n", "    environment:\n      A: x # c\n      NEW: \"no\"\n      B: y\n"},
		{"no line end", "    environment:\n      A: x", "    environment:\n      A: x\n      NEW: \"no\""},
		{"CR LF", "    environment:\r\n      A: 'x'\r\n", "    environment:\r\n      A: 'x'\r\n      NEW: 'no'\r\n"},
		{"quoted key", "    environment:\n      \"A\": \"x\"\n", "    environment:\n      \"A\": \"x\"\n      \"NEW\": \"no\"\n"},
		{"list", "    environment:\n    -   A=x\n    - B=y\n", "    environment:\n    -   A=x\n    - NEW=no\n    - B=y\n"},
		{"anchored item", "    environment:\n      - &a A=x\n", "    environment:\n      - &a A=x\n      - NEW=no\n"},
		{"dash on a line of its own", "    environment:\n      -\n        A=x\n", ""},
		{"braces", "    environment: {A: x, B: y}\n", "    environment: {A: x, NEW: \"no\", B: y}\n"},
		{"braces on lines", "    environment: {\n      A: x,\n      B: y\n    }\n", "    environment: {\n      A: x,\n      NEW: \"no\",\n      B: y\n    }\n"},
		{"JSON", "    {\"environment\": {\"A\": \"x\"}}\n", "    {\"environment\": {\"A\": \"x\", \"NEW\": \"no\"}}\n"},
		{"brackets", "    environment: [ 'A=x' ]\n", "    environment: [ 'A=x', 'NEW=no' ]\n"},
		{"an empty value in braces", "    environment: {A: , B: y}\n", ""},
		{"an empty value", "    environment:\n      A:\n      B: y\n", "    environment:\n      A:\n      NEW: \"no\"\n      B: y\n"},
		{"quotes over lines", "    environment:\n      A: \"x\n        y\" # c\n", "    environment:\n      A: \"x\n        y\" # c\n      NEW: \"no\"\n"},
		{"words over lines", "    environment:\n      A: x\n        y\n\n      B: y\n", "    environment:\n      A: x\n        y\n      NEW: \"no\"\n\n      B: y\n"},
		{"literal", "    environment:\n      A: |-\n        x\n        y\n      B: y\n", "    environment:\n      A: |-\n        x\n        y\n      NEW: \"no\"\n      B: y\n"},
		{"literal that keeps its empty lines", "    environment:\n      A: |+\n        x\n\n      B: y\n", ""},
		{"explicit key", "    environment:\n      ? A\n      : x\n", ""},
		{"alias", "    environment:\n      A: *x\n      B: y\n", "    environment:\n      A: *x\n      NEW: \"no\"\n      B: y\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			head := "x-x: &x v\nservices:\n  web:\n"
			p := &project{compose: []string{"compose.yaml"}, files: map[string]string{"compose.yaml": head + test.text}}
			containers, _ := p.read(t)
			if len(containers) != 1 || len(containers[0].Environment) == 0 || containers[0].Environment[0].Name != "A" {
				t.Fatalf("no A in %v", containers)
			}
			insertion, ok := Insert(containers[0].Environment[0].Value, "NEW", "no", &edit.Parsed{})
			if ok != (test.want != "") {
				t.Fatalf("ok is %v", ok)
			}
			if !ok {
				return
			}
			text := head + test.text
			if got := text[:insertion.At] + insertion.Text + text[insertion.At:]; got != head+test.want {
				t.Errorf("got\n%s\nwant\n%s", got, head+test.want)
			}
			scope := text[insertion.Scope.Start:insertion.Scope.End]
			if len(scope) == 0 || insertion.Scope.Start < len(head) {
				t.Errorf("the scope is %q", scope)
			}
		})
	}
}
