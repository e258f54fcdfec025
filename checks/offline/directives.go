package offline

import (
	"cmp"
	"maps"
	"slices"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/directive"
)

// directives finds the comments that speak to bbdoctor, in the files that the deployments were read from.
func (l *loader) directives(deployments []*facts.Deployment) []facts.Directive {
	mentioned := map[*facts.Source]bool{}
	for _, c := range l.inputs {
		if c.source != nil && directive.Mentioned(c.source.Text) {
			mentioned[c.source] = true
		}
	}
	for _, opened := range l.files.opened {
		if opened.source != nil && directive.Mentioned(opened.source.Text) {
			mentioned[opened.source] = true
		}
	}
	if len(mentioned) == 0 {
		return nil
	}
	formats := maps.Clone(l.formats)
	if formats == nil {
		formats = map[*facts.Source]facts.Format{}
	}
	used := map[*facts.Source]bool{}
	for _, d := range deployments {
		d.Sources(func(source *facts.Source, format facts.Format) {
			if !mentioned[source] {
				return
			}
			used[source] = true
			// What another file names has the format that its settings have.
			if _, known := formats[source]; !known {
				formats[source] = format
			}
		})
	}
	var all []facts.Directive
	for source := range used {
		all = append(all, directive.Find(source, formats[source])...)
	}
	slices.SortFunc(all, func(a, b facts.Directive) int {
		return cmp.Or(cmp.Compare(a.Origin.Source.Name, b.Origin.Source.Name), cmp.Compare(a.Origin.Span.Start, b.Origin.Span.Start))
	})
	return all
}

// mention notes the format of a file that has a directive.
func (l *loader) mention(source *facts.Source, format facts.Format) {
	if l.formats == nil {
		l.formats = map[*facts.Source]facts.Format{}
	}
	l.formats[source] = format
}
