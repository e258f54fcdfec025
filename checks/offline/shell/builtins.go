package shell

import (
	"errors"
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dockerrun"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
)

// builtin walks through a command of the shell itself. ok is false when it is none that matters.
func (e *evaluator) builtin(name string, arguments []dockerrun.Word, c *syntax.CallExpr) (how flow, ok bool) {
	switch name {
	case "exit":
		return ends, true
	case "return":
		return returns, true
	case "source", ".":
		return e.source(arguments, c), true
	case "unset":
		for _, word := range arguments {
			if text := word.Prefix(); word.Known() && !strings.HasPrefix(text, "-") {
				e.set(text, &variable{unset: true})
			}
		}
		return goesOn, true
	case "set":
		e.setOptions(arguments)
		return goesOn, true
	case "shift":
		e.shift(arguments)
		return goesOn, true
	case "export", "readonly", "declare", "typeset", "local":
		// Behind a variable in front of it, the parser does not take it for what it is.
		e.declareWords(name, arguments)
		return goesOn, true
	case "cd", "pushd", "popd":
		e.changeDirectory(name, arguments)
		return goesOn, true
	case "eval":
		e.hiddenCommands(append([]dockerrun.Word{{}}, arguments...))
		return goesOn, true
	}
	for _, assigned := range assignedBy(name, c.Args[1:]) {
		e.forget(assigned, "it is read by \""+name+"\" ("+e.line(c)+")")
		ok = true
	}
	return goesOn, ok
}

// assignedBy gives the names of the variables that a builtin assigns by its arguments.
func assignedBy(builtin string, arguments []*syntax.Word) (assigned []string) {
	var texts []string
	for _, word := range arguments {
		texts = append(texts, word.Lit())
	}
	switch builtin {
	case "read", "mapfile", "readarray", "wait":
		assigned = append(assigned, "REPLY", "MAPFILE")
		for _, text := range texts {
			if syntax.ValidName(text) {
				assigned = append(assigned, text)
			}
		}
	case "getopts":
		assigned = append(assigned, "OPTARG", "OPTIND")
		if len(texts) > 1 && syntax.ValidName(texts[1]) {
			assigned = append(assigned, texts[1])
		}
	case "printf":
		if len(texts) > 1 && texts[0] == "-v" && syntax.ValidName(texts[1]) {
			assigned = append(assigned, texts[1])
		}
	case "unset":
		for _, text := range texts {
			if syntax.ValidName(text) {
				assigned = append(assigned, text)
			}
		}
	case "shift", "set":
		assigned = append(assigned, positional)
	}
	return assigned
}

// setOptions takes "set -a", "set +a" and "set -- words".
func (e *evaluator) setOptions(arguments []dockerrun.Word) {
	for i := 0; i < len(arguments); i++ {
		word := arguments[i]
		text := word.Prefix()
		switch {
		case text == "--" && word.Known(), !strings.HasPrefix(text, "-") && !strings.HasPrefix(text, "+"):
			words := arguments[i:]
			if text == "--" {
				words = words[1:]
			}
			e.set(positional, &variable{array: true, words: slices.Clone(words)})
			return
		default:
			on := no
			if text[0] == '-' {
				on = yes
			}
			if strings.Contains(text, "a") {
				e.allExport = on
			}
			if strings.HasSuffix(text, "o") && i+1 < len(arguments) {
				i++
				if arguments[i].Prefix() == "allexport" {
					e.allExport = on
				}
			}
		}
	}
}

func (e *evaluator) shift(arguments []dockerrun.Word) {
	v := e.variables[positional]
	if v == nil {
		e.forget(positional, "it is given when the script is called")
		return
	}
	n := 1
	if len(arguments) > 0 {
		n = -1
		if text := arguments[0].Prefix(); arguments[0].Known() && len(text) == 1 && text[0] >= '0' && text[0] <= '9' {
			n = int(text[0] - '0')
		}
	}
	switch {
	case !v.array:
	case n < 0 || slices.ContainsFunc(v.words[:min(n, len(v.words))], func(w dockerrun.Word) bool { return w.Several }):
		e.forget(positional, "\"shift\" has moved it")
	case n <= len(v.words):
		e.set(positional, &variable{array: true, words: v.words[n:]})
	}
}

// source reads another script in.
func (e *evaluator) source(arguments []dockerrun.Word, c *syntax.CallExpr) flow {
	if len(arguments) == 0 {
		return goesOn
	}
	word := arguments[0]
	at := e.file.span(c)
	if !word.Known() {
		e.problem(e.file, word.Span, "which script "+e.file.text[word.Span.Start:word.Span.End]+" is is not known; what it sets is not checked", true)
		e.unread = e.at(word.Span)
		return goesOn
	}
	name := string(word.Bytes)
	script, err := directory{e}.Open(e.file.source, name)
	if err != nil {
		e.problem(e.file, word.Span, "the script "+name+" is not read in, so what it sets is not known: "+reason(err), true)
		e.unread = e.at(word.Span)
		return goesOn
	}
	if slices.Contains(e.sourced, script) || script == e.main || len(e.sourced) == maxCalls {
		e.problem(e.file, at, "the script "+name+" is read in again while it is being read; that is not worked out", true)
		return goesOn
	}
	f := &file{source: script, text: string(script.Text), shell: e.file.shell}
	file, mayReturn, mark, ended := e.file, e.mayReturn, len(e.log), e.ended
	e.sourced = append(e.sourced, script)
	e.mayReturn, e.ended = false, false
	if e.spend(len(f.text)) {
		e.readFile(f)
	}
	e.sourced = e.sourced[:len(e.sourced)-1]
	e.file = file
	if e.mayReturn {
		e.join(c, outcome{variables: e.rollback(mark), allExport: e.allExport})
	}
	how := goesOn
	if e.ended {
		how = ends
	}
	e.mayReturn, e.ended = mayReturn, ended
	return how
}

// at is a place in the file that is being read.
func (e *evaluator) at(span facts.Span) *facts.Origin {
	return &facts.Origin{Source: e.file.source, Span: span, Format: facts.Shell, Runs: []facts.Run{}}
}

// reason is why a file is not opened, without the file's name.
func reason(err error) string {
	for _, known := range []error{input.ErrOutside, input.ErrMissing, input.ErrTooLarge, input.ErrNotRegular, input.ErrUnreadable} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return err.Error()
}

// errDirectory says that a relative path cannot be followed.
var errDirectory = errors.New("the directory is not known that the script is in by then")

// changeDirectory follows the script into another directory, to which the paths of env files are relative.
func (e *evaluator) changeDirectory(name string, arguments []dockerrun.Word) {
	const unknown = "the script goes to a directory that is not known"
	for len(arguments) > 0 && strings.HasPrefix(arguments[0].Prefix(), "-") && len(arguments[0].Prefix()) > 1 {
		arguments = arguments[1:]
	}
	switch {
	case name == "popd" || len(arguments) != 1:
		e.dirWhy = unknown
	case !arguments[0].Known():
		// "cd $(dirname $0)" and its like go to where the script is.
		written := e.file.text[arguments[0].Span.Start:arguments[0].Span.End]
		if (strings.Contains(written, "dirname") || strings.Contains(written, "%/*}")) && (strings.Contains(written, "$0") || strings.Contains(written, "BASH_SOURCE")) && !strings.Contains(written, "..") && len(arguments[0].Bytes) == 0 {
			e.dir, e.dirWhy = "", ""
			return
		}
		e.dirWhy = unknown
	case arguments[0].Prefix() == "-":
		e.dirWhy = unknown
	case path.IsAbs(arguments[0].Prefix()):
		e.dir, e.dirWhy = arguments[0].Prefix(), ""
	case e.dirWhy == "":
		e.dir = path.Join(e.dir, arguments[0].Prefix())
	}
}

// directory opens files relative to the directory that the script is in. It begins in the one that holds the script.
type directory struct{ *evaluator }

func (d directory) Open(_ *facts.Source, name string) (*facts.Source, error) {
	if !path.IsAbs(name) {
		if d.dirWhy != "" {
			return nil, errDirectory
		}
		name = path.Join(d.dir, name)
	}
	return d.context.Open(d.main, name)
}

func (d directory) Exists(_ *facts.Source, name string) bool {
	return d.dirWhy == "" && d.context.Exists(d.main, path.Join(d.dir, name))
}
