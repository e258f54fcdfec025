// Package fix works out what a fix changes in files, proves it, shows it as a diff and writes it.
package fix

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline"
	"github.com/bbdoctor/bbdoctor/checks/offline/edit"
	"github.com/bbdoctor/bbdoctor/rules"
)

// maxNeighbours is how many settings are tried as the neighbour of one that is added.
const maxNeighbours = 8

// Resolve turns the changes of every fix, which speak of decoded values, into edits of bytes. A fix that cannot be
// written keeps no edits and says why; one that touches a place that serves others too becomes unsafe and says whom.
func Resolve(collection *facts.Collection, results []*rules.Result) {
	r := resolver{collection: collection}
	for _, result := range results {
		for _, finding := range result.Findings {
			if finding.Fix != nil {
				r.resolve(finding.Fix)
			}
		}
	}
}

type resolver struct {
	collection *facts.Collection
	users      map[*facts.Source][]use // nil until somebody asks
	answers    map[question][]user
	parsed     edit.Parsed
}

func (r *resolver) resolve(fix *rules.Fix) {
	var edits []rules.Edit
	var others []string
	for _, change := range fix.Changes {
		replaced, shared, err := r.change(change)
		if err != nil {
			fix.Edits, fix.Why = nil, err.Error()
			return
		}
		for _, e := range replaced {
			edits = append(edits, rules.Edit{Source: e.Source, Start: e.Span.Start, End: e.Span.End, New: e.Text, Whole: change.Add != ""})
		}
		others = append(others, shared...)
	}
	slices.SortStableFunc(edits, func(a, b rules.Edit) int {
		return cmp.Or(cmp.Compare(a.Source.Name, b.Source.Name), cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
	})
	fix.Edits = slices.CompactFunc(edits, func(a, b rules.Edit) bool { return a == b })
	if len(others) > 0 {
		slices.Sort(others)
		fix.Unsafe = true
		fix.Why = strings.Join(slices.Compact(others), "; ")
	}
}

// change gives the edits of one change, and what stands against making them without asking.
func (r *resolver) change(change rules.Change) (edits []offline.Edit, shared []string, err error) {
	if change.Add != "" {
		at, shared, err := r.add(change)
		return []offline.Edit{at}, shared, err
	}
	edits, err = offline.Replace(change.Setting, change.Start, change.End, change.New)
	if err != nil {
		return nil, nil, err
	}
	for _, e := range edits {
		if users := r.at(e); len(users) > 1 {
			shared = append(shared, "the same line serves "+join(labels(users, true)))
		} else if where := references(change.Setting, e, len(users)); where != "" {
			shared = append(shared, where)
		}
	}
	return edits, shared, nil
}

// add writes the setting where it serves the fewest: in the container that is to have it, where that has a place of its own,
// else beside a neighbour, of several the strongest. One of the same family is preferred.
func (r *resolver) add(change rules.Change) (best offline.Edit, shared []string, err error) {
	fewest := 0
	take := func(at offline.Edit, users []user) (done bool) {
		if fewest == 0 || len(users) < fewest {
			best, fewest, shared = at, max(1, len(users)), nil
			if len(users) > 1 {
				shared = []string{fmt.Sprintf("what is written there serves %s", join(labels(users, false)))}
			}
		}
		return fewest == 1
	}
	declare := func() (done bool) {
		if change.Container == nil {
			return false
		}
		places, failed := offline.Declare(change.Container, change.Add, change.New, &r.parsed)
		err = cmp.Or(err, failed)
		return slices.ContainsFunc(places, func(place offline.Declared) bool {
			if change.Container.Chart != nil {
				return take(place.At, r.releases(place.At.Source, change.Container, change.Add))
			}
			return take(place.At, r.named(place.At.Source, place.Scope))
		})
	}
	beside := func() (done bool) {
		neighbours := neighboursOf(change)
		return slices.ContainsFunc(neighbours[:min(len(neighbours), maxNeighbours)], func(neighbour facts.Setting) bool {
			at, scope, failed := offline.Insert(neighbour, change.Add, change.New, &r.parsed)
			if failed != nil {
				err = cmp.Or(err, failed)
				return false
			}
			return take(at, r.named(at.Source, scope))
		})
	}
	// In a manifest the container itself says most plainly whom it serves.
	if change.Container != nil && change.Container.Format == facts.Systemd {
		_ = beside() || declare()
	} else {
		_ = declare() || beside()
	}
	if fewest > 0 {
		return best, shared, nil
	}
	return best, nil, cmp.Or(err, offline.ErrNoPlace)
}

// neighboursOf lists what is written where a setting is added, the strongest first, and the same family before others.
func neighboursOf(change rules.Change) (neighbours []facts.Setting) {
	take := func(assignments []facts.Assignment) {
		for _, assignment := range assignments {
			neighbours = append(neighbours, assignment.Value)
		}
	}
	if change.Container != nil {
		take(change.Container.Assignments())
	}
	for _, file := range change.Files {
		take(file.Assignments)
	}
	slices.Reverse(neighbours)
	family, _, _ := strings.Cut(change.Add, "_")
	rank := func(s facts.Setting) int {
		if strings.HasPrefix(s.Origin.Key, family+"_") {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(neighbours, func(a, b facts.Setting) int { return cmp.Compare(rank(a), rank(b)) })
	return neighbours
}

func join(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
