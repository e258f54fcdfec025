package systemd

import (
	"bytes"
	"slices"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/edit"
)

// Insert gives the insertion of a variable beside another one of a unit or a quadlet: a line Environment= behind that of
// the other, or, where the other is an option of a command line, an option behind it. ok is false where there is no clean
// place.
func Insert(sibling facts.Setting, name, value string, _ *edit.Parsed) (insertion edit.Insertion, ok bool) {
	source, at := sibling.Origin.Source, sibling.Origin.KeySpan.Start
	e, ok := entryAt(source, at)
	switch {
	case !ok:
		return insertion, false
	case e.key == "Environment":
		return environmentLine(e, name, value)
	}
	return optionBehind(e, at, name, value)
}

// Declare gives the insertion of a variable into a quadlet, behind the line that a container's origin points at. ok is
// false for a unit of systemd: what a command line starts has not the unit's variables.
func Declare(container *facts.Container, name, value string) (insertion edit.Insertion, ok bool) {
	e, ok := entryAt(container.Origin.Source, container.Origin.Span.Start)
	if !ok || e.section != sectionContainer {
		return insertion, false
	}
	return environmentLine(e, name, value)
}

// InsertEnvironment gives the insertion of a line NAME=value behind that of another variable in a file of
// EnvironmentFile=. ok is false when the value cannot be written on one line.
func InsertEnvironment(sibling facts.Setting, name, value string, _ *edit.Parsed) (insertion edit.Insertion, ok bool) {
	for _, style := range []facts.Style{facts.Plain, facts.DoubleQuoted, facts.SingleQuoted} {
		if written, ok := Encode(facts.SystemdEnv, style, value); ok {
			line := name + "=" + style.String() + written + style.String()
			return edit.LinesBehind(sibling.Origin.Source.Text, sibling.Origin.Span.End, line)
		}
	}
	return insertion, false
}

// entryAt finds the entry that has an offset in its value.
func entryAt(source *facts.Source, at int) (entry, bool) {
	entries, _ := scan(source, dialectOf(source))
	i := slices.IndexFunc(entries, func(e entry) bool { span := e.span(); return span.Start <= at && at < span.End })
	if i < 0 {
		return entry{}, false
	}
	return entries[i], true
}

func dialectOf(source *facts.Source) dialect {
	unit, _, ok := Name(source.Name)
	if strings.HasSuffix(unit, ".container") || !ok && bytes.Contains(source.Text, []byte("["+sectionContainer+"]")) {
		return ofPodman
	}
	return ofSystemd
}

func environmentLine(e entry, name, value string) (insertion edit.Insertion, ok bool) {
	word, ok := assignmentWord(name, value)
	if !ok {
		return insertion, false
	}
	return edit.LinesBehind(e.source.Text, e.line, "Environment="+word)
}

// assignmentWord writes NAME=value as one word.
func assignmentWord(name, value string) (string, bool) {
	for _, style := range []facts.Style{facts.Plain, facts.DoubleQuoted} {
		if written, ok := Encode(facts.Systemd, style, name+"="+value); ok {
			return style.String() + written + style.String(), true
		}
	}
	return "", false
}

// optionBehind gives the insertion of an option behind the one of a command line that names a variable at an offset, laid out
// like it.
func optionBehind(e entry, at int, name, value string) (insertion edit.Insertion, ok bool) {
	assigned, ok := assignmentWord(name, value)
	if !ok {
		return insertion, false
	}
	s := splitter{entry: &e, unit: newUnitName("unit.service"), relaxed: true}
	var words []word
	for len(words) == 0 || words[len(words)-1].span.End <= at {
		w, more, err := s.word()
		if err != nil || !more {
			return insertion, false
		}
		words = append(words, w)
	}
	last := len(words) - 1
	first, end := last, words[last].span.End
	written := strings.NewReplacer(`"`, "", "'", "").Replace(string(e.source.Text[words[last].span.Start:at]))
	if written == "" && last > 0 {
		first--
		written = string(words[first].Bytes) + " "
	}
	switch strings.TrimSuffix(written, " ") {
	case "-e", "--env", "--env=", "-e=":
	default:
		return insertion, false
	}
	between := " "
	if first > 0 {
		if text := string(e.source.Text[words[first-1].span.End:words[first].span.Start]); strings.Trim(text, " \t\\\r\n") == "" {
			between = text
		}
	}
	return edit.Insertion{At: end, Text: between + written + assigned, Scope: e.span()}, true
}
