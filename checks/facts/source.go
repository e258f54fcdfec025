package facts

import (
	"bytes"
	"io/fs"
	"sort"
	"sync"
	"unicode/utf8"
)

// Span is a half-open range of byte offsets [Start, End) in a [Source].
type Span struct{ Start, End int }

// Len is the number of bytes in the span.
func (s Span) Len() int { return s.End - s.Start }

// Source is one input file with its bytes as they are on disk. Everything that is read out of it points back into it,
// so it is never changed after it was read.
type Source struct {
	// Name is how the file is shown: relative to the working directory, with "/" on every system.
	Name string
	// Path is where the file can be opened again; empty for standard input.
	Path string
	// Text is the whole content.
	Text []byte
	// Mode is the file's permission bits as they were when it was read.
	Mode fs.FileMode
	// InWorkTree says that the file lies in a git work tree, where permission bits mean nothing.
	InWorkTree bool
	// Within is the value whose text this is, when it is a text inside another file: a bitbucket.properties in a ConfigMap.
	// Readers put the places they find into that file, see [Origin.Located].
	Within *Origin

	linesOnce sync.Once
	lines     []int // offset of the first byte of each line

	marksMu sync.Mutex
	marks   []mark // of the long line that was asked for last

	hiddenMu sync.Mutex
	hidden   []Span
}

// NewSource makes a source from a name and its bytes, for inputs that are no files and for tests.
func NewSource(name string, text []byte) *Source {
	return &Source{Name: name, Path: name, Text: text}
}

// lineStarts finds where lines begin. LF, CRLF and a lone CR each end a line, as they do for java.util.Properties.
func (s *Source) lineStarts() []int {
	s.linesOnce.Do(func() {
		s.lines = append(make([]int, 0, 1+bytes.Count(s.Text, []byte("\n"))), 0)
		for i := 0; i < len(s.Text); i++ {
			switch s.Text[i] {
			case '\r':
				if i+1 < len(s.Text) && s.Text[i+1] == '\n' {
					i++
				}
				s.lines = append(s.lines, i+1)
			case '\n':
				s.lines = append(s.lines, i+1)
			}
		}
	})
	return s.lines
}

// Position gives line and column of a byte offset, both counted from 1, the column in Unicode code points. A byte that
// is not UTF-8 counts as one code point. An offset outside the text is moved to its nearest end.
func (s *Source) Position(offset int) (line, column int) {
	offset = max(0, min(offset, len(s.Text)))
	starts := s.lineStarts()
	line = sort.SearchInts(starts, offset+1)
	start := starts[line-1]
	if offset-start < longLine {
		return line, utf8.RuneCount(s.Text[start:offset]) + 1
	}
	return line, s.column(start, offset)
}

// longLine is the length in bytes from which on columns of a line are remembered, at every so many bytes: of a line with
// thousands of places every place is asked for, and counting each from the beginning would take quadratic time.
const longLine = 4096

// mark is a place of a line at which a character begins, and its column.
type mark struct{ offset, column int }

// column counts from the nearest mark of the line.
func (s *Source) column(start, offset int) int {
	s.marksMu.Lock()
	defer s.marksMu.Unlock()
	if len(s.marks) == 0 || s.marks[0].offset != start {
		s.marks = append(s.marks[:0], mark{start, 1})
	}
	for last := s.marks[len(s.marks)-1]; last.offset+longLine <= offset; last = s.marks[len(s.marks)-1] {
		next := last.offset + longLine
		// Where no character begins close before, none reaches here: the bytes are no UTF-8 and count one by one.
		for back := range utf8.UTFMax {
			if next == len(s.Text) || utf8.RuneStart(s.Text[next-back]) {
				next -= back
				break
			}
		}
		s.marks = append(s.marks, mark{next, last.column + utf8.RuneCount(s.Text[last.offset:next])})
	}
	nearest := s.marks[sort.Search(len(s.marks), func(i int) bool { return s.marks[i].offset > offset })-1]
	return nearest.column + utf8.RuneCount(s.Text[nearest.offset:offset])
}

// Line gives the span of line n, counted from 1, without its terminator.
func (s *Source) Line(n int) Span {
	starts := s.lineStarts()
	if n < 1 || n > len(starts) {
		return Span{len(s.Text), len(s.Text)}
	}
	end := len(s.Text)
	if n < len(starts) {
		end = starts[n]
	}
	for end > starts[n-1] && (s.Text[end-1] == '\n' || s.Text[end-1] == '\r') {
		end--
	}
	return Span{starts[n-1], end}
}

// Hide marks a range of the source as secret. [Source.Masked] never shows it.
func (s *Source) Hide(span Span) {
	span.Start, span.End = max(0, span.Start), min(span.End, len(s.Text))
	if span.Len() <= 0 {
		return
	}
	if s.Within != nil {
		for _, piece := range s.Within.pieces(span) {
			s.Within.Source.Hide(Span{piece.Raw, piece.Raw + piece.RawN})
		}
		if s.Within.Runs != nil && len(s.Within.Runs) == 0 {
			s.Within.Source.Hide(s.Within.Span)
		}
	}
	s.hiddenMu.Lock()
	defer s.hiddenMu.Unlock()
	s.hidden = append(s.hidden, span)
}

// Hidden lists the secret ranges in order, overlapping ones joined.
func (s *Source) Hidden() []Span {
	s.hiddenMu.Lock()
	defer s.hiddenMu.Unlock()
	sort.Slice(s.hidden, func(i, j int) bool { return s.hidden[i].Start < s.hidden[j].Start })
	joined := s.hidden[:0:0]
	for _, span := range s.hidden {
		if n := len(joined); n > 0 && span.Start <= joined[n-1].End {
			joined[n-1].End = max(joined[n-1].End, span.End)
			continue
		}
		joined = append(joined, span)
	}
	return joined
}
