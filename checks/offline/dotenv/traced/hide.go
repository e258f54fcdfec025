package traced

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// Hide marks in the sources what must not be shown of a value: all of a password, wherever it was written, or the
// password inside a URL.
func Hide(setting facts.Setting) {
	switch {
	case setting.Origin.Source == nil:
	case facts.SensitiveName(setting.Origin.Key):
		hide(setting.Origin, 0, len(setting.Text))
	case setting.Known() && strings.ContainsAny(setting.Text, "=@"):
		for _, span := range facts.SecretsInURL(setting.Text) {
			hide(setting.Origin, span.Start, span.End)
		}
	}
}

func hide(origin facts.Origin, start, end int) {
	places, ok := origin.Places(start, end)
	if !ok {
		origin.Source.Hide(origin.Span)
	}
	for _, place := range places {
		place.Source.Hide(place.Span)
	}
}
