package dotenv

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv/traced"
)

// maxNesting is how deep ${A:-${B:-...}} may be nested.
const maxNesting = 50

// expander puts variables into a text as compose-spec/compose-go (template) does.
type expander struct {
	lookup func(name string) (facts.Setting, bool)
	work   *int   // how many bytes may still be looked at or written
	budget *int   // of runs
	refuse string // why docker compose refuses the text; empty if it does not
	at     facts.Span
}

// substitute puts the variables into a value.
func (r *reader) substitute(text traced.Text, origin facts.Origin) traced.Text {
	e := &expander{work: &r.work, budget: r.runs, lookup: func(name string) (facts.Setting, bool) {
		if value, ok := r.variable(name); ok {
			return value, true
		}
		return r.line(name)
	}}
	expanded := e.expand(text, 0, 0)
	if e.refuse == "" {
		return expanded
	}
	at := origin
	if places, ok := (facts.Origin{Source: r.src, Runs: text.Runs}).Places(e.at.Start, e.at.End); ok && len(places) > 0 && len(text.Runs) > 0 {
		at.Span = facts.Span{Start: places[0].Span.Start, End: max(places[0].Span.End, places[len(places)-1].Span.End)}
	}
	r.problem(at, e.refuse)
	refused := r.newText()
	refused.Unknown("docker compose refuses it")
	return refused
}

// Expand puts variables into a text as docker compose does in its own files, in .env and in env_file: $X, ${X}, ${X:-d},
// ${X-d}, ${X:?e}, ${X?e}, ${X:+a}, ${X+a}, and "$$" for one dollar sign. A variable that lookup does not know makes the
// text Unresolved unless the text says what stands in for it. When docker compose refuses the text, refusal says why and
// at is the range of the text that is to blame.
func Expand(text traced.Text, lookup func(name string) (facts.Setting, bool)) (expanded traced.Text, refusal string, at facts.Span) {
	work := maxWork
	e := &expander{work: &work, budget: text.Budget, lookup: lookup}
	expanded = e.expand(text, 0, 0)
	return expanded, e.refuse, e.at
}

// expand puts the variables into text, which begins at offset base of the whole. After a refusal the result is of no use.
func (e *expander) expand(text traced.Text, base, depth int) traced.Text {
	out := traced.Text{Budget: e.budget, State: text.State, Why: text.Why, Via: text.Via}
	s := string(text.Bytes)
	if depth > maxNesting {
		out.Unknown("its variables are nested too deep")
		return out
	}
	lastBrace, line := -1, -1 // the last "}" of the line that ends at offset line
	for i := 0; i < len(s) && e.refuse == ""; {
		n := strings.IndexByte(s[i:], '$')
		if n < 0 {
			n = len(s) - i
		}
		if n > 0 {
			out.Add(known(text.Slice(i, i+n)))
			i += n
			continue
		}
		rest := s[i:]
		name := 1 + nameLength(rest[1:])
		switch {
		case strings.HasPrefix(rest, "$$"):
			e.dollar(&out, &text, i)
			i += 2
		case name > 1:
			e.variable(&out, rest[1:name], rest[:name])
			i += name
		case strings.HasPrefix(rest, "${"):
			if i >= line {
				line, lastBrace = lineOf(s, i)
			}
			end, ok := e.braced(rest, lastBrace-i)
			if !ok {
				e.refused(base+i, base+i+2, "the variable is malformed and docker compose refuses it; write ${NAME}, or $$ for a dollar sign")
				return out
			}
			e.operator(&out, &text, i, i+end, base, depth)
			i += end + 1
		default:
			out.Add(known(text.Slice(i, i+1)))
			i++
		}
		if !e.spend(1) || len(out.Bytes) > traced.MaxExpanded {
			out.Unknown("its variables make it longer than 64 KiB, or the file longer than 16 MiB")
			return out
		}
	}
	return out
}

// known is a part without the state and the variables of the whole, which are counted already.
func known(part traced.Text) traced.Text {
	return traced.Text{Bytes: part.Bytes, Runs: part.Runs, Lost: part.Lost}
}

// dollar writes the dollar sign that "$$" at an offset stands for. Where an escape made the two, it is the escape.
func (e *expander) dollar(out, text *traced.Text, at int) {
	pair := known(text.Slice(at, at+2))
	pair.Bytes = []byte("$")
	switch {
	case pair.Lost || len(pair.Runs) == 0:
		pair.Lost, pair.Runs = true, nil
	default:
		first, last := pair.Runs[0], pair.Runs[len(pair.Runs)-1]
		first.N, first.RawN = 1, last.Raw+last.RawN-first.Raw
		pair.Runs = []facts.Run{first}
		if last.In != first.In || first.RawN < 2 {
			pair.Lost, pair.Runs = true, nil
		}
	}
	out.Add(pair)
}

// braced finds the end of the ${...} that rest begins with: the offset of its closing brace. lastBrace is the offset of
// the last closing brace on its line, which is as far as docker compose looks.
func (e *expander) braced(rest string, lastBrace int) (end int, ok bool) {
	name := 2 + nameLength(rest[2:])
	if name == 2 || name == len(rest) {
		return 0, false
	}
	if rest[name] == '}' {
		return name, true
	}
	if operatorLength(rest[name:]) == 0 || lastBrace < name {
		return 0, false
	}
	// Braces are counted as docker compose does: the character behind an opening one is not looked at.
	open := 0
	for i := 1; i <= lastBrace; i++ {
		switch rest[i] {
		case '}':
			if open--; open == 0 {
				e.spend(i)
				return i, true
			}
		case '{':
			open++
			i++
		}
	}
	e.spend(lastBrace)
	return lastBrace, true
}

// lineOf gives the end of the line at an offset and the last closing brace on it.
func lineOf(s string, at int) (end, lastBrace int) {
	end = len(s)
	if n := strings.IndexByte(s[at:], '\n'); n >= 0 {
		end = at + n
	}
	return end, at + strings.LastIndexByte(s[at:end], '}')
}

// operatorLength is the length of the operator that a text begins with, 0 if it begins with none.
func operatorLength(s string) int {
	n := 0
	if strings.HasPrefix(s, ":") {
		n = 1
	}
	if len(s) > n && strings.IndexByte("-+?", s[n]) >= 0 {
		return n + 1
	}
	return 0
}

// variable puts the value of a variable in. written is how the text names it.
func (e *expander) variable(out *traced.Text, name, written string) {
	value, ok := e.lookup(name)
	if !ok {
		out.Unknown(written + " is not set in the inputs")
		return
	}
	e.put(out, value)
}

func (e *expander) put(out *traced.Text, value facts.Setting) {
	if !e.spend(len(value.Text) + 8*len(value.Origin.Runs)) {
		return
	}
	out.Value(value)
}

// operator puts in what ${...} between the offsets start and end (of its closing brace) stands for.
func (e *expander) operator(out, text *traced.Text, start, end, base, depth int) {
	inside := string(text.Bytes[start+2 : end])
	n := nameLength(inside)
	name, length := inside[:n], operatorLength(inside[n:])
	if length == 0 {
		e.variable(out, name, "${"+name+"}")
		return
	}
	operator := inside[n : n+length]
	word := func() traced.Text {
		from := start + 2 + n + length
		e.spend(end - from)
		return e.expand(known(text.Slice(from, end)), base+from, depth+1)
	}
	value, ok := e.lookup(name)
	nonEmpty := operator[0] == ':'
	switch {
	case ok && !value.Known():
		out.Value(value)
	case operator[length-1] == '-':
		if !ok || nonEmpty && value.Text == "" {
			out.Add(word())
			return
		}
		e.put(out, value)
	case operator[length-1] == '+' && 2+n+length == end-start:
	case !ok && operator[length-1] == '+':
		out.Unknown("${" + name + "} is not set in the inputs")
	case !ok:
		out.Unknown("${" + name + "} is not set in the inputs, and docker compose demands it")
	case operator[length-1] == '+':
		if !nonEmpty || value.Text != "" {
			out.Add(word())
		}
	case nonEmpty && value.Text == "":
		e.refused(base+start, base+end+1, name+" is empty and docker compose demands a value; give it one")
	default:
		e.put(out, value)
	}
}

func (e *expander) refused(start, end int, why string) {
	if e.refuse == "" {
		e.refuse, e.at = why, facts.Span{Start: start, End: end}
	}
}

// spend takes work from what the file may cost.
func (e *expander) spend(n int) bool {
	*e.work -= n
	return *e.work >= 0
}

// nameLength is the length of the variable's name that a text begins with. docker compose matches the letters a to z in
// any case, by Unicode's rules: the long s and the sign for kelvin are such letters.
func nameLength(s string) int {
	for i, c := range s {
		switch {
		case c == '_', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == 'ſ', c == '\u212a', i > 0 && c >= '0' && c <= '9':
		default:
			return i
		}
	}
	return len(s)
}
