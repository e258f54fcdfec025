package facts

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestPosition(t *testing.T) {
	t.Parallel()
	source := NewSource("x", []byte("a\r\nbü\xffc\rd\n\ne"))
	for _, c := range []struct{ offset, line, column int }{
		{-1, 1, 1}, {0, 1, 1}, {1, 1, 2}, {3, 2, 1}, {4, 2, 2}, {6, 2, 3}, {7, 2, 4}, {8, 2, 5}, {9, 3, 1}, {11, 4, 1}, {12, 5, 1}, {13, 5, 2}, {99, 5, 2},
	} {
		if line, column := source.Position(c.offset); line != c.line || column != c.column {
			t.Errorf("offset %d: %d:%d, want %d:%d", c.offset, line, column, c.line, c.column)
		}
	}
	for n, want := range map[int]string{1: "a", 2: "bü\xffc", 3: "d", 4: "", 5: "e", 6: "", 0: ""} {
		if span := source.Line(n); string(source.Text[span.Start:span.End]) != want {
			t.Errorf("line %d: %q, want %q", n, source.Text[span.Start:span.End], want)
		}
	}
}

func TestPlaces(t *testing.T) {
	t.Parallel()
	env := NewSource(".env", []byte("HOST=pgpool"))
	// "jdbc:\<newline>  //HOST/bit\u0062" with HOST taken from .env.
	source := NewSource("x", []byte("jdbc:\\\n  //${HOST}/bi\\u0074"))
	origin := Origin{Source: source, Span: Span{0, 27}, Runs: []Run{
		{Value: 0, N: 5, Raw: 0, RawN: 5},
		{Value: 5, N: 2, Raw: 9, RawN: 2},
		{Value: 7, N: 6, Raw: 5, RawN: 6, In: env},
		{Value: 13, N: 3, Raw: 18, RawN: 3},
		{Value: 16, N: 1, Raw: 21, RawN: 6},
	}}
	for _, c := range []struct {
		start, end int
		want       string
		ok         bool
	}{
		{0, 5, "x:0-5", true},
		{4, 7, "x:4-5 x:9-11", true},
		{7, 13, ".env:5-11", true},
		{8, 10, ".env:6-8", true},
		{12, 17, ".env:10-11 x:18-27", true},
		{16, 17, "x:21-27", true},
		{0, 18, "x:0-5 x:9-11 .env:5-11 x:18-27", false},
		{0, 0, "x:0-0", true},
		{5, 5, "x:5-5", true},
		{17, 17, "x:27-27", true},
		{18, 18, "", false},
	} {
		places, ok := origin.Places(c.start, c.end)
		var got []string
		for _, place := range places {
			got = append(got, place.Source.Name+":"+itoa(place.Span.Start)+"-"+itoa(place.Span.End))
		}
		if text := strings.Join(got, " "); ok != c.ok || text != c.want {
			t.Errorf("[%d,%d): %s %v, want %s %v", c.start, c.end, text, ok, c.want, c.ok)
		}
	}
	if sub := origin.Sub(4, 7); sub.Span != (Span{4, 11}) || sub.Source != source {
		t.Errorf("Sub(4, 7) is %v", sub.Span)
	}
	if sub := origin.Sub(0, 18); sub.Span != origin.Span {
		t.Errorf("what cannot be traced does not point at the whole: %v", sub.Span)
	}
	verbatim := Origin{Source: source, Span: Span{2, 5}}
	if places, ok := verbatim.Places(1, 3); !ok || places[0].Span != (Span{3, 5}) {
		t.Errorf("a verbatim value maps to %v", places)
	}
	if _, ok := verbatim.Places(1, 4); ok {
		t.Errorf("a range behind the value has a place")
	}
	if _, ok := MeasuredBy("", "SHOW pool_nodes", "").Places(0, 1); ok {
		t.Errorf("a live fact has a place in a file")
	}
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + string(rune('0'+n%10))
}

func TestHiddenRangesJoin(t *testing.T) {
	t.Parallel()
	source := NewSource("x", []byte("abcdefghij"))
	for _, span := range []Span{{6, 8}, {1, 3}, {2, 4}, {4, 5}, {9, 99}, {7, 7}, {-3, 0}} {
		source.Hide(span)
	}
	if got := source.Hidden(); !slices.Equal(got, []Span{{1, 5}, {6, 8}, {9, 10}}) {
		t.Errorf("hidden: %v", got)
	}
	if got := source.Masked(Span{0, 10}); got != "a***f***i***" {
		t.Errorf("masked: %q", got)
	}
	if got := source.Masked(Span{2, 7}); got != "***f***" {
		t.Errorf("masked part: %q", got)
	}
}

// TestPositionInALongLine: what is remembered of a long line changes no answer, whatever is asked for in between.
func TestPositionInALongLine(t *testing.T) {
	t.Parallel()
	text := []byte("first\n" + strings.Repeat("aä🐘\xff\xc3\xf0\x9f\x90\x80\x80\x80\x80\x80\x80\x80", 3000) + "\n" + strings.Repeat("ß", 5000))
	s := NewSource("x", text)
	random := rand.New(rand.NewPCG(1, 2))
	at := 0
	for range 20_000 {
		switch random.IntN(8) {
		case 0:
			at = random.IntN(len(text) + 1)
		default:
			at = min(at+random.IntN(30), len(text))
		}
		line, column := s.Position(at)
		start := bytes.LastIndexByte(text[:at], '\n') + 1
		if wantLine, want := bytes.Count(text[:at], []byte{'\n'})+1, utf8.RuneCount(text[start:at])+1; line != wantLine || column != want {
			t.Fatalf("offset %d: %d:%d, want %d:%d", at, line, column, wantLine, want)
		}
	}
}
