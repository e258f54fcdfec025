package shell

import (
	"strings"
	"unicode/utf8"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv/traced"
)

// text begins a text whose pieces are counted.
func (e *evaluator) text() traced.Text { return traced.Text{Budget: e.runs} }

// decode adds source[start:end] to a text, the escapes in it decoded. escapes has the characters that a backslash guards;
// empty stands for all of them.
func (e *evaluator) decode(out *traced.Text, f *file, start, end int, style facts.Style, escapes string) {
	verbatim := start
	flush := func(to int) {
		if verbatim < to {
			out.Verbatim(f.text[verbatim:to], f.source, verbatim, style)
		}
	}
	for i := start; i < end; {
		switch c := f.text[i]; {
		case c == '\r' && strings.HasPrefix(f.text[i+1:], "\n"):
			flush(i)
			i++
			verbatim = i
		case c != '\\' || i+1 == end && end == len(f.text):
			i++
		case strings.HasPrefix(f.text[i+1:], "\n"), strings.HasPrefix(f.text[i+1:], "\r\n"):
			flush(i)
			i += 2
			if f.text[i-1] == '\r' {
				i++
			}
			verbatim = i
		case i+1 < end && (escapes == "" || strings.IndexByte(escapes, f.text[i+1]) >= 0):
			flush(i)
			_, size := utf8.DecodeRuneInString(f.text[i+1 : end])
			out.Escape(f.text[i+1:i+1+size], f.source, facts.Span{Start: i, End: i + 1 + size}, style)
			i += 1 + size
			verbatim = i
		default:
			i++
		}
	}
	flush(max(verbatim, end))
}

// ansi adds what is between the quotes of $'...'. A NUL ends the text for bash; what is behind it is lost.
func (e *evaluator) ansi(out *traced.Text, f *file, start, end int) {
	verbatim := start
	for i := start; i < end; {
		if f.text[i] != '\\' || i+1 == end {
			i++
			continue
		}
		decoded, next := ansiEscape(f.text[:end], i)
		if next == 0 {
			i += 2
			continue
		}
		if verbatim < i {
			out.Verbatim(f.text[verbatim:i], f.source, verbatim, facts.AnsiQuoted)
		}
		if strings.IndexByte(decoded, 0) >= 0 {
			return
		}
		out.Escape(decoded, f.source, facts.Span{Start: i, End: next}, facts.AnsiQuoted)
		i, verbatim = next, next
	}
	if verbatim < end {
		out.Verbatim(f.text[verbatim:end], f.source, verbatim, facts.AnsiQuoted)
	}
}

// ansiEscape decodes the escape at an offset. next is 0 when bash leaves it as it is.
func ansiEscape(text string, at int) (decoded string, next int) {
	digits := func(from, most int, base rune) (value rune, next int) {
		for next = from; next < len(text) && next < from+most; next++ {
			digit := hexValue(text[next])
			if digit < 0 || digit >= base {
				break
			}
			value = value*base + digit
		}
		return value, next
	}
	switch c := text[at+1]; c {
	case '\\', '\'', '"', '?':
		return string(rune(c)), at + 2
	case 'a', 'b', 'e', 'E', 'f', 'n', 'r', 't', 'v':
		return string("\a\b\x1b\x1b\f\n\r\t\v"[strings.IndexByte("abeEfnrtv", c)]), at + 2
	case '0', '1', '2', '3', '4', '5', '6', '7':
		value, next := digits(at+1, 3, 8)
		return string([]byte{byte(value)}), next
	case 'x':
		if value, next := digits(at+2, 2, 16); next > at+2 {
			return string([]byte{byte(value)}), next
		}
	case 'u', 'U':
		most := 4
		if c == 'U' {
			most = 8
		}
		// What is no character is left to bash, which writes it in an encoding of its own.
		if value, next := digits(at+2, most, 16); next > at+2 && utf8.ValidRune(value) {
			return string(value), next
		}
	case 'c':
		if at+2 < len(text) && text[at+2] < utf8.RuneSelf && text[at+2] != '\\' {
			return string([]byte{controlOf(text[at+2])}), at + 3
		}
	}
	return "", 0
}

// controlOf is the control character of a key.
func controlOf(c byte) byte {
	if c == '?' {
		return 0x7f
	}
	if c >= 'a' && c <= 'z' {
		c -= 'a' - 'A'
	}
	return c & 0x1f
}

func hexValue(c byte) rune {
	switch {
	case c >= '0' && c <= '9':
		return rune(c - '0')
	case c >= 'a' && c <= 'f':
		return rune(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return rune(c-'A') + 10
	}
	return -1
}
