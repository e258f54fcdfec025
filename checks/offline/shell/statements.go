package shell

import (
	"slices"

	"mvdan.cc/sh/v3/syntax"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// flow says how a statement ends.
type flow uint8

const (
	goesOn  flow = iota
	returns      // from a function or a script that is read in
	ends         // the whole script
)

// maxRounds is how many rounds of a loop over words are walked through one by one.
const maxRounds = 16

// statements walks through a list.
func (e *evaluator) statementList(list []*syntax.Stmt) flow {
	for _, statement := range list {
		if how := e.statement(statement); how != goesOn {
			return how
		}
	}
	return goesOn
}

// statement walks through one statement.
func (e *evaluator) statement(s *syntax.Stmt) flow {
	if e.statements--; e.statements < 0 {
		e.stop("its loops and functions run too many commands")
	}
	if e.stopped || s.Cmd == nil {
		return goesOn
	}
	e.writtenFile(s)
	if s.Background || s.Coprocess || s.Disown {
		e.subshell(func() flow { return e.command(s.Cmd) })
		return goesOn
	}
	return e.command(s.Cmd)
}

func (e *evaluator) command(command syntax.Command) flow {
	switch c := command.(type) {
	case *syntax.CallExpr:
		return e.call(c)
	case *syntax.DeclClause:
		e.declare(c)
	case *syntax.BinaryCmd:
		return e.binary(c)
	case *syntax.Block:
		return e.statementList(c.Stmts)
	case *syntax.Subshell:
		e.subshell(func() flow { return e.statementList(c.Stmts) })
	case *syntax.IfClause:
		e.ifClause(c)
	case *syntax.CaseClause:
		e.caseClause(c)
	case *syntax.WhileClause:
		e.statementList(c.Cond) // it runs once at least
		e.loop(c, slices.Concat(c.Cond, c.Do), func() flow { return e.statementList(c.Do) })
	case *syntax.ForClause:
		return e.forClause(c)
	case *syntax.FuncDecl:
		e.defineFunction(c)
	case *syntax.TimeClause:
		if c.Stmt != nil {
			return e.statement(c.Stmt)
		}
	case *syntax.CoprocClause:
		e.subshell(func() flow { return e.statement(c.Stmt) })
	case *syntax.ArithmCmd:
		e.arithmetic(c)
	case *syntax.LetClause:
		e.arithmetic(c)
	case *syntax.TestClause:
		e.arithmetic(c)
	}
	return goesOn
}

// binary walks through "a && b", "a || b" and "a | b". Long chains lean to the left.
func (e *evaluator) binary(c *syntax.BinaryCmd) flow {
	var chain []*syntax.BinaryCmd
	var first *syntax.Stmt
	for {
		chain = append(chain, c)
		first = c.X
		next, ok := first.Cmd.(*syntax.BinaryCmd)
		if !ok || first.Background || first.Coprocess {
			break
		}
		c = next
	}
	piped := func(c *syntax.BinaryCmd) bool { return c.Op == syntax.Pipe || c.Op == syntax.PipeAll }
	var how flow
	if piped(chain[len(chain)-1]) {
		e.subshell(func() flow { return e.statement(first) })
	} else {
		how = e.statement(first)
	}
	for i := len(chain) - 1; i >= 0 && how == goesOn; i-- {
		c := chain[i]
		if piped(c) {
			e.subshell(func() flow { return e.statement(c.Y) })
			continue
		}
		e.join(c.Y, e.branch(func() flow { return e.statement(c.Y) }))
	}
	return how
}

func (e *evaluator) ifClause(c *syntax.IfClause) {
	var branches []outcome
	mark, before := len(e.log), e.surroundings
	for at := c; at != nil && !e.stopped; at = at.Else {
		e.statementList(at.Cond) // of "elif" too: what the ones before it assign is known there
		branches = append(branches, e.branch(func() flow { return e.statementList(at.Then) }))
		if at == c {
			mark, before = len(e.log), e.surroundings // the first condition always runs
		}
	}
	left := outcome{moved: before.dir != e.dir || before.dirWhy != e.dirWhy, allExport: e.allExport, variables: e.rollback(mark)}
	e.surroundings = before
	e.join(c, append(branches, left)...)
}

func (e *evaluator) caseClause(c *syntax.CaseClause) {
	e.words(c.Word) // it may have a command in it
	var branches []outcome
	for _, item := range c.Items {
		if item.Op == syntax.Break {
			continue
		}
		for _, name := range e.assignedIn(item.Stmts) { // ";&" goes on with the next item
			e.forget(name, "it is set in a branch ("+e.line(c)+")")
		}
	}
	for _, item := range c.Items {
		branches = append(branches, e.branch(func() flow { return e.statementList(item.Stmts) }))
	}
	e.join(c, branches...)
}

// loop walks once through the body of a loop. What a round assigns is not known at the start of the next.
func (e *evaluator) loop(at syntax.Node, body []*syntax.Stmt, walk func() flow) {
	for _, name := range e.assignedIn(body) {
		e.forget(name, "it is set in a loop ("+e.line(at)+")")
		if v := *e.variables[name]; v.exported == yes {
			v.exported = perhaps // a round may have ended that
			e.set(name, &v)
		}
	}
	e.join(at, e.branch(walk))
}

// forClause walks through a loop over words, round by round when the words are known and few.
func (e *evaluator) forClause(c *syntax.ForClause) flow {
	iteration, ok := c.Loop.(*syntax.WordIter)
	if !ok {
		if loop, ok := c.Loop.(*syntax.CStyleLoop); ok {
			e.arithmetic(loop)
		}
		e.loop(c, c.Do, func() flow { return e.statementList(c.Do) })
		return goesOn
	}
	name := iteration.Name.Value
	items := e.positionalWords()
	if iteration.InPos.IsValid() {
		items = e.words(iteration.Items...)
	}
	known := !c.Select && len(items) <= maxRounds && !leavesRounds(c.Do)
	for _, item := range items {
		known = known && item.Known()
	}
	if !known {
		why := "it is another in every round of a loop (" + e.line(c) + ")"
		e.forget(name, why)
		e.loop(c, c.Do, func() flow { return e.statementList(c.Do) })
		e.forget(name, why)
		return goesOn
	}
	for _, item := range items {
		origin := facts.Origin{Source: e.file.source, Span: item.Span, Key: name, KeySpan: e.file.span(iteration.Name), Format: facts.Shell}
		e.assign(name, item.Setting(origin, ""))
		if how := e.statementList(c.Do); how != goesOn {
			return how
		}
	}
	return goesOn
}

// leavesRounds says whether the body of a loop has a "break" or "continue", so that rounds may end before their end.
func leavesRounds(body []*syntax.Stmt) bool {
	found := false
	for _, statement := range body {
		syntax.Walk(statement, func(node syntax.Node) bool {
			if call, ok := node.(*syntax.CallExpr); ok && len(call.Args) > 0 {
				name := call.Args[0].Lit()
				found = found || name == "break" || name == "continue"
			}
			return !found
		})
	}
	return found
}
