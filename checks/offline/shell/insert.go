package shell

import (
	"regexp"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/edit"
)

// Insert gives the insertion of an option -e NAME=value into the command in which another variable is given, behind that
// one and laid out like it. ok is false when the other is no argument of its own: part of a longer text, or assigned.
func Insert(sibling facts.Setting, name, value string) (insertion edit.Insertion, ok bool) {
	source, at := sibling.Origin.Source, sibling.Origin.KeySpan.Start
	encoded, ok := Encode(facts.Plain, name+"="+value)
	whole := &file{source: source, text: string(source.Text)}
	if !ok || len(whole.text) > maxScript || nested(whole.text) > maxNested {
		return insertion, false
	}
	for _, script := range scripts(whole) {
		if words, i, found := script.argument(at); found {
			return script.insert(words, i, at, encoded)
		}
	}
	return insertion, false
}

// insert puts an option behind word i of a command.
func (f *file) insert(words []*syntax.Word, i, at int, encoded string) (insertion edit.Insertion, ok bool) {
	word := f.span(words[i])
	option := unquoted(f.text[word.Start:at])
	first := i
	if option == "" && i > 0 {
		first = i - 1
		before := f.span(words[first])
		option = f.text[before.Start:before.End] + f.between(words, i)
	}
	switch strings.TrimRight(option, " \t\\\r\n") {
	case "-e", "--env", "-e=", "--env=":
	default:
		return insertion, false
	}
	scope := facts.Span{Start: f.span(words[0]).Start, End: f.span(words[len(words)-1]).End}
	return edit.Insertion{At: word.End, Text: f.between(words, first) + option + encoded, Scope: scope}, true
}

// separator is what may stand between two words: blanks, and a line that goes on.
var separator = regexp.MustCompile(`^[ \t]*(\\\r?\n[ \t]*)?$`)

// between is what stands between a word and the one in front of it, if that can be written once more.
func (f *file) between(words []*syntax.Word, i int) string {
	if i > 0 {
		start, end := f.span(words[i-1]).End, f.span(words[i]).Start
		// In a transcript, prompts are blanked out, and the bytes of the file are others.
		if text := string(f.source.Text[start:end]); text != "" && separator.MatchString(text) {
			return text
		}
	}
	return " "
}

func unquoted(text string) string { return strings.NewReplacer(`"`, "", "'", "").Replace(text) }

// argument finds the argument of a command, or the element of a list, that an offset is in.
func (f *file) argument(at int) (words []*syntax.Word, index int, found bool) {
	parsed := 0
	for start := f.base; start < len(f.text) && parsed <= maxParsed && !found; {
		chunk := *f
		chunk.base = start
		statements, err := chunk.parse()
		for _, statement := range statements {
			if span := chunk.span(statement); span.Start <= at && at <= span.End {
				words, index = chunk.argumentOf(statement, at)
			}
		}
		if words != nil || err == nil {
			f.base = start
			return words, index, words != nil
		}
		parsed += len(f.text) - start
		if n := len(statements); n > 0 {
			start = chunk.offset(statements[n-1].End())
		}
		start = nextStatement(f.text, start)
	}
	return nil, 0, false
}

func (f *file) argumentOf(statement *syntax.Stmt, at int) (words []*syntax.Word, index int) {
	look := func(list []*syntax.Word) {
		for i, word := range list {
			if span := f.span(word); span.Start <= at && at < span.End {
				words, index = list, i // of several, one within another, the innermost comes last
			}
		}
	}
	syntax.Walk(statement, func(node syntax.Node) bool {
		switch node := node.(type) {
		case *syntax.CallExpr:
			look(node.Args)
		case *syntax.ArrayExpr:
			list := make([]*syntax.Word, 0, len(node.Elems))
			for _, element := range node.Elems {
				if element.Value != nil {
					list = append(list, element.Value)
				}
			}
			look(list)
		}
		return true
	})
	return words, index
}
