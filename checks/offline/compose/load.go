package compose

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
	"github.com/bbdoctor/bbdoctor/checks/offline/yamltext"
)

// load reads the files of one project, or of one include, and merges them.
func (r *reader) load(sources []*facts.Source, scope *scope) *services {
	scope.sources = sources
	merged := newServices()
	for _, source := range sources {
		file := r.parse(source)
		if file == nil {
			continue
		}
		for _, root := range file.Documents {
			if !isCompose(file, root) {
				continue
			}
			d := &document{reader: r, file: file, scope: scope, base: scope.base}
			declared := d.services(root)
			d.include(root, declared)
			merged.reset(d.resets)
			declared.resets = d.resets
			for _, service := range declared.list {
				r.extend(declared, service, 0)
			}
			for _, service := range declared.list {
				merged.merge(r, service)
			}
			maps.Copy(merged.files, declared.files)
		}
	}
	return merged
}

// isCompose says whether a document is a compose file: it has services, each a mapping with things in it, or includes
// files that have. Other tools have lists of that name, or strings.
func isCompose(file *yamltext.File, root *yaml.Node) bool {
	root, _ = yamltext.Follow(root, nil)
	if root == nil || root.Kind != yaml.MappingNode {
		return false
	}
	fields, _ := file.Fields(root)
	for _, field := range fields {
		switch field.Key.Value {
		case "services":
			if field.Value.Kind == yaml.MappingNode || field.Value.Tag == tagReset {
				return true
			}
		case "include":
			if field.Value.Kind == yaml.SequenceNode {
				return true
			}
		}
	}
	return false
}

// unreadable tells of a file that is no YAML. A template of something else is passed over: its name says nothing of
// compose, nor does any line of it.
func (r *reader) unreadable(source *facts.Source, err error) {
	text := source.Text
	base := strings.ToLower(path.Base(source.Name))
	ours := strings.Contains(base, "compose") || bytes.HasPrefix(text, []byte("services:")) || bytes.Contains(text, []byte("\nservices:")) || bytes.Contains(text, []byte("\rservices:"))
	if !ours {
		return
	}
	at := facts.Origin{Source: source, Format: facts.Compose}
	var syntax *yamltext.Error
	message := "it is no YAML: " + facts.RedactText(err.Error())
	if errors.As(err, &syntax) {
		if syntax.Line > 0 {
			at.Span = source.Line(syntax.Line)
		}
		message = "it is no YAML: " + syntax.Error()
	}
	switch {
	case templateOfLines(text):
		r.note(at, "it is a template and passed over; have bbdoctor read what the template makes")
	case templated(string(text)):
		r.problem(at, message+"; if it is a template, have bbdoctor read what the template makes")
	default:
		r.problem(at, message+"; correct it")
	}
}

// templateOfLines says whether a line begins with a placeholder or a statement of a template, as no YAML does that is
// meant as such.
func templateOfLines(text []byte) bool {
	for len(text) > 0 {
		line := text
		if end := bytes.IndexAny(text, "\r\n"); end >= 0 {
			line, text = text[:end], text[end+1:]
		} else {
			text = nil
		}
		if line = bytes.TrimLeft(line, " \t"); bytes.HasPrefix(line, []byte("{{")) || bytes.HasPrefix(line, []byte("{%")) {
			return true
		}
	}
	return false
}

// open opens a file that a compose file names at a place. The user is told when that fails; what says what is then not
// known.
func (d *document) open(at facts.Origin, name, what string) *facts.Source {
	source, err := d.context.Open(d.base, name)
	if err == nil {
		return source
	}
	d.problem(at, fmt.Sprintf("%s cannot be read (%s), so %s is not known; %s", input.Shown(name), reason(err), what, advice(err)))
	return nil
}

func reason(err error) string {
	for _, known := range []error{input.ErrOutside, input.ErrMissing, input.ErrTooLarge, input.ErrNotRegular, input.ErrUnreadable} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return "cannot be opened"
}

// advice says what to do about a file that cannot be opened.
func advice(err error) string {
	switch {
	case errors.Is(err, input.ErrOutside):
		return "name the directory that holds it on the command line too"
	case errors.Is(err, input.ErrMissing):
		return "put it there, or have bbdoctor read it where it is"
	}
	return "make it a file that can be read"
}
