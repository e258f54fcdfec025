package yamltext

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

func TestParseErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		line       int
		message    string
	}{
		{"tab", "a:\n\tb: 1\n", 2, "found character that cannot start any token"},
		{"bracket", "a: 1\nb: [a, b\nc: 3\n", 2, "did not find expected ',' or ']'"},
		{"bracket at the end", "a: 1\nb: [", 2, "did not find expected"},
		{"key", "a: 1\nb:\n  c: 1\n   d: 2\n", 4, ""},
		{"key of a mapping", "a: 1\nb: 2\n- c\n", 3, "did not find expected key"},
		{"quote", "a: 1\nb: \"x\n", 2, "found unexpected end of stream"},
		{"second document", "a: 1\n---\nb: [\n", 3, ""},
		{"control character", "a: 1\nb: \x01\n", 2, "control characters are not allowed"},
		{"NUL", "a: 1\nb: \x00\n", 2, "control characters are not allowed"},
		{"not UTF-8", "a: 1\r\n\r\nb: \xff\n", 3, "invalid leading UTF-8 octet"},
		{"cut UTF-8", "a: 1\nb: \xc3", 2, "incomplete UTF-8 octet sequence"},
		{"UTF-16", "\xff\xfea\x00", 1, "UTF-16"},
		{"unknown alias", "a: *b\n", 0, "unknown anchor"},
		{"depth of brackets", strings.Repeat("[", 20_000), 0, "exceeded max depth"},
		{"depth of dashes", strings.Repeat("- ", 20_000), 0, "exceeded max depth"},
		{"many items", "[" + strings.Repeat("1,", maxItems+1) + "]", 0, "more than 500000"},
		{"secret in the message", "a: 1\n", 0, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if test.name == "secret in the message" {
				err := Explain([]byte(test.text), errors.New("yaml: line 3: cannot read password: hunter2"))
				if strings.Contains(err.Error(), "hunter2") || !strings.HasPrefix(err.Error(), "line 3: ") {
					t.Error(err)
				}
				return
			}
			_, err := Parse(facts.NewSource("x.yaml", []byte(test.text)))
			var syntax *Error
			if !errors.As(err, &syntax) {
				t.Fatalf("got %v", err)
			}
			if syntax.Line != test.line || !strings.Contains(syntax.Message, test.message) {
				t.Errorf("got line %d: %s", syntax.Line, syntax.Message)
			}
		})
	}
}

func TestParseDocuments(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"": 0, "\n": 0, "# c\n": 0, "a: 1": 1, "a: 1\n---\nb: 2\n": 2, "---\na: 1\n...\n---\nb: 2\n": 2,
		"---\n---\n": 2, "\ufeffa: 1": 1, "%YAML 1.1\n---\na: 1": 1,
	} {
		if got := len(parse(t, text).Documents); got != want {
			t.Errorf("%q: got %d documents, want %d", text, got, want)
		}
	}
}

// TestOffsetOfLongLines finds nodes on lines of a megabyte without walking the line for each.
func TestOffsetOfLongLines(t *testing.T) {
	t.Parallel()
	const items = 100_000
	for _, item := range []string{"abc", "é\u2603"} {
		text := "[" + strings.Repeat(item+", ", items) + "]"
		file := parse(t, text)
		for i, node := range file.Documents[0].Content {
			want := 1 + i*(len(item)+2)
			if got := file.Offset(node); got != want {
				t.Fatalf("item %d of %q: got %d, want %d", i, item, got, want)
			}
		}
	}
}

// TestDeepNesting parses as deep as the library goes.
func TestDeepNesting(t *testing.T) {
	t.Parallel()
	file := parse(t, strings.Repeat("- ", 5_000)+strings.Repeat("[", 9_999)+strings.Repeat("]", 9_999))
	depth := 0
	for node := file.Documents[0]; len(node.Content) > 0; node = node.Content[0] {
		depth++
	}
	if depth != 14_998 {
		t.Errorf("got depth %d", depth)
	}
}

func FuzzScalar(f *testing.F) {
	for _, seed := range []string{
		"a: b\n", "- 'it''s'\n", "a: \"x\\u00e9\\\n  y\"\n", "a: |2-\n   x\n\n  y\n", "a: >+\n  x\n  y\n\n", "a: &x !!str b\nc: *x\n",
		"\ufeffa: b\r\nc: d\r", "{a: [b, 'c', \"d\"]}\n", "a:\n<<: {b: c}\n", "a: b\u2028  c\u0085  d\n", "? |\n  k\n: - v\n", "a: b # c\n#d\n", "--- >\n x\n...\n--- 'y'\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 1<<16 {
			return
		}
		file, err := Parse(facts.NewSource("fuzz.yaml", text))
		if err != nil {
			var syntax *Error
			if !errors.As(err, &syntax) || syntax.Line < 0 || syntax.Line > 2+bytes.Count(text, []byte("\n"))+bytes.Count(text, []byte("\r"))+bytes.Count(text, []byte("\u2028"))+bytes.Count(text, []byte("\u2029"))+bytes.Count(text, []byte("\u0085")) {
				t.Fatalf("error %#v", err)
			}
			return
		}
		scalars(file, func(node *yaml.Node) { check(t, text, node, file.Scalar(node)) })
		for _, document := range file.Documents {
			fields, _ := file.Fields(document)
			for _, field := range append(fields, file.Items(document)...) {
				if span := file.Span(field.Value); span.Start < 0 || span.End < span.Start || span.End > len(text) {
					t.Fatalf("span %v", span)
				}
			}
		}
	})
}

func benchmarkText() []byte {
	var out strings.Builder
	out.WriteString("services:\n")
	for i := range 8 {
		fmt.Fprintf(&out, "  pg-%d:\n    image: bitnami/postgresql-repmgr:14\n    ports:\n      - 5432\n    environment:\n", i)
		for j := range 12 {
			fmt.Fprintf(&out, "      - REPMGR_VARIABLE_%d=value number %d\n", j, j)
		}
	}
	return []byte(out.String())
}

func BenchmarkUnmarshalNode(b *testing.B) {
	text := benchmarkText()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		var node yaml.Node
		if err := yaml.Unmarshal(text, &node); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkParseAndTrace parses as BenchmarkUnmarshalNode does and traces every scalar.
func BenchmarkParseAndTrace(b *testing.B) {
	text := benchmarkText()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		file, err := Parse(facts.NewSource("x.yaml", text))
		if err != nil {
			b.Fatal(err)
		}
		scalars(file, func(node *yaml.Node) { file.Scalar(node) })
	}
}
