package systemd

import (
	"strings"
	"unicode/utf8"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// Encode writes text so that it can be put inside a word of a unit file, or inside a value of an environment file, at a
// place that a run of it gives. ok is false when the style cannot express it, and for a dollar sign in a unit file, which
// means one thing in Environment= and another in ExecStart=.
func Encode(format facts.Format, style facts.Style, text string) (encoded string, ok bool) {
	if !utf8.ValidString(text) || strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c == 0x7f }) {
		return "", false
	}
	if format == facts.SystemdEnv {
		return encodeEnvironment(style, text)
	}
	if strings.ContainsAny(text, "$") {
		return "", false
	}
	text = strings.NewReplacer(`\`, `\\`, "%", "%%").Replace(text)
	switch style {
	case facts.Plain:
		// A quote in the middle of a word begins a quoted part.
		return text, !strings.ContainsAny(text, " \"'") && text != ";"
	case facts.DoubleQuoted:
		return strings.ReplaceAll(text, `"`, `\"`), true
	case facts.SingleQuoted:
		return strings.ReplaceAll(text, "'", `\'`), true
	}
	return "", false
}

func encodeEnvironment(style facts.Style, text string) (string, bool) {
	switch style {
	case facts.Plain:
		// At the beginning a quote would open something, and blanks at the ends would go.
		return strings.ReplaceAll(text, `\`, `\\`), !strings.ContainsAny(text, `"'`) && text == strings.TrimSpace(text)
	case facts.DoubleQuoted:
		return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "`", "\\`", "$", `\$`).Replace(text), true
	case facts.SingleQuoted:
		return text, !strings.Contains(text, "'")
	}
	return "", false
}
