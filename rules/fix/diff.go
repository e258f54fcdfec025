package fix

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// Diff prints what would change as a unified diff. Both sides are masked in the same places before they are compared, so
// that no line shows a secret.
func (p *Plan) Diff(w io.Writer) error {
	for _, file := range p.Files {
		hidden := file.Source.Hidden()
		before := facts.Mask(file.Source.Text, facts.Span{End: len(file.Source.Text)}, hidden)
		after := facts.Mask(file.New, facts.Span{End: len(file.New)}, moved(hidden, file.edits))
		text := udiff.Unified("a/"+file.Source.Name, "b/"+file.Source.Name, before, after)
		if _, err := io.WriteString(w, facts.RedactText(text)); err != nil {
			return fmt.Errorf("writing the diff: %w", err)
		}
	}
	return nil
}

// Unseen names the files in which an edit changes nothing but what must not be shown, so that the diff has no line for it.
func (p *Plan) Unseen() (names []string) {
	for _, file := range p.Files {
		hidden := file.Source.Hidden()
		if slices.ContainsFunc(file.edits, func(e rules.Edit) bool {
			return e.End > e.Start && slices.ContainsFunc(hidden, func(h facts.Span) bool { return h.Start <= e.Start && e.End <= h.End })
		}) {
			names = append(names, file.Source.Name)
		}
	}
	return names
}

// moved gives the hidden ranges where they are after the edits, which are in order. What is inserted at the edge of one is
// hidden with it, unless it begins with what ends a value.
func moved(hidden []facts.Span, edits []rules.Edit) []facts.Span {
	at := func(offset int, end bool) int {
		shift := 0
		for _, edit := range edits {
			inserted := edit.Start == offset && edit.End == offset
			if edit.Start > offset || edit.Start == offset && !inserted || inserted && (!end || separates(edit.New)) {
				break
			}
			if edit.End > offset {
				// The range ends or begins inside what is replaced.
				return edit.Start + shift + len(edit.New)
			}
			shift += len(edit.New) - (edit.End - edit.Start)
		}
		return offset + shift
	}
	after := make([]facts.Span, 0, len(hidden))
	for _, span := range hidden {
		if s := (facts.Span{Start: at(span.Start, false), End: at(span.End, true)}); s.Len() > 0 {
			after = append(after, s)
		}
	}
	return after
}

func separates(text string) bool {
	return text != "" && strings.ContainsRune(" \t\r\n,", rune(text[0]))
}
