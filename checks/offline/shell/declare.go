package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dockerrun"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv/traced"
)

// attributes are what export, declare, local and the like give to variables.
type attributes struct {
	export, unexport, readOnly, local bool
	array                             bool
	changes                           bool // the value itself: declare -i, -l, -u, -n
	prints                            bool
}

// attributesOf gives the attributes that a builtin gives by itself.
func (e *evaluator) attributesOf(builtin string) (a attributes) {
	switch builtin {
	case "export":
		a.export = true
	case "readonly":
		a.readOnly = true
	case "local":
		a.local = true
	case "declare", "typeset":
		a.local = e.calls > 0
	case "nameref":
		a.changes = true
	}
	return a
}

// declareWords takes arguments that were expanded already.
func (e *evaluator) declareWords(builtin string, words []dockerrun.Word) {
	a := e.attributesOf(builtin)
	for _, word := range words {
		if text := word.Prefix(); strings.HasPrefix(text, "-") || strings.HasPrefix(text, "+") {
			a.option(builtin, text)
		} else {
			e.declareWord(word, a)
		}
	}
}

// declare walks through export, readonly, local, declare and typeset.
func (e *evaluator) declare(c *syntax.DeclClause) {
	a := e.attributesOf(c.Variant.Value)
	for _, argument := range c.Args {
		if e.stopped {
			return
		}
		if argument.Name != nil {
			e.declareOne(argument, a)
			continue
		}
		if argument.Value == nil {
			continue
		}
		for _, word := range e.words(argument.Value) {
			if text := word.Prefix(); strings.HasPrefix(text, "-") || strings.HasPrefix(text, "+") {
				a.option(c.Variant.Value, text)
			} else {
				e.declareWord(word, a)
			}
		}
	}
}

// option takes an option such as -x, +x or -rx.
func (a *attributes) option(builtin, text string) {
	on := text[0] == '-'
	for _, letter := range text[1:] {
		switch letter {
		case 'x':
			a.export, a.unexport = on, !on
		case 'n':
			if builtin == "export" {
				a.export, a.unexport = false, true
			} else {
				a.changes = true
			}
		case 'r':
			a.readOnly = on
		case 'g':
			a.local = false
		case 'a', 'A':
			a.array = true
		case 'i', 'l', 'u', 'c':
			a.changes = on
		case 'p', 'f', 'F':
			a.prints = true
		}
	}
}

// declareOne takes NAME or NAME=value.
func (e *evaluator) declareOne(argument *syntax.Assign, a attributes) {
	name := argument.Name.Value
	if a.prints {
		return
	}
	if a.local {
		e.makeLocal(name, argument.Naked)
	}
	if !argument.Naked {
		switch {
		case a.changes:
			e.forget(name, "it is declared so that its value changes when it is set")
		case argument.Value != nil && e.file.shell == posix && argument.Index == nil:
			e.assignUnsplit(argument)
		default:
			e.assignment(argument, true)
		}
	} else if a.changes {
		e.forget(name, "it is declared so that its value changes when it is set")
	}
	e.mark(name, a)
}

// assignUnsplit takes the value of "export NAME=value" in sh: some split it into words, bash does not.
func (e *evaluator) assignUnsplit(argument *syntax.Assign) {
	words := e.words(argument.Value)
	e.assignment(argument, true)
	v := e.variables[argument.Name.Value]
	if v.value.State == facts.Set && (len(words) != 1 && v.value.Text != "" || len(words) == 1 && words[0].Known() && string(words[0].Bytes) != v.value.Text) {
		e.forget(argument.Name.Value, "whether sh splits its value into words depends on the system")
	}
}

// declareWord takes an argument that is a word of its own, as in export "NAME=value".
func (e *evaluator) declareWord(word dockerrun.Word, a attributes) {
	name, _, assigned := strings.Cut(word.Prefix(), "=")
	if a.prints || !syntax.ValidName(name) || !assigned && !word.Known() {
		return
	}
	if a.local {
		e.makeLocal(name, !assigned)
	}
	if assigned {
		value := word.Tail(len(name) + 1)
		span := word.Span
		if len(value.Runs) > 0 && !value.Lost {
			first, last := value.Runs[0], value.Runs[len(value.Runs)-1]
			if first.In == e.file.source && last.In == e.file.source && first.Raw >= span.Start && last.Raw+last.RawN <= span.End && first.Raw <= last.Raw {
				span = facts.Span{Start: first.Raw, End: last.Raw + last.RawN}
			}
		}
		origin := facts.Origin{Source: e.file.source, Span: span, Key: name, KeySpan: word.Span, Format: facts.Shell}
		e.assign(name, value.Setting(origin, e.file.text[span.Start:span.End]))
	}
	e.mark(name, a)
}

// mark gives a variable attributes.
func (e *evaluator) mark(name string, a attributes) {
	if !a.export && !a.unexport && !a.readOnly {
		return
	}
	v := variable{marked: true}
	if old := e.variables[name]; old != nil {
		v = *old
	} else if given, ok := e.context.Variable(name); ok {
		v = variable{value: given, exported: yes}
	}
	if a.export {
		v.exported = yes
	}
	if a.unexport {
		v.exported = no
	}
	v.readOnly = v.readOnly || a.readOnly
	e.set(name, &v)
}

// makeLocal makes a variable local to the function that is being called.
func (e *evaluator) makeLocal(name string, naked bool) {
	if e.calls == 0 {
		return
	}
	own, ok := e.locals[name]
	switch {
	case !ok:
		own.outer = e.variables[name]
		if naked {
			e.set(name, &variable{unset: true})
		}
	case own.perhaps && naked:
		e.forget(name, "whether it was made local before depends on a branch")
	}
	own.perhaps = false
	e.locals[name] = own
}

// assignment does NAME=value, NAME+=value and NAME=(words).
func (e *evaluator) assignment(a *syntax.Assign, declared bool) {
	name := a.Name.Value
	switch {
	case a.Index != nil:
		e.forget(name, "an element of it is set")
	case a.Array != nil:
		e.assignArray(a)
	default:
		old := e.variables[name]
		if a.Append && old != nil && old.array {
			e.forget(name, "an element of it is set")
			return
		}
		e.assign(name, e.scalar(a, declared))
	}
}

// scalar gives the value that NAME=value assigns.
func (e *evaluator) scalar(a *syntax.Assign, declared bool) facts.Setting {
	text := e.text()
	if a.Append {
		switch old := e.variables[a.Name.Value]; {
		case old != nil && !old.unset && !old.marked:
			text.Value(old.value)
		case old == nil || old.marked:
			if given, ok := e.context.Variable(a.Name.Value); ok {
				text.Value(given)
			}
		}
	}
	added := e.assigned(a.Value, declared)
	text.Add(added)
	if len(text.Bytes) > traced.MaxExpanded && a.Append {
		text = e.text()
		text.Unknown("it is longer than 64 KiB")
	}
	e.spend(len(text.Bytes) + 8*len(text.Runs))
	origin := e.assignmentOrigin(a)
	return text.Setting(origin, e.file.text[origin.Span.Start:origin.Span.End])
}

// assigned expands the right side of an assignment. Behind "export" and the like, bash expands braces in it.
func (e *evaluator) assigned(word *syntax.Word, declared bool) traced.Text {
	if word == nil || !declared || !e.hasBraces(e.pieces(word.Parts)) {
		return e.value(word)
	}
	alternatives, ok := e.expandBraces(e.pieces(word.Parts))
	if !ok || e.file.shell != bash {
		text := e.text()
		text.Unknown("what becomes of its braces depends on the shell")
		return text
	}
	// Each alternative is assigned in turn, so that the last one stays.
	out := &fields{evaluator: e, whole: true, written: e.file.span(word)}
	for i, p := range alternatives[len(alternatives)-1] {
		e.piece(out, p, i == 0, true)
	}
	return out.current
}

// assignmentOrigin is where an assignment stands. Its span is the value without the quotes around it.
func (e *evaluator) assignmentOrigin(a *syntax.Assign) facts.Origin {
	origin := facts.Origin{Source: e.file.source, Key: a.Name.Value, KeySpan: e.file.span(a.Name), Format: facts.Shell}
	if a.Value == nil {
		end := e.file.span(a).End
		origin.Span = facts.Span{Start: end, End: end}
		return origin
	}
	origin.Span, origin.Style = e.file.inside(a.Value)
	return origin
}

// inside is where a word stands without the quotes around it, and which they are.
func (f *file) inside(word *syntax.Word) (facts.Span, facts.Style) {
	span := f.span(word)
	if len(word.Parts) != 1 {
		return span, facts.Plain
	}
	switch q := word.Parts[0].(type) {
	case *syntax.SglQuoted:
		if q.Dollar {
			return facts.Span{Start: span.Start + 2, End: span.End - 1}, facts.AnsiQuoted
		}
		return facts.Span{Start: span.Start + 1, End: span.End - 1}, facts.SingleQuoted
	case *syntax.DblQuoted:
		start := span.Start + 1
		if q.Dollar {
			start++
		}
		return facts.Span{Start: start, End: span.End - 1}, facts.DoubleQuoted
	}
	return span, facts.Plain
}

// assignArray does NAME=(words) and NAME+=(words).
func (e *evaluator) assignArray(a *syntax.Assign) {
	name := a.Name.Value
	origin := facts.Origin{Source: e.file.source, Span: e.file.span(a.Array), Key: name, KeySpan: e.file.span(a.Name), Format: facts.Shell}
	var words []dockerrun.Word
	if old := e.variables[name]; a.Append && old != nil && !old.unset && !old.marked {
		if !old.array {
			e.forget(name, "it becomes an array")
			return
		}
		words = append(words, old.words...)
	}
	for _, element := range a.Array.Elems {
		if element.Index != nil || element.Value == nil {
			e.forget(name, "its elements have indices")
			return
		}
		for _, word := range e.words(element.Value) {
			word.Through(origin)
			words = append(words, word)
		}
	}
	if !e.spend(wordCost * len(words)) {
		return
	}
	value := unknown(name, origin, name+" is an array")
	if len(words) > 0 && words[0].Known() {
		value = words[0].Setting(origin, "")
	}
	v := &variable{value: value, words: words, array: true}
	if old := e.variables[name]; old != nil && old.readOnly {
		e.forget(name, name+" is read-only and set again")
		return
	}
	e.set(name, v)
}
