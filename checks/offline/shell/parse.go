package shell

import (
	"errors"
	"path"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// maxParsed is how many bytes are parsed of one script, counted anew each time that parsing starts again behind a statement
// that cannot be parsed.
const maxParsed = 5 * maxScript

// dialect says which shell a script is for, as far as it matters here.
type dialect uint8

const (
	bash  dialect = iota // also what has no #! line
	posix                // sh: whether {a,b} is expanded, and more, depends on the system
	other                // zsh and others, which do not split the value of a variable into words
)

// dialectOf reads the #! line.
func dialectOf(text string) dialect {
	line, _, _ := strings.Cut(text, "\n")
	line, ok := strings.CutPrefix(line, "#!")
	if !ok {
		return bash
	}
	words := strings.Fields(line)
	for len(words) > 0 && (path.Base(words[0]) == "env" || strings.HasPrefix(words[0], "-") || path.Base(words[0]) == "busybox") {
		words = words[1:]
	}
	if len(words) == 0 {
		return bash
	}
	switch name := path.Base(words[0]); name {
	case "sh", "dash", "ash":
		return posix
	case "bash", "ksh", "mksh", "rbash":
		return bash
	default:
		return other
	}
}

// nested counts what may open something that is nested.
func nested(text string) int {
	n := 0
	for _, opener := range []string{"(", "[", "{", "`", "?"} {
		n += strings.Count(text, opener)
	}
	for word := range strings.FieldsSeq(text) {
		switch word {
		case "if", "while", "until", "for", "case", "select", "function", "time", "coproc", "!", "do", "then":
			n++
		}
	}
	return n
}

// carriageReturns tells of line ends that bash would take for a part of words.
func (e *evaluator) carriageReturns(f *file) {
	if at := strings.Index(f.text, "\r\n"); at >= 0 {
		e.problem(f, facts.Span{Start: at, End: at + 2}, "the lines end with CR LF, which bash on Linux does not take; bbdoctor reads them as if they ended with LF; convert the file before you run it there", true)
	}
}

// readScript parses a script and walks through it. What stands in front of a syntax error is read; behind it, reading goes
// on with the next line that can begin a statement.
func (e *evaluator) readScript(f *file) {
	before := e.file
	defer func() { e.file = before }()
	parsed := 0
	for start, told := f.base, false; start < len(f.text) && parsed <= maxParsed; {
		chunk := *f
		chunk.base = start
		e.file = &chunk
		statements, err := chunk.parse()
		for _, statement := range statements {
			if e.stopped || e.ended {
				break
			}
			e.ended = e.statement(statement) == ends
		}
		if err == nil || e.stopped {
			return
		}
		if !told {
			e.syntaxError(&chunk, err)
			told = true
		}
		parsed += len(f.text) - start
		end := start
		if n := len(statements); n > 0 {
			end = chunk.offset(statements[n-1].End())
		}
		start = nextStatement(f.text, end)
	}
}

// parse gives the statements in front of the first syntax error.
func (f *file) parse() (statements []*syntax.Stmt, err error) {
	defer func() {
		if recovered := recover(); recovered != nil {
			err = errors.New("the parser cannot handle this script")
		}
	}()
	for statement, err := range syntax.NewParser().StmtsSeq(strings.NewReader(f.text[f.base:])) {
		if err != nil {
			return statements, err
		}
		statements = append(statements, statement)
	}
	return statements, nil
}

// offset is where a position of the parser is in the source.
func (f *file) offset(at syntax.Pos) int { return min(f.base+int(at.Offset()), len(f.text)) }

// span is where a node is in the source. Of "\r\n", the parser counts the first to the word before it.
func (f *file) span(node syntax.Node) facts.Span {
	span := facts.Span{Start: f.offset(node.Pos()), End: f.offset(node.End())}
	if span.End > span.Start && f.text[span.End-1] == '\r' && strings.HasPrefix(f.text[span.End:], "\n") {
		span.End--
	}
	return span
}

// written is the text of a node as it stands in the source.
func (f *file) written(node syntax.Node) string {
	span := f.span(node)
	return f.text[span.Start:max(span.Start, span.End)]
}

// syntaxError tells where a script cannot be parsed.
func (e *evaluator) syntaxError(f *file, err error) {
	at, message := facts.Span{Start: f.base, End: f.base}, err.Error()
	var parsing syntax.ParseError
	var language syntax.LangError
	switch {
	case errors.As(err, &parsing):
		at.Start, message = f.offset(parsing.Pos), parsing.Text
	case errors.As(err, &language):
		at.Start, message = f.offset(language.Pos), language.Feature+" are not a feature of bash"
	}
	at.End = min(at.Start+1, len(f.text))
	e.problem(f, at, "the shell cannot read the script from here on: "+facts.RedactText(message)+"; correct it", false)
}

// nextStatement finds where parsing may start again when the statement behind an offset cannot be parsed: behind its first
// line and the lines that continue it.
func nextStatement(text string, at int) int {
	for at < len(text) {
		switch c := text[at]; {
		case c == '#':
			at = lineEnd(text, at)
		case strings.IndexByte(" \t\r\n;&", c) >= 0:
			at++
		default:
			for at = lineEnd(text, at); at < len(text) && continued(text[:at]); {
				at = lineEnd(text, at+1)
			}
			return at
		}
	}
	return at
}

// lineEnd is the offset of the next line feed, or the length of the text.
func lineEnd(text string, at int) int {
	if n := strings.IndexByte(text[min(at, len(text)):], '\n'); n >= 0 {
		return at + n
	}
	return len(text)
}

// continued says whether a text ends with a backslash that continues the line.
func continued(text string) bool {
	text = strings.TrimSuffix(text, "\r")
	return (len(text)-len(strings.TrimRight(text, "\\")))%2 == 1
}
