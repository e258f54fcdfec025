package kubernetes

import (
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// FuzzRead reads anything as manifests and as a kustomization. Places must lie in their sources, and what is written
// verbatim must stand there.
func FuzzRead(f *testing.F) {
	for _, name := range []string{"list", "anchors", "component", "unquoted"} {
		archive, err := txtar.ParseFile("testdata/" + name + ".txtar")
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			f.Add(file.Data, file.Data)
		}
	}
	f.Add([]byte("resources: [., k.yaml]\npatches: [{patch: '- {op: add, path: /a/0, value: &a [*a]}', target: {}}]"), []byte("kind: ConfigMap\ndata: {pgpool.conf: \"a='1'\\nb = 2\"}"))
	f.Add([]byte("bases: [x]\nconfigMapGenerator: [{name: a, literals: [a='], files: [k.yaml], envs: [k.yaml]}]"), []byte("kind: Secret\ndata: {bitbucket.properties: YT1i, x: '!'}"))
	f.Fuzz(func(t *testing.T, kustomization, manifest []byte) {
		d := disk{"kustomization.yaml": facts.NewSource("kustomization.yaml", kustomization), "k.yaml": facts.NewSource("k.yaml", manifest)}
		for _, result := range []all{d.read(), disk{"k.yaml": d["k.yaml"]}.read()} {
			for _, found := range result.Found {
				if c := found.Container; c != nil {
					check(t, c.Image)
					for _, variable := range c.Environment {
						check(t, variable.Value)
					}
				}
				if found.Properties != nil {
					for _, entry := range found.Properties.Entries {
						check(t, entry.Value)
					}
				}
			}
			for _, problem := range result.Problems {
				inside(t, problem.Origin.Source, problem.Origin.Span)
			}
		}
	})
}

func inside(t *testing.T, source *facts.Source, span facts.Span) {
	t.Helper()
	if source != nil && (span.Start < 0 || span.End < span.Start || span.End > len(source.Text)) {
		t.Fatalf("%v lies outside of %s", span, source.Name)
	}
}

func check(t *testing.T, s facts.Setting) {
	t.Helper()
	inside(t, s.Origin.Source, s.Origin.Span)
	if s.Origin.Source == nil || !s.Known() {
		return
	}
	if s.Origin.Source.Within != nil {
		t.Fatalf("the place of %q is not in a file", s.Text)
	}
	covered := 0
	for _, run := range s.Origin.Runs {
		source := s.Origin.Source
		if run.In != nil {
			source = run.In
		}
		inside(t, source, facts.Span{Start: run.Raw, End: run.Raw + run.RawN})
		if run.Value != covered {
			t.Fatalf("runs of %q have a gap at %d", s.Text, covered)
		}
		covered += run.N
		if run.N > 1 && run.N == run.RawN && s.Text[run.Value:run.Value+run.N] != string(source.Text[run.Raw:run.Raw+run.RawN]) {
			t.Fatalf("%q does not stand where it should", s.Text)
		}
	}
	if s.Origin.Runs == nil && s.Origin.Span.Len() == len(s.Text) && s.Origin.Format == facts.Kubernetes {
		if got := string(s.Origin.Source.Text[s.Origin.Span.Start:s.Origin.Span.End]); got != s.Text {
			t.Fatalf("%q is written as %q", s.Text, got)
		}
	}
}

// TestCircle builds kustomizations that build on each other.
func TestCircle(t *testing.T) {
	t.Parallel()
	result := newDisk(map[string]string{"a/kustomization.yaml": "resources: [../b]\n", "b/kustomization.yaml": "resources: [../a, ../b]\n"}).read()
	if len(result.Problems) == 0 || !strings.Contains(result.Problems[0].Message, "builds on itself") {
		t.Errorf("the circle is not told of: %+v", result.Problems)
	}
}

// TestNearest checks which of several Secrets of one name a container is given.
func TestNearest(t *testing.T) {
	t.Parallel()
	pod := func(namespace string) string {
		return "apiVersion: v1\nkind: Pod\nmetadata: {name: pgpool" + namespace + "}\nspec: {containers: [{name: pgpool, image: a, env: [{name: P, valueFrom: {secretKeyRef: {name: s, key: k}}}]}]}\n"
	}
	secret := func(value, namespace string) string {
		return "apiVersion: v1\nkind: Secret\nmetadata: {name: s" + namespace + "}\nstringData: {k: " + value + "}\n"
	}
	for name, test := range map[string]struct {
		files map[string]string
		want  string // of prod/pod.yaml
	}{
		"beside it":                       {map[string]string{"prod/pod.yaml": pod(""), "prod/s.yaml": secret("a", ""), "s.yaml": secret("b", "")}, "a"},
		"above it":                        {map[string]string{"prod/pod.yaml": pod(""), "s.yaml": secret("b", "")}, "b"},
		"in a directory of secrets":       {map[string]string{"prod/pod.yaml": pod(""), "secrets/s.yaml": secret("b", "")}, "b"},
		"of another environment":          {map[string]string{"prod/pod.yaml": pod(""), "staging/pod.yaml": pod(""), "staging/s.yaml": secret("b", "")}, ""},
		"of another namespace":            {map[string]string{"prod/pod.yaml": pod(", namespace: x"), "prod/s.yaml": secret("b", ", namespace: y")}, ""},
		"of the same namespace elsewhere": {map[string]string{"prod/pod.yaml": pod(", namespace: x"), "prod/s.yaml": secret("a", ", namespace: y"), "s.yaml": secret("b", ", namespace: x")}, "b"},
		"two beside it":                   {map[string]string{"prod/pod.yaml": pod(""), "prod/s.yaml": secret("a", ""), "prod/t.yaml": secret("b", "")}, ""},
	} {
		for _, found := range newDisk(test.files).read().Found {
			if found.Container == nil || found.Home.Name != "prod/pod.yaml" {
				continue
			}
			value := found.Container.Environment[0].Value
			if value.Text != test.want || value.Known() != (test.want != "") || !value.Known() && value.Why == "" {
				t.Errorf("%s: %q %v %q, want %q", name, value.Text, value.State, value.Why, test.want)
			}
		}
	}
}
