package systemd

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv/traced"
)

// word is one word of a value, quotes and escapes decoded.
type word struct {
	traced.Text
	span facts.Span
	// refused says that it has a specifier that systemd does not know, for which it ignores the word.
	refused bool
}

// The reasons for which systemd ignores what is left of a value.
var (
	errUnbalanced = errors.New("a quote is not closed")
	errEscape     = errors.New("a backslash stands in front of what is no escape")
	errSpecifier  = errors.New("a percent sign stands in front of what is no specifier; write %% for a percent sign")
)

// splitter cuts a value into words as extract_first_word of systemd does, with EXTRACT_UNQUOTE and EXTRACT_CUNESCAPE.
type splitter struct {
	*entry
	unit *unitName
	next int
	// relaxed keeps a backslash in front of what is no escape, as systemd does in command lines.
	relaxed bool
}

// word gives the next word; ok is false at the end.
func (s *splitter) word() (w word, ok bool, err error) {
	for s.next < len(s.value) && isBlank(s.value[s.next]) {
		s.next++
	}
	if s.next == len(s.value) {
		return w, false, nil
	}
	start := s.next
	var quote byte
	for s.next < len(s.value) {
		c := s.value[s.next]
		switch {
		case quote == 0 && isBlank(c):
			w.span = s.spanOf(start, s.next)
			return w, true, nil
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
			s.next++
		case c == quote && quote != 0:
			quote = 0
			s.next++
		case c == '\\':
			decoded, n := unescape(s.value[s.next+1:])
			if n == 0 && s.relaxed {
				s.copy(&w.Text, s.next, min(s.next+2, len(s.value)), styleOf(quote))
				s.next = min(s.next+2, len(s.value))
				continue
			}
			if n == 0 {
				return w, false, errEscape
			}
			w.Escape(decoded, s.source, s.spanOf(s.next, s.next+1+n), styleOf(quote))
			s.next += 1 + n
		case c == '%':
			n, ok := s.specifier(&w.Text, styleOf(quote))
			w.refused = w.refused || !ok
			s.next += n
		default:
			from := s.next
			for s.next < len(s.value) && !special(s.value[s.next], quote) {
				s.next++
			}
			if s.next == from {
				s.next++
			}
			s.copy(&w.Text, from, s.next, styleOf(quote))
		}
	}
	if quote != 0 {
		return w, false, errUnbalanced
	}
	w.span = s.spanOf(start, s.next)
	return w, true, nil
}

func special(c, quote byte) bool {
	return c == '\\' || c == '%' || quote != 0 && c == quote || quote == 0 && (c == '"' || c == '\'' || isBlank(c))
}

func styleOf(quote byte) facts.Style {
	switch quote {
	case '"':
		return facts.DoubleQuoted
	case '\'':
		return facts.SingleQuoted
	}
	return facts.Plain
}

// spanOf is where bytes [from, to) of the value stand.
func (e *entry) spanOf(from, to int) facts.Span {
	if from >= to {
		at := e.end
		if from < len(e.at) {
			at = int(e.at[from])
		}
		return facts.Span{Start: at, End: at}
	}
	return facts.Span{Start: int(e.at[from]), End: int(e.at[to-1]) + 1}
}

// copy adds bytes of the value that stand for themselves; where lines are joined they do not stand together.
func (e *entry) copy(t *traced.Text, from, to int, style facts.Style) {
	for from < to {
		end := from + 1
		for end < to && e.at[end] == e.at[end-1]+1 {
			end++
		}
		start := int(e.at[from])
		if e.value[from] != e.source.Text[start] { // the backslash at the end of a line
			t.Escape(string(e.value[from:from+1]), e.source, facts.Span{Start: start, End: start + 1}, style)
			t.Lost = true
			from++
			continue
		}
		for i := from + 1; i < end; i++ {
			if e.value[i] != e.source.Text[e.at[i]] {
				end = i
			}
		}
		t.Verbatim(string(e.value[from:end]), e.source, start, style)
		from = end
	}
}

// unescape decodes the escape behind a backslash; n is 0 for what is none.
func unescape(text []byte) (decoded string, n int) {
	if len(text) == 0 {
		return "", 0
	}
	if i := strings.IndexByte(`abfnrtvs\"'`, text[0]); i >= 0 {
		return "\a\b\f\n\r\t\v \\\"'"[i : i+1], 1
	}
	var digits int
	base := rune(16)
	switch c := text[0]; {
	case c == 'x':
		digits = 2
	case c == 'u':
		digits = 4
	case c == 'U':
		digits = 8
	case c >= '0' && c <= '7':
		digits, base = 3, 8
	default:
		return "", 0
	}
	from := 1
	if base == 8 {
		from = 0
	}
	if len(text) < from+digits {
		return "", 0
	}
	var value rune
	for _, c := range text[from : from+digits] {
		digit := rune(strings.IndexByte("0123456789abcdef", c|0x20))
		if c < 'A' {
			digit = rune(strings.IndexByte("0123456789", c))
		}
		if digit < 0 || digit >= base {
			return "", 0
		}
		value = value*base + digit
	}
	switch {
	case value == 0:
		return "", 0
	case digits < 4 && value > 0xff:
		return "", 0
	case digits < 4: // a byte
		return string([]byte{byte(value)}), from + digits
	case !utf8.ValidRune(value):
		return "", 0
	}
	return string(value), from + digits
}
