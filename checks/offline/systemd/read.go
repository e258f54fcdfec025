package systemd

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dockerrun"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv/traced"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
)

// What one unit may make the reader do.
const (
	maxProblems  = 20
	maxVariables = 20_000
	maxFiles     = 100 // of EnvironmentFile=
)

// Read reads a unit, or a quadlet, together with its drop-ins: the unit's own file first, then the drop-ins in any order.
// unit is the path of the unit, which need not be among the sources. It gives the containers that the unit starts and, for
// a unit that starts none, its environment as a container without an image.
func Read(unit string, sources []*facts.Source, context input.Context) ([]*facts.Container, []facts.Problem) {
	context.Files = rooted{context}
	r := &reader{context: context, unit: newUnitName(unit), quadlet: strings.HasSuffix(unit, ".container"), limits: dockerrun.NewLimits()}
	entries := r.entries(sources)
	if len(sources) == 0 {
		return nil, nil
	}
	r.main = sources[0]
	if r.quadlet {
		return r.container(entries), r.problems
	}
	return r.service(entries), r.problems
}

type reader struct {
	context  input.Context
	unit     *unitName
	quadlet  bool
	main     *facts.Source
	problems []facts.Problem
	limits   *dockerrun.Limits
}

func (r *reader) problem(at facts.Origin, format string, args ...any) {
	r.tell(at, false, format, args...)
}

// note tells what the user should know but what left nothing unread.
func (r *reader) note(at facts.Origin, format string, args ...any) { r.tell(at, true, format, args...) }

func (r *reader) tell(at facts.Origin, note bool, format string, args ...any) {
	if len(r.problems) < maxProblems {
		r.problems = append(r.problems, facts.Problem{File: at.Source.Name, Origin: at, Message: facts.RedactText(fmt.Sprintf(format, args...)), Note: note})
	}
}

func (e *entry) origin() facts.Origin {
	return facts.Origin{Source: e.source, Span: e.span(), Key: e.key, KeySpan: e.keySpan, Format: facts.Systemd, Runs: []facts.Run{}}
}

// words gives the words of a value, as far as systemd reads them.
func (r *reader) words(e entry) []word {
	var words []word
	s := splitter{entry: &e, unit: r.unit}
	for {
		w, ok, err := s.word()
		if err != nil {
			r.problem(e.origin(), "systemd ignores what is left of %s=, because %v", e.key, err)
		}
		if !ok {
			return words
		}
		if w.refused {
			at := e.origin()
			at.Span = w.span
			r.problem(at, "systemd ignores %s, because %v", shown(w.Prefix()), errSpecifier)
			continue
		}
		words = append(words, w)
	}
}

// service reads a unit of systemd.
func (r *reader) service(entries []entry) []*facts.Container {
	environment := r.environment(entries, sectionService)
	containers, runs := r.commands(entries, environment)
	if runs || len(environment) == 0 {
		return containers
	}
	at := facts.Origin{Source: r.main, Format: facts.Systemd, Runs: []facts.Run{}}
	for _, e := range entries {
		if e.section == sectionService {
			at = facts.Origin{Source: e.source, Span: e.keySpan, Key: e.key, KeySpan: e.keySpan, Format: facts.Systemd, Runs: []facts.Run{}}
			break
		}
	}
	name := strings.TrimSuffix(r.unit.full, path.Ext(r.unit.full))
	return append(containers, &facts.Container{Name: name, Format: facts.Systemd, Origin: at, Environment: environment, Replicas: 1})
}

// environment gives the variables of a unit in the order of rising strength: those of Environment=, then those of the files
// of EnvironmentFile=, without those of UnsetEnvironment=.
func (r *reader) environment(entries []entry, section string) []facts.Assignment {
	var all []facts.Assignment
	for _, e := range list(entries, section, "Environment") {
		for _, w := range r.words(e) {
			if assignment, ok := r.assignment(e, w); ok && len(all) < maxVariables {
				all = append(all, assignment)
			}
		}
	}
	for i, e := range list(entries, section, "EnvironmentFile") {
		if i == maxFiles {
			r.problem(e.origin(), "there are more than %d files of EnvironmentFile=; the rest is not read", maxFiles)
			break
		}
		all = append(all, r.environmentFile(e)...)
	}
	for _, e := range list(entries, section, "UnsetEnvironment") {
		for _, w := range r.words(e) {
			all = unset(all, string(w.Bytes))
		}
	}
	return all
}

// unset takes a variable away: by its name, or only if it has that value.
func unset(all []facts.Assignment, text string) []facts.Assignment {
	name, value, exact := strings.Cut(text, "=")
	var kept []facts.Assignment
	for _, assignment := range all {
		if assignment.Name != name || exact && assignment.Value.Text != value {
			kept = append(kept, assignment)
		}
	}
	return kept
}

// assignment makes a variable of a word of Environment=. systemd ignores what is none.
func (r *reader) assignment(e entry, w word) (facts.Assignment, bool) {
	prefix := w.Prefix()
	name, _, ok := strings.Cut(prefix, "=")
	at := e.origin()
	at.Span = w.span
	switch {
	case !ok && !w.Known():
		r.note(at, "which variable is set is not known: %s", w.Why)
		return facts.UnknownVariables("the name of a variable is not known: "+w.Why, at), true
	case !ok || !validName(name):
		r.problem(at, "systemd ignores %s, because it is no assignment; write NAME=value, the whole in quotes when the value has blanks", shown(prefix))
		return facts.Assignment{}, false
	}
	setting := valueOf(e.source, w.Text, w.span, len(name)+1)
	setting.Key, setting.Origin.Key = facts.Key(name), name
	setting.Origin.KeySpan = part(w.Text, w.span, 0, len(name))
	traced.Hide(setting)
	return facts.Assignment{Name: name, Value: setting}, true
}

// valueOf makes a setting of a word's text from an offset on.
func valueOf(source *facts.Source, text traced.Text, span facts.Span, from int) facts.Setting {
	at := facts.Origin{Source: source, Format: facts.Systemd}
	if from < len(text.Bytes) {
		at.Span = part(text, span, from, len(text.Bytes))
	} else {
		at.Span = part(text, span, from-1, from)
		at.Span.Start = at.Span.End
		at.Style = lastStyle(text)
	}
	tail := text.Tail(from)
	return tail.Setting(at, string(text.Bytes[from:]))
}

func lastStyle(text traced.Text) facts.Style {
	if n := len(text.Runs); n > 0 {
		return text.Runs[n-1].Style
	}
	return facts.Plain
}

// part is where bytes [start, end) of a text stand; the whole word when that is not known.
func part(text traced.Text, whole facts.Span, start, end int) facts.Span {
	slice := text.Slice(start, end)
	if slice.Lost || len(slice.Runs) == 0 {
		return whole
	}
	first, last := slice.Runs[0], slice.Runs[len(slice.Runs)-1]
	if last.Raw+last.RawN < first.Raw {
		return whole
	}
	return facts.Span{Start: first.Raw, End: last.Raw + last.RawN}
}

func validName(name string) bool {
	for i := range len(name) {
		c := name[i]
		if !(c == '_' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || i > 0 && c >= '0' && c <= '9') {
			return false
		}
	}
	return name != ""
}

// shown is a word in a message: its beginning, without what may be a secret.
func shown(text string) string {
	name, _, _ := strings.Cut(text, "=")
	if len(name) > 40 {
		name = strings.ToValidUTF8(name[:40], "") + "..."
	}
	return name
}

func reason(err error) string {
	for _, known := range []error{input.ErrOutside, input.ErrMissing, input.ErrTooLarge, input.ErrNotRegular, input.ErrUnreadable} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return "cannot be opened"
}
