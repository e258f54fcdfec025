package dotenv

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// Encode writes text so that it can be put inside a value of that style, at any place that a run of the value gives. ok is
// false when it cannot be expressed there. In the dialect of docker that is what would end the line; in that of docker
// compose also what the style has no escape for, blanks and quotes that might come to stand at the edge of an unquoted
// value, and closing braces and line breaks outside single quotes, because the place may be inside a ${NAME:-...}.
func Encode(dialect facts.Format, style facts.Style, text string) (encoded string, ok bool) {
	if !utf8.ValidString(text) || strings.IndexByte(text, 0) >= 0 {
		return "", false
	}
	if dialect == facts.DockerEnv {
		return text, style == facts.Plain && !strings.ContainsAny(text, "\r\n")
	}
	switch style {
	case facts.Plain:
		if strings.ContainsAny(text, "\r\n}") || strings.Contains(text, " #") || strings.HasPrefix(text, "#") ||
			strings.HasPrefix(text, `"`) || strings.HasPrefix(text, "'") || text != strings.TrimFunc(text, unicode.IsSpace) {
			return "", false
		}
		return strings.ReplaceAll(text, "$", "$$"), true
	case facts.SingleQuoted:
		return strings.ReplaceAll(text, "'", `\'`), strings.IndexByte(text, '\\') < 0
	case facts.DoubleQuoted:
		return doubleQuotedEscapes.Replace(text), !strings.ContainsAny(text, "}\r\n")
	}
	return "", false
}

var doubleQuotedEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", "$$")
