package dotenv

import (
	"strings"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv/traced/tracedtest"
)

// newTexts are what is written into values.
var newTexts = []string{"", "x", "5432", "a b", " a", "a ", "\t", "#", " #x", "a #x", "a#x", "$", "$X", "${X}", "$$", "a$", "\"", "'", "a\"b", "a'b", "\\", "a\\", "\\n", "a\nb", "\r", "}", "{a}", "ä", "\u00a0", "=", "x=y", ":-", "`", "\x00", "\xff", "?a=b&c"}

// hosts are files whose last value is changed, in all its parts.
var hosts = map[facts.Format][]string{
	facts.DockerEnv: {"A=abc", "A=abc\n", "A=abc\r\n", "A=\"abc\"\n", "A= a b \n", "B\n A=a=b", "A=1\nA=abc"},
	facts.ComposeEnv: {"A=abc", "A=abc\r\n", "A=abc # c\n", "A='abc'\n", "A=\"abc\"\n", "A=\"a\nc\"\n", "A='a\\'c'\n", "A=\"a\\\"c\"\n", "A=\"a\\nb\\$c\"", "A=a$$c\n",
		"A=${X:-abc}\n", "A=a${X:-b}c\n", "A=\"${X:-a\\\"c}\"", "A=\"${X:-abc}\"\n", "A=${X:-${Y:-abc}}\n", "B=abc\nA=$B\n", "B='abc'\nA=x${B}y\n", "B=\"a\\\"c\"\nA=x${B-z}y\n", "A=abc B", "export A: abc\n"},
}

// TestEncode writes every text into every part of every value and reads the file again.
func TestEncode(t *testing.T) {
	t.Parallel()
	for dialect, files := range hosts {
		accepted := map[string]bool{}
		for _, file := range files {
			value := last(t, dialect, file)
			for start := 0; start <= len(value.Text); start++ {
				for end := start; end <= len(value.Text); end++ {
					for _, text := range newTexts {
						changed, ok := tracedtest.Edit(value, start, end, text, func(place facts.Place, text string) (string, bool) {
							return Encode(dialect, place.Style, text)
						})
						if !ok {
							if text == "x" {
								t.Errorf("%q: [%d:%d] cannot be changed", file, start, end)
							}
							continue
						}
						accepted[text] = true
						want := value.Text[:start] + text + value.Text[end:]
						if got := last(t, dialect, string(changed[value.Origin.Source])); got.Text != want && !edge(value, want) {
							t.Errorf("%q: [%d:%d] to %q gives %q, which says %q", file, start, end, text, changed[value.Origin.Source], got.Text)
						}
					}
				}
			}
		}
		for _, text := range newTexts {
			impossible := text == "\x00" || text == "\xff" || dialect == facts.DockerEnv && (text == "a\nb" || text == "\r")
			if accepted[text] == impossible {
				t.Errorf("%s: %q is written: %v", dialect, text, accepted[text])
			}
		}
	}
}

// edge says whether a change leaves at the edge of an unquoted value what cannot stand there, or makes a comment of its
// end. What stands beside the new text is known to whoever reads the file again, not to Encode.
func edge(value facts.Setting, want string) bool {
	return value.Origin.Format == facts.ComposeEnv && value.Origin.Style == facts.Plain &&
		(want == "" || want != strings.TrimSpace(want) || strings.HasPrefix(want, `"`) || strings.HasPrefix(want, "'") || strings.Contains(want, " #"))
}
