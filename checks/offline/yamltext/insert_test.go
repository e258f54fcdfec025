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
		{"JSON", "{\"env\": [\n  {\"name\": \"X\", \"value\": \"a\"}\n]}\n", 1, []string{`{"name": "N"}`}, "{\"env\": [\n  {\"name\": \"X\", \"value\": \"a\"},\n  {\"name\": \"N\"}\n]}\n"},
		{"behind the first key of an item", "env:\n- name: X\n  value: a\n", 0, []string{"k: v"}, "env:\n- name: X\n  k: v\n  value: a\n"},
		{"list in a list", "a:\n- - X\n  - b\n", 0, []string{"N"}, "a:\n- - X\n  - N\n  - b\n"},
		{"the outer list", "a:\n- - X\n  - b\n- c\n", 1, []string{"N"}, "a:\n- - X\n  - b\n- N\n- c\n"},
		{"an empty list at the end", "a:\n- X: b\n  c: [ ]\n", 1, []string{"N"}, "a:\n- X: b\n  c: [ ]\n- N\n"},
		{"an empty list in braces", "a: [{X: b, c: []}]\n", 1, []string{"N"}, "a: [{X: b, c: []}, N]\n"},
		{"brackets over lines", "a:\n- X: [b,\n   c\n  ]\n- d\n", 1, []string{"N"}, "a:\n- X: [b,\n   c\n  ]\n- N\n- d\n"},
		{"a comment in brackets", "a:\n- X: [b, # c\n  ]\n- d\n", 1, []string{"N"}, ""},
		{"JSON, a line each", "{\"env\": [\r\n  {\r\n    \"name\": \"X\"\r\n  }\r\n]}\n", 1, []string{`{"name": "N"}`}, "{\"env\": [\r\n  {\r\n    \"name\": \"X\"\r\n  },\r\n  {\"name\": \"N\"}\r\n]}\n"},
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

// TestInto adds an entry to the value of the key X.
func TestInto(t *testing.T) {
	t.Parallel()
	two := []string{"name: N", "value: v"}
	const flow = "{name: N, value: v}"
	tests := []struct {
		name, text string
		list       bool
		want       string // empty where there is no place
	}{
		{"a list", "X:\n  - name: a\nb: c\n", true, "X:\n  - name: a\n  - name: N\n    value: v\nb: c\n"},
		{"brackets", "X: [a]\n", true, "X: [a, {name: N, value: v}]\n"},
		{"empty brackets", "X: [ ] # none\n", true, "X: [{name: N, value: v} ] # none\n"},
		{"nothing written", "a:\n  X: # none\n  b: c\n", true, "a:\n  X: # none\n    - name: N\n      value: v\n  b: c\n"},
		{"nothing written at the end", "a:\n  X:", true, "a:\n  X:\n    - name: N\n      value: v"},
		{"a mapping", "X:\n  a: b\n", false, "X:\n  a: b\n  name: N\n  value: v\n"},
		{"nothing written of a mapping", "X:\na: b\n", false, "X:\n  name: N\n  value: v\na: b\n"},
		{"braces", "X: {a: b}\n", false, "X: {a: b, {name: N, value: v}}\n"}, // the caller says what is written
		{"empty braces", "a: {X: {}}\n", false, "a: {X: {{name: N, value: v}}}\n"},
		{"null", "X: null\n", true, ""},
		{"nothing in braces", "a: {X: , b: c}\n", true, ""},
		{"a text", "X: a\n", true, ""},
		{"a mapping for a list", "X: {a: b}\n", true, ""},
		{"named", "X: &n\n  - a\n", true, ""},
		{"an alias", "a: &n [b]\nX: *n\n", true, ""},
	}
	for _, test := range tests {
		file, err := Parse(facts.NewSource("a.yaml", []byte(test.text)))
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		insertion, ok := file.Into(file.Entries(strings.Index(test.text, "X"))[0], test.list, two, flow)
		got := ""
		if ok {
			got = test.text[:insertion.At] + insertion.Text + test.text[insertion.At:]
		}
		if got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}
