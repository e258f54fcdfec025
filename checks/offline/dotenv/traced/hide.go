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
		setting.Origin.Hide(0, len(setting.Text))
	case setting.Known() && strings.ContainsAny(setting.Text, "=@"):
		for _, span := range facts.SecretsInURL(setting.Text) {
			setting.Origin.Hide(span.Start, span.End)
		}
	}
}
