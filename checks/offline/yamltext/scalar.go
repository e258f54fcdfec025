package yamltext

import (
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// Scalar is how a scalar is written.
type Scalar struct {
	// Span is the text without quotes, and of a block scalar without its header, the indentation of its first line and the
	// line breaks at its beginning and end, of which Runs may still speak. The value of an empty node is an empty place
	// behind the colon or the dash.
	Span  facts.Span
	Style facts.Style
	// Runs map the node's value to bytes, as in [facts.Origin]: nil when Span is the value verbatim, empty when the
	// characters cannot be traced.
	Runs []facts.Run
}

// Scalar finds the text of a scalar node. What it finds has been decoded again and compared with the node's value; where
// they differ, Runs is empty and Span is the best guess.
func (f *File) Scalar(node *yaml.Node) Scalar {
	text, at := f.Source.Text, f.Offset(node)
	properties, at := skipProperties(text, at)
	if scalar, ok := verbatim(text, at, node); ok {
		return scalar
	}
	t := tracer{text: text, value: node.Value}
	switch {
	case node.Style&yaml.SingleQuotedStyle != 0:
		t.style = facts.SingleQuoted
		t.quoted(at, '\'')
	case node.Style&yaml.DoubleQuotedStyle != 0:
		t.style = facts.DoubleQuoted
		t.quoted(at, '"')
	case node.Style&yaml.LiteralStyle != 0:
		t.style = facts.Literal
		t.block(at)
	case node.Style&yaml.FoldedStyle != 0:
		t.style = facts.Folded
		t.block(at)
	case node.Value == "":
		return Scalar{Span: facts.Span{Start: properties, End: properties}}
	default:
		t.plain(at)
	}
	return t.scalar(at)
}

// verbatim finds the many scalars whose text is their value, without a trace.
func verbatim(text []byte, at int, node *yaml.Node) (scalar Scalar, ok bool) {
	var quote, escape byte
	switch node.Style &^ yaml.TaggedStyle {
	case 0:
		if node.Value == "" {
			return scalar, false
		}
	case yaml.SingleQuotedStyle:
		scalar.Style, quote, escape = facts.SingleQuoted, '\'', '\''
		at++
	case yaml.DoubleQuotedStyle:
		scalar.Style, quote, escape = facts.DoubleQuoted, '"', '\\'
		at++
	default:
		return scalar, false
	}
	end := at + len(node.Value)
	if end > len(text) || string(text[at:end]) != node.Value || quote != 0 && (end == len(text) || text[end] != quote) {
		return scalar, false
	}
	for i := range len(node.Value) {
		// 0xc2 and 0xe2 begin the line breaks beyond ASCII.
		if c := node.Value[i]; c == '\n' || c == 0xc2 || c == 0xe2 || quote != 0 && (c == quote || c == escape) {
			return scalar, false
		}
	}
	scalar.Span = facts.Span{Start: at, End: end}
	return scalar, true
}

// tracer decodes a scalar once more and notes which bytes made which part of the value. It fails as soon as what it
// decodes is not the value.
type tracer struct {
	text   []byte
	value  string
	style  facts.Style
	done   int // bytes of value that were decoded
	span   facts.Span
	runs   []facts.Run
	copied bool // the last run is bytes that stand for themselves
	failed bool
}

// scalar gives the result; at is where the scalar begins, for a guess.
func (t *tracer) scalar(at int) Scalar {
	if t.failed || t.done != len(t.value) {
		end := at
		for end < len(t.text) && lineBreak(t.text, end) == 0 {
			end++
		}
		return Scalar{Span: facts.Span{Start: at, End: end}, Style: t.style, Runs: []facts.Run{}}
	}
	result := Scalar{Span: t.span, Style: t.style, Runs: t.runs}
	switch n := len(t.runs); {
	case n == 1 && t.copied && t.runs[0].Raw == t.span.Start && t.runs[0].RawN == t.span.Len():
		result.Runs = nil
	case n == 0 && t.span.Len() > 0:
		result.Runs = []facts.Run{} // an empty value that is not written by nothing: an escaped line break
	}
	return result
}

// copy notes that bytes [from, to) of the text stand for themselves.
func (t *tracer) copy(from, to int) {
	n := to - from
	if t.failed || n == 0 {
		return
	}
	if t.done+n > len(t.value) || string(t.text[from:to]) != t.value[t.done:t.done+n] {
		t.failed = true
		return
	}
	if last := len(t.runs) - 1; last >= 0 && t.copied && t.runs[last].Raw+t.runs[last].RawN == from {
		t.runs[last].N += n
		t.runs[last].RawN += n
	} else {
		t.add(n, from, to)
	}
	t.copied = true
	t.done += n
}

// stand notes that bytes [from, to) of the text stand for decoded.
func (t *tracer) stand(from, to int, decoded string) {
	n := len(decoded)
	if t.failed || n == 0 {
		return
	}
	if t.done+n > len(t.value) || decoded != t.value[t.done:t.done+n] {
		t.failed = true
		return
	}
	if n > 1 && n == to-from {
		// Equal lengths would say that it stands there verbatim. So all but the first byte have no bytes of their own.
		t.add(1, from, to)
		t.done++
		from, n = to, n-1
	}
	t.add(n, from, to)
	t.copied = false
	t.done += n
}

func (t *tracer) add(n, from, to int) {
	t.runs = append(t.runs, facts.Run{Value: t.done, N: n, Raw: from, RawN: to - from, Style: t.style})
}

// plain decodes a plain scalar. Where it ends depends on what surrounds it, so its value says that.
func (t *tracer) plain(at int) {
	t.span.Start = at
	for !t.failed && t.done < len(t.value) {
		if at >= len(t.text) {
			t.failed = true
			return
		}
		if isBlank(t.text[at]) || lineBreak(t.text, at) > 0 {
			at = t.white(at)
			continue
		}
		from, want := at, t.value[t.done:]
		for i := 0; i < len(want) && at < len(t.text) && t.text[at] == want[i] && !isBlank(want[i]) && lineBreak(t.text, at) == 0; i++ {
			at++
		}
		if at == from {
			t.failed = true
			return
		}
		t.copy(from, at)
	}
	t.span.End = at
}

// white decodes blanks and line breaks inside a plain or quoted scalar: blanks stand for themselves, one line break with
// the blanks around it for a space, several for one less.
func (t *tracer) white(from int) int {
	at := from
	for at < len(t.text) && isBlank(t.text[at]) {
		at++
	}
	if lineBreak(t.text, at) == 0 {
		t.copy(from, at)
		return at
	}
	decoded, at := breaks(t.text, at)
	switch {
	case decoded == "\n":
		decoded = " "
	case decoded[0] == '\n':
		decoded = decoded[1:]
	}
	t.stand(from, at, decoded)
	return at
}

// breaks reads line breaks and the blanks behind each, and gives the breaks as YAML decodes them.
func breaks(text []byte, at int) (decoded string, end int) {
	for at < len(text) {
		n := lineBreak(text, at)
		switch {
		case n == 3:
			decoded += string(text[at : at+3])
		case n > 0:
			decoded += "\n"
		case isBlank(text[at]):
			n = 1
		default:
			return decoded, at
		}
		at += n
	}
	return decoded, at
}

// quoted decodes a scalar in single or double quotes that opens at the offset.
func (t *tracer) quoted(at int, quote byte) {
	if at >= len(t.text) || t.text[at] != quote {
		t.failed = true
		return
	}
	at++
	t.span.Start = at
	for !t.failed && at < len(t.text) {
		switch c := t.text[at]; {
		case c == quote && quote == '\'' && at+1 < len(t.text) && t.text[at+1] == '\'':
			t.stand(at, at+2, "'")
			at += 2
		case c == quote:
			t.span.End = at
			return
		case c == '\\' && quote == '"' && lineBreak(t.text, at+1) > 0:
			// An escaped line break is nothing; those that follow on empty lines are kept.
			decoded, end := breaks(t.text, at+1+lineBreak(t.text, at+1))
			t.stand(at, end, decoded)
			at = end
		case c == '\\' && quote == '"':
			decoded, n := escape(t.text[at:])
			if n == 0 {
				t.failed = true
				return
			}
			t.stand(at, at+n, decoded)
			at += n
		case isBlank(c) || lineBreak(t.text, at) > 0:
			at = t.white(at)
		default:
			from := at
			for at < len(t.text) && t.text[at] != quote && !(t.text[at] == '\\' && quote == '"') && !isBlank(t.text[at]) && lineBreak(t.text, at) == 0 {
				at++
			}
			t.copy(from, at)
		}
	}
	t.failed = true
}

// escapes are the escapes of one character in double quotes that the parser knows.
var escapes = map[byte]string{
	'0': "\x00", 'a': "\a", 'b': "\b", 't': "\t", '\t': "\t", 'n': "\n", 'v': "\v", 'f': "\f", 'r': "\r", 'e': "\x1b",
	' ': " ", '"': `"`, '\'': "'", '\\': `\`, 'N': "\u0085", '_': "\u00a0", 'L': "\u2028", 'P': "\u2029",
}

// escape decodes the escape at the start of text and gives its length, 0 if it is none.
func escape(text []byte) (decoded string, n int) {
	if len(text) < 2 {
		return "", 0
	}
	digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[text[1]]
	if digits == 0 {
		decoded, ok := escapes[text[1]]
		if !ok {
			return "", 0
		}
		return decoded, 2
	}
	if len(text) < 2+digits {
		return "", 0
	}
	var c rune
	for _, digit := range text[2 : 2+digits] {
		switch {
		case digit >= '0' && digit <= '9':
			c = c<<4 + rune(digit-'0')
		case digit >= 'a' && digit <= 'f':
			c = c<<4 + rune(digit-'a') + 10
		case digit >= 'A' && digit <= 'F':
			c = c<<4 + rune(digit-'A') + 10
		default:
			return "", 0
		}
	}
	if !utf8.ValidRune(c) {
		return "", 0
	}
	return string(c), 2 + digits
}
