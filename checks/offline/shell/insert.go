package shell

import (
	"regexp"
	"strings"
	"sync"

	"mvdan.cc/sh/v3/syntax"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/edit"
)

// Insert gives the insertion of an option -e NAME=value into the command in which another variable is given, behind that
// one and laid out like it. ok is false when the other is no argument of its own: part of a longer text, or assigned.
func Insert(sibling facts.Setting, name, value string, parsed *edit.Parsed) (insertion edit.Insertion, ok bool) {
	source, at := sibling.Origin.Source, sibling.Origin.KeySpan.Start
	encoded, ok := Encode(facts.Plain, name+"="+value)
	if !ok {
		return insertion, false
	}
	for _, part := range edit.Of(parsed, source, func() []chunk { return chunks(source) }) {
		for _, statement := range part.statements {
			if span := part.span(statement); at < span.Start || at > span.End {
				continue
			}
			if found := part.argumentOf(statement, at); found.words != nil {
				return part.insert(found, at, encoded)
			}
		}
	}
	return insertion, false
}

// chunk is a part of a script that could be parsed.
type chunk struct {
	*file
	statements []*syntax.Stmt
}

// chunks parses the scripts of a source, as [evaluator.readScript] does.
func chunks(source *facts.Source) (all []chunk) {
	whole := &file{source: source, text: string(source.Text)}
	if len(whole.text) > maxScript || nested(whole.text) > maxNested {
		return nil
	}
	for _, script := range scripts(whole) {
		parsed := 0
		for start := script.base; start < len(script.text) && parsed <= maxParsed; {
			part := *script
			part.base = start
			statements, err := part.parse()
			all = append(all, chunk{&part, statements})
			if err == nil {
				break
			}
			parsed += len(script.text) - start
			if n := len(statements); n > 0 {
				start = part.offset(statements[n-1].End())
			}
			start = nextStatement(script.text, start)
		}
	}
	return all
}

// list is the words of a command, or the elements of an array.
type list struct {
	words []*syntax.Word
	index int // of the word that is looked for
	array bool
}

// insert puts an option behind the word that was found.
func (f *file) insert(l list, at int, encoded string) (insertion edit.Insertion, ok bool) {
	word := f.span(l.words[l.index])
	option := unquoted(f.text[word.Start:at])
	first := l.index
	if option == "" && first > 0 {
		first--
		before := f.span(l.words[first])
		option = f.text[before.Start:before.End] + f.between(l, l.index)
	}
	switch strings.TrimRight(option, " \t\\\r\n") {
	case "-e", "--env", "-e=", "--env=":
	default:
		return insertion, false
	}
	layout := first
	if first == 0 && l.index+1 < len(l.words) {
		layout = l.index + 1 // the first element of an array is laid out like the one behind it
	}
	scope := facts.Span{Start: f.span(l.words[0]).Start, End: f.span(l.words[len(l.words)-1]).End}
	return edit.Insertion{At: word.End, Text: f.between(l, layout) + option + encoded, Scope: scope}, true
}

// What may stand between two words: blanks, and a line that goes on. In an array, lines go on by themselves.
var (
	separator      = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[ \t]*(\\\r?\n[ \t]*)?$`) })
	arraySeparator = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[ \t]*(\\?\r?\n[ \t]*)?$`) })
)

// between is what stands between a word and the one in front of it, if that can be written once more.
func (f *file) between(l list, i int) string {
	if i > 0 {
		start, end := f.span(l.words[i-1]).End, f.span(l.words[i]).Start
		allowed := separator
		if l.array {
			allowed = arraySeparator
		}
		// In a transcript, prompts are blanked out, and the bytes of the file are others.
		if text := string(f.source.Text[start:end]); text != "" && allowed().MatchString(text) {
			return text
		}
	}
	return " "
}

func unquoted(text string) string { return strings.NewReplacer(`"`, "", "'", "").Replace(text) }

// argumentOf finds the innermost of the lists that an offset is in.
func (f *file) argumentOf(statement *syntax.Stmt, at int) (found list) {
	look := func(words []*syntax.Word, array bool) {
		for i, word := range words {
			if span := f.span(word); span.Start <= at && at < span.End {
				found = list{words, i, array}
			}
		}
	}
	syntax.Walk(statement, func(node syntax.Node) bool {
		switch node := node.(type) {
		case *syntax.CmdSubst:
			// Between backquotes a backslash means something else.
			return !node.Backquotes
		case *syntax.CallExpr:
			look(node.Args, false)
		case *syntax.ArrayExpr:
			words := make([]*syntax.Word, 0, len(node.Elems))
			for _, element := range node.Elems {
				if element.Value != nil {
					words = append(words, element.Value)
				}
			}
			look(words, true)
		}
		return true
	})
	return found
}
