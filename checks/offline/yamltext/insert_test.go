package yamltext

import (
	"strings"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// TestInsert adds an entry of two lines or, inside brackets, of one behind the entry that is depth levels above the scalar X.
func TestInsert(t *testing.T) {
	t.Parallel()
	two := []string{"name: N", "value: \"no\""}
	tests := []struct {
		name, text string
		depth      int
		lines      []string
		want       string // empty where there is no place
	}{
		{"a list of mappings", "env:\n  - name: X\n    value: a # c\n  - name: b\n", 1, two, "env:\n  - name: X\n    value: a # c\n  - name: N\n    value: \"no\"\n  - name: b\n"},
		{"not indented", "env:\n- name: X\n  value: a\nports: []\n", 1, two, "env:\n- name: X\n  value: a\n- name: N\n  value: \"no\"\nports: []\n"},
		{"CR LF", "env:\r\n- name: X\r\n  value: a\r\n", 1, two, "env:\r\n- name: X\r\n  value: a\r\n- name: N\r\n  value: \"no\"\r\n"},
		{"nested values", "env:\n- name: X\n  valueFrom:\n    secretKeyRef: {name: s, key: [k]} # c\n- name: b\n", 1, two, "env:\n- name: X\n  valueFrom:\n    secretKeyRef: {name: s, key: [k]} # c\n- name: N\n  value: \"no\"\n- name: b\n"},
		{"braces in a list", "env:\n- {name: X, value: a}\n", 1, two, "env:\n- {name: X, value: a}\n- name: N\n  value: \"no\"\n"},
		{"all in brackets", "env: [{name: X, value: a}]\n", 1, []string{"{name: N, value: \"no\"}"}, "env: [{name: X, value: a}, {name: N, value: \"no\"}]\n"},
		{"two lines in brackets", "env: [{name: X, value: a}]\n", 1, two, ""},
		{"JSON", "{\"env\": [\n  {\"name\": \"X\", \"value\": \"a\"}\n]}\n", 1, []string{`{"name": "N"}`}, "{\"env\": [\n  {\"name\": \"X\", \"value\": \"a\"}, {\"name\": \"N\"}\n]}\n"},
		{"behind the first key of an item", "env:\n- name: X\n  value: a\n", 0, []string{"k: v"}, "env:\n- name: X\n  k: v\n  value: a\n"},
		{"list in a list", "a:\n- - X\n  - b\n", 0, []string{"N"}, "a:\n- - X\n  - N\n  - b\n"},
		{"the outer list", "a:\n- - X\n  - b\n- c\n", 1, []string{"N"}, "a:\n- - X\n  - b\n- N\n- c\n"},
		{"an empty list at the end", "a:\n- X: b\n  c: []\n", 1, []string{"N"}, ""},
		{"an empty list in braces", "a: [{X: b, c: []}]\n", 1, []string{"N"}, ""},
		{"brackets over lines", "a:\n- X: [b,\n   c\n  ]\n- d\n", 1, []string{"N"}, ""},
		{"several documents", "a: b\n---\nX: c\n---\nd: e\n", 0, []string{"N: v"}, "a: b\n---\nX: c\nN: v\n---\nd: e\n"},
		{"something behind on the line", "? X\n: b\n", 0, []string{"N: v"}, ""},
		{"lone CR", "X: a\rb: c\r", 0, []string{"N: v"}, ""},
		{"umlauts", "ä: {ö: ü}\nX: é\n", 0, []string{"N: v"}, "ä: {ö: ü}\nX: é\nN: v\n"},
	}
	for _, test := range tests {
		file, err := Parse(facts.NewSource("a.yaml", []byte(test.text)))
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		entries := file.Entries(strings.Index(test.text, "X"))
		if len(entries) <= test.depth {
			t.Errorf("%s: %d entries", test.name, len(entries))
			continue
		}
		insertion, ok := file.Insert(entries[test.depth], test.lines...)
		got := ""
		if ok {
			got = test.text[:insertion.At] + insertion.Text + test.text[insertion.At:]
		}
		if got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
	file, err := Parse(facts.NewSource("a.yaml", []byte("a: b\n")))
	if err != nil || len(file.Entries(2)) > 0 {
		t.Errorf("%v: there is no scalar", err)
	}
}
