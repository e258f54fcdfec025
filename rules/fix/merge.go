package fix

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// File is one file with the fixes that will be made in it.
type File struct {
	Source *facts.Source
	// New is the whole text with all fixes made.
	New []byte
	// Titles are what the fixes do.
	Titles []string
	edits  []rules.Edit
}

// Plan is what a run with --fix or --diff would do.
type Plan struct {
	Files []*File
	// Conflicts counts fixes that were left out because they change the same bytes as another; a second run makes them.
	Conflicts int
	// Unsafe counts fixes that were left out because they are unsafe and nobody asked for those.
	Unsafe int
	// Refused says of every fix that was left out because it cannot be proved or written why that is, in the words of a
	// message.
	Refused []error
	// ByHand says the same of the fixes for whose change there is no place in any file that can be written.
	ByHand []error
	fixed  []*rules.Finding
}

// NewPlan merges the fixes of all findings, each an independent change of the same text: equal edits fall together, and a
// fix that overlaps an earlier one is left out whole.
func NewPlan(results []*rules.Result, unsafe bool) *Plan {
	plan := &Plan{}
	for _, result := range results {
		for _, finding := range result.Findings {
			switch fix := finding.Fix; {
			case fix == nil || finding.Suppressed != nil:
			case len(fix.Edits) == 0:
				if fix.Why != "" {
					plan.ByHand = append(plan.ByHand, refusal(finding, errors.New(fix.Why)))
				}
			case fix.Unsafe && !unsafe:
				plan.Unsafe++
			default:
				plan.fixed = append(plan.fixed, finding)
			}
		}
	}
	plan.merge()
	return plan
}

// keeping is the plan with only some of its fixes.
func (p *Plan) keeping(fixed []*rules.Finding) *Plan {
	kept := &Plan{Unsafe: p.Unsafe, Conflicts: p.Conflicts, Refused: p.Refused, ByHand: p.ByHand, fixed: fixed}
	kept.merge()
	return kept
}

// merge makes the files out of the fixes.
func (p *Plan) merge() {
	byFile := map[*facts.Source]*File{}
	p.Files = nil
	p.fixed = slices.DeleteFunc(slices.Clone(p.fixed), func(finding *rules.Finding) bool {
		if conflicts(byFile, finding.Fix.Edits) {
			p.Conflicts++
			return true
		}
		for _, edit := range finding.Fix.Edits {
			file := byFile[edit.Source]
			if file == nil {
				file = &File{Source: edit.Source}
				byFile[edit.Source] = file
				p.Files = append(p.Files, file)
			}
			if !slices.Contains(file.edits, edit) {
				file.edits = append(file.edits, edit)
			}
			if !slices.Contains(file.Titles, finding.Fix.Title) {
				file.Titles = append(file.Titles, finding.Fix.Title)
			}
		}
		return false
	})
	slices.SortFunc(p.Files, func(a, b *File) int { return cmp.Compare(a.Source.Name, b.Source.Name) })
	for _, file := range p.Files {
		file.New = apply(file.Source.Text, file.edits)
	}
}

// Writable is the plan without what cannot be written. A fix that changes several files is left out whole when one of them
// cannot be: half of it would be another configuration, not a better one.
func (p *Plan) Writable() *Plan {
	locked := map[*facts.Source]error{}
	for _, file := range p.Files {
		if _, err := file.check(); err != nil {
			locked[file.Source] = err
			p.Refused = append(p.Refused, file.unchanged(err))
		}
	}
	if len(locked) == 0 {
		return p
	}
	var kept []*rules.Finding
	for _, finding := range p.fixed {
		edits := finding.Fix.Edits
		isLocked := func(edit rules.Edit) bool { return locked[edit.Source] != nil }
		switch at := slices.IndexFunc(edits, isLocked); {
		case at < 0:
			kept = append(kept, finding)
		case slices.ContainsFunc(edits, func(edit rules.Edit) bool { return !isLocked(edit) }):
			p.Refused = append(p.Refused, refusal(finding, fmt.Errorf("it also needs a change of %s", edits[at].Source.Name)))
		}
	}
	return p.keeping(kept)
}

// refusal says why a fix is not made.
func refusal(finding *rules.Finding, err error) error {
	if source := finding.At.Source; source != nil {
		line, _ := source.Position(finding.At.Span.Start)
		return fmt.Errorf("%s:%d: not done: %s: %w", source.Name, line, finding.Fix.Title, err)
	}
	return fmt.Errorf("not done: %s: %w", finding.Fix.Title, err)
}

func conflicts(byFile map[*facts.Source]*File, edits []rules.Edit) bool {
	for _, edit := range edits {
		file := byFile[edit.Source]
		if file == nil {
			continue
		}
		for _, other := range file.edits {
			if edit != other && collide(edit, other) {
				return true
			}
		}
	}
	return false
}

// collide says whether two edits change the same bytes, or insert at one place, where their order would matter unless both
// add a whole setting.
func collide(a, b rules.Edit) bool {
	if a.Start == b.Start && max(a.End, b.End) == a.Start {
		return !a.Whole || !b.Whole
	}
	return a.Start < b.End && b.Start < a.End
}

// apply gives the text with the edits made, none of which overlap.
func apply(text []byte, edits []rules.Edit) []byte {
	slices.SortStableFunc(edits, func(a, b rules.Edit) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End)) })
	var out bytes.Buffer
	at := 0
	for _, edit := range edits {
		out.Write(text[at:edit.Start])
		out.WriteString(edit.New)
		at = edit.End
	}
	out.Write(text[at:])
	return out.Bytes()
}
