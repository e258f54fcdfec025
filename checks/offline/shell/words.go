package shell

import (
	"bytes"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dockerrun"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv/traced"
)

// wordCost is what an argument costs of the work that a script may cause, about its size in memory.
const wordCost = 500

// doubleQuoteEscapes are the characters that a backslash guards between double quotes.
const doubleQuoteEscapes = "$`\"\\"

// words expands words to the arguments that a command gets.
func (e *evaluator) words(words ...*syntax.Word) []dockerrun.Word {
	out := &fields{evaluator: e}
	for _, word := range words {
		if !e.spend(int(word.End().Offset()-word.Pos().Offset()) + 1) {
			break
		}
		e.word(out, word)
	}
	return out.words
}

// word expands one word.
func (e *evaluator) word(out *fields, word *syntax.Word) {
	out.written = e.file.span(word)
	pieces := e.pieces(word.Parts)
	if e.file.shell == posix && e.hasBraces(pieces) {
		out.addUnknown("whether sh expands the braces depends on the system", true)
		out.finish()
		return
	}
	alternatives, ok := e.expandBraces(pieces)
	if !ok {
		out.addUnknown("its braces make too many words", true)
		out.finish()
		return
	}
	for _, pieces := range alternatives {
		assignment := e.assignmentLike(pieces)
		for i, p := range pieces {
			e.piece(out, p, i == 0, assignment)
		}
		out.finish()
	}
}

// piece is a part of a word, or a part of a literal when braces were expanded.
type piece struct {
	part       syntax.WordPart
	start, end int    // of a literal without quotes
	made       string // by a sequence in braces that is written at start and end
}

func (e *evaluator) pieces(parts []syntax.WordPart) []piece {
	pieces := make([]piece, len(parts))
	for i, part := range parts {
		pieces[i] = piece{part: part}
		if literal, ok := part.(*syntax.Lit); ok {
			span := e.file.span(literal)
			pieces[i].start, pieces[i].end = span.Start, span.End
		}
	}
	return pieces
}

// assignmentLike says whether a word looks like NAME=value, in which bash expands a tilde behind "=" and ":".
func (e *evaluator) assignmentLike(pieces []piece) bool {
	if len(pieces) == 0 {
		return false
	}
	if _, ok := pieces[0].part.(*syntax.Lit); !ok {
		return false
	}
	name, _, ok := strings.Cut(e.file.text[pieces[0].start:pieces[0].end], "=")
	return ok && syntax.ValidName(name)
}

// piece adds what one piece stands for.
func (e *evaluator) piece(out *fields, p piece, first, assignment bool) {
	switch part := p.part.(type) {
	case nil:
		text := e.text()
		text.Escape(p.made, e.file.source, facts.Span{Start: p.start, End: p.end}, facts.Plain)
		out.add(text)
	case *syntax.Lit:
		text := e.text()
		e.decode(&text, e.file, p.start, p.end, facts.Plain, "")
		if at := tilde(e.file.text[p.start:p.end], first, assignment); at >= 0 {
			known := e.text()
			e.decode(&known, e.file, p.start, p.start+at, facts.Plain, "")
			known.Unknown("~ is the home directory of whoever runs the script")
			known.Add(text.Tail(len(known.Bytes)))
			text = known
		}
		out.add(text)
	case *syntax.SglQuoted, *syntax.DblQuoted:
		e.quotedPart(out, part)
	case *syntax.ParamExp:
		e.parameter(out, part, false)
	default:
		e.commandOutput(out, part, true)
	}
}

// tilde finds a tilde that bash expands, or -1.
func tilde(text string, first, assignment bool) int {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '~':
			if i == 0 && first || assignment && i > 0 && (text[i-1] == '=' || text[i-1] == ':') {
				return i
			}
		}
	}
	return -1
}

// quotedPart adds a part in quotes.
func (e *evaluator) quotedPart(out *fields, part syntax.WordPart) {
	span := e.file.span(part)
	switch q := part.(type) {
	case *syntax.SglQuoted:
		text := e.text()
		if q.Dollar {
			e.ansi(&text, e.file, span.Start+2, span.End-1)
		} else {
			text.Verbatim(e.file.text[span.Start+1:span.End-1], e.file.source, span.Start+1, facts.SingleQuoted)
		}
		out.present = true
		out.add(text)
	case *syntax.DblQuoted:
		only := len(q.Parts) == 1
		if only {
			if list, ok := q.Parts[0].(*syntax.ParamExp); ok && isList(list) {
				e.parameter(out, list, true)
				return
			}
		}
		out.present = true
		for _, inner := range q.Parts {
			e.doubleQuoted(out, inner, doubleQuoteEscapes)
		}
	}
}

// doubleQuoted adds a part of what is between double quotes.
func (e *evaluator) doubleQuoted(out *fields, part syntax.WordPart, escapes string) {
	switch part := part.(type) {
	case *syntax.Lit:
		span := e.file.span(part)
		text := e.text()
		e.decode(&text, e.file, span.Start, span.End, facts.DoubleQuoted, escapes)
		out.add(text)
	case *syntax.ParamExp:
		e.parameter(out, part, true)
	case *syntax.SglQuoted:
		// Inside "${NAME:-'x'}" single quotes are characters like others, and what is between them is not guarded.
		written := e.file.written(part)
		text := e.text()
		if part.Dollar || strings.ContainsAny(written, "$`\\\"}") {
			text.Unknown("it has single quotes between double quotes")
		} else {
			text.Verbatim(written, e.file.source, e.file.span(part).Start, facts.DoubleQuoted)
		}
		out.add(text)
	case *syntax.DblQuoted:
		for _, inner := range part.Parts {
			e.doubleQuoted(out, inner, doubleQuoteEscapes)
		}
	default:
		e.commandOutput(out, part, false)
	}
}

// commandOutput adds what only a run can tell. A command that is empty has no output.
func (e *evaluator) commandOutput(out *fields, part syntax.WordPart, split bool) {
	if c, ok := part.(*syntax.CmdSubst); !ok || len(c.Stmts) > 0 {
		out.addUnknown(e.opaque(part), split)
	}
}

// opaque walks through the commands of a part whose value only a run can tell, and says why it is not known.
func (e *evaluator) opaque(part syntax.WordPart) string {
	switch part := part.(type) {
	case *syntax.CmdSubst:
		e.substitution(part)
		return "it is the output of a command"
	case *syntax.ArithmExp:
		e.arithmetic(part)
		return "it is computed"
	case *syntax.ProcSubst:
		e.subshell(func() flow { return e.statementList(part.Stmts) })
		return "it is the output of a command"
	}
	return "it depends on the files that are there"
}

// substitution walks through the commands of $(...).
func (e *evaluator) substitution(c *syntax.CmdSubst) {
	if c.Backquotes && strings.Contains(e.file.written(c), "\\") {
		return // the offsets between backquotes are those behind their own escapes
	}
	e.subshell(func() flow { return e.statementList(c.Stmts) })
}

// value expands a word where the shell does not split it: the right side of an assignment.
func (e *evaluator) value(word *syntax.Word) traced.Text {
	if word == nil {
		return e.text()
	}
	e.spend(int(word.End().Offset()-word.Pos().Offset()) + 1)
	out := &fields{evaluator: e, whole: true, written: e.file.span(word)}
	for i, p := range e.pieces(word.Parts) {
		e.piece(out, p, i == 0, true)
	}
	return out.current
}

// fields puts the pieces of words together to arguments.
type fields struct {
	*evaluator
	words   []dockerrun.Word
	written facts.Span // the word that is being expanded
	whole   bool       // nothing is split

	current traced.Text
	present bool // there is an argument even if it is empty, because of quotes
	several bool // it may be any number of arguments
	mixed   bool // it has more than the value of one variable
	started bool
}

func (f *fields) begin() {
	if !f.started {
		f.started = true
		f.current = f.text()
	} else {
		f.mixed = true
	}
}

// add adds text that is not split.
func (f *fields) add(text traced.Text) {
	f.begin()
	f.mixed = true
	f.current.Add(text)
}

// addUnknown adds what only a run can tell. Without quotes it may be any number of arguments.
func (f *fields) addUnknown(why string, split bool) {
	text := f.text()
	text.Unknown(why)
	f.addValue(text, split)
}

// addValue adds the value of a variable, which is split into words if it stands without quotes.
func (f *fields) addValue(text traced.Text, split bool) {
	if !f.spend(len(text.Bytes) + 8*len(text.Runs) + 1) {
		return
	}
	if split && !f.whole && text.Known() && !f.splits(text.Bytes) {
		text.Unknown("how it is split into words depends on the shell")
	}
	if f.whole || !split || !text.Known() {
		alone := !f.started
		f.begin()
		f.several = split && !text.Known() && alone && !f.whole
		before := len(f.current.Bytes)
		f.current.Add(text)
		if f.current.Known() && len(f.current.Bytes) > traced.MaxExpanded {
			f.current = f.current.Slice(0, before)
			f.current.Unknown("variables make it longer than 64 KiB")
		}
		return
	}
	f.splitValue(text, f.separators())
}

// splitValue adds a value, and ends an argument at each separator. White space that separates counts as one separator,
// also around another one.
func (f *fields) splitValue(text traced.Text, separators string) {
	value := text.Bytes
	for start := 0; start < len(value); {
		end := start
		for end < len(value) && strings.IndexByte(separators, value[end]) < 0 {
			end++
		}
		if end > start {
			f.begin()
			f.current.Add(text.Slice(start, end))
			if start = end; start == len(value) {
				return
			}
		}
		hard := false
		for end < len(value) && strings.IndexByte(separators, value[end]) >= 0 {
			if !isSpace(value[end]) {
				if hard {
					break
				}
				hard = true
			}
			end++
		}
		f.present = f.present || hard
		f.finish()
		start = end
	}
}

// separators are the characters that a value is split at.
func (f *fields) separators() string {
	if changed := f.variables["IFS"]; changed != nil && !changed.unset {
		return changed.value.Text
	}
	return " \t\n"
}

// splits says whether it is known how a value is split: as bash does it, by separators that are known.
func (f *fields) splits(value []byte) bool {
	if changed := f.variables["IFS"]; changed != nil && !changed.unset && !changed.value.Known() {
		return false
	}
	return f.file.shell != other || !bytes.ContainsAny(value, f.separators())
}

// finish ends an argument, if there is one.
func (f *fields) finish() {
	if f.present || f.started && (len(f.current.Bytes) > 0 || !f.current.Known()) {
		if !f.started {
			f.current = f.text()
		}
		word := dockerrun.Word{Text: f.current, Span: f.written, Several: f.several && !f.mixed && !f.present}
		if !f.mixed {
			word.Span = f.traceable(word.Span)
		}
		if f.spend(wordCost) {
			f.words = append(f.words, word)
		}
	}
	f.current, f.present, f.several, f.mixed, f.started = traced.Text{}, false, false, false, false
}

// traceable is where the argument stands when it is the value of a variable that was written in one piece in this file.
func (f *fields) traceable(written facts.Span) facts.Span {
	runs := f.current.Runs
	if f.current.Lost || len(runs) == 0 || !f.current.Known() {
		return written
	}
	span := facts.Span{Start: runs[0].Raw, End: runs[0].Raw}
	for _, run := range runs {
		if run.In != f.file.source || run.Raw < span.End {
			return written
		}
		span.End = run.Raw + run.RawN
	}
	return span
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' }
