// Package fix works out what a fix changes in files, proves it, shows it as a diff and writes it.
package fix

import (
	"cmp"
	"slices"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline"
	"github.com/bbdoctor/bbdoctor/rules"
)

// Resolve turns the changes of every fix, which speak of decoded values, into edits of bytes. A fix that cannot be
// written keeps no edits and says why; one that touches a place that serves others too becomes unsafe and says whom.
func Resolve(collection *facts.Collection, results []*rules.Result) {
	users := usersOf(collection)
	for _, result := range results {
		for _, finding := range result.Findings {
			if finding.Fix != nil {
				resolve(finding.Fix, users)
			}
		}
	}
}

func resolve(fix *rules.Fix, users map[*facts.Source][]use) {
	var edits []rules.Edit
	for _, change := range fix.Changes {
		replaced, err := offline.Replace(change.Setting, change.Start, change.End, change.New)
		if err != nil {
			fix.Edits, fix.Why = nil, err.Error()
			return
		}
		for _, e := range replaced {
			edits = append(edits, rules.Edit{Source: e.Source, Start: e.Span.Start, End: e.Span.End, New: e.Text})
		}
	}
	slices.SortStableFunc(edits, func(a, b rules.Edit) int {
		return cmp.Or(cmp.Compare(a.Source.Name, b.Source.Name), cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
	})
	fix.Edits = slices.CompactFunc(edits, func(a, b rules.Edit) bool { return a == b })
	for _, e := range fix.Edits {
		if others := usersAt(users[e.Source], e.Start); len(others) > 1 {
			fix.Unsafe = true
			fix.Why = "the same line serves " + join(others)
		}
	}
}

// use is a value as written, and who takes it.
type use struct {
	span facts.Span
	user string
}

// usersOf lists for every file who takes which of the values in it.
func usersOf(collection *facts.Collection) map[*facts.Source][]use {
	users := map[*facts.Source][]use{}
	for _, deployment := range collection.Deployments {
		for _, container := range deployment.Containers() {
			for _, variable := range container.Environment {
				places, _ := variable.Value.Origin.Places(0, len(variable.Value.Text))
				for _, place := range places {
					users[place.Source] = append(users[place.Source], use{place.Span, container.Name})
				}
			}
		}
	}
	return users
}

// usersAt lists who takes the value at an offset, each once.
func usersAt(uses []use, at int) (names []string) {
	for _, u := range uses {
		if u.span.Start <= at && at <= u.span.End && !slices.Contains(names, u.user) {
			names = append(names, u.user)
		}
	}
	return names
}

func join(names []string) string {
	slices.Sort(names)
	out := ""
	for i, name := range names {
		switch {
		case i == 0:
		case i == len(names)-1:
			out += " and "
		default:
			out += ", "
		}
		out += name
	}
	return out
}
