package kubernetes

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/yamltext"
)

// Encode writes text so that it can be put inside a value of a manifest at a place that a run of it gives. ok is false
// when the style cannot express it, and for what Kubernetes would take for a variable.
func Encode(style facts.Style, text string) (encoded string, ok bool) {
	if strings.Contains(text, "$(") || strings.Contains(text, "$$") || strings.HasSuffix(text, "$") {
		return "", false
	}
	return yamltext.Encode(style, text)
}

// EncodeWithin writes text of a file that stands inside a value of a manifest. It was encoded in that file's own format.
// A line break would need the indentation that the value has there.
func EncodeWithin(style facts.Style, text string) (encoded string, ok bool) {
	if strings.ContainsAny(text, "\r\n") {
		return "", false
	}
	return yamltext.Encode(style, text)
}
