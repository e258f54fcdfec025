package secrets

import (
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// placeholders finds what a template leaves to be filled in: {PG-0-IP}, <password>, [YOUR_HOST], CHANGEME, xxx. Spring's
// and the shell's ${NAME} is no placeholder of a template and is left alone.
var placeholders = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?:^|[^$\w])(\{\{?[A-Z][A-Z0-9_-]+\}?\})|(<[A-Za-z][A-Za-z0-9 _.-]*>)|(\[(?:YOUR|MY|INSERT|ENTER)[A-Za-z0-9 _.-]*\])|` +
		`(?i:\b(change[-_ ]?(?:me|it|this)\b|replace[-_ ]?(?:me|this)\b|your[-_][a-z0-9_-]+|fill[-_ ]?me[-_ ]?in\b|todo\b|fixme\b))|^([xX]{3,}|\.\.\.|\*{3,})$`)
})

// mayHold is false for most texts that hold no placeholder, at a fraction of the pattern's cost.
func mayHold(text string) bool {
	for i := range len(text) {
		rest := text[i:]
		switch text[i] | 0x20 {
		case '{', '<': // and [
			return true
		case 'x', '.', '*': // the last alternative, which is the whole text
			if i == 0 && len(text) >= 3 && text[1]|0x20 == text[0]|0x20 {
				return true
			}
		case 'c':
			if begins(rest, "change") {
				return true
			}
		case 'r':
			if begins(rest, "replace") {
				return true
			}
		case 'y':
			if begins(rest, "your") {
				return true
			}
		case 'f':
			if begins(rest, "fill") || begins(rest, "fixme") {
				return true
			}
		case 't':
			if begins(rest, "todo") {
				return true
			}
		}
		if text[i] >= utf8.RuneSelf {
			return true // the pattern takes a few other letters for ASCII ones
		}
	}
	return false
}

func begins(text, word string) bool {
	return len(text) >= len(word) && strings.EqualFold(text[:len(word)], word)
}

// Placeholder guards against a template that was deployed as it was.
var Placeholder = &rules.Rule{
	ID:       "secrets/placeholder",
	Title:    "no value is a placeholder that was left to be filled in",
	Severity: rules.Error,
	Needs:    []facts.Key{facts.EveryValue},
	Check: func(p *rules.Pass) {
		var unknown *facts.Setting
		judged := false
		for _, setting := range p.Values() {
			if setting.State != facts.Set {
				unknown = setting
				continue
			}
			judged = true
			var match []int
			if mayHold(setting.Text) {
				match = placeholders().FindStringSubmatchIndex(setting.Text)
			}
			if match == nil {
				continue
			}
			start, end := group(match)
			what := "the placeholder " + setting.Text[start:end]
			if setting.Sensitive() {
				what = "a placeholder such as CHANGEME"
			}
			p.Failf(setting.Origin.Sub(start, end), "%s still has %s", rules.NameOf(*setting), what).
				Helpf("Put the real value in its place.")
		}
		if !judged && unknown != nil && unknown.State != facts.Absent {
			p.Skipf("%s is not known: %s", rules.NameOf(*unknown), unknown.Why)
		}
	},
}

// group gives the range of the group that matched.
func group(match []int) (start, end int) {
	for i := 2; i+1 < len(match); i += 2 {
		if match[i] >= 0 {
			return match[i], match[i+1]
		}
	}
	return match[0], match[1]
}
