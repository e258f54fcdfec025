package yamltext

import (
	"math/rand/v2"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

func TestEncode(t *testing.T) {
	t.Parallel()
	tests := []struct {
		style facts.Style
		text  string
		want  string
		ok    bool
	}{
		{facts.Plain, "0:pg-0:5432,1:pg-1:5432", "0:pg-0:5432,1:pg-1:5432", true},
		{facts.Plain, "a: b", "", false},
		{facts.Plain, "a #b", "", false},
		{facts.Plain, "#b", "", false},
		{facts.Plain, "a:", "", false},
		{facts.Plain, " a", "", false},
		{facts.Plain, "a\nb", "", false},
		{facts.Plain, "a\x00", "", false},
		{facts.Plain, "a\u2028", "", false},
		{facts.SingleQuoted, "it's: #", "it''s: #", true},
		{facts.SingleQuoted, "a\nb", "", false},
		{facts.DoubleQuoted, "\"\\\n\r\t\x00\u0085\u2028\U0001F600é", `\"\\\n\r\t\x00\x85\u2028😀é`, true},
		{facts.DoubleQuoted, " a ", `\x20a\x20`, true},
		{facts.DoubleQuoted, "\xff", "", false},
		{facts.Literal, "a'\"#: b", "a'\"#: b", true},
		{facts.Literal, "a\nb", "", false},
		{facts.Folded, " a", "", false},
		{facts.AnsiQuoted, "a", "", false},
		{facts.Plain, "", "", true},
	}
	for _, test := range tests {
		got, ok := Encode(test.style, test.text)
		if ok != test.ok || ok && got != test.want {
			t.Errorf("Encode(%q, %q) = %q, %v", test.style, test.text, got, ok)
		}
	}
}

// TestEncodePutsTextAnywhere puts random texts into random scalars, at every place that the runs give, and reads them
// again.
func TestEncodePutsTextAnywhere(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	texts := []string{"x", "x y", "it's", `"q"`, `\`, ": ", "#", " #x", "&a", ",b", "é😀", "a:", "\n", "\u2028", "|", "-", ""}
	put := map[facts.Style]int{}
	for range 25_000 {
		text := randomFile(r)
		file, err := Parse(facts.NewSource("random.yaml", []byte(text)))
		if err != nil {
			continue
		}
		var nodes []*yaml.Node
		scalars(file, func(node *yaml.Node) { nodes = append(nodes, node) })
		flow := map[*yaml.Node]bool{}
		markFlow(file.Documents[0], false, flow)
		index := r.IntN(len(nodes))
		for range 3 {
			if len(nodes[index].Value) < 4 {
				index = r.IntN(len(nodes))
			}
		}
		node := nodes[index]
		scalar := file.Scalar(node)
		origin := facts.Origin{Source: file.Source, Span: scalar.Span, Style: scalar.Style, Runs: scalar.Runs}
		start := r.IntN(len(node.Value) + 1)
		end := start + r.IntN(len(node.Value)+1-start)
		if !boundary(node.Value, start) || !boundary(node.Value, end) || splits(scalar.Runs, start) || splits(scalar.Runs, end) {
			continue
		}
		places, ok := origin.Places(start, end)
		if !ok || len(places) != 1 || (scalar.Style == facts.Plain || folds(text[scalar.Span.Start:scalar.Span.End])) && !inside(node.Value, start, end) {
			continue
		}
		if (scalar.Style == facts.Literal || scalar.Style == facts.Folded) && !insideLine(node.Value, start, end) {
			continue
		}
		insert := texts[r.IntN(len(texts))]
		if scalar.Style == facts.Plain && flow[node] && strings.ContainsAny(insert, ",[]{}") {
			continue
		}
		encoded, ok := Encode(places[0].Style, insert)
		if !ok {
			continue
		}
		span := places[0].Span
		changed := text[:span.Start] + encoded + text[span.End:]
		want := node.Value[:start] + insert + node.Value[end:]
		again, err := Parse(facts.NewSource("changed.yaml", []byte(changed)))
		if err != nil {
			t.Fatalf("%q with %q instead of [%d,%d): %q: %v", text, insert, start, end, changed, err)
		}
		nodes = nodes[:0]
		scalars(again, func(node *yaml.Node) { nodes = append(nodes, node) })
		if len(nodes) <= index || nodes[index].Value != want {
			t.Fatalf("%q with %q instead of [%d,%d) of %q: %q has not %q", text, insert, start, end, node.Value, changed, want)
		}
		put[scalar.Style]++
	}
	for _, style := range []facts.Style{facts.Plain, facts.SingleQuoted, facts.DoubleQuoted, facts.Literal, facts.Folded} {
		t.Logf("style %q: %d texts", style, put[style])
		if put[style] < 40 {
			t.Errorf("only %d texts were put into style %q", put[style], style)
		}
	}
}

// markFlow finds the nodes inside brackets and braces.
func markFlow(node *yaml.Node, inside bool, flow map[*yaml.Node]bool) {
	flow[node] = inside
	for _, child := range node.Content {
		markFlow(child, inside || node.Style&yaml.FlowStyle != 0, flow)
	}
}

func boundary(value string, at int) bool {
	return at == len(value) || value[at]&0xc0 != 0x80
}

// splits says whether a place is in the middle of what is written as one.
func splits(runs []facts.Run, at int) bool {
	for _, run := range runs {
		if at > run.Value && at < run.Value+run.N && run.N != run.RawN {
			return true
		}
	}
	return false
}

// folds says whether a scalar goes over several lines, where blanks next to a line break vanish.
func folds(written string) bool { return strings.ContainsAny(written, "\r\n\u0085\u2028\u2029") }

// inside says whether letters stand on both sides of a range, as a plain scalar needs it.
func inside(value string, start, end int) bool {
	return start > 0 && end < len(value) && letter(value[start-1]) && letter(value[end])
}

// insideLine says whether a range lies within a line of a block scalar, behind its first character.
func insideLine(value string, start, end int) bool {
	if !inside(value, start, end) {
		return false
	}
	for _, c := range value[start:end] {
		if c == '\n' || c == 0x2028 || c == ' ' {
			return false
		}
	}
	return true
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' }
