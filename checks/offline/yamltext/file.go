// Package yamltext parses YAML files with go.yaml.in/yaml/v3 and finds the bytes that wrote each scalar: where it stands
// without its quotes, and which bytes of the file made which bytes of the value. It knows nothing of what a file means.
package yamltext

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// maxItems bounds what a file may make the parser build: it refuses a file with more line ends, commas, brackets and list
// dashes than this. A node takes some 200 bytes, so that 8 MiB of "1,1,1," would fill a gigabyte. A file of 8 MiB with
// lines as long as people write them has half as many.
const maxItems = 500_000

// File is a YAML file with the nodes of its documents. It remembers what it found out about lines, so it is for one
// goroutine at a time.
type File struct {
	Source *facts.Source
	// Documents are the root nodes of the documents, in order. A document that is empty is not among them.
	Documents []*yaml.Node

	lines   []int         // starts of lines; nil if they are those of Source
	walked  int           // fields and items given so far
	columns map[int][]int // by line, for long lines: offset of every stride-th character
}

// Error is a file that is not YAML.
type Error struct {
	// Line is where the parser gave up, or near it; 0 if it does not say.
	Line int
	// Message says what is wrong; nothing of it quotes a secret.
	Message string
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return e.Message
	}
	return "line " + strconv.Itoa(e.Line) + ": " + e.Message
}

// Parse reads all documents of a file. The error is an [*Error]. A file with one document that cannot be read is refused
// as a whole, as every program that reads it does.
func Parse(source *facts.Source) (file *File, err error) {
	if err := refuse(source.Text); err != nil {
		return nil, err
	}
	// The parser panics on a few inputs it does not expect ("internal error: ... please report").
	defer func() {
		if recovered := recover(); recovered != nil {
			file, err = nil, &Error{Message: "the YAML parser cannot handle this file"}
		}
	}()
	file = &File{Source: source}
	if ownLines(source.Text) {
		file.lines = lineStarts(source.Text)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(source.Text))
	for {
		document := new(yaml.Node)
		switch err := decoder.Decode(document); {
		case errors.Is(err, io.EOF):
			return file, nil
		case err != nil:
			return nil, Explain(source.Text, err)
		}
		if len(document.Content) > 0 {
			file.Documents = append(file.Documents, document.Content[0])
		}
	}
}

// refuse turns down, before parsing, what would take too much memory and what the positions of nodes are no use for.
func refuse(text []byte) error {
	if bytes.HasPrefix(text, []byte("\xff\xfe")) || bytes.HasPrefix(text, []byte("\xfe\xff")) {
		return &Error{Line: 1, Message: "the file is in UTF-16; save it as UTF-8"}
	}
	if len(text) <= maxItems {
		return nil
	}
	items := bytes.Count(text, []byte("\n")) + bytes.Count(text, []byte("\r")) + bytes.Count(text, []byte(",")) +
		bytes.Count(text, []byte("[")) + bytes.Count(text, []byte("{")) +
		bytes.Count(text, []byte("- ")) + bytes.Count(text, []byte("? "))
	if items > maxItems {
		return &Error{Message: fmt.Sprintf("the file has more than %d lines and list items", maxItems)}
	}
	return nil
}

// Explain turns the library's error into one with a line. Errors of its parser, unlike those of its scanner, count lines
// from 0. Errors of the character reader have none, so the character is looked for.
func Explain(text []byte, err error) *Error {
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 0
	if rest, ok := strings.CutPrefix(message, "line "); ok {
		number, after, _ := strings.Cut(rest, ": ")
		if n, err := strconv.Atoi(number); err == nil {
			line, message = n, after
		}
		if ofParser(message) {
			line = min(line+1, 1+bytes.Count(bytes.TrimSuffix(text, []byte("\n")), []byte("\n")))
		}
	}
	if line == 0 {
		if at := unreadable(text); at >= 0 {
			line = 1 + bytes.Count(text[:at], []byte("\n"))
		}
	}
	return &Error{Line: line, Message: facts.RedactText(message)}
}

// parserMessages begin what the library's parser has to say about lines that its scanner has taken.
var parserMessages = []string{
	"did not find expected <", "did not find expected node content", "did not find expected '-'", "did not find expected key",
	"did not find expected ','", "found undefined tag handle", "found duplicate %", "found incompatible YAML document",
}

func ofParser(message string) bool {
	return slices.ContainsFunc(parserMessages, func(begin string) bool { return strings.HasPrefix(message, begin) })
}

// unreadable gives the offset of the first character that YAML does not allow, or -1.
func unreadable(text []byte) int {
	for i := 0; i < len(text); {
		c, n := utf8.DecodeRune(text[i:])
		switch {
		case c == utf8.RuneError && n == 1,
			c < 0x20 && c != '\t' && c != '\n' && c != '\r',
			c == 0x7f, c > 0x7f && c < 0xa0 && c != 0x85, c == 0xfffe, c == 0xffff:
			return i
		}
		i += n
	}
	return -1
}
