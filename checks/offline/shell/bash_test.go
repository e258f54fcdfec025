package shell

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dockerrun"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv/traced/tracedtest"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
)

// memory has files by name.
type memory map[string]*facts.Source

func files(texts map[string]string) memory {
	m := memory{}
	for name, text := range texts {
		m[name] = facts.NewSource(name, []byte(text))
	}
	return m
}

func (m memory) Open(_ *facts.Source, path string) (*facts.Source, error) {
	if source := m[filepath.Clean(path)]; source != nil {
		return source, nil
	}
	return nil, fmt.Errorf("%s: %w", path, input.ErrMissing)
}

func (m memory) Exists(_ *facts.Source, path string) bool { return m[filepath.Clean(path)] != nil }

// recorder is the program that stands for docker: it writes its arguments and its environment down.
const recorder = `#!/bin/bash
{ printf 'A%%s\0' "${0##*/}" "$@"; while IFS= read -r -d '' line; do printf 'E%%s\0' "$line"; done < <(env -0); printf 'X\0'; } >> '%s'
`

// recorded is one run of the recorder.
type recorded struct {
	arguments   []string
	environment map[string]string
}

// runBash runs a script in a directory of its own with an almost empty environment and gives what it ran.
func runBash(t *testing.T, bash, script string, texts map[string]string) []recorded {
	t.Helper()
	dir := t.TempDir()
	record := filepath.Join(dir, ".record")
	bin := filepath.Join(dir, ".bin")
	write := func(path, text string, mode os.FileMode) {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"docker", "podman", "run.sh", "the-end"} {
		write(filepath.Join(bin, name), fmt.Sprintf(recorder, record), 0o755)
	}
	for name, text := range texts {
		write(filepath.Join(dir, name), text, 0o644)
	}
	write(filepath.Join(dir, "script.sh"), script+"\nthe-end\n", 0o644)
	run := exec.Command(bash, "script.sh")
	run.Dir = dir
	run.Env = []string{"PATH=" + bin + ":/usr/bin:/bin", "LC_ALL=C.UTF-8"}
	output, err := run.CombinedOutput()
	text, readErr := os.ReadFile(record)
	if readErr != nil {
		t.Fatalf("nothing was run: %v\n%s", err, output)
	}
	var all []recorded
	one := recorded{environment: map[string]string{}}
	for _, entry := range strings.Split(strings.TrimSuffix(string(text), "\x00"), "\x00") {
		switch entry[0] {
		case 'A':
			one.arguments = append(one.arguments, entry[1:])
		case 'E':
			name, value, _ := strings.Cut(entry[1:], "=")
			one.environment[name] = value
		case 'X':
			all = append(all, one)
			one = recorded{environment: map[string]string{}}
		}
	}
	return all
}

// container reads the arguments that docker was really called with.
func (r recorded) container(texts map[string]string) *facts.Container {
	_, below, _ := strings.Cut(r.environment["PWD"], "/001")
	here := map[string]string{}
	for name, text := range texts {
		if path, err := filepath.Rel("/"+strings.TrimPrefix(below, "/"), "/"+name); err == nil {
			here[path] = text
		}
	}

	source := facts.NewSource("arguments", []byte(strings.Join(r.arguments, "\x00")))
	var words []dockerrun.Word
	at := 0
	for _, argument := range r.arguments {
		word := dockerrun.Word{Span: facts.Span{Start: at, End: at + len(argument)}}
		word.Verbatim(argument, source, at, facts.Plain)
		words = append(words, word)
		at += len(argument) + 1
	}
	container, _, ok := dockerrun.Read(words, dockerrun.Context{
		Source: source, Input: input.Context{Files: files(here)},
		Environment: func(name string) (facts.Setting, bool) {
			text, ok := r.environment[name]
			return facts.Setting{Text: text, State: facts.Set}, ok
		},
	})
	if !ok {
		return nil
	}
	return container
}

// effective gives the last value of each variable.
func effective(environment []facts.Assignment) map[string]facts.Setting {
	values := map[string]facts.Setting{}
	for _, variable := range environment {
		values[variable.Name] = variable.Value
	}
	return values
}

// compareWithBash says how the reader differs from bash over a script. unresolved collects "NAME" for every value that the
// reader does not know.
func compareWithBash(t *testing.T, bash string, c scriptCase) (diff string, unresolved []string) {
	t.Helper()
	source := facts.NewSource("script.sh", []byte(c.script))
	containers, _ := Read(source, input.Context{Files: files(c.files)})
	var differences []string
	tell := func(format string, arguments ...any) {
		differences = append(differences, fmt.Sprintf(format, arguments...))
	}
	var real []*facts.Container
	var end recorded
	for _, run := range runBash(t, bash, c.script, c.files) {
		switch run.arguments[0] {
		case "the-end":
			end = run
		case "run.sh":
			real = append(real, &facts.Container{Environment: environment(run.environment)})
		default:
			if container := run.container(c.files); container != nil {
				real = append(real, container)
			}
		}
	}
	if len(real) == 0 && len(containers) == 1 && containers[0].Image.State == facts.Absent {
		real = append(real, &facts.Container{Name: "script.sh", Environment: environment(end.environment)})
	}
	if len(real) != len(containers) {
		return fmt.Sprintf("bash starts %d containers, the reader sees %d", len(real), len(containers)), nil
	}
	for i, container := range containers {
		known, read := effective(real[i].Environment), effective(container.Environment)
		for name, value := range read {
			if name == "" {
				continue // there may be others
			}
			tracedtest.Check(t, value)
			got, ok := known[name]
			switch {
			case !value.Known():
				unresolved = append(unresolved, name)
			case !ok || got.State != facts.Set:
				tell("container %d: bash does not pass %s=%q", i, name, value.Text)
			case got.Text != value.Text:
				tell("container %d: %s: bash has %q, the reader %q", i, name, got.Text, value.Text)
			}
		}
		for name, value := range known {
			if _, ok := read[name]; !ok && c.rest != "unresolved" && value.State == facts.Set && (container.Image.State != facts.Absent || ours(name)) {
				tell("container %d: %s=%q is not read", i, name, value.Text)
			}
		}
		if container.Image.State == facts.Absent {
			continue
		}
		tracedtest.Check(t, container.Image)
		if container.Image.Known() && container.Image.Text != real[i].Image.Text {
			tell("container %d: image %q, the reader has %q", i, real[i].Image.Text, container.Image.Text)
		}
		if !container.Image.Known() {
			unresolved = append(unresolved, "image")
		}
		if c.rest != "unresolved" {
			for _, pair := range [][2]any{{real[i].Name, container.Name}, {real[i].Command, container.Command}, {real[i].Names, container.Names}, {ports(real[i]), ports(container)}, {volumes(real[i]), volumes(container)}, {real[i].Remove, container.Remove}} {
				if d := cmp.Diff(pair[0], pair[1]); d != "" {
					tell("container %d: %s", i, d)
				}
			}
		}
	}
	slices.Sort(unresolved)
	return strings.Join(differences, "\n"), unresolved
}

func environment(values map[string]string) (assignments []facts.Assignment) {
	for name, text := range values {
		assignments = append(assignments, facts.Assignment{Name: name, Value: facts.Setting{Text: text, State: facts.Set}})
	}
	return assignments
}

func ports(c *facts.Container) (all []string) {
	for _, port := range c.Ports {
		all = append(all, port.HostIP+" "+port.Host+" "+port.Container+"/"+port.Protocol)
	}
	return all
}

func volumes(c *facts.Container) (all []string) {
	for _, volume := range c.Volumes {
		all = append(all, volume.Source+" "+volume.Target)
	}
	return all
}

// TestAgreesWithBash runs every script with bash, and compares what docker is called with to what the reader says.
func TestAgreesWithBash(t *testing.T) {
	t.Parallel()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash here")
	}
	if output, err := exec.Command(bash, "-c", "echo $BASH_VERSION").Output(); err == nil {
		t.Logf("bash %s", bytes.TrimSpace(output))
	}
	if len(scriptCases) < 60 {
		t.Fatalf("%d scripts", len(scriptCases))
	}
	for _, c := range scriptCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			diff, unresolved := compareWithBash(t, bash, c)
			if diff != "" {
				t.Errorf("%s\n%s", c.script, diff)
			}
			if got := strings.Join(unresolved, " "); got != c.unresolved {
				t.Errorf("%s\nunresolved %q, want %q", c.script, got, c.unresolved)
			}
		})
	}
}
