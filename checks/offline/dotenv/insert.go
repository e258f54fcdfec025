package dotenv

import (
	"bytes"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/edit"
)

// Insert gives the insertion of a line NAME=value behind that of another variable. ok is false when the value cannot be
// written on one line.
func Insert(sibling facts.Setting, name, value string, _ *edit.Parsed) (insertion edit.Insertion, ok bool) {
	origin := sibling.Origin
	text := origin.Source.Text
	line := name + "="
	start := bytes.LastIndexByte(text[:origin.KeySpan.Start], '\n') + 1
	if before := string(text[start:origin.KeySpan.Start]); before == "export " && origin.Format == facts.ComposeEnv {
		line = before + line
	}
	for _, style := range []facts.Style{facts.Plain, facts.DoubleQuoted, facts.SingleQuoted} {
		if written, ok := Encode(origin.Format, style, value); ok {
			return edit.LinesBehind(text, origin.Span.End, line+style.String()+written+style.String())
		}
	}
	return insertion, false
}
