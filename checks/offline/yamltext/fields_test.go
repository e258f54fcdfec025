package yamltext

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// tree makes of a node what the library's decoder makes of it, by Fields and Items.
func tree(file *File, node *yaml.Node) any {
	node, _ = Follow(node, nil)
	switch node.Kind {
	case yaml.MappingNode:
		fields, _ := file.Fields(node)
		mapping := map[string]any{}
		for _, field := range fields {
			mapping[field.Key.Value] = tree(file, field.Value)
		}
		return mapping
	case yaml.SequenceNode:
		list := []any{}
		for _, item := range file.Items(node) {
			list = append(list, tree(file, item.Value))
		}
		return list
	}
	return node.Value
}

func TestFieldsAreWhatTheLibraryDecodes(t *testing.T) {
	t.Parallel()
	tests := []string{
		"a: x\nb: y\n",
		"c: &c {a: m, b: m}\nd: {<<: *c, a: own}\n",
		"c: &c {a: m, b: m}\nd: {a: own, <<: *c}\n",
		"c: &c {a: m1}\ne: &e {a: m2, b: m2}\nd: {<<: [*c, *e], z: own}\n",
		"c: &c {a: m1, <<: {b: n, a: n}}\ne: &e {b: m2, c: m2}\nd: {<<: [*c, *e]}\n",
		"d: {<<: {a: inline}, b: own}\n",
		"d: {\"<<\": {a: inline}, b: own}\n",
		"l: &l [p, q]\nd: *l\n",
		"s: &s text\nd: {a: *s, <<: {b: *s}}\nl: [*s, *s]\n",
		"d: {!!merge <<: {a: x}}\n",
	}
	for _, text := range tests {
		file := parse(t, text)
		var want any
		if err := yaml.Unmarshal([]byte(text), &want); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if got := tree(file, file.Documents[0]); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
	r := rand.New(rand.NewPCG(5, 6))
	merged := 0
	for range 5_000 {
		text := randomMerges(r)
		var want any
		if yaml.Unmarshal([]byte(text), &want) != nil {
			continue
		}
		file := parse(t, text)
		if got := tree(file, file.Documents[0]); !reflect.DeepEqual(got, want) {
			t.Fatalf("%q: got %v, want %v", text, got, want)
		}
		merged += strings.Count(text, "<<")
	}
	if merged < 3_000 {
		t.Errorf("only %d merge keys", merged)
	}
}

// randomMerges writes mappings that merge earlier ones.
func randomMerges(r *rand.Rand) string {
	var out strings.Builder
	for i := range 4 {
		fmt.Fprintf(&out, "m%d: &m%d {", i, i)
		var fields []string
		for _, name := range r.Perm(4)[:r.IntN(4)] {
			fields = append(fields, fmt.Sprintf("k%d: v%d", name, i))
		}
		if i > 0 && r.IntN(3) > 0 {
			merge := fmt.Sprintf("<<: *m%d", r.IntN(i))
			if r.IntN(2) == 0 {
				merge = fmt.Sprintf("<<: [*m%d, *m%d, {k%d: w, <<: {k%d: w2}}]", r.IntN(i), r.IntN(i), r.IntN(4), r.IntN(4))
			}
			at := r.IntN(len(fields) + 1)
			fields = append(fields[:at], append([]string{merge}, fields[at:]...)...)
		}
		out.WriteString(strings.Join(fields, ", ") + "}\n")
	}
	return out.String()
}

func TestFieldsTellsAliases(t *testing.T) {
	t.Parallel()
	file := parse(t, "x: &x {a: &a 1}\ny: &y\n  <<: *x\nd:\n  <<: [*y]\n  b: *a\n")
	fields, _ := file.Fields(file.Documents[0])
	fields, _ = file.Fields(fields[2].Value)
	var got []string
	for _, field := range fields {
		for _, alias := range field.Aliases {
			span := file.Span(alias)
			got = append(got, field.Key.Value+" "+string(file.Source.Text[span.Start:span.End]))
		}
	}
	if want := []string{"b *a", "a *y", "a *x"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFieldsFindsDuplicates(t *testing.T) {
	t.Parallel()
	many := strings.Builder{}
	for i := range 40 {
		fmt.Fprintf(&many, "k%d: 1\n", i)
	}
	tests := []struct {
		text string
		line int
	}{
		{"a: 1\nb: 2\na: 3\n", 3},
		{"a: 1\n\"a\": 2\n", 2},
		{"a: 1\nb: 2\n", 0},
		{"<<: {a: 1}\na: 2\n", 0},
		{"<<: {a: 1}\n<<: {b: 1}\n", 2},
		{"? [a]\n: 1\n? [a]\n: 2\n", 0},
		{many.String() + "k7: 2\n", 41},
		{many.String(), 0},
	}
	for _, test := range tests {
		file := parse(t, test.text)
		_, duplicate := file.Fields(file.Documents[0])
		line := 0
		if duplicate != nil {
			line = duplicate.Line
		}
		if line != test.line {
			t.Errorf("%.20q: line %d, want %d", test.text, line, test.line)
		}
	}
}

// TestFieldsOfHostileAliases has mappings that contain themselves and aliases that would expand to billions of fields.
func TestFieldsOfHostileAliases(t *testing.T) {
	t.Parallel()
	file := parse(t, "a: &a\n  <<: *a\n  b: 1\n  c: &l [*l]\n")
	fields, _ := file.Fields(file.Documents[0])
	if fields, _ = file.Fields(fields[0].Value); len(fields) != 2 {
		t.Errorf("got %d fields of a mapping that merges itself", len(fields))
	}

	var bomb strings.Builder
	bomb.WriteString("l0: &l0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i <= 12; i++ {
		fmt.Fprintf(&bomb, "l%d: &l%d [%s*l%d]\n", i, i, strings.Repeat(fmt.Sprintf("*l%d, ", i-1), 9), i-1)
	}
	file = parse(t, bomb.String())
	visited := 0
	var walk func(*yaml.Node)
	walk = func(node *yaml.Node) {
		visited++
		fields, _ := file.Fields(node)
		for _, field := range append(fields, file.Items(node)...) {
			walk(field.Value)
		}
	}
	walk(file.Documents[0])
	if !file.Exhausted() || visited > 2*maxWalked {
		t.Errorf("visited %d nodes, exhausted %v", visited, file.Exhausted())
	}

	var merges strings.Builder
	merges.WriteString("m0: &m0 {a: 1}\n")
	for i := 1; i <= 60; i++ {
		fmt.Fprintf(&merges, "m%d: &m%d {<<: [*m%d, *m%d], k%d: 1}\n", i, i, i-1, i-1, i)
	}
	file = parse(t, merges.String())
	fields, _ = file.Fields(file.Documents[0])
	if fields, _ = file.Fields(fields[60].Value); len(fields) != 61 {
		t.Errorf("got %d fields through 2^60 paths", len(fields))
	}
}

func TestSpanOfNodes(t *testing.T) {
	t.Parallel()
	file := parse(t, "m: &m !!map {a: 1}\nl:\n  - x\né: *m\n")
	fields, _ := file.Fields(file.Documents[0])
	text := string(file.Source.Text)
	for i, want := range []int{strings.Index(text, "{"), strings.Index(text, "- x")} {
		if got := file.Span(fields[i].Value); got != (facts.Span{Start: want, End: want + 1}) {
			t.Errorf("got %v, want %d", got, want)
		}
	}
	at := strings.Index(text, "*m")
	if got := file.Span(fields[2].Aliases[0]); got != (facts.Span{Start: at, End: at + 2}) {
		t.Errorf("got %v, want %d", got, at)
	}
}
