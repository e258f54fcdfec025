package helm

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/yamltext"
)

// Encode writes text so that it can be put inside a value of a values file at a place that a run of it gives. ok is false
// when the style cannot express it, and for what a template would read as its own.
func Encode(style facts.Style, text string) (encoded string, ok bool) {
	if style == facts.YesNo {
		switch strings.ToLower(text) {
		case "yes", "on", "true":
			return "true", true
		case "no", "off", "false":
			return "false", true
		}
		return "", false
	}
	if strings.Contains(text, "{{") {
		return "", false
	}
	return yamltext.Encode(style, text)
}
