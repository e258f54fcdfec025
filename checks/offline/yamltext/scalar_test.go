package yamltext

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// scalars visits every scalar of a file once, keys included.
func scalars(file *File, visit func(*yaml.Node)) {
	var walk func(*yaml.Node)
	walk = func(node *yaml.Node) {
		if node.Kind == yaml.ScalarNode {
			visit(node)
		}
		for _, child := range node.Content {
			walk(child)
		}
	}
	for _, document := range file.Documents {
		walk(document)
	}
}

// traced checks what holds for every scalar, and says whether its characters were traced.
func traced(t testing.TB, text []byte, node *yaml.Node, scalar Scalar) bool {
	t.Helper()
	where := fmt.Sprintf("scalar %q at %d:%d", node.Value, node.Line, node.Column)
	if scalar.Span.Start < 0 || scalar.Span.End < scalar.Span.Start || scalar.Span.End > len(text) {
		t.Fatalf("%s: span %v is not inside %d bytes", where, scalar.Span, len(text))
	}
	if scalar.Runs == nil {
		if got := string(text[scalar.Span.Start:scalar.Span.End]); got != node.Value {
			t.Fatalf("%s: the span holds %q", where, got)
		}
		return true
	}
	if len(scalar.Runs) == 0 {
		return false
	}
	value, raw := 0, 0
	for i, run := range scalar.Runs {
		if run.RawN == 0 {
			continue // the rest of an escape, which was looked at with its first byte
		}
		if i+1 < len(scalar.Runs) && scalar.Runs[i+1].RawN == 0 {
			run.N += scalar.Runs[i+1].N
		}
		if run.Value != value || run.N <= 0 || run.Raw < raw || run.Raw < scalar.Span.Start && node.Style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0 || run.RawN <= 0 || run.Raw+run.RawN > len(text) {
			t.Fatalf("%s: run %+v after value %d, raw %d", where, run, value, raw)
		}
		if run.Style != scalar.Style || run.In != nil {
			t.Fatalf("%s: run %+v has another style or source", where, run)
		}
		value, raw = run.Value+run.N, run.Raw+run.RawN
		if value > len(node.Value) {
			t.Fatalf("%s: run %+v is beyond the value", where, run)
		}
		written, want := string(text[run.Raw:raw]), node.Value[run.Value:value]
		if got := decodedPiece(scalar.Style, written); got != want && !(got == someBreak && (want == " " || strings.Trim(want, "\n\u2028\u2029") == "")) {
			t.Fatalf("%s: run %+v: %q decodes to %q, not %q", where, run, written, got, want)
		}
	}
	if value != len(node.Value) {
		t.Fatalf("%s: runs end at %d of %d", where, value, len(node.Value))
	}
	return true
}

// decodedPiece has the library decode a piece of a scalar.
func decodedPiece(style facts.Style, written string) string {
	if style == facts.Literal || style == facts.Folded {
		// Line breaks with the indentation behind them, or text.
		if strings.Trim(written, " \r\n\u0085\u2028\u2029") == "" && strings.ContainsAny(written, "\r\n\u0085\u2028\u2029") {
			return someBreak
		}
		return written
	}
	if style == facts.Plain && !strings.ContainsAny(written, "\r\n\u0085\u2028\u2029") {
		return written
	}
	quote := "'"
	if style == facts.DoubleQuoted {
		quote = `"`
	}
	var decoded string
	if err := yaml.Unmarshal([]byte(quote+"x"+written+"x"+quote), &decoded); err != nil {
		return "? " + err.Error()
	}
	return strings.TrimSuffix(strings.TrimPrefix(decoded, "x"), "x")
}

// someBreak says that the piece became a blank or line breaks; which, the comparison with the value has shown.
const someBreak = "\x00break"

func parse(t testing.TB, text string) *File {
	t.Helper()
	file, err := Parse(facts.NewSource("test.yaml", []byte(text)))
	if err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	return file
}

func TestScalarShows(t *testing.T) {
	t.Parallel()
	// The mapping's value for v; « and » stand around the span.
	tests := []struct {
		name, text, value string
		style             facts.Style
		runs              int // -1: nil
	}{
		{"plain", "v: «a b» # c\n", "a b", facts.Plain, -1},
		{"plain with UTF-8", "é: 1\n\"ü\": 2\nv: «aé ü»\n", "aé ü", facts.Plain, -1},
		{"plain with tabs", "v: \t«a\tb»\t\n", "a\tb", facts.Plain, -1},
		{"plain folded", "v: «a\n  b\n\n  c»\n", "a b\nc", facts.Plain, 5},
		{"plain, LS is kept", "v: «a\u2028  b»\n", "a\u2028b", facts.Plain, 3},
		{"plain, NEL folds", "v: «a\u0085  b»\n", "a b", facts.Plain, 3},
		{"behind NEL, lines count on", "a: 1\u0085b: 2\u2028v: «x»\n", "x", facts.Plain, -1},
		{"byte order mark", "\ufeffv: «x»\n", "x", facts.Plain, -1},
		{"anchor", "v: &a_1-b «x»\n", "x", facts.Plain, -1},
		{"tag", "v: !!str «1»\n", "1", facts.Plain, -1},
		{"tag and anchor on lines of their own", "v: !!str # why\n  &a\n  «x»\n", "x", facts.Plain, -1},
		{"verbatim tag", "v: !<tag:yaml.org,2002:str> '«1»'\n", "1", facts.SingleQuoted, -1},
		{"single", "v: '«a \"b\"»'\n", `a "b"`, facts.SingleQuoted, -1},
		{"single with quote", "v: '«it''s»'\n", "it's", facts.SingleQuoted, 3},
		{"single of quotes", "v: '«''''»'\n", "''", facts.SingleQuoted, 2},
		{"single folded", "v: '«a \n\n  b»'\n", "a\nb", facts.SingleQuoted, 3},
		{"double", `v: "«a 'b'»"`, "a 'b'", facts.DoubleQuoted, -1},
		{"double escapes", `v: "«\ta\\\"\x41\u00e9\U0001F600\/»"`, "", facts.DoubleQuoted, -2},
		{"double escapes known", `v: "«\ta\\\"\x41\u00e9\U0001F600\N\_\L\P\0\e z»"`, "\ta\\\"Aé😀\u0085\u00a0\u2028\u2029\x00\x1b z", facts.DoubleQuoted, 16},
		{"double of equal length", `v: "«\_»"`, "\u00a0", facts.DoubleQuoted, 2},
		{"double folded", "v: \"«a\n  b \\\n   c\\\n\n  d»\"", "a b c\nd", facts.DoubleQuoted, 6},
		{"double empty by escape", "v: \"«\\\n»\"", "", facts.DoubleQuoted, 0},
		{"double keeps blanks", `v: "« a  »"`, " a  ", facts.DoubleQuoted, -1},
		{"empty quotes", `v: "«»"`, "", facts.DoubleQuoted, -1},
		{"nothing", "v:«»\nw: 1\n", "", facts.Plain, -1},
		{"nothing with anchor", "v: &a«»\nw: 1\n", "", facts.Plain, -1},
		{"literal", "v: |\n  «a\n   b\n\n  c»\nw: 1\n", "a\n b\n\nc\n", facts.Literal, 7},
		{"literal stripped", "v: |-\n  «a»\n", "a", facts.Literal, -1},
		{"literal kept", "v: |+ # c\n  «a»\n\n\nw: 1\n", "a\n\n\n", facts.Literal, 4},
		{"literal with indicator", "v: |2\n  « a\n  b»\n", " a\nb\n", facts.Literal, 4},
		{"literal at the end of the file", "v: |\n  «a»", "a", facts.Literal, -1},
		{"literal after blank lines", "v: |\n\n \n  «a»\n", "\n\na\n", facts.Literal, 4},
		{"literal with a blank line of blanks", "v: |\n  «a\n    \n  b»\n", "a\n  \nb\n", facts.Literal, 6},
		{"literal with tabs", "v: |1\n «\ta»\n", "\ta\n", facts.Literal, 2},
		{"literal empty", "v: |\n«»w: 1\n", "", facts.Literal, -1},
		{"folded", "v: >-\n  «a\n  b\n\n  c\n    d\n  e»\n", "a b\nc\n  d\ne", facts.Folded, 9},
		{"folded after blank line", "v: >\n\n  «a»\n", "\na\n", facts.Folded, 3},
		{"folded with NEL", "v: >\n  «a\u0085  b»\n", "a b\n", facts.Folded, 4},
		{"folded with LS", "v: >\n  «a\u2028  b»\n", "a\u2028b\n", facts.Folded, 4},
		{"in a flow list", "v: [x, '«y»']\n", "y", facts.SingleQuoted, -1},
		{"in a flow mapping", "v: {x: «a b»}\n", "a b", facts.Plain, -1},
		{"in a list in a list", "v:\n- - |-\n    «a\n    b»\n", "a\nb", facts.Literal, 3},
	}
	for _, test := range tests {
		for _, crlf := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/crlf=%v", test.name, crlf), func(t *testing.T) {
				t.Parallel()
				marked := test.text
				if crlf {
					marked = strings.ReplaceAll(marked, "\n", "\r\n")
				}
				start := strings.Index(marked, "«")
				end := strings.Index(marked, "»") - len("«")
				text := strings.NewReplacer("«", "", "»", "").Replace(marked)
				file, err := Parse(facts.NewSource("test.yaml", []byte(text)))
				if test.runs == -2 {
					if err == nil {
						t.Fatal("the library takes it now")
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				var node *yaml.Node
				scalars(file, func(n *yaml.Node) {
					if n.Value == test.value && file.Scalar(n).Span.Start == start {
						node = n
					}
				})
				if node == nil {
					scalars(file, func(n *yaml.Node) { t.Logf("%q %+v", n.Value, file.Scalar(n)) })
					t.Fatalf("no scalar %q at %d", test.value, start)
				}
				scalar := file.Scalar(node)
				if scalar.Span != (facts.Span{Start: start, End: end}) || scalar.Style != test.style {
					t.Errorf("got %+v, want [%d,%d) in style %q", scalar, start, end, test.style)
				}
				runs := len(scalar.Runs)
				if scalar.Runs == nil {
					runs = -1
				}
				if runs != test.runs {
					t.Errorf("got runs %+v, want %d", scalar.Runs, test.runs)
				}
				if test.runs != 0 {
					check(t, []byte(text), node, scalar)
				}
			})
		}
	}
}

// check demands that a scalar's characters are traced.
func check(t testing.TB, text []byte, node *yaml.Node, scalar Scalar) {
	t.Helper()
	if !traced(t, text, node, scalar) && !untraceable(node) {
		t.Fatalf("scalar %q at %d:%d of %q is not traced: %+v", node.Value, node.Line, node.Column, text, scalar)
	}
}

// untraceable says whether a value is one that is known not to be traced: a block scalar of nothing but blanks, of which
// nobody can say how much is indentation, and an empty value made by an escaped line break.
func untraceable(node *yaml.Node) bool {
	if node.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return strings.Trim(node.Value, " \n\u2028\u2029") == ""
	}
	return node.Value == "" && node.Style&yaml.DoubleQuotedStyle != 0
}

// randomScalar writes a scalar of random content in a random style, at an indentation, and gives no promise that it is
// YAML.
func randomScalar(r *rand.Rand, indent int) string {
	pieces := []string{"a", "bc", "defg", "hijkl", "é", "😀", " ", "  ", "\t", "''", `\"`, `\\`, `\n`, `\u00e9`, `\x41`, `\_`, `\N`, "#", ":", ",", "-", "$", "{", "=", "\u2028", "\u0085", "\n", "\n\n", "\n \n", "\\\n"}
	var content strings.Builder
	pad := strings.Repeat(" ", indent)
	style := r.IntN(6)
	for range r.IntN(12) {
		piece := pieces[r.IntN(len(pieces))]
		if strings.Contains(piece, "\n") && (style < 4 || r.IntN(3) > 0) {
			piece += pad
			if r.IntN(4) == 0 {
				piece += strings.Repeat(" ", r.IntN(3))
			}
		}
		content.WriteString(piece)
	}
	switch style {
	case 0:
		return "'" + strings.ReplaceAll(content.String(), `\`, "") + "'"
	case 1:
		return `"` + content.String() + `"`
	case 2, 3:
		header := []string{"|", ">"}[style-2] + []string{"", "-", "+", "2", "-2", "2+"}[r.IntN(6)]
		return header + "\n" + pad + content.String()
	}
	return content.String()
}

func randomFile(r *rand.Rand) string {
	var out strings.Builder
	if r.IntN(8) == 0 {
		out.WriteString("\ufeff")
	}
	for i := range 1 + r.IntN(4) {
		switch r.IntN(6) {
		case 0:
			fmt.Fprintf(&out, "k%d:\n  - &a%d %s\n", i, i, randomScalar(r, 4))
		case 1:
			fmt.Fprintf(&out, "k%d: !!str %s\n", i, randomScalar(r, 2))
		case 2:
			fmt.Fprintf(&out, "k%d: [x, %s, é%s]\n", i, randomScalar(r, 2), randomScalar(r, 2))
		case 3:
			fmt.Fprintf(&out, "k%d:\n- - %s\n  - {a: %s}\n", i, randomScalar(r, 4), randomScalar(r, 2))
		default:
			fmt.Fprintf(&out, "k%d: %s\n", i, randomScalar(r, 2))
		}
	}
	text := out.String()
	switch r.IntN(4) {
	case 0:
		text = strings.ReplaceAll(text, "\n", "\r\n")
	case 1:
		text = strings.TrimSuffix(text, "\n")
	}
	return text
}

// TestScalarTracesEverything has random files of all styles decoded and traced.
func TestScalarTracesEverything(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	files, kinds := 0, map[facts.Style]int{}
	for range 20_000 {
		text := randomFile(r)
		file, err := Parse(facts.NewSource("random.yaml", []byte(text)))
		if err != nil {
			continue
		}
		files++
		scalars(file, func(node *yaml.Node) {
			scalar := file.Scalar(node)
			check(t, []byte(text), node, scalar)
			if scalar.Runs != nil {
				kinds[scalar.Style]++
			}
		})
	}
	if files < 6_000 {
		t.Errorf("only %d files are YAML", files)
	}
	for _, style := range []facts.Style{facts.Plain, facts.SingleQuoted, facts.DoubleQuoted, facts.Literal, facts.Folded} {
		if kinds[style] < 500 {
			t.Errorf("only %d scalars of style %q have runs", kinds[style], style)
		}
	}
}

// TestStrip has a block scalar lose the line breaks at its end. X is the first byte of its content.
func TestStrip(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a: |\n  X\n":                      "a: |-\n  X\n",
		"a: >+\n  X\n\n":                   "a: >-\n  X\n\n",
		"a: |2+ # | c\n\n    X\n":          "a: |2- # | c\n\n    X\n",
		"a: |+2\r\n  X\r\n":                "a: |-2\r\n  X\r\n",
		"- |\n X\n":                        "- |-\n X\n",
		"|\n X\n":                          "|-\n X\n",
		"b: c\n\"a | b\": !!str &c > \n X": "b: c\n\"a | b\": !!str &c >- \n X",
		"a: X\n":                           "",
		"a:\n  X\n":                        "",
		"a: b|\n  X\n":                     "",
	} {
		span, indicator, ok := Strip([]byte(text), strings.Index(text, "X"))
		got := ""
		if ok {
			got = text[:span.Start] + indicator + text[span.End:]
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
