package pgpoolconf

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/edit"
)

// Encode writes text so that it can be put in the place of a value. ok is false for what is no plain word: words such as on
// and off need no quotes, and inside quotes nothing can be escaped.
func Encode(_ facts.Style, text string) (encoded string, ok bool) {
	return text, strings.Trim(text, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// Insert gives the insertion of a line "name = value" behind that of another parameter. ok is false when the value is no
// plain word, and behind a name without a value, which would take the new line for it.
func Insert(sibling facts.Setting, name, value string, _ *edit.Parsed) (insertion edit.Insertion, ok bool) {
	written, ok := Encode(facts.Plain, value)
	runs := sibling.Origin.Runs
	if !ok || value == "" || runs != nil && len(runs) == 0 {
		return insertion, false
	}
	return edit.LinesBehind(sibling.Origin.Source.Text, sibling.Origin.Span.End, name+" = "+written)
}
