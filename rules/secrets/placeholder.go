package secrets

import (
	"regexp"
	"sync"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// placeholders finds what a template leaves to be filled in: {PG-0-IP}, <password>, [YOUR_HOST], CHANGEME, xxx. Spring's
// and the shell's ${NAME} is no placeholder of a template and is left alone.
var placeholders = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?:^|[^$\w])(\{\{?[A-Z][A-Z0-9_-]+\}?\})|(<[A-Za-z][A-Za-z0-9 _.-]*>)|(\[(?:YOUR|MY|INSERT|ENTER)[A-Za-z0-9 _.-]*\])|` +
		`(?i:\b(change[-_ ]?(?:me|it|this)\b|replace[-_ ]?(?:me|this)\b|your[-_][a-z0-9_-]+|fill[-_ ]?me[-_ ]?in\b|todo\b|fixme\b))|^([xX]{3,}|\.\.\.|\*{3,})$`)
})

// Placeholder guards against a template that was deployed as it was.
var Placeholder = &rules.Rule{
	ID:       "secrets/placeholder",
	Title:    "no value is a placeholder that was left to be filled in",
	Severity: rules.Error,
	Needs:    []facts.Key{facts.EveryValue},
	Check: func(p *rules.Pass) {
		pattern := placeholders()
		var unknown facts.Setting
		judged := false
		for _, setting := range p.Values() {
			if setting.State != facts.Set {
				unknown = setting
				continue
			}
			judged = true
			match := pattern.FindStringSubmatchIndex(setting.Text)
			if match == nil {
				continue
			}
			start, end := group(match)
			what := "the placeholder " + setting.Text[start:end]
			if setting.Sensitive() {
				what = "a placeholder such as CHANGEME"
			}
			p.Failf(setting.Origin.Sub(start, end), "%s still has %s", rules.NameOf(setting), what).
				Helpf("Put the real value in its place.")
		}
		if !judged && unknown.State != facts.Absent {
			p.Skipf("%s is not known: %s", rules.NameOf(unknown), unknown.Why)
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
