package dockerrun

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv/traced"
)

// value is an option's value.
type value struct {
	traced.Text
	// written is where it stands, quotes and all.
	written facts.Span
}

// tail is a value that begins inside a word, behind its first n bytes, which are known.
func (c *command) tail(word value, n int) value {
	start := word.written.Start
	if at, ok := c.behind(word.Text, n); ok {
		start = at
	}
	return value{word.Tail(n), facts.Span{Start: start, End: max(start, word.written.End)}}
}

// behind is the place in the source behind the first n bytes of a text.
func (c *command) behind(text traced.Text, n int) (at int, ok bool) {
	part := text.Slice(0, n)
	if part.Lost || len(part.Runs) == 0 {
		return 0, false
	}
	last := part.Runs[len(part.Runs)-1]
	return last.Raw + last.RawN, last.In == c.Source
}

// style is the quoting in force behind the first n bytes of a text.
func style(text traced.Text, n int) facts.Style {
	part := text.Slice(0, n)
	if part.Lost || len(part.Runs) == 0 {
		return facts.Plain
	}
	return part.Runs[len(part.Runs)-1].Style
}

// span is where a value stands without the quotes around it.
func (c *command) span(v value) facts.Span {
	span := v.written
	text := string(c.Source.Text[span.Start:span.End])
	if v.Known() && !v.Lost && len(v.Runs) > 0 {
		first, last := v.Runs[0], v.Runs[len(v.Runs)-1]
		start, end := first.Raw, last.Raw+last.RawN
		if first.In == c.Source && last.In == c.Source && start >= span.Start && start <= end && end <= span.End {
			return facts.Span{Start: start, End: end}
		}
	}
	if n := len(text); n > 0 && (text[n-1] == '"' || text[n-1] == '\'') && strings.Count(text, text[n-1:])%2 == 1 {
		span.End-- // the quote that was opened before the value
	} else if n > 1 && text[0] == text[n-1] && (text[0] == '"' || text[0] == '\'') && strings.Count(text, text[:1]) == 2 {
		span.Start++
		span.End--
	}
	return span
}

// setting makes a setting of a value.
func (c *command) setting(v value, key string, keySpan facts.Span) facts.Setting {
	origin := facts.Origin{Source: c.Source, Span: c.span(v), Key: key, KeySpan: keySpan, Format: c.Format}
	return v.Setting(origin, string(c.Source.Text[origin.Span.Start:origin.Span.End]))
}

// text is a value for the fields of a container that have no state: as written where it is not known.
func (c *command) text(v value) string {
	if v.Known() {
		return string(v.Bytes)
	}
	span := c.span(v)
	return string(c.Source.Text[span.Start:span.End])
}

// origin is where a value stands.
func (c *command) origin(v value, key string) facts.Origin {
	return c.setting(v, key, facts.Span{}).Origin
}
