package bitnami

import (
	"strconv"
	"strings"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
)

var testContext = input.Context{}

// FuzzEntries holds that every item and field points at its own text.
func FuzzEntries(f *testing.F) {
	for _, list := range oddLists() {
		f.Add(list)
	}
	for _, entry := range oddEntries() {
		f.Add(entry)
	}
	f.Fuzz(func(t *testing.T, text string) {
		source := facts.NewSource("env", []byte("X="+text))
		value := facts.Setting{Text: text, State: facts.Set, Origin: facts.Origin{Source: source, Span: facts.Span{Start: 2, End: 2 + len(text)}}}
		pointsAt := func(item facts.ListItem) {
			t.Helper()
			if at := item.Origin.Span; at.Start < 2 || at.End > len(source.Text) || string(source.Text[at.Start:at.End]) != item.Text {
				t.Fatalf("%q of %q points at %v", item.Text, text, at)
			}
		}
		items := List(value)
		for _, item := range items {
			pointsAt(item)
		}
		entries := Entries(value)
		if len(entries) != len(items) {
			t.Fatalf("%q: %d entries, %d items", text, len(entries), len(items))
		}
		for i, entry := range entries {
			pointsAt(facts.ListItem{Text: entry.Text, Origin: entry.Origin})
			if entry.Text != items[i].Text {
				t.Fatalf("%q: entry %q, item %q", text, entry.Text, items[i].Text)
			}
			joined := make([]string, 0, len(entry.Fields))
			for _, field := range entry.Fields {
				pointsAt(field)
				joined = append(joined, field.Text)
			}
			if strings.Join(joined, ":") != entry.Text {
				t.Fatalf("%q: fields %q", entry.Text, joined)
			}
		}
	})
}

// FuzzPgpool holds that no environment and no file breaks the reading of a container.
func FuzzPgpool(f *testing.F) {
	f.Add("PGPOOL_BACKEND_NODES", "0:pg-0,1:pg-1", "yes", "num_init_children = 100\n")
	f.Add("PGPOOL_MAX_POOL", "010", "no", "include 'x'\n")
	f.Add("REPMGR_NODE_NAME", "pg-08", "", "backend_port0 = 1")
	f.Add("POSTGRESQL_EXTRA_FLAGS", "-c max_connections=5 --port=1 -N", "", "")
	f.Add("PGPOOL_AUTHENTICATION_METHOD_FILE", "/c/pgpool.conf", "trust", "md5\n\n")
	f.Fuzz(func(t *testing.T, name, value, failback, conf string) {
		source := facts.NewSource("compose.yaml", []byte(value))
		origin := facts.Origin{Source: source, Span: facts.Span{End: len(value)}, Key: name}
		set := func(name, text string, origin facts.Origin) facts.Assignment {
			return facts.Assignment{Name: name, Value: facts.Setting{Text: text, State: facts.Set, Origin: origin}}
		}
		c := &facts.Container{
			Name: "c", Image: facts.Setting{Text: value, State: facts.Set, Origin: origin}, Command: strings.Fields(value),
			Environment: []facts.Assignment{
				set("PGPOOL_BACKEND_NODES", value, origin), set(name, value, origin), set("PGPOOL_AUTO_FAILBACK", failback, facts.Origin{}),
				set("PGPOOL_BACKEND_APPLICATION_NAMES", conf, facts.Origin{}), set("PGPOOL_USER_CONF_FILE", "/c/pgpool.conf", facts.Origin{}), set("REPMGR_PASSWORD", value, origin),
			},
			Volumes: []facts.Volume{{Source: "./conf", Target: "/c"}, {Source: value, Target: name}, {Source: "./conf", Target: "/bitnami/repmgr/conf"}},
		}
		ctx := input.Context{Files: oneFile{facts.NewSource("pgpool.conf", []byte(conf))}}
		Classify(c)
		p := Pgpool(c, ctx)
		for key, setting := range p.Settings.All() {
			if setting.Key != key {
				t.Fatalf("%s has the key %s", key, setting.Key)
			}
			if setting.State == facts.Absent {
				t.Fatalf("%s is there and absent", key)
			}
			if setting.Bad == "" && setting.Norm == "" && setting.Known() && setting.Text != "" {
				t.Fatalf("%s=%q has no normal form", key, setting.Text)
			}
		}
		Node(c, ctx)
	})
}

// oneFile gives the same file for every name.
type oneFile struct{ source *facts.Source }

func (o oneFile) Open(*facts.Source, string) (*facts.Source, error) { return o.source, nil }
func (o oneFile) Exists(*facts.Source, string) bool                 { return true }

// TestHostileList holds that a list of any size is read in no time.
func TestHostileList(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("0:a:5432:1:/d:F,", 500_000)
	runs := make([]facts.Run, 0, 20_000)
	for i := range cap(runs) {
		runs = append(runs, facts.Run{Value: i, N: 1, Raw: 2 * i, RawN: 2})
	}
	source := facts.NewSource("env", []byte(text+text))
	value := facts.Setting{Key: "PGPOOL_BACKEND_NODES", Text: text, State: facts.Set, Origin: facts.Origin{Source: source, Span: facts.Span{End: len(source.Text)}, Runs: runs}}
	p := Pgpool(&facts.Container{Environment: []facts.Assignment{{Name: "PGPOOL_BACKEND_NODES", Value: value}}}, testContext)
	names := make([]facts.Assignment, 0, 100_000)
	for i := range cap(names) {
		names = append(names, facts.Assignment{Name: "PGPOOL_NUM_INIT_CHILDERN" + strconv.Itoa(i), Value: value})
	}
	if n := len(Pgpool(&facts.Container{Environment: names}, testContext).Notes); n != len(names) {
		t.Errorf("%d notes", n)
	}
	if len(p.BackendList) != 500 || len(p.Backends) != 1 {
		t.Errorf("%d entries, %d backends", len(p.BackendList), len(p.Backends))
	}
}
