package compose

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/yamltext"
)

// Encode writes text so that it can be put inside a value of a compose file at a place that a run of it gives. ok is
// false when the style cannot express it, and for a closing brace, because the place may be inside a ${NAME:-...}.
func Encode(style facts.Style, text string) (encoded string, ok bool) {
	if strings.IndexByte(text, '}') >= 0 {
		return "", false
	}
	return yamltext.Encode(style, strings.ReplaceAll(text, "$", "$$"))
}
