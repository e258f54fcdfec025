package compose

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/edit"
	"github.com/bbdoctor/bbdoctor/checks/offline/yamltext"
)

// Insert gives the insertion of a variable into the mapping or list in which another one is named. ok is false where there
// is no clean place.
func Insert(sibling facts.Setting, name, value string, parsed *edit.Parsed) (insertion edit.Insertion, ok bool) {
	file := yamltext.Of(parsed, sibling.Origin.Source)
	at := sibling.Origin.KeySpan.Start
	entries := file.Entries(at)
	if len(entries) == 0 {
		return insertion, false
	}
	entry := entries[0]
	first := entry.First()
	if span := file.Span(first); first.Kind != yaml.ScalarNode || at != span.Start {
		return insertion, false // a value, not a name
	}
	var line string
	if entry.Mapping() {
		line, ok = pair(first, entry.Last(), name, value)
	} else {
		style := quotes(first.Style)
		if entry.Flow() && strings.ContainsAny(value, ",[]{}") {
			style = facts.DoubleQuoted
		}
		line, ok = quoted(style, name+"="+value)
	}
	if !ok {
		return insertion, false
	}
	return file.Insert(entry, line)
}

// pair writes NAME: "value" with the quotes that the sibling has. The value always has some: without, "no" is no text to
// every reader of YAML.
func pair(key, sibling *yaml.Node, name, value string) (string, bool) {
	style := quotes(sibling.Style)
	if style == facts.Plain {
		style = facts.DoubleQuoted
	}
	written, ok := quoted(style, value)
	if !ok {
		return "", false
	}
	name, ok = quoted(quotes(key.Style), name)
	return name + ": " + written, ok
}

func quotes(style yaml.Style) facts.Style {
	switch {
	case style&yaml.SingleQuotedStyle != 0:
		return facts.SingleQuoted
	case style&yaml.DoubleQuotedStyle != 0:
		return facts.DoubleQuoted
	}
	return facts.Plain
}

func quoted(style facts.Style, text string) (string, bool) {
	written, ok := Encode(style, text)
	return style.String() + written + style.String(), ok
}
