package yamltext

import (
	"bytes"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// stride is how many characters lie between two offsets that are remembered of a long line, and longLine is from how
// many bytes on a line is long. A file that is one line would otherwise be walked from its start for every node.
const (
	stride   = 256
	longLine = 4096
)

// Offset gives the byte offset of the first character of a node: of its tag or anchor if it has one.
func (f *File) Offset(node *yaml.Node) int {
	if node.Line <= 0 {
		return 0
	}
	start, end := f.line(node.Line)
	return f.column(node.Line, start, end, node.Column-1)
}

// line gives the bytes of a line as the parser counts lines: CR, LF and CRLF end one, and so do NEL, LS and PS, which
// for everybody else are characters like others.
func (f *File) line(n int) (start, end int) {
	text := f.Source.Text
	if f.lines == nil {
		span := f.Source.Line(n)
		start, end = span.Start, span.End
	} else {
		start, end = len(text), len(text)
		if n <= len(f.lines) {
			start = f.lines[n-1]
		}
		if n < len(f.lines) {
			end = f.lines[n]
		}
	}
	if n == 1 && bytes.HasPrefix(text, []byte("\ufeff")) {
		start = min(3, end)
	}
	return start, end
}

// ownLines says whether a text has line breaks that facts.Source does not count as such.
func ownLines(text []byte) bool {
	return bytes.Contains(text, []byte("\u0085")) || bytes.Contains(text, []byte("\u2028")) || bytes.Contains(text, []byte("\u2029"))
}

func lineStarts(text []byte) []int {
	starts := []int{0}
	for i := 0; i < len(text); {
		if n := lineBreak(text, i); n > 0 {
			i += n
			starts = append(starts, i)
			continue
		}
		i++
	}
	return starts
}

// column gives the offset of the character with that index, counted from 0, in a line. One behind the end is the end.
func (f *File) column(line, start, end, index int) int {
	text := f.Source.Text
	if end-start <= longLine {
		return forward(text, start, end, index)
	}
	known, ok := f.columns[line]
	if !ok {
		for at, count := start, 0; at < end; count++ {
			if count%stride == 0 {
				known = append(known, at)
			}
			_, n := utf8.DecodeRune(text[at:end])
			at += n
		}
		if f.columns == nil {
			f.columns = map[int][]int{}
		}
		f.columns[line] = known
	}
	if index/stride >= len(known) {
		return end
	}
	return forward(text, known[index/stride], end, index%stride)
}

func forward(text []byte, at, end, count int) int {
	for ; count > 0 && at < end; count-- {
		if text[at] < utf8.RuneSelf {
			at++
			continue
		}
		_, n := utf8.DecodeRune(text[at:end])
		at += n
	}
	return at
}

// Span gives the bytes of a node for pointing at: a scalar without its quotes, the name of an alias with its asterisk, the
// first character of a mapping or a list.
func (f *File) Span(node *yaml.Node) facts.Span {
	switch node.Kind {
	case yaml.ScalarNode:
		return f.Scalar(node).Span
	case yaml.AliasNode:
		at := f.Offset(node)
		return facts.Span{Start: at, End: min(at+1+len(node.Value), len(f.Source.Text))}
	}
	_, at := skipProperties(f.Source.Text, f.Offset(node))
	_, n := utf8.DecodeRune(f.Source.Text[at:])
	return facts.Span{Start: at, End: at + n}
}

// skipProperties gives the end of a node's anchor and tag, and where its content begins. Both are at if it has neither.
func skipProperties(text []byte, at int) (end, content int) {
	end = at
	for at < len(text) && (text[at] == '&' || text[at] == '!') {
		switch {
		case text[at] == '&':
			for at++; at < len(text) && isNameByte(text[at]); at++ {
			}
		case bytes.HasPrefix(text[at:], []byte("!<")):
			for at < len(text) && text[at] != '>' {
				at++
			}
			at = min(at+1, len(text))
		default:
			for at < len(text) && !isBlank(text[at]) && lineBreak(text, at) == 0 {
				at++
			}
		}
		end = at
		at = skipToContent(text, at)
	}
	return end, at
}

// skipToContent skips blanks, line breaks and comments.
func skipToContent(text []byte, at int) int {
	begin := at
	for at < len(text) {
		switch {
		case isBlank(text[at]):
			at++
		case lineBreak(text, at) > 0:
			at += lineBreak(text, at)
		case text[at] == '#' && at > begin:
			for at < len(text) && lineBreak(text, at) == 0 {
				at++
			}
		default:
			return at
		}
	}
	return at
}

// isNameByte says whether the parser takes a byte as part of an anchor's name.
func isNameByte(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '_' || c == '-'
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// lineBreak gives the number of bytes of the line break at an offset, 0 if there is none.
func lineBreak(text []byte, at int) int {
	if at >= len(text) {
		return 0
	}
	switch text[at] {
	case '\n':
		return 1
	case '\r':
		if at+1 < len(text) && text[at+1] == '\n' {
			return 2
		}
		return 1
	case 0xc2:
		if at+1 < len(text) && text[at+1] == 0x85 {
			return 2
		}
	case 0xe2:
		if at+2 < len(text) && text[at+1] == 0x80 && (text[at+2] == 0xa8 || text[at+2] == 0xa9) {
			return 3
		}
	}
	return 0
}
