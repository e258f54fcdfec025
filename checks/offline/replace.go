package offline

import (
	"bytes"
	"errors"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/edit"
	"github.com/bbdoctor/bbdoctor/checks/offline/helm"
	"github.com/bbdoctor/bbdoctor/checks/offline/kubernetes"
	"github.com/bbdoctor/bbdoctor/checks/offline/systemd"
	"github.com/bbdoctor/bbdoctor/checks/offline/yamltext"
)

// Edit replaces bytes of a file.
type Edit struct {
	Source *facts.Source
	Span   facts.Span
	Text   string
}

// The reasons why a value cannot be rewritten where it stands.
var (
	ErrNoFile      = errors.New("no file among the inputs writes the value")
	ErrStdin       = errors.New("standard input cannot be rewritten")
	ErrUntraceable = errors.New("the value is put together from pieces that cannot be traced")
	ErrReadOnly    = errors.New("the value stands in a file of a kind that is only read")
	ErrRecorded    = errors.New("it is what docker tells of a container that exists; change what starts the container")
	ErrPrinted     = errors.New("it is what kubectl prints of an object that the cluster has, not a file to fix; change the manifest or the chart that made it")
	ErrNoPlace     = errors.New("there is no clean place for it beside the other settings")
	ErrQuoting     = errors.New("the new text cannot be written in the quoting that the value has there")
)

// Replace gives the edits that put text in the place of bytes [start, end) of a setting's value and change nothing else.
// The text takes the place of the first piece of the range. Each piece is written as the file demands in which it stands,
// which for one that came through a variable need not be the file that sets the value.
func Replace(setting facts.Setting, start, end int, text string) ([]Edit, error) {
	origin := setting.Origin
	if origin.Source == nil {
		return nil, ErrNoFile
	}
	if whole := writers[origin.Format].replace; whole != nil && origin.Within == 0 && origin.Source.Path != "" {
		replaced, err := whole(setting, start, end, text)
		if err != nil {
			return nil, ErrUntraceable
		}
		edits := make([]Edit, len(replaced))
		for i, edit := range replaced {
			edits[i] = Edit{origin.Source, edit.Span, edit.Text}
		}
		return edits, nil
	}
	places, ok := origin.Places(start, end)
	if !ok || len(places) == 0 {
		return nil, ErrUntraceable
	}
	edits := make([]Edit, 0, len(places))
	for i, place := range places {
		encode := writers[place.Format].encode
		if origin.Within != 0 && place.Format == origin.Format {
			before := string(place.Source.Text[place.Span.Start:place.Span.End])
			if end <= len(setting.Text) && before == setting.Text[start:end] {
				before = ""
			}
			encode = within(origin, start == 0, before)
		}
		switch {
		case place.Format == facts.DockerInspect:
			return nil, ErrRecorded
		case printed(place.Source, place.Format):
			return nil, ErrPrinted
		case place.Source.Path == "":
			return nil, ErrStdin
		case encode == nil:
			return nil, ErrReadOnly
		}
		written := ""
		if i == 0 && text != "" {
			if written, ok = encode(place.Style, text); !ok {
				return nil, ErrQuoting
			}
		}
		if parts, ok := inBlock(place, origin, written); ok {
			edits = append(edits, parts...)
			continue
		}
		edits = append(edits, Edit{place.Source, place.Span, written})
	}
	return edits, nil
}

// inBlock replaces what begins or ends with line breaks of a block scalar of YAML. Empty lines at its beginning go, with the
// indentation of the first line left as it is. The breaks at its end stay in the file, and the scalar's header says that they
// are no part of the value. ok is false for anything else.
func inBlock(place facts.Place, origin facts.Origin, written string) (edits []Edit, ok bool) {
	text, at, content := place.Source.Text, place.Span, origin.Span.Start
	if place.Style != facts.Literal && place.Style != facts.Folded || place.Source != origin.Source || origin.Within != 0 {
		return nil, false
	}
	if at.Start < content && content < at.End {
		edits = append(edits, Edit{place.Source, facts.Span{Start: at.Start, End: bytes.LastIndexByte(text[:content], '\n') + 1}, ""})
		at.Start = content
	}
	if end := at.Start + len(bytes.TrimRight(text[at.Start:at.End], "\r\n")); end < at.End && at.End >= origin.Span.End {
		header, indicator, ok := yamltext.Strip(text, content)
		if !ok {
			return nil, false
		}
		at.End = end
		edits = append(edits, Edit{place.Source, header, indicator})
	}
	return append(edits, Edit{place.Source, at, written}), true
}

// Insert gives the edit that writes a setting that is not there yet into the surroundings of a sibling: another line of the
// env file, another entry of the mapping, another option of the command. scope is the part of the file to which it then
// belongs: who takes a setting that is named there takes the new one too. parsed keeps the file for the next call.
func Insert(sibling facts.Setting, name, value string, parsed *edit.Parsed) (at Edit, scope facts.Span, err error) {
	origin := sibling.Origin
	if err := insertable(origin); err != nil {
		return at, scope, err
	}
	switch insert := writers[origin.Format].insert; {
	case insert == nil || origin.KeySpan.Len() == 0:
	default:
		if insertion, ok := insert(sibling, name, value, parsed); ok {
			return Edit{origin.Source, facts.Span{Start: insertion.At, End: insertion.At}, insertion.Text}, insertion.Scope, nil
		}
	}
	return at, scope, ErrNoPlace
}

// Declare gives the places where a container is given a setting that is not there yet, though nothing else may be written
// there: the env of a container, the value of a chart. The best is first. scope is as [Insert] says; it is empty for the
// value of a chart, which only the chart's other releases take.
func Declare(container *facts.Container, name, value string, parsed *edit.Parsed) (places []Declared, err error) {
	origin := container.Origin
	if err := insertable(origin); err != nil {
		return nil, err
	}
	add := func(insertion edit.Insertion, ok bool) {
		if ok {
			at := Edit{origin.Source, facts.Span{Start: insertion.At, End: insertion.At}, insertion.Text}
			places = append(places, Declared{at, insertion.Scope})
		}
	}
	switch {
	case container.Chart != nil:
		for _, place := range helm.Declare(container, name, value, parsed) {
			if at, ok := outside(place.Source, place.Insertion); ok {
				places = append(places, Declared{At: at})
			}
		}
	case origin.Format == facts.Kubernetes && origin.Within == 0:
		add(kubernetes.Declare(container, name, value, parsed))
	case origin.Format == facts.Systemd:
		add(systemd.Declare(container, name, value))
	}
	if places == nil {
		return nil, ErrNoPlace
	}
	return places, nil
}

// outside gives an insertion into a source as an edit of the file: of the source itself, or of the one in which it stands as a
// literal block of YAML. ok is false where it stands otherwise.
func outside(source *facts.Source, insertion edit.Insertion) (at Edit, ok bool) {
	within := source.Within
	if within == nil {
		return Edit{source, facts.Span{Start: insertion.At, End: insertion.At}, insertion.Text}, true
	}
	if within.Style != facts.Literal || insertion.At == 0 {
		return at, false
	}
	behind, ok := within.Places(insertion.At-1, insertion.At)
	if !ok || len(behind) != 1 {
		return at, false
	}
	text, start, end := within.Source.Text, within.Span.Start, behind[0].Span.End
	eol, indent := "\n", strings.Repeat(" ", start-bytes.LastIndexByte(text[:start], '\n')-1)
	lines := strings.Split(strings.TrimSuffix(insertion.Text, "\n"), "\n")
	for i := range lines {
		if lines[i] != "" {
			lines[i] = indent + lines[i]
		}
	}
	switch {
	case source.Text[insertion.At-1] == '\n': // what stands for the break has the indentation of the next line too
		end = behind[0].Span.Start + bytes.IndexByte(text[behind[0].Span.Start:], '\n') + 1
		if end > 1 && text[end-2] == '\r' {
			eol = "\r\n"
		}
		return Edit{within.Source, facts.Span{Start: end, End: end}, strings.Join(lines, eol) + eol}, true
	case len(lines) == 1:
		return Edit{within.Source, facts.Span{Start: end, End: end}, insertion.Text}, true
	}
	if rest := text[end:]; bytes.HasPrefix(rest, []byte("\r\n")) {
		eol = "\r\n"
	}
	return Edit{within.Source, facts.Span{Start: end, End: end}, strings.Join(lines, eol)}, true // behind the last line, whose break is no part of the text
}

// Declared is a place for a new setting.
type Declared struct {
	At    Edit
	Scope facts.Span
}

// insertable says why nothing can be added to what stands in a place.
func insertable(origin facts.Origin) error {
	switch {
	case origin.Source == nil:
		return ErrNoFile
	case origin.Format == facts.DockerInspect:
		return ErrRecorded
	case printed(origin.Source, origin.Format):
		return ErrPrinted
	case origin.Source.Path == "":
		return ErrStdin
	}
	return nil
}

// printed says whether a file is what kubectl prints, be it with values of a chart in it.
func printed(source *facts.Source, format facts.Format) bool {
	return (format == facts.Kubernetes || format == facts.Helm) && kubernetes.Printed(source.Text)
}
