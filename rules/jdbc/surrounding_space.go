package jdbc

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// SurroundingSpace guards against blanks that nobody sees: java.util.Properties drops those before a value and keeps
// those behind it.
var SurroundingSpace = &rules.Rule{
	ID:       "jdbc/surrounding-space",
	Title:    "no blanks around URL, driver, user and password",
	Severity: rules.Warning,
	Needs:    []facts.Key{facts.JDBCURLKey, facts.JDBCDriver, facts.JDBCUser, facts.JDBCPassword},
	Check: func(p *rules.Pass) {
		found := false
		for _, key := range []facts.Key{facts.JDBCURLKey, facts.JDBCDriver, facts.JDBCUser, facts.JDBCPassword} {
			setting := p.AnyProperty(key)
			if setting.State == facts.Absent || setting.State == facts.Secret {
				continue
			}
			found = true
			if _, known := p.Property(key); known {
				judgeSpace(p, setting)
			}
		}
		if !found {
			p.Skipf("nothing among the inputs sets jdbc.url, jdbc.driver, jdbc.user or jdbc.password")
		}
	},
}

func judgeSpace(p *rules.Pass, setting facts.Setting) {
	text, name := setting.Text, rules.NameOf(setting)
	head := len(text) - len(strings.TrimLeftFunc(text, invisible))
	tail := len(strings.TrimRightFunc(text, invisible))
	if tail <= head { // nothing but blanks: jdbc/credentials and jdbc/url-valid speak of an empty value
		return
	}
	var changes []rules.Change
	var found []string
	at := setting.Origin
	if head > 0 {
		changes = append(changes, rules.Change{Setting: setting, Start: 0, End: head})
		found = append(found, "begins with "+blanks(text[:head]))
		at = setting.Origin.Sub(0, head)
	}
	if tail < len(text) {
		changes = append(changes, rules.Change{Setting: setting, Start: tail, End: len(text)})
		found = append(found, "ends in "+blanks(text[tail:]))
		at = setting.Origin.Sub(tail, len(text))
	}
	if len(found) == 0 {
		return
	}
	finding := p.Failf(at, "%s %s, and Java keeps that: %s", name, strings.Join(found, " and "), spoiled(setting))
	if setting.Key == facts.JDBCPassword {
		finding.Helpf("Remove it, unless the role's password really has it there.")
		return
	}
	finding.Helpf("Remove it.").Mend(rules.Fix{Title: "Remove the blanks around " + string(setting.Key), Changes: changes})
}

// spoiled says what a blank at its end does to a value.
func spoiled(setting facts.Setting) string {
	switch setting.Key {
	case facts.JDBCDriver:
		return "no driver class has such a name"
	case facts.JDBCUser:
		return "PostgreSQL and Pgpool-II know no role of that name"
	case facts.JDBCPassword:
		return "the login fails unless the role's password has it too"
	}
	switch {
	case strings.TrimLeftFunc(setting.Text, invisible) != setting.Text:
		return "the driver does not accept such a URL"
	case strings.Contains(setting.Text, "?"):
		return "the last parameter has another value than it seems"
	}
	return "the driver asks for a database with a longer name"
}

// invisible says whether a character cannot be seen at the end of a line.
func invisible(r rune) bool {
	switch r {
	case ' ', '\t', '\f', '\v', '\r', '\n', '\u0085', '\u00a0', '\u200b', '\ufeff':
		return true
	}
	return false
}

// blanks names what stands there: "a blank", "3 blanks", "a carriage return".
func blanks(text string) string {
	if strings.Trim(text, "\r") == "" {
		return "a carriage return (a Windows line end)"
	}
	return "blanks"
}
