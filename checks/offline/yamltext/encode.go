package yamltext

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// Encode writes text so that it can be put inside a scalar of that style at a place that a run of it gives. ok is false
// when the style cannot express it. For a plain scalar that holds inside a block mapping or list and not at the very start
// of the scalar, where a quote or a bracket would mean something else; whoever writes the file reads it again anyhow.
func Encode(style facts.Style, text string) (encoded string, ok bool) {
	if !utf8.ValidString(text) {
		return "", false
	}
	if style == facts.DoubleQuoted {
		return encodeDoubleQuoted(text), true
	}
	for _, c := range text {
		if !printable(c) && c != '\t' {
			return "", false
		}
	}
	switch style {
	case facts.Plain:
		if strings.Contains(text, ": ") || strings.Contains(text, ":\t") || strings.Contains(text, " #") || strings.Contains(text, "\t#") ||
			strings.HasPrefix(text, "#") || strings.HasSuffix(text, ":") || text != strings.Trim(text, " \t") {
			return "", false
		}
		return text, true
	case facts.SingleQuoted:
		return strings.ReplaceAll(text, "'", "''"), text == strings.Trim(text, " \t")
	case facts.Literal, facts.Folded:
		return text, text == strings.Trim(text, " \t")
	}
	return "", false
}

func encodeDoubleQuoted(text string) string {
	var out strings.Builder
	for i, c := range text {
		switch {
		case c == '"' || c == '\\':
			out.WriteByte('\\')
			out.WriteRune(c)
		case c == '\n':
			out.WriteString(`\n`)
		case c == '\r':
			out.WriteString(`\r`)
		case c == '\t':
			out.WriteString(`\t`)
		case c == ' ' && (i == 0 || i == len(text)-1):
			out.WriteString(`\x20`) // next to a line break a blank would be folded away
		case printable(c):
			out.WriteRune(c)
		case c <= 0xff:
			fmt.Fprintf(&out, `\x%02x`, c)
		case c <= 0xffff:
			fmt.Fprintf(&out, `\u%04x`, c)
		default:
			fmt.Fprintf(&out, `\U%08x`, c)
		}
	}
	return out.String()
}

// printable says whether a character stands for itself on one line of YAML.
func printable(c rune) bool {
	return c >= 0x20 && c <= 0x7e || c >= 0xa0 && c <= 0xfffd && c != 0x2028 && c != 0x2029 && c != 0xfeff || c >= 0x10000
}
