package traced_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv/traced"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv/traced/tracedtest"
)

var (
	one = facts.NewSource("one", []byte(`abcdefghijklmnopqrstuvwxyz\n\x\é`))
	two = facts.NewSource("two", []byte("0123456789"))
)

// random builds a text out of everything that a text can be made of, and its plain equivalent.
func random(r *rand.Rand, depth int) (traced.Text, string) {
	var text traced.Text
	plain := ""
	for range r.IntN(5) {
		switch r.IntN(6) {
		case 0, 1:
			at := r.IntN(20)
			piece := string(one.Text[at : at+r.IntN(6)])
			text.Verbatim(piece, one, at, facts.Plain)
			plain += piece
		case 2:
			text.Escape("\n", one, facts.Span{Start: 26, End: 28}, facts.DoubleQuoted)
			plain += "\n"
		case 3:
			text.Escape("é", one, facts.Span{Start: 28, End: 30}, facts.AnsiQuoted) // as many bytes as it has
			plain += "é"
		case 4:
			at := r.IntN(8)
			value := facts.Setting{Text: string(two.Text[at : at+2]), State: facts.Set, Origin: facts.Origin{Source: two, Span: facts.Span{Start: at, End: at + 2}, Key: "X"}}
			text.Value(value)
			plain += value.Text
		case 5:
			if depth < 3 {
				other, same := random(r, depth+1)
				text.Add(other)
				plain += same
			}
		}
	}
	return text, plain
}

// TestText slices and joins random texts and checks that every byte still comes from where it was written.
func TestText(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	for range 20_000 {
		text, plain := random(r, 0)
		if string(text.Bytes) != plain || text.Prefix() != plain {
			t.Fatalf("%q, want %q", text.Bytes, plain)
		}
		start := r.IntN(len(plain) + 1)
		end := start + r.IntN(len(plain)-start+1)
		part, tail := text.Slice(start, end), text.Tail(end)
		if string(part.Bytes) != plain[start:end] || string(tail.Bytes) != plain[end:] {
			t.Fatalf("%q of %q", part.Bytes, plain)
		}
		var joined traced.Text
		joined.Add(part)
		joined.Add(tail)
		joined.Add(text)
		for _, built := range []*traced.Text{&text, &part, &tail, &joined} {
			setting := built.Setting(facts.Origin{Source: one, Key: "A", Span: facts.Span{Start: 0, End: 3}}, "")
			if err := tracedtest.Problem(setting); err != nil {
				t.Fatalf("%q: %v", built.Bytes, err)
			}
			if len(built.Bytes) > 0 && len(setting.Origin.Runs) == 0 && setting.Origin.Runs != nil {
				t.Fatalf("%q is not traced", built.Bytes)
			}
		}
	}
}

func TestUnknown(t *testing.T) {
	t.Parallel()
	var text traced.Text
	text.Verbatim("abc", one, 0, facts.Plain)
	text.Value(facts.Setting{State: facts.Secret, Why: "a secret store has it"})
	text.Verbatim("def", one, 3, facts.Plain)
	text.Unknown("later")
	if text.Known() || text.Prefix() != "abc" || text.State != facts.Secret || text.Why != "a secret store has it" {
		t.Errorf("%+v", text)
	}
	if part := text.Slice(1, 3); !part.Known() || string(part.Bytes) != "bc" {
		t.Errorf("%+v", part)
	}
	for _, part := range []traced.Text{text.Slice(1, 4), text.Tail(1), text.Tail(3), text.Tail(4)} {
		if part.Known() {
			t.Errorf("%q is known", part.Bytes)
		}
	}
	if tail := text.Tail(1); tail.Prefix() != "bc" {
		t.Error(tail.Prefix())
	}
	var joined traced.Text
	joined.Verbatim("x", one, 23, facts.Plain)
	joined.Add(text)
	if joined.Prefix() != "xabc" {
		t.Error(joined.Prefix())
	}
	setting := text.Setting(facts.Origin{Source: one, Key: "A", Span: facts.Span{Start: 0, End: 6}}, "abcdef")
	tracedtest.Check(t, setting)
	if setting.State != facts.Secret || setting.Text != "abcdef" {
		t.Errorf("%+v", setting)
	}
}

func TestBudget(t *testing.T) {
	t.Parallel()
	budget := 2
	text := traced.Text{Budget: &budget}
	for range 4 {
		text.Verbatim("ab", one, 0, facts.Plain)
	}
	if !text.Lost || string(text.Bytes) != strings.Repeat("ab", 4) || len(text.Runs) > 0 {
		t.Errorf("%+v", text)
	}
	setting := text.Setting(facts.Origin{Source: one, Span: facts.Span{Start: 0, End: 8}}, "")
	if _, ok := setting.Origin.Places(0, 2); ok || setting.State != facts.Set {
		t.Errorf("%+v", setting)
	}
}

func TestInherited(t *testing.T) {
	t.Parallel()
	name := facts.Origin{Source: one, Key: "X", KeySpan: facts.Span{Start: 0, End: 1}, Span: facts.Span{Start: 1, End: 1}}
	var mixed traced.Text
	mixed.Escape("\n", one, facts.Span{Start: 26, End: 28}, facts.DoubleQuoted)
	mixed.Verbatim("12", two, 1, facts.Plain)
	for _, value := range []facts.Setting{
		{Text: "345", State: facts.Set, Origin: facts.Origin{Source: two, Span: facts.Span{Start: 3, End: 6}, Style: facts.SingleQuoted}},
		{Text: "cd", State: facts.Set, Origin: facts.Origin{Source: one, Span: facts.Span{Start: 2, End: 4}}},
		mixed.Setting(facts.Origin{Source: one, Span: facts.Span{Start: 20, End: 28}}, ""),
		mixed.Setting(facts.Origin{Source: two, Span: facts.Span{Start: 0, End: 4}}, ""),
	} {
		inherited := traced.Inherited(value, name)
		tracedtest.Check(t, inherited)
		want, _ := value.Origin.Places(0, len(value.Text))
		got, ok := inherited.Origin.Places(0, len(value.Text))
		if inherited.Text != value.Text || !ok || len(got) != len(want) || got[0] != want[0] || len(inherited.Via) != 1 {
			t.Errorf("%q: %v, want %v", inherited.Text, got, want)
		}
	}
	var pieces traced.Text
	for range 300 {
		pieces.Escape("\n", two, facts.Span{Start: 2, End: 4}, facts.DoubleQuoted)
	}
	long := traced.Inherited(pieces.Setting(facts.Origin{Source: two, Span: facts.Span{Start: 0, End: 4}}, ""), name)
	if _, ok := long.Origin.Places(0, 1); ok || long.Text != strings.Repeat("\n", 300) {
		t.Errorf("%+v", long)
	}
	empty := traced.Inherited(facts.Setting{State: facts.Set, Origin: facts.Origin{Source: two}}, name)
	if _, ok := empty.Origin.Places(0, 0); ok || empty.State != facts.Set {
		t.Errorf("%+v", empty)
	}
}
