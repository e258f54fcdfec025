package shell

import (
	"errors"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// Comments finds the comments of a script, each with its #, and the simple commands, which may take several lines. What
// looks like a comment inside quotes or a here-document is none.
func Comments(src *facts.Source) (comments, commands []facts.Span) {
	whole := &file{source: src, text: string(src.Text)}
	if len(whole.text) > maxScript || nested(whole.text) > maxNested {
		return nil, nil
	}
	for _, script := range scripts(whole) {
		parsed := 0
		for start := 0; start < len(script.text) && parsed <= maxParsed; {
			chunk := *script
			chunk.base = start
			last, err := chunk.comments(&comments, &commands)
			if err == nil {
				break
			}
			parsed += len(script.text) - start
			start = nextStatement(script.text, max(start, last))
		}
	}
	return comments, commands
}

// comments collects what stands in front of the first syntax error; end is where its last statement ends.
func (f *file) comments(comments, commands *[]facts.Span) (end int, err error) {
	defer func() {
		if recovered := recover(); recovered != nil {
			err = errors.New("the parser cannot handle this script")
		}
	}()
	visit := func(node syntax.Node) bool {
		switch n := node.(type) {
		case *syntax.Comment:
			*comments = append(*comments, facts.Span{Start: f.offset(n.Hash), End: f.offset(n.End())})
		case *syntax.Stmt:
			switch n.Cmd.(type) {
			case *syntax.CallExpr, *syntax.DeclClause:
				*commands = append(*commands, f.span(n))
			}
		}
		return true
	}
	// Comments behind the last statement belong to the file that Parse gives; the statements of a broken one come from
	// StmtsSeq only.
	parsed, err := syntax.NewParser(syntax.KeepComments(true)).Parse(strings.NewReader(f.text[f.base:]), "")
	if err == nil {
		syntax.Walk(parsed, visit)
		return len(f.text), nil
	}
	for statement, err := range syntax.NewParser(syntax.KeepComments(true)).StmtsSeq(strings.NewReader(f.text[f.base:])) {
		if err != nil {
			break
		}
		syntax.Walk(statement, visit)
		end = f.offset(statement.End())
	}
	return end, err
}
