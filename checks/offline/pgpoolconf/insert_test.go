package pgpoolconf_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/edit"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
	"github.com/bbdoctor/bbdoctor/checks/offline/pgpoolconf"
)

// insertAll gives the text with load_balance_mode = off behind each of its settings in turn.
func insertAll(t *testing.T, text string) (changed []string) {
	t.Helper()
	conf := pgpoolconf.Read(facts.NewSource("pgpool.conf", []byte(text)), input.Context{Files: newTree(nil)})
	for _, assignment := range conf.Assignments {
		insertion, ok := pgpoolconf.Insert(assignment.Value, "load_balance_mode", "off", &edit.Parsed{})
		if strings.Trim(assignment.Value.Text, "\r\n") == "" && assignment.Value.Origin.Style == facts.Plain {
			continue // the end of the line, which is taken for a value
		}
		if !ok {
			t.Fatalf("%q: no place beside %s", text, assignment.Name)
		}
		changed = append(changed, text[:insertion.At]+insertion.Text+text[insertion.At:])
	}
	return changed
}

func TestInsert(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{
		{"port = 9999 # here\n", "port = 9999 # here\nload_balance_mode = off\n"},
		{"port = 9999", "port = 9999\nload_balance_mode = off"},
		{"port = 9999\r\n# end\r\n", "port = 9999\r\nload_balance_mode = off\r\n# end\r\n"},
	}
	for _, test := range tests {
		if got := insertAll(t, test.text)[0]; got != test.want {
			t.Errorf("%q becomes %q, want %q", test.text, got, test.want)
		}
	}
	if _, ok := pgpoolconf.Insert(facts.Setting{Origin: facts.Origin{Source: facts.NewSource("a", nil)}}, "failover_command", "it's", &edit.Parsed{}); ok {
		t.Error("a text that would need quotes is added")
	}
	// Nothing else reads otherwise, in whatever a file has.
	for _, c := range grammar {
		source := func(text string) *facts.ConfFile {
			return pgpoolconf.Read(facts.NewSource("pgpool.conf", []byte(text)), input.Context{Files: newTree(nil)})
		}
		before := source(c.text)
		if before.Refused != "" {
			continue
		}
		for _, changed := range insertAll(t, c.text) {
			after := source(changed)
			at := slices.IndexFunc(after.Assignments, func(a facts.Assignment) bool {
				return a.Name == "load_balance_mode" && a.Value.Text == "off"
			})
			if after.Refused != "" || at < 0 {
				t.Errorf("%q becomes %q: %s", c.text, changed, after.Refused)
				continue
			}
			rest := slices.Delete(after.Assignments, at, at+1)
			if !slices.EqualFunc(before.Assignments, rest, func(a, b facts.Assignment) bool { return a.Name == b.Name && a.Value.Text == b.Value.Text }) {
				t.Errorf("%q becomes %q, in which other settings read otherwise", c.text, changed)
			}
		}
	}
}

// TestInsertOfPgpool starts Pgpool-II with files to which the setting was added.
func TestInsertOfPgpool(t *testing.T) {
	t.Parallel()
	o := newOracle(t)
	since42(t, o)
	var texts []string
	for _, text := range []string{
		"client_idle_limit = 7 # here\nfailover_command = 'x'\n", "client_idle_limit = 7\r\nauto_failback = on\r\n", "client_idle_limit = 7",
	} {
		texts = append(texts, insertAll(t, text)...)
	}
	parallelRuns(len(texts), func(i int) {
		v := o.run(t, texts[i], nil)
		if v.refused != "" || v.values["load_balance_mode"] != "0" && v.values["load_balance_mode"] != "off" {
			t.Errorf("%q: %s, load_balance_mode is %q", texts[i], v.refused, v.values["load_balance_mode"])
		}
		compare(t, o, v, nil, watched)
	})
}
