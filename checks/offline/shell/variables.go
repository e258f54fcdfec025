package shell

import (
	"maps"
	"slices"

	"mvdan.cc/sh/v3/syntax"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dockerrun"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv/traced"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
)

// variable is what is known of a shell variable. It is never changed once it is in the table; a new one takes its place.
type variable struct {
	// value is that of a scalar. An array has the words and, as its value, what it is worth without an index.
	value    facts.Setting
	words    []dockerrun.Word
	array    bool
	exported certainty
	readOnly bool
	unset    bool
	// marked says that the script gives it attributes but no value, so that it has the caller's, if any.
	marked bool
}

// certainty says whether something is so.
type certainty uint8

const (
	no certainty = iota
	perhaps
	yes
)

// either is what is certain when one of two is the case.
func (c certainty) either(other certainty) certainty {
	if c == other {
		return c
	}
	return perhaps
}

// positional is the name under which the positional parameters are kept among the variables.
const positional = "@"

// change is what a variable was before.
type change struct {
	name string
	old  *variable
}

func (e *evaluator) set(name string, v *variable) {
	e.log = append(e.log, change{name, e.variables[name]})
	e.variables[name] = v
}

// rollback takes back all changes since the log had a length, and gives what the changed variables were at the end.
func (e *evaluator) rollback(mark int) map[string]*variable {
	changed := map[string]*variable{}
	for i := len(e.log) - 1; i >= mark; i-- {
		name := e.log[i].name
		if _, ok := changed[name]; !ok {
			changed[name] = e.variables[name]
		}
	}
	for i := len(e.log) - 1; i >= mark; i-- {
		if c := e.log[i]; c.old == nil {
			delete(e.variables, c.name)
		} else {
			e.variables[c.name] = c.old
		}
	}
	e.log = e.log[:mark]
	return changed
}

// assign gives a variable a value, as NAME=value does.
func (e *evaluator) assign(name string, value facts.Setting) {
	traced.Hide(value)
	v := &variable{value: value, exported: e.allExport}
	if _, inherited := e.context.Variable(name); inherited && e.variables[name] == nil {
		v.exported = yes
	}
	if old := e.variables[name]; old != nil {
		v.exported = max(v.exported, old.exported)
		if old.readOnly {
			v.readOnly = true
			v.value = unknown(name, old.value.Origin, name+" is read-only and set again")
		}
	}
	if dynamic()[name] {
		v.value = unknown(name, value.Origin, "the shell itself gives "+name+" its value")
	}
	e.set(name, v)
}

// forget makes a variable one whose value is not known.
func (e *evaluator) forget(name, why string) {
	v := &variable{value: unknown(name, facts.Origin{}, why)}
	if old := e.variables[name]; old != nil {
		v.exported, v.readOnly, v.value = old.exported, old.readOnly, unknown(name, old.value.Origin, why)
	}
	e.set(name, v)
}

// unknown is a value that only a run can tell.
func unknown(name string, origin facts.Origin, why string) facts.Setting {
	origin.Runs = []facts.Run{}
	return facts.Setting{Key: facts.Key(name), State: facts.Unresolved, Why: why, Origin: origin}
}

// environmentOf gives the value that a variable has for a program that the shell runs.
func (e *evaluator) environmentOf(name string) (facts.Setting, bool) {
	if value, ok := e.prefix[name]; ok {
		return value, true
	}
	v := e.variables[name]
	switch {
	case v == nil || v.marked:
		return e.context.Variable(name)
	case v.unset:
		return unknown(name, v.value.Origin, "the script unsets "+name), true
	case v.array:
		return unknown(name, v.value.Origin, name+" is an array, which the shell does not pass on"), true
	case v.exported == perhaps:
		return unknown(name, v.value.Origin, "whether "+name+" is exported depends on a branch"), true
	case v.exported == no:
		return unknown(name, v.value.Origin, "the script sets "+name+" but does not export it"), true
	}
	return v.value, true
}

// dynamic are variables that bash computes whatever a script assigns.
var dynamic = input.Names("BASHPID BASH_ARGV0 BASH_COMMAND BASH_SUBSHELL COMP_WORDBREAKS EPOCHREALTIME EPOCHSECONDS FUNCNAME GROUPS HISTCMD LINENO RANDOM SECONDS SRANDOM DIRSTACK _")

// ambient are variables that a shell has in every environment, so that they are never taken for not set.
var ambient = input.Names("BASH BASHOPTS BASH_ARGC BASH_ARGV BASH_LINENO BASH_SOURCE BASH_VERSINFO BASH_VERSION COLUMNS EUID HOME HOSTNAME HOSTTYPE IFS LANG LC_ALL LINES LOGNAME MACHTYPE OLDPWD OPTARG OPTERR OPTIND OSTYPE PATH PIPESTATUS PPID PS1 PS2 PS4 PWD REPLY SHELL SHELLOPTS SHLVL TERM TMPDIR UID USER")

// surroundings are what a shell has besides its variables.
type surroundings struct {
	dir, dirWhy string
	allExport   certainty
}

// outcome is what a branch has left behind.
type outcome struct {
	variables map[string]*variable
	moved     bool // to another directory
	allExport certainty
}

// branch walks through statements that may run or not, and takes back what they did. Inside them it is known.
func (e *evaluator) branch(walk func() flow) outcome {
	mark, before, locals := len(e.log), e.surroundings, maps.Clone(e.locals)
	e.branches++
	if walk() == returns {
		e.mayReturn = true
	}
	e.branches--
	for name, own := range e.locals {
		if earlier, ok := locals[name]; !ok || earlier.perhaps {
			own.perhaps = true
			e.locals[name] = own
		}
	}
	left := outcome{moved: e.dir != before.dir || e.dirWhy != before.dirWhy, allExport: e.allExport}
	e.surroundings = before
	left.variables = e.rollback(mark)
	return left
}

// join makes unknown what branches have left behind.
func (e *evaluator) join(at syntax.Node, branches ...outcome) {
	why := "it is set in a branch (" + e.line(at) + ")"
	for _, branch := range branches {
		if branch.moved {
			e.dirWhy = "the script changes its directory in a branch"
		}
		e.allExport = e.allExport.either(branch.allExport)
		for _, name := range slices.Sorted(maps.Keys(branch.variables)) {
			v := &variable{value: unknown(name, facts.Origin{}, why)}
			for i, possible := range []*variable{e.variables[name], branch.variables[name]} {
				exported := no
				if possible != nil {
					exported = possible.exported
					v.readOnly = v.readOnly || possible.readOnly
					v.value = unknown(name, possible.value.Origin, why)
				} else if _, inherited := e.context.Variable(name); inherited {
					exported = yes
				}
				if v.exported = v.exported.either(exported); i == 0 {
					v.exported = exported
				}
			}
			e.set(name, v)
		}
	}
}

// subshell walks through statements that run in a shell of their own, so that nothing they assign is left behind.
func (e *evaluator) subshell(walk func() flow) {
	mark, before, mayReturn, locals := len(e.log), e.surroundings, e.mayReturn, maps.Clone(e.locals)
	walk()
	e.rollback(mark)
	e.surroundings, e.mayReturn, e.locals = before, mayReturn, locals
}
