package shell

import (
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dockerrun"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv/traced"
)

// isList says whether a parameter stands for several arguments between double quotes: "$@", "${array[@]}".
func isList(p *syntax.ParamExp) bool {
	if p.Param == nil || p.Length || p.Excl || p.Exp != nil {
		return false
	}
	return p.Param.Value == "@" || index(p) == "@"
}

// index is the index of an array as it is written, "" if there is none.
func index(p *syntax.ParamExp) string {
	if word, ok := p.Index.(*syntax.Word); ok {
		return word.Lit()
	}
	return ""
}

// parameter adds what $NAME or ${NAME...} stands for.
func (e *evaluator) parameter(out *fields, p *syntax.ParamExp, quoted bool) {
	split := !quoted
	if p.Param == nil || p.Excl || p.Width || p.IsSet || p.Names != 0 || p.Slice != nil || p.Repl != nil || len(p.Modifiers) > 0 || p.Flags != nil {
		out.addUnknown(e.file.written(p)+" is not worked out", split)
		return
	}
	if p.Exp == nil && !p.Length && (p.Param.Value == "@" || p.Param.Value == "*" || index(p) == "@" || index(p) == "*") {
		e.list(out, p, quoted)
		return
	}
	value, state := e.lookup(p)
	switch {
	case p.Length:
		e.length(out, p, value, state)
	case p.Exp == nil:
		if state == notSet {
			out.addUnknown(e.notSet(p), split)
			return
		}
		out.addValue(value, split)
	default:
		e.operator(out, p, value, state, quoted)
	}
}

// presence says whether a variable has a value.
type presence uint8

const (
	notSet presence = iota // nobody sets it, so that it depends on whoever runs the script
	empty                  // it is known to have no value at all
	isSet                  // it has a value, known or not
)

// lookup gives the value of a parameter.
func (e *evaluator) lookup(p *syntax.ParamExp) (traced.Text, presence) {
	name := p.Param.Value
	text := e.text()
	if n, err := strconv.Atoi(name); err == nil {
		return e.positionalValue(n)
	}
	switch name {
	case "#", "?", "$", "!", "-", "@", "*":
		text.Unknown(e.file.written(p) + " is known only when the script runs")
		return text, isSet
	}
	v := e.variables[name]
	if v != nil && v.marked {
		v = nil
	}
	if p.Index != nil {
		return e.element(v, p)
	}
	switch {
	case v == nil && (ambient()[name] || dynamic()[name]):
		if given, ok := e.context.Variable(name); ok {
			text.Value(given)
			return text, isSet
		}
		text.Unknown("$" + name + " is known only when the script runs")
		return text, isSet
	case v == nil:
		given, ok := e.context.Variable(name)
		if !ok {
			return text, notSet
		}
		text.Value(given)
		return text, isSet
	case v.unset:
		return text, empty
	}
	text.Value(v.value)
	return text, isSet
}

// notSet is the reason for a parameter that nobody sets.
func (e *evaluator) notSet(p *syntax.ParamExp) string {
	if _, err := strconv.Atoi(p.Param.Value); err == nil {
		return "$" + p.Param.Value + " is given when the script is called"
	}
	return e.file.written(p) + " is not set in the inputs"
}

// positionalValue gives $1, $2 and so on.
func (e *evaluator) positionalValue(n int) (traced.Text, presence) {
	text := e.text()
	v := e.variables[positional]
	switch {
	case n == 0:
		text.Unknown("$0 is known only when the script runs")
		return text, isSet
	case v == nil:
		return text, notSet
	case !v.array:
		text.Unknown("$" + strconv.Itoa(n) + ": " + v.value.Why)
		return text, isSet
	}
	for i, word := range v.words {
		if word.Several {
			text.Unknown("$" + strconv.Itoa(n) + " depends on how many arguments there are")
			return text, isSet
		}
		if i == n-1 {
			text.Add(word.Text)
			return text, isSet
		}
	}
	return text, empty
}

// element gives an element of an array.
func (e *evaluator) element(v *variable, p *syntax.ParamExp) (traced.Text, presence) {
	text := e.text()
	n, err := strconv.Atoi(index(p))
	switch {
	case v != nil && v.array && err == nil && n >= 0:
		for i, word := range v.words {
			if word.Several {
				break
			}
			if i == n {
				text.Add(word.Text)
				return text, isSet
			}
		}
	case v != nil && !v.array && !v.unset && err == nil && n == 0:
		text.Value(v.value)
		return text, isSet
	}
	text.Unknown(e.file.written(p) + " is not worked out")
	return text, isSet
}

// list adds "$@", "$*", "${array[@]}" and the like.
func (e *evaluator) list(out *fields, p *syntax.ParamExp, quoted bool) {
	var words []dockerrun.Word
	joined := p.Param.Value == "*" || index(p) == "*"
	if p.Index == nil {
		words = e.positionalWords()
	} else {
		v := e.variables[p.Param.Value]
		switch {
		case v != nil && v.unset:
		case v != nil && v.array:
			words = v.words
		case v != nil:
			word := dockerrun.Word{Text: e.text(), Several: !v.value.Known()}
			word.Value(v.value)
			words = []dockerrun.Word{word}
		default:
			word := dockerrun.Word{Text: e.text(), Several: true}
			word.Unknown(e.notSet(p))
			words = []dockerrun.Word{word}
		}
	}
	if quoted && joined || out.whole {
		text := e.text()
		between := out.separators()
		for i, word := range words {
			if i > 0 && !joined {
				text.Escape(" ", e.file.source, e.file.span(p), facts.DoubleQuoted)
			} else if i > 0 && between != "" {
				text.Escape(between[:1], e.file.source, e.file.span(p), facts.DoubleQuoted)
			}
			text.Add(word.Text)
		}
		if !out.splits([]byte{'x'}) {
			text.Unknown("how its words are joined depends on IFS")
		}
		out.present = true
		out.addValue(text, false)
		return
	}
	for i, word := range words {
		if e.stopped {
			return
		}
		if i > 0 {
			out.finish()
		}
		out.present = out.present || quoted && !word.Several
		out.addValue(word.Text, !quoted)
		if word.Several && !out.mixed {
			out.several = true
		}
	}
}

// length adds ${#NAME}.
func (e *evaluator) length(out *fields, p *syntax.ParamExp, value traced.Text, state presence) {
	text := e.text()
	known := state != notSet && value.Known() && p.Index == nil
	for _, c := range value.Bytes {
		known = known && c < 0x80 // of others it depends on the locale
	}
	if known {
		text.Escape(strconv.Itoa(len(value.Bytes)), e.file.source, e.file.span(p), facts.Plain)
	} else {
		text.Unknown(e.file.written(p) + " is not worked out")
	}
	out.addValue(text, false)
}

// operator adds ${NAME:-word} and its like.
func (e *evaluator) operator(out *fields, p *syntax.ParamExp, value traced.Text, state presence, quoted bool) {
	nonEmpty := false
	switch p.Exp.Op {
	case syntax.DefaultUnsetOrNull, syntax.AlternateUnsetOrNull, syntax.ErrorUnsetOrNull, syntax.AssignUnsetOrNull:
		nonEmpty = true
	}
	present := state == isSet && (!nonEmpty || len(value.Bytes) > 0)
	undecided := state == isSet && !value.Known()
	switch p.Exp.Op {
	case syntax.DefaultUnset, syntax.DefaultUnsetOrNull:
		if present || undecided {
			out.addValue(value, !quoted)
			return
		}
		e.expansionWord(out, p.Exp.Word, quoted)
	case syntax.AssignUnset, syntax.AssignUnsetOrNull:
		if !present && !undecided {
			e.assignDefault(p)
			value, _ = e.lookup(p)
		}
		out.addValue(value, !quoted)
	case syntax.ErrorUnset, syntax.ErrorUnsetOrNull:
		switch {
		case present || undecided:
			out.addValue(value, !quoted)
		case state == notSet:
			out.addUnknown(e.notSet(p), !quoted)
		default:
			out.addUnknown("$"+p.Param.Value+" is empty, and the script ends here when it is", !quoted)
		}
	case syntax.AlternateUnset, syntax.AlternateUnsetOrNull:
		switch {
		case undecided:
			out.addValue(value, !quoted)
		case present:
			e.expansionWord(out, p.Exp.Word, quoted)
		case state == notSet && p.Exp.Word != nil:
			out.addUnknown("$"+p.Param.Value+" is not set in the inputs", !quoted)
		}
	default:
		e.removal(out, p, value, state, quoted)
	}
}

// expansionWord adds the word behind an operator. What it says without quotes is split into words like a value.
func (e *evaluator) expansionWord(out *fields, word *syntax.Word, quoted bool) {
	if word == nil {
		return
	}
	if quoted && len(word.Parts) > 1 && slices.ContainsFunc(word.Parts, isDoubleQuoted) {
		// bash 5.2 loses text of "${NAME:-"a"b}", other shells do not.
		out.addUnknown(e.file.written(word)+" has quotes between quotes", false)
		return
	}
	for i, part := range word.Parts {
		if quoted {
			e.doubleQuoted(out, part, doubleQuoteEscapes+"}")
			continue
		}
		literal, ok := part.(*syntax.Lit)
		if !ok {
			e.piece(out, piece{part: part}, false, false)
			continue
		}
		span := e.file.span(literal)
		text := e.text()
		if i == 0 && strings.HasPrefix(e.file.text[span.Start:span.End], "~") {
			text.Unknown("~ is the home directory of whoever runs the script")
		}
		if out.whole {
			e.decode(&text, e.file, span.Start, span.End, facts.Plain, "")
			out.add(text)
			continue
		}
		e.splitLiteral(out, text, span)
	}
}

func isDoubleQuoted(part syntax.WordPart) bool {
	_, ok := part.(*syntax.DblQuoted)
	return ok
}

// splitLiteral adds the part of a word behind an operator that has no quotes. A backslash guards white space.
func (e *evaluator) splitLiteral(out *fields, text traced.Text, span facts.Span) {
	if !text.Known() {
		out.addValue(text, true)
		return
	}
	if !out.splits([]byte(e.file.text[span.Start:span.End])) {
		out.addUnknown("how it is split into words depends on the shell", true)
		return
	}
	separators := out.separators()
	if strings.Trim(separators, " \t\n") != "" {
		out.addUnknown("how it is split into words depends on IFS", true)
		return
	}
	for start := span.Start; start < span.End; {
		if strings.IndexByte(separators, e.file.text[start]) >= 0 {
			out.finish()
			start++
			continue
		}
		end := start
		for end < span.End && strings.IndexByte(separators, e.file.text[end]) < 0 {
			if e.file.text[end] == '\\' && end+1 < span.End {
				end++
			}
			end++
		}
		piece := e.text()
		e.decode(&piece, e.file, start, end, facts.Plain, "")
		out.add(piece)
		start = end
	}
}

// assignDefault does what ${NAME:=word} does besides giving a value.
func (e *evaluator) assignDefault(p *syntax.ParamExp) {
	text := e.text()
	origin := facts.Origin{Source: e.file.source, Key: p.Param.Value, KeySpan: e.file.span(p.Param), Format: facts.Shell, Span: e.file.span(p)}
	written := ""
	if word := p.Exp.Word; word != nil {
		inner := &fields{evaluator: e, whole: true, written: e.file.span(word)}
		e.expansionWord(inner, word, false)
		text.Add(inner.current)
		origin.Span = e.file.span(word)
		written = e.file.written(word)
	}
	if p.Index != nil {
		text.Unknown(e.file.written(p) + " is not worked out")
	}
	e.assign(p.Param.Value, text.Setting(origin, written))
}

// removal adds ${NAME#text} and ${NAME%text}, as far as the text is no pattern.
func (e *evaluator) removal(out *fields, p *syntax.ParamExp, value traced.Text, state presence, quoted bool) {
	prefix, known := false, true
	switch p.Exp.Op {
	case syntax.RemSmallPrefix, syntax.RemLargePrefix:
		prefix = true
	case syntax.RemSmallSuffix, syntax.RemLargeSuffix:
	default:
		known = false
	}
	pattern := ""
	if p.Exp.Word != nil {
		pattern = p.Exp.Word.Lit()
		known = known && (pattern != "" || len(p.Exp.Word.Parts) == 0)
	}
	if !known || state == notSet || strings.ContainsAny(pattern, "*?[\\+@!(~") {
		out.addUnknown(e.file.written(p)+" is not worked out", !quoted)
		return
	}
	text := string(value.Bytes)
	switch {
	case !value.Known():
	case prefix && strings.HasPrefix(text, pattern):
		value = value.Tail(len(pattern))
	case !prefix && strings.HasSuffix(text, pattern):
		value = value.Slice(0, len(text)-len(pattern))
	}
	out.addValue(value, !quoted)
}
