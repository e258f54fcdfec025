package offline_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline"
)

// load reads files out of a directory and gives the first container's variable A.
func load(t *testing.T, files map[string]string) (variable facts.Setting, dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	collection, err := offline.Load(context.Background(), offline.Options{Dir: dir, Paths: []string{"."}})
	if err != nil || len(collection.Deployments) != 1 {
		t.Fatalf("%v, %d deployments, %v", err, len(collection.Deployments), collection.Problems)
	}
	for _, container := range collection.Deployments[0].Containers() {
		for _, assignment := range container.Environment {
			if assignment.Name == "PGPOOL_A" {
				return assignment.Value, dir
			}
		}
	}
	t.Fatal("there is no PGPOOL_A")
	return variable, dir
}

// TestReplaceWritesAsTheFileDemands puts a text that every format writes in another way into a value that comes from
// another file, and reads it again.
func TestReplaceWritesAsTheFileDemands(t *testing.T) {
	t.Parallel()
	const composed = "services:\n  pgpool:\n    image: bitnami/pgpool:4\n    environment:\n      PGPOOL_A: a${V}z\n"
	const text = `it's $HOME`
	tests := []struct {
		name    string
		files   map[string]string
		changed string // the file in which the value is changed
		want    string // what it has then
	}{
		{"a variable of .env", map[string]string{"compose.yaml": composed, ".env": "V='old'\r\n"}, ".env", `V='it\'s $HOME'` + "\r\n"},
		{"double quotes of .env", map[string]string{"compose.yaml": composed, ".env": "V=\"old\"\n"}, ".env", `V="it's $$HOME"` + "\n"},
		{"no quotes in .env", map[string]string{"compose.yaml": composed, ".env": "V=old # c\n"}, ".env", "V=it's $$HOME # c\n"},
		{"the default behind the variable", map[string]string{"compose.yaml": "services:\n  pgpool:\n    image: bitnami/pgpool:4\n    environment:\n      PGPOOL_A: 'a${V:-old}z'\n"},
			"compose.yaml", "services:\n  pgpool:\n    image: bitnami/pgpool:4\n    environment:\n      PGPOOL_A: 'a${V:-it''s $$HOME}z'\n"},
		{"a variable of a script", map[string]string{"a.sh": "v='old'\ndocker run -e PGPOOL_A=\"a${v}z\" bitnami/pgpool:4\n"}, "a.sh", "v='it'\\''s $HOME'\ndocker run -e PGPOOL_A=\"a${v}z\" bitnami/pgpool:4\n"},
		{"an env file of docker", map[string]string{"a.sh": "docker run --env-file e.env bitnami/pgpool:4\n", "e.env": "PGPOOL_A=aoldz\n"}, "e.env", "PGPOOL_A=ait's $HOMEz\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			variable, _ := load(t, test.files)
			if variable.Text != "aoldz" {
				t.Fatalf("it is %q", variable.Text)
			}
			edits, err := offline.Replace(variable, 1, 4, text)
			if err != nil || len(edits) != 1 || edits[0].Source.Name != test.changed {
				t.Fatalf("%v, %v", edits, err)
			}
			old := test.files[test.changed]
			got := old[:edits[0].Span.Start] + edits[0].Text + old[edits[0].Span.End:]
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			test.files[test.changed] = got
			if again, _ := load(t, test.files); again.Text != "a"+text+"z" {
				t.Errorf("it reads %q", again.Text)
			}
		})
	}
}

func TestReplaceFillsEmptyValues(t *testing.T) {
	t.Parallel()
	const composed = "services:\n  pgpool:\n    image: bitnami/pgpool:4\n    env_file: e.env\n"
	for old, want := range map[string]string{
		"PGPOOL_A=\r\nB=1\r\n": "PGPOOL_A=no\r\nB=1\r\n",
		"PGPOOL_A=\nB=1\n":     "PGPOOL_A=no\nB=1\n",
		"PGPOOL_A=":            "PGPOOL_A=no",
		"PGPOOL_A=\"\" # c\n":  "PGPOOL_A=\"no\" # c\n",
	} {
		variable, _ := load(t, map[string]string{"compose.yaml": composed, "e.env": old})
		edits, err := offline.Replace(variable, 0, 0, "no")
		if err != nil || len(edits) != 1 {
			t.Errorf("%q: %v", old, err)
			continue
		}
		if got := old[:edits[0].Span.Start] + edits[0].Text + old[edits[0].Span.End:]; got != want {
			t.Errorf("%q becomes %q, want %q", old, got, want)
		}
	}
}

func TestReplaceRefuses(t *testing.T) {
	t.Parallel()
	source := facts.NewSource("a", []byte("value"))
	setting := func(change func(*facts.Setting)) facts.Setting {
		s := facts.Setting{Text: "value", State: facts.Set, Origin: facts.Origin{Source: source, Span: facts.Span{End: 5}, Format: facts.Compose}}
		change(&s)
		return s
	}
	for want, s := range map[error]facts.Setting{
		offline.ErrNoFile:      setting(func(s *facts.Setting) { s.Origin.Source = nil }),
		offline.ErrStdin:       setting(func(s *facts.Setting) { s.Origin.Source = &facts.Source{Name: "-", Text: source.Text} }),
		offline.ErrUntraceable: setting(func(s *facts.Setting) { s.Origin.Runs = []facts.Run{} }),
		offline.ErrReadOnly:    setting(func(s *facts.Setting) { s.Origin.Format = facts.SecretFile }),
		offline.ErrQuoting:     setting(func(s *facts.Setting) { s.Origin.Style = facts.AnsiQuoted }),
	} {
		if edits, err := offline.Replace(s, 0, 5, "new"); err != want { //nolint:errorlint // they are given as they are
			t.Errorf("%v, %v, want %v", edits, err, want)
		}
	}
}
