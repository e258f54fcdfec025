package offline

import (
	"errors"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/properties"
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
	ErrQuoting     = errors.New("the new text cannot be written in the quoting that the value has there")
)

// Replace gives the edits that put text in the place of bytes [start, end) of a setting's value and change nothing else.
// The text takes the place of the first piece of the range.
func Replace(setting facts.Setting, start, end int, text string) ([]Edit, error) {
	origin := setting.Origin
	switch {
	case origin.Source == nil:
		return nil, ErrNoFile
	case origin.Source.Path == "":
		return nil, ErrStdin
	case origin.Format == facts.Properties:
		return replaceProperty(setting, start, end, text)
	}
	places, ok := origin.Places(start, end)
	if !ok || len(places) == 0 {
		return nil, ErrUntraceable
	}
	edits := make([]Edit, 0, len(places))
	for i, place := range places {
		written := ""
		if i == 0 && text != "" {
			if written, ok = encode(origin.Format, place, text); !ok {
				return nil, ErrQuoting
			}
		}
		edits = append(edits, Edit{place.Source, place.Span, written})
	}
	return edits, nil
}

// replaceProperty leaves it to the properties writer, which knows what a blank or a separator at the edge of an edit would
// turn into.
func replaceProperty(setting facts.Setting, start, end int, text string) ([]Edit, error) {
	replaced, err := properties.Replace(setting, start, end, text)
	if err != nil {
		return nil, ErrUntraceable
	}
	edits := make([]Edit, len(replaced))
	for i, edit := range replaced {
		edits[i] = Edit{setting.Origin.Source, edit.Span, edit.Text}
	}
	return edits, nil
}
