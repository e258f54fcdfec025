package yamltext

import (
	"bytes"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// block decodes a literal or folded block scalar whose header begins at the offset.
func (t *tracer) block(at int) {
	at = headerEnd(t.text, at)
	t.span.Start, t.span.End = at, at
	if t.value == "" {
		return
	}
	indent, ok := t.indentation(at)
	if !ok {
		t.failed = true
		return
	}
	folds := t.style == facts.Folded
	breaks, at := t.lineBreaks(nil, at, indent)
	first, wasBlank := true, false
	for at < len(t.text) && t.column(at) == indent && !t.failed {
		blank := isBlank(t.text[at])
		if first {
			t.span.Start = at
		}
		t.joinLines(breaks, at, folds && !first && !wasBlank && !blank)
		first, wasBlank = false, blank
		from := at
		for at < len(t.text) && lineBreak(t.text, at) == 0 {
			at++
		}
		t.copy(from, at)
		t.span.End = at
		if t.done == len(t.value) {
			return // stripped, or no line break at the end of the file
		}
		if at >= len(t.text) {
			break
		}
		breaks, at = t.lineBreaks(breaks[:0], at, indent)
	}
	// What is left of the value are line breaks at its end: one when it is clipped, all when it is kept.
	for _, offset := range breaks {
		if t.failed || t.done == len(t.value) {
			return
		}
		n := lineBreak(t.text, offset)
		t.stand(offset, offset+n, decodedBreak(t.text, offset, n))
	}
}

// headerEnd skips "|" or ">", its indicators, a comment and the line break.
func headerEnd(text []byte, at int) int {
	for at < len(text) && lineBreak(text, at) == 0 {
		at++
	}
	return at + lineBreak(text, at)
}

// indentation finds out how many blanks in front of each line are not part of the value: those that the first line with
// text has more than the value. The header may give it, but relative to a parent that is not known here.
func (t *tracer) indentation(at int) (indent int, ok bool) {
	spaces := 0
	for at < len(t.text) {
		if t.text[at] == ' ' {
			spaces++
			at++
			continue
		}
		n := lineBreak(t.text, at)
		if n == 0 {
			break
		}
		spaces = 0
		at += n
	}
	within := 0
	rest := t.value
	for rest != "" {
		switch {
		case rest[0] == ' ':
			within++
			rest = rest[1:]
		case rest[0] == '\n':
			within = 0
			rest = rest[1:]
		case strings.HasPrefix(rest, "\u2028"), strings.HasPrefix(rest, "\u2029"):
			within = 0
			rest = rest[3:]
		default:
			return spaces - within, spaces > within
		}
	}
	return 0, false // nothing but blanks: any indentation would do
}

// column is the number of bytes between an offset and the start of its line. Where it matters they are spaces.
func (t *tracer) column(at int) int {
	from := at
	for at > 0 && t.text[at-1] == ' ' {
		at--
	}
	return from - at
}

// lineBreaks reads line breaks and indentation up to the next line that has something, and gives the offsets of the
// breaks.
func (t *tracer) lineBreaks(offsets []int, at, indent int) ([]int, int) {
	for {
		for column := 0; column < indent && at < len(t.text) && t.text[at] == ' '; column++ {
			at++
		}
		n := lineBreak(t.text, at)
		if n == 0 {
			return offsets, at
		}
		offsets = append(offsets, at)
		at += n
	}
}

// joinLines decodes the line breaks between two lines, or in front of the first; content is where the next line begins
// behind its indentation, which is kept or removed together with the break before it.
func (t *tracer) joinLines(offsets []int, content int, fold bool) {
	if len(offsets) == 0 {
		return
	}
	from := offsets[0]
	if fold && t.text[from] != 0xe2 {
		if len(offsets) == 1 {
			t.stand(from, content, " ")
			return
		}
		offsets = offsets[1:]
	}
	for i, offset := range offsets {
		to := content
		if i+1 < len(offsets) {
			to = offsets[i+1]
		}
		decoded := decodedBreak(t.text, offset, lineBreak(t.text, offset))
		if i == 0 {
			offset = from
		}
		t.stand(offset, to, decoded)
	}
}

// decodedBreak is a line break as YAML decodes it: LS and PS as they are, any other as LF.
func decodedBreak(text []byte, at, n int) string {
	if n == 3 {
		return string(text[at : at+3])
	}
	return "\n"
}

// Strip gives the change of a block scalar's header by which its value loses the line breaks at its end: of "|" it makes
// "|-". The content is where the text of its first line begins. The span has the indicator that is replaced, or is empty.
// ok is false when there is no header of a block scalar above.
func Strip(text []byte, content int) (span facts.Span, indicator string, ok bool) {
	end := bytes.LastIndexByte(text[:min(content, len(text))], '\n') + 1
	for end > 0 {
		start := bytes.LastIndexByte(text[:end-1], '\n') + 1
		line := bytes.TrimRight(text[start:end], "\r\n")
		if len(bytes.TrimLeft(line, " ")) == 0 {
			end = start // an empty line that the value begins with
			continue
		}
		for i := range line {
			if line[i] != '|' && line[i] != '>' || i > 0 && !isBlank(line[i-1]) {
				continue
			}
			rest := bytes.TrimLeft(line[i+1:], "+-0123456789")
			at := start + len(line) - len(rest)
			if rest = bytes.TrimLeft(rest, " \t"); len(rest) > 0 && rest[0] != '#' {
				continue // of a key
			}
			if n := bytes.IndexAny(text[start+i:at], "+-"); n >= 0 {
				return facts.Span{Start: start + i + n, End: start + i + n + 1}, "-", true
			}
			return facts.Span{Start: at, End: at}, "-", true
		}
		return span, "", false
	}
	return span, "", false
}
