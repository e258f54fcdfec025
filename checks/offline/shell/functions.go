package shell

import (
	"maps"
	"slices"
	"sort"
	"strconv"

	"mvdan.cc/sh/v3/syntax"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dockerrun"
)

// function is one that the script defines.
type function struct {
	name   string
	file   *file
	body   *syntax.Stmt
	called bool
	// others are earlier functions of that name, when this one is defined in a branch only.
	others []*function
}

func (e *evaluator) defineFunction(c *syntax.FuncDecl) {
	if c.Name == nil || c.Body == nil {
		return
	}
	f := &function{name: c.Name.Value, file: e.file, body: c.Body}
	if old := e.functions[f.name]; old != nil && e.branches > 0 && len(old.others) < maxCalls {
		f.others = append([]*function{old}, old.others...)
	}
	e.functions[f.name] = f
	e.declared = append(e.declared, f)
}

// local is a variable that a function has made its own.
type local struct {
	outer   *variable // what it was before
	perhaps bool      // it was made local in a branch
}

// callFunction walks through a function's body as if it stood where the function is called.
func (e *evaluator) callFunction(f *function, arguments *variable) flow {
	if len(f.others) > 0 {
		var branches []outcome
		for _, possible := range append([]*function{f}, f.others...) {
			one := *possible
			one.others = nil
			possible.called = true
			branches = append(branches, e.branch(func() flow { e.callFunction(&one, arguments); return goesOn }))
		}
		e.join(f.body, branches...)
		return goesOn
	}
	f.called = true
	if e.calls == maxCalls {
		e.stop("its functions call one another too deep")
		return goesOn
	}
	file, locals, mayReturn, mark := e.file, e.locals, e.mayReturn, len(e.log)
	e.calls++
	e.file, e.locals, e.mayReturn = f.file, map[string]local{positional: {outer: e.variables[positional]}}, false
	e.set(positional, arguments)
	how := e.statement(f.body)
	for _, name := range slices.Sorted(maps.Keys(e.locals)) {
		own := e.locals[name]
		inner := e.variables[name]
		e.set(name, own.outer)
		if own.perhaps {
			e.join(f.body, outcome{variables: map[string]*variable{name: inner}, allExport: e.allExport})
		}
	}
	if e.mayReturn {
		e.join(f.body, outcome{variables: e.rollback(mark), allExport: e.allExport})
	}
	e.calls--
	e.file, e.locals, e.mayReturn = file, locals, mayReturn
	if how == ends {
		return ends
	}
	return goesOn
}

// uncalled walks through the functions that the script itself does not call, because another script may.
func (e *evaluator) uncalled() {
	for i := 0; i < len(e.declared); i++ { // the body of one may define others
		if f := e.declared[i]; !f.called {
			e.subshell(func() flow {
				return e.callFunction(f, &variable{value: unknown(positional, facts.Origin{}, "it is given when "+f.name+" is called")})
			})
		}
	}
}

// positionalWords is what "$@" stands for.
func (e *evaluator) positionalWords() []dockerrun.Word {
	v := e.variables[positional]
	if v == nil || !v.array {
		word := dockerrun.Word{Several: true}
		word.Unknown(e.positionalWhy())
		return []dockerrun.Word{word}
	}
	return v.words
}

func (e *evaluator) positionalWhy() string {
	if v := e.variables[positional]; v != nil && !v.array {
		return v.value.Why
	}
	return "it is given when the script is called"
}

// line tells where a node is, for reasons.
func (e *evaluator) line(at syntax.Node) string {
	starts, ok := e.lines[e.file.source]
	if !ok {
		// Asked of the source for each node, a script that is one line would be walked from its start every time.
		for n := 1; ; n++ {
			start := e.file.source.Line(n).Start
			if start == len(e.file.source.Text) {
				break
			}
			starts = append(starts, start)
		}
		e.lines[e.file.source] = starts
	}
	return "line " + strconv.Itoa(sort.SearchInts(starts, e.file.offset(at.Pos())+1))
}

// assignedIn gives the names of the variables that statements may assign, in the functions that they call as well.
func (e *evaluator) assignedIn(list []*syntax.Stmt) []string {
	found := map[string]bool{}
	visited := map[*function]bool{}
	var visit func(node syntax.Node) bool
	visit = func(node syntax.Node) bool {
		if e.statements--; e.statements < 0 {
			e.stop("its loops and functions run too many commands")
		}
		switch n := node.(type) {
		case *syntax.Assign:
			if n.Name != nil {
				found[n.Name.Value] = true
			}
		case *syntax.WordIter:
			found[n.Name.Value] = true
		case *syntax.ParamExp:
			if n.Param != nil && n.Exp != nil && (n.Exp.Op == syntax.AssignUnset || n.Exp.Op == syntax.AssignUnsetOrNull) {
				found[n.Param.Value] = true
			}
		case *syntax.CallExpr:
			if len(n.Args) == 0 {
				break
			}
			name := n.Args[0].Lit()
			for _, assigned := range assignedBy(name, n.Args[1:]) {
				found[assigned] = true
			}
			if f := e.functions[name]; f != nil && !visited[f] && !e.stopped {
				visited[f] = true
				syntax.Walk(f.body, visit)
			}
		}
		for _, name := range arithmeticallyAssigned(node) {
			found[name] = true
		}
		return !e.stopped
	}
	for _, statement := range list {
		syntax.Walk(statement, visit)
	}
	return slices.Sorted(maps.Keys(found))
}

// arithmetic forgets the variables that an arithmetic expression assigns.
func (e *evaluator) arithmetic(node syntax.Node) {
	if c, ok := node.(*syntax.CStyleLoop); ok {
		for _, x := range []syntax.ArithmExpr{c.Init, c.Cond, c.Post} {
			if x != nil {
				e.arithmetic(x)
			}
		}
		return
	}
	syntax.Walk(node, func(inner syntax.Node) bool {
		switch n := inner.(type) {
		case *syntax.CmdSubst:
			e.substitution(n)
			return false
		default:
			for _, name := range arithmeticallyAssigned(n) {
				e.forget(name, "it is computed ("+e.line(node)+")")
			}
		}
		return !e.stopped
	})
}

// arithmeticallyAssigned gives the names that a node of an arithmetic expression assigns by itself.
func arithmeticallyAssigned(node syntax.Node) []string {
	var target syntax.ArithmExpr
	switch n := node.(type) {
	case *syntax.BinaryArithm:
		switch n.Op {
		case syntax.Assgn, syntax.AddAssgn, syntax.SubAssgn, syntax.MulAssgn, syntax.QuoAssgn, syntax.RemAssgn, syntax.AndAssgn, syntax.OrAssgn, syntax.XorAssgn, syntax.ShlAssgn, syntax.ShrAssgn:
			target = n.X
		}
	case *syntax.UnaryArithm:
		if n.Op == syntax.Inc || n.Op == syntax.Dec {
			target = n.X
		}
	}
	word, ok := target.(*syntax.Word)
	if !ok || word == nil {
		return nil
	}
	if name := word.Lit(); name != "" {
		return []string{name}
	}
	return nil
}
