package shell

import (
	"strings"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv/traced/tracedtest"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
)

// newTexts are what is written into values.
var newTexts = []string{"", "x", "5432", "a b", " a", "a ", "\t", "#", " #x", "$", "$X", "${X}", "$(x)", "`x`", "\"", "'", "a'b\"c", "\\", "a\\", "\\n", "a\nb", "\r", "}", "{a}", "{a,b}", "~", "~/x", "*", "?", "[x]", "!", "&", ";", "|", "<>", "(", ")", "ä", "\u00a0", "=", "x=y", ":-", "-", "%", "^", "\x01", "\x0112", "\x7f", "\x00", "\xff", "?a=b&c"}

// hosts are scripts in which the value of A is changed, in all its parts.
var hosts = []string{
	"docker run -e A=abc img", "docker run -e A='abc' img", "docker run -e A=\"abc\" img", "docker run -e A=$'abc' img", "docker run -e \"A=abc\" img", "docker run --env='A=abc' img",
	"docker run -e A=\\a\\ c img", "docker run -e A=\"a\\\"\\$c\" img", "docker run -e A=$'a\\tb\\'\\x41' img", "docker run -e A=a\"b\"'c'd img", "docker run -e A=a\\\nbc img",
	"V=abc; docker run -e A=$V img", "V='a b c'; docker run -e \"A=$V\" img", "V=\"a\\\"c\"; W=x$V; docker run -e \"A=${W}y\" img", "export A=abc; docker run -e A img", "export \"A=abc\"; docker run -e A img",
	"docker run -e A=${X:-abc} img", "docker run -e \"A=${X:-abc}\" img", "docker run -e A=${X:-'a c'} img", "docker run -e A=${X:-\"abc\"} img", "docker run -e A=${X-a\\}c} img",
	"args=(-e A=abc img); docker run \"${args[@]}\"", "args=(-e 'A=a c'); docker run \"${args[@]}\" img", "O='-e A=abc'; docker run $O img", "f() { docker run -e A=$1 img; }; f abc",
	"A=abc docker run -e A img", "for a in abc; do docker run -e A=$a img; done", "docker run -e A= img", "docker run -e A=\"\" img",
}

func valueOfA(t *testing.T, script string) (facts.Setting, bool) {
	t.Helper()
	containers, _ := Read(facts.NewSource("x.sh", []byte(script)), input.Context{})
	if len(containers) != 1 {
		return facts.Setting{}, false
	}
	value, ok := effective(containers[0].Environment)["A"]
	return value, ok && containers[0].Image.Text == "img"
}

// TestEncode writes every text into every part of every value and reads the script again.
func TestEncode(t *testing.T) {
	t.Parallel()
	accepted := map[string]bool{}
	for _, script := range hosts {
		value, ok := valueOfA(t, script)
		if !ok || value.State != facts.Set {
			t.Fatalf("%s: %+v", script, value)
		}
		for start := 0; start <= len(value.Text); start++ {
			for end := start; end <= len(value.Text); end++ {
				for _, text := range newTexts {
					changed, ok := tracedtest.Edit(value, start, end, text, func(place facts.Place, text string) (string, bool) {
						return Encode(place.Style, text)
					})
					if !ok {
						if text == "x" {
							t.Errorf("%s: [%d:%d] cannot be changed", script, start, end)
						}
						continue
					}
					accepted[text] = true
					want := value.Text[:start] + text + value.Text[end:]
					edited := string(changed[value.Origin.Source])
					got, ok := valueOfA(t, edited)
					if (!ok || got.Text != want) && !splits(script, want) {
						t.Errorf("%s: [%d:%d] to %q gives %s, which says %q", script, start, end, text, edited, got.Text)
					}
				}
			}
		}
	}
	for _, text := range newTexts {
		if impossible := text == "\x00" || text == "\xff"; accepted[text] == impossible {
			t.Errorf("%q is written: %v", text, accepted[text])
		}
	}
}

// splits says whether the shell splits the new value into words because the script has the variable without quotes. That
// is known to whoever reads the script again, not to Encode.
func splits(script, value string) bool {
	unquoted := strings.Contains(script, "A=$V") && !strings.Contains(script, "\"A=$V") || strings.Contains(script, "A=$1") || strings.Contains(script, "A=$a") || strings.Contains(script, "run $O")
	return unquoted && (value == "" || strings.ContainsAny(value, " \t\n"))
}

func TestStylesOfOtherFormats(t *testing.T) {
	t.Parallel()
	if _, ok := Encode(facts.Literal, "x"); ok {
		t.Error("a shell has no block scalars")
	}
}
