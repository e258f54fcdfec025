package jdbc

import (
	"strconv"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// DuplicateKey guards against a second line for one property: the last one counts, and nobody says so.
var DuplicateKey = &rules.Rule{
	ID:       "jdbc/duplicate-key",
	Title:    "no database property stands twice in a file",
	Severity: rules.Warning,
	Needs:    []facts.Key{facts.PropertiesFiles},
	Check: func(p *rules.Pass) {
		for _, file := range p.PropertiesFiles() {
			if file.Refused != "" {
				p.Skipf("%s cannot be read as a whole (jdbc/two-readings)", file.Source.Name)
				continue
			}
			for _, same := range repeatedKeys(file.Entries) {
				dead, last := same[:len(same)-1], same[len(same)-1]
				line := lineOf(last.Value.Origin)
				finding := p.Failf(last.Value.Origin, "%s stands on lines %s; only the last, line %d, has effect", last.Name, lineNumbers(same), line).
					Helpf("Keep one line for %s. Line %d is the one in force today; whoever edits another of them changes nothing.", last.Name, line)
				for _, entry := range dead {
					finding.Also(entry.Value.Origin, "%s has no effect here", entry.Name)
				}
			}
		}
	},
}

// repeatedKeys lists the database properties that stand more than once, each with all its entries, ordered by their
// first ones.
func repeatedKeys(entries []facts.Assignment) [][]facts.Assignment {
	byKey := map[string][]facts.Assignment{}
	var order []string
	for _, entry := range entries {
		if !databaseProperty(entry.Name) {
			continue
		}
		if byKey[entry.Name] == nil {
			order = append(order, entry.Name)
		}
		byKey[entry.Name] = append(byKey[entry.Name], entry)
	}
	var repeated [][]facts.Assignment
	for _, key := range order {
		if len(byKey[key]) > 1 {
			repeated = append(repeated, byKey[key])
		}
	}
	return repeated
}

// databaseProperty says whether a property configures how Bitbucket reaches its database.
func databaseProperty(name string) bool {
	return strings.HasPrefix(name, "jdbc.") || strings.HasPrefix(name, "db.pool.")
}

// lineNumbers lists where entries stand: "3, 7 and 12".
func lineNumbers(entries []facts.Assignment) string {
	var list strings.Builder
	for i, entry := range entries {
		switch {
		case i == len(entries)-1:
			list.WriteString(" and ")
		case i > 0:
			list.WriteString(", ")
		}
		list.WriteString(strconv.Itoa(lineOf(entry.Value.Origin)))
	}
	return list.String()
}

// lineOf is the line on which a property's key begins.
func lineOf(at facts.Origin) int {
	line, _ := at.Source.Position(at.KeySpan.Start)
	return line
}
