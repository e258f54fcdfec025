// Package edit holds what the writers of all formats give: the place and the text of a new setting.
package edit

import (
	"bytes"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// Insertion puts Text at offset At of a file.
type Insertion struct {
	At   int
	Text string
	// Scope is the part of the file to which the new setting belongs, a mapping, a command, or all of the file: who takes
	// a setting that is named in it takes the new one too.
	Scope facts.Span
}

// Parsed keeps what a file was parsed into for the next insertion: a file may be asked for a place hundreds of times in a
// row. It keeps one file only. The zero value is ready for use, by one goroutine at a time.
type Parsed struct {
	source *facts.Source
	result any
}

// Of gives what parse makes of a source, which is asked only when another file was asked for in between.
func Of[T any](p *Parsed, source *facts.Source, parse func() T) T {
	if p.source == source {
		if result, ok := p.result.(T); ok {
			return result
		}
	}
	result := parse()
	p.source, p.result = source, result
	return result
}

// LinesBehind is the insertion of lines behind the one that an offset is in, with the line end that the file has there. The
// scope is the file. ok is false behind a last line that ends with half a line end.
func LinesBehind(text []byte, at int, lines ...string) (insertion Insertion, ok bool) {
	whole := facts.Span{End: len(text)}
	end := bytes.IndexByte(text[at:], '\n')
	if end < 0 {
		// The last line has no end, and what becomes the last line has none either.
		eol := lineEnd(text)
		return Insertion{At: len(text), Text: eol + strings.Join(lines, eol), Scope: whole}, !bytes.HasSuffix(text, []byte("\r"))
	}
	at += end + 1
	eol := lineEnd(text[:at])
	return Insertion{At: at, Text: strings.Join(lines, eol) + eol, Scope: whole}, true
}

// lineEnd is how the last line that has an end ends; LF when there is none.
func lineEnd(text []byte) string {
	if at := bytes.LastIndexByte(text, '\n'); at > 0 && text[at-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}
