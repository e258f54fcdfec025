package jdbc

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// TwoReadings guards against a bitbucket.properties that means one thing to one reader and another to the next, or that
// Java does not read at all.
var TwoReadings = &rules.Rule{
	ID:       "jdbc/two-readings",
	Title:    "bitbucket.properties reads the same for every reader",
	Severity: rules.Warning,
	Needs:    []facts.Key{facts.PropertiesFiles},
	Check: func(p *rules.Pass) {
		for _, file := range p.PropertiesFiles() {
			if file.Refused != "" {
				p.Failf(file.RefusedAt, "Java refuses the whole file, and every property in it: %s", file.Refused).As(rules.Error).
					Helpf(`Double every backslash that is meant as one ("C:\\users"); "\u" begins a character written as four hexadecimal digits.`)
				continue
			}
			for _, key := range telling(file.Disagreements) {
				judgeReading(p, key)
			}
		}
	},
}

// telling leaves out what says nothing about the file: keys without effect on the database that only Spring Boot sees
// differently, and the other reader's name for a key that was already listed under Java's.
func telling(all []facts.Disagreement) []facts.Disagreement {
	var kept []facts.Disagreement
	missing := map[facts.Span]bool{}
	for _, key := range all {
		if key.Reader == "Spring Boot" && !databaseProperty(plainKey(key.Key)) {
			continue
		}
		if key.Missing {
			missing[key.Origin.Span] = true
		}
		if key.Extra && missing[key.Origin.Span] {
			continue
		}
		kept = append(kept, key)
	}
	return kept
}

// plainKey is a key without what hides in front of it or behind it: blanks, the mark of a list, and a byte order mark in
// either reading.
func plainKey(key string) string {
	key = strings.TrimPrefix(strings.TrimPrefix(key, "\u00ef\u00bb\u00bf"), "\ufeff")
	key = strings.TrimFunc(key, func(r rune) bool { return r <= ' ' })
	return strings.TrimSuffix(key, "[]")
}

func judgeReading(p *rules.Pass, key facts.Disagreement) {
	name := plainKey(key.Key)
	switch {
	case name != key.Key && (strings.HasPrefix(key.Key, "\u00ef\u00bb\u00bf") || strings.HasPrefix(key.Key, "\ufeff")):
		p.Failf(key.Origin, "the file begins with a byte order mark, which makes its first key another one: Java does not see %s", name).
			Helpf("Save the file without a byte order mark (\"UTF-8\", not \"UTF-8 with BOM\").")
	case key.Missing:
		p.Failf(key.Origin, "Java reads a key %q here, %s does not", key.Key, key.Reader).
			Helpf("Write %s as plain text at the beginning of a line of its own.", name)
	case key.Extra:
		p.Failf(key.Origin, "%s reads a key %q here, Java does not", key.Reader, key.Key).
			Helpf("Write %s as plain text at the beginning of a line of its own.", name)
	case key.Reader == "UTF-8":
		p.Failf(key.Origin, "the value of %s depends on the encoding: Java reads the file as ISO-8859-1 and gets other characters than a reader of UTF-8", key.Key).
			Helpf(`Write every character that is not ASCII as \uXXXX ("\u00fc" for ü): that is the same in every encoding.`)
	default:
		p.Failf(key.Origin, "%s gets another value for %s than Java does", key.Reader, key.Key).
			Helpf("Write %s once, as plain text at the beginning of a line of its own.", key.Key)
	}
}
