package kubernetes

import (
	"bufio"
	"encoding/json"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/tools/txtar"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
)

// disk is a directory in memory.
type disk map[string]*facts.Source

func newDisk(files map[string]string) disk {
	d := disk{}
	for name, text := range files {
		d[name] = facts.NewSource(name, []byte(text))
	}
	return d
}

func (d disk) Open(base *facts.Source, name string) (*facts.Source, error) {
	if source := d[path.Join(path.Dir(base.Path), name)]; source != nil {
		return source, nil
	}
	return nil, input.ErrMissing
}

func (d disk) Exists(base *facts.Source, name string) bool {
	return d[path.Join(path.Dir(base.Path), name)] != nil
}

// all is what Read gives, with all that is found.
type all struct {
	Result
	Found []Found
}

// read reads all files of a directory.
func (d disk) read() (result all) {
	in := Input{Context: input.Context{Files: d}, Take: func(one Found) func() {
		return func() { result.Found = append(result.Found, one) }
	}}
	for _, name := range slices.Sorted(maps.Keys(d)) {
		switch {
		case IsKustomization(name):
			in.Kustomizations = append(in.Kustomizations, Kustomization{Source: d[name], Ours: true})
		case strings.HasSuffix(name, ".yaml"), strings.HasSuffix(name, ".json"):
			in.Manifests = append(in.Manifests, d[name])
		}
	}
	result.Result = Read(in)
	return result
}

// outcome and container are what fixtures/oracle/kubernetes writes.
type outcome struct {
	Refused    string
	Containers map[string]container_
}

type container_ struct {
	Image    string
	Replicas int
	Env      map[string]string
	Unknown  []string
}

// summary is a result in the oracle's words.
func summary(result all) outcome {
	got := outcome{Containers: map[string]container_{}}
	for _, problem := range result.Problems {
		// A key that a ConfigMap does not have is no matter of the types.
		if !problem.Note && !strings.Contains(problem.Message, "has no key") && got.Refused == "" {
			got.Refused = problem.Message
		}
	}
	for _, found := range result.Found {
		if found.Container == nil || found.Ends != "" {
			continue
		}
		one := container_{Image: found.Container.Image.Text, Replicas: found.Container.Replicas, Env: map[string]string{}}
		for _, variable := range found.Container.Environment {
			name := variable.Name
			if name == "" {
				continue
			}
			delete(one.Env, name)
			one.Unknown = slices.DeleteFunc(one.Unknown, func(known string) bool { return known == name })
			if variable.Value.Known() {
				one.Env[name] = variable.Value.Text
			} else {
				one.Unknown = append(one.Unknown, name)
			}
		}
		slices.Sort(one.Unknown)
		got.Containers[found.Container.Name] = one
	}
	return got
}

func compare(t *testing.T, files map[string]string, want outcome) {
	t.Helper()
	got := summary(newDisk(files).read())
	if want.Refused != "" {
		if got.Refused == "" && want.Refused == "types" {
			t.Errorf("%s refuses it, and no problem is told of", want.Refused)
		}
		return
	}
	if got.Refused != "" {
		t.Errorf("it is taken, but there is a problem: %s", got.Refused)
	}
	if diff := cmp.Diff(want.Containers, got.Containers, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("Kubernetes (-) and the reader (+):\n%s", diff)
	}
}

type golden struct {
	Name, Kustomize string
	Files           map[string]string
	Want            outcome
}

func goldens(t *testing.T, name string) (all []golden) {
	t.Helper()
	file, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var one golden
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	if len(all) == 0 {
		t.Fatal("no cases")
	}
	return all
}

// TestRandom compares the reader with the kubelet and kustomize on cases made at random.
func TestRandom(t *testing.T) {
	t.Parallel()
	for _, one := range goldens(t, "random.jsonl") {
		t.Run(one.Name, func(t *testing.T) {
			compare(t, one.Files, one.Want)
			if t.Failed() {
				for name, text := range one.Files {
					t.Logf("-- %s --\n%s", name, text)
				}
			}
		})
	}
}

// TestCases compares the reader with the kubelet and kustomize on the cases in testdata.
func TestCases(t *testing.T) {
	t.Parallel()
	paths, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	wants := map[string]outcome{}
	for _, one := range goldens(t, "golden.jsonl") {
		wants[one.Name] = one.Want
	}
	for _, entry := range paths {
		if !strings.HasSuffix(entry.Name(), ".txtar") {
			continue
		}
		t.Run(entry.Name(), func(t *testing.T) {
			archive, err := txtar.ParseFile("testdata/" + entry.Name())
			if err != nil {
				t.Fatal(err)
			}
			want, ok := wants[entry.Name()]
			if !ok {
				t.Fatal("no golden; run fixtures/oracle/kubernetes/regenerate.sh")
			}
			files := map[string]string{}
			for _, file := range archive.Files {
				files[file.Name] = string(file.Data)
			}
			compare(t, files, want)
		})
	}
}
