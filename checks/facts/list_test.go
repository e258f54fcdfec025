package facts

import (
	"strings"
	"testing"
)

// FuzzItems takes any text for a list: every element is where its origin says, none has a separator in it, and nothing but
// separators is left out of the first line.
func FuzzItems(f *testing.F) {
	for _, seed := range []string{"", "pg-0,pg-1", "pg-0;pg-1, pg-2 ;", " \t,", "pg-0\npg-1", "ä,\xff\x00,ö"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		source := NewSource("pgpool.env", []byte(text))
		origin := Origin{Source: source, Span: Span{End: len(text)}}
		first, _, _ := strings.Cut(text, "\n")
		left, count := 0, 0
		for _, item := range (Setting{Text: text, State: Set, Origin: origin}).Items() {
			if item.Text == "" || strings.ContainsAny(item.Text, ",; \t\n") {
				t.Errorf("element %q", item.Text)
			}
			if at := string(source.Text[item.Origin.Span.Start:item.Origin.Span.End]); at != item.Text {
				t.Errorf("element %q points at %q", item.Text, at)
			}
			left += len(item.Text)
			count++
		}
		if separators := len(first) - len(strings.NewReplacer(",", "", ";", "", " ", "", "\t", "").Replace(first)); separators+left != len(first) && count < maxItems {
			t.Errorf("%q: %d bytes are in elements and %d are separators", first, left, separators)
		}
	})
}
