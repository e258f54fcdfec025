package fix

import (
	"bytes"
	"cmp"
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
	fixed  []*rules.Finding
}

// NewPlan merges the fixes of all findings, each an independent change of the same text: equal edits fall together, and a
// fix that overlaps an earlier one is left out whole.
func NewPlan(results []*rules.Result, unsafe bool) *Plan {
	plan := &Plan{}
	byFile := map[*facts.Source]*File{}
	for _, result := range results {
		for _, finding := range result.Findings {
			fix := finding.Fix
			switch {
			case fix == nil || len(fix.Edits) == 0:
				continue
			case fix.Unsafe && !unsafe:
				plan.Unsafe++
				continue
			case conflicts(byFile, fix.Edits):
				plan.Conflicts++
				continue
			}
			for _, edit := range fix.Edits {
				file := byFile[edit.Source]
				if file == nil {
					file = &File{Source: edit.Source}
					byFile[edit.Source] = file
					plan.Files = append(plan.Files, file)
				}
				if !slices.Contains(file.edits, edit) {
					file.edits = append(file.edits, edit)
				}
				if !slices.Contains(file.Titles, fix.Title) {
					file.Titles = append(file.Titles, fix.Title)
				}
			}
			plan.fixed = append(plan.fixed, finding)
		}
	}
	slices.SortFunc(plan.Files, func(a, b *File) int { return cmp.Compare(a.Source.Name, b.Source.Name) })
	for _, file := range plan.Files {
		file.New = apply(file.Source.Text, file.edits)
	}
	return plan
}

func conflicts(byFile map[*facts.Source]*File, edits []rules.Edit) bool {
	for _, edit := range edits {
		file := byFile[edit.Source]
		if file == nil {
			continue
		}
		for _, other := range file.edits {
			if edit != other && edit.Start < other.End && other.Start < edit.End || edit != other && edit.Start == other.Start && edit.End == edit.Start && other.End == other.Start {
				return true
			}
		}
	}
	return false
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
