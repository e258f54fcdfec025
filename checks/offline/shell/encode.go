package shell

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// Encode writes text so that it can be put inside a word at a place with that quoting, as a run of a value gives it. ok is
// false when it cannot be expressed there: a line break without quotes, and a closing brace or a single quote between
// double quotes, because the place may be inside a "${NAME:-...}", where they mean something else.
func Encode(style facts.Style, text string) (encoded string, ok bool) {
	if !utf8.ValidString(text) || strings.IndexByte(text, 0) >= 0 {
		return "", false
	}
	var out strings.Builder
	switch style {
	case facts.Plain:
		for _, c := range text {
			switch {
			case c == '\n' || c == '\r':
				return "", false
			case c < utf8.RuneSelf && !isPlain(byte(c)):
				out.WriteByte('\\')
			}
			out.WriteRune(c)
		}
	case facts.SingleQuoted:
		return strings.ReplaceAll(text, "'", `'\''`), true
	case facts.DoubleQuoted:
		if strings.ContainsAny(text, "}'") {
			return "", false
		}
		for i := range len(text) {
			if strings.IndexByte(doubleQuoteEscapes, text[i]) >= 0 {
				out.WriteByte('\\')
			}
			out.WriteByte(text[i])
		}
	case facts.AnsiQuoted:
		for i := range len(text) {
			switch c := text[i]; {
			case c == '\\' || c == '\'':
				out.WriteByte('\\')
				out.WriteByte(c)
			case c == '\n':
				out.WriteString(`\n`)
			case c < ' ' || c == 0x7f:
				fmt.Fprintf(&out, `\%03o`, c)
			default:
				out.WriteByte(c)
			}
		}
	default:
		return "", false
	}
	return out.String(), true
}

// isPlain says whether a character stands for itself without quotes, wherever in a word.
func isPlain(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || strings.IndexByte("_@%+=:,./-", c) >= 0
}
