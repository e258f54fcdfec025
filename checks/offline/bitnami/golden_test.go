package bitnami_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/bitnami"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
)

var update = flag.Bool("update", false, "write what comes out into testdata")

// tree is files in memory.
type tree map[string]*facts.Source

func (t tree) Open(base *facts.Source, name string) (*facts.Source, error) {
	if path.IsAbs(name) {
		return nil, fmt.Errorf("%s: %w", name, input.ErrOutside)
	}
	if base != nil {
		name = path.Join(path.Dir(base.Name), name)
	}
	if source := t[name]; source != nil {
		return source, nil
	}
	return nil, fmt.Errorf("%s: %w", name, input.ErrMissing)
}

func (t tree) Exists(base *facts.Source, name string) bool {
	_, err := t.Open(base, name)
	return err == nil
}

// newContainer reads a container as the golden files describe it: lines "image: ...", "volume: source:target",
// "hostname: ...", "command: words" and NAME=value, where ?reason for a value is one that nobody knows and \n a line end.
func newContainer(name, text string) *facts.Container {
	source := facts.NewSource(name, []byte(text))
	c := &facts.Container{Name: "c", Names: []string{"c"}, Replicas: 1, Origin: facts.Origin{Source: source, Span: facts.Span{End: 1}}}
	at := 0
	for line := range strings.SplitSeq(text, "\n") {
		start := at
		at += len(line) + 1
		origin := func(value string) facts.Origin {
			end := start + len(line)
			return facts.Origin{Source: source, Span: facts.Span{Start: end - len(value), End: end}, Format: facts.DockerEnv}
		}
		if key, value, ok := strings.Cut(line, ": "); ok && !strings.Contains(key, "=") {
			switch key {
			case "image":
				c.Image = facts.Setting{Key: "image", Text: value, Norm: value, State: facts.Set, Origin: origin(value)}
			case "volume":
				from, to, _ := strings.Cut(value, ":")
				c.Volumes = append(c.Volumes, facts.Volume{Source: from, Target: to, Origin: origin(value)})
			case "hostname":
				c.Hostname = value
			case "command":
				c.Command = strings.Fields(value)
			}
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok {
			if reason, found := strings.CutPrefix(line, "?"); found {
				c.Environment = append(c.Environment, facts.Assignment{Value: facts.Setting{State: facts.Unresolved, Why: reason}})
			}
			continue
		}
		setting := facts.Setting{Key: facts.Key(key), Text: value, State: facts.Set, Origin: origin(value)}
		setting.Origin.Key, setting.Origin.KeySpan = key, facts.Span{Start: start, End: start + len(key)}
		if reason, unknown := strings.CutPrefix(value, "?"); unknown {
			setting.State, setting.Why, setting.Text = facts.Unresolved, reason, ""
		}
		if strings.Contains(value, `\n`) {
			setting.Text, setting.Origin.Runs = strings.ReplaceAll(value, `\n`, "\n"), []facts.Run{}
		}
		c.Environment = append(c.Environment, facts.Assignment{Name: key, Value: setting})
	}
	return c
}

// TestGolden holds what comes out of environments: the variables, the settings made of them, the notes, the refusals.
func TestGolden(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) < 15 {
		t.Fatalf("%d golden files: %v", len(names), err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			files, container, want := tree{}, "", ""
			for _, file := range archive.Files {
				switch file.Name {
				case "container":
					container = string(file.Data)
				case "want":
					want = string(file.Data)
				default:
					files[file.Name] = facts.NewSource(file.Name, file.Data)
				}
			}
			got := describe(newContainer("container", container), input.Context{Files: files})
			if *update {
				archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return f.Name == "want" })
				archive.Files = append(archive.Files, txtar.File{Name: "want", Data: []byte(got)})
				if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("what comes out of the environment (-want +got):\n%s", diff)
			}
		})
	}
}

// describe writes everything that is read out of a container.
func describe(c *facts.Container, ctx input.Context) string {
	var out strings.Builder
	for _, role := range bitnami.Classify(c) {
		fmt.Fprintf(&out, "# %s\n", role)
		switch role {
		case bitnami.RolePgpool:
			p := bitnami.Pgpool(c, ctx)
			fmt.Fprintf(&out, "name %s, version %s\n", p.Name, value(p.Version))
			describeSettings(&out, "environment", p.Environment.Own)
			describeSettings(&out, "settings", p.Settings.Own)
			for _, b := range p.Backends {
				fmt.Fprintf(&out, "backend %s: %s %s %s %s %s %s\n", b.Index, value(b.Host), value(b.Port), value(b.Weight), value(b.DataDirectory), value(b.Flag), value(b.ApplicationName))
			}
			describeRest(&out, p.Notes, p.Refusals)
		case bitnami.RolePostgreSQL, bitnami.RolePlainPostgreSQL:
			n := bitnami.Node(c, ctx)
			fmt.Fprintf(&out, "name %s, version %s, image %v\n", n.Name, value(n.Version), n.Image)
			describeSettings(&out, "environment", n.Environment.Own)
			describeSettings(&out, "settings", n.Settings.Own)
			describeRest(&out, n.Notes, n.Refusals)
		}
	}
	return out.String()
}

// describeSettings leaves out what is as always: defaults of pgpool, PostgreSQL and the image.
func describeSettings(out *strings.Builder, title string, settings facts.Settings) {
	fmt.Fprintf(out, "# %s\n", title)
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		s := settings[key]
		if s.Key != key {
			fmt.Fprintf(out, "! %s is the key of %s\n", s.Key, key)
		}
		if s.State == facts.Default && !s.Origin.Known() {
			continue
		}
		line := fmt.Sprintf("%s = %s", key, value(s))
		if s.Origin.Key != "" && s.Origin.Key != string(key) {
			line += " <- " + s.Origin.Key
		}
		if s.Origin.Known() && s.Origin.Runs == nil {
			line += fmt.Sprintf(" %s:%d", s.Origin.Source.Name, first(s.Origin.Source.Position(s.Origin.Span.Start)))
		}
		fmt.Fprintln(out, line)
		for _, hidden := range s.Overridden {
			fmt.Fprintf(out, "    over %s\n", value(hidden))
		}
	}
}

func first(line, _ int) int { return line }

// value is a setting in one text.
func value(s facts.Setting) string {
	text := fmt.Sprintf("%q", s.Text)
	switch s.State {
	case facts.Set:
	case facts.Absent:
		return "absent"
	default:
		text += " " + s.State.String()
	}
	if s.Norm != s.Text && s.Known() {
		text += fmt.Sprintf(" norm %q", s.Norm)
	}
	if s.Why != "" {
		text += " (" + s.Why + ")"
	}
	if s.Bad != "" {
		text += " BAD " + s.Bad
	}
	return text
}

func describeRest(out *strings.Builder, notes map[string]facts.VariableNote, refusals []facts.Refusal) {
	for _, name := range slices.Sorted(maps.Keys(notes)) {
		n := notes[name]
		fmt.Fprintf(out, "note %s: %s; nearest %q, replacement %q, since %q, why %q\n", name, n.Kind, n.Nearest, n.Replacement, n.Since, n.Why)
		if !n.Origin.Known() {
			fmt.Fprintf(out, "! without a place\n")
		}
	}
	for _, r := range refusals {
		undecided := ""
		if r.Undecided {
			undecided = "undecided: "
		}
		fmt.Fprintf(out, "refusal %s%s %s %s\n", undecided, r.Kind, r.Keys, r.Reason)
		if !r.Origin.Known() {
			fmt.Fprintf(out, "! without a place\n")
		}
	}
}
