// Package shell reads shell scripts and console transcripts for the containers they start and the environment that they
// give them. It walks through a script as bash would, without running anything: what only a run can tell, such as the
// output of a command or a variable that is set in a branch, is not known. It is proved against bash.
package shell

import (
	"fmt"
	"slices"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dockerrun"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
)

// What one script may make the reader do. Real scripts have a few hundred lines.
const (
	// maxScript is the size in bytes above which a script is not read: the parser needs up to a kilobyte of memory for
	// each byte of a hostile one.
	maxScript = 256 << 10
	// maxNested is how many brackets and words that open something a script may have. The parser's stack grows by up to
	// 9 kB for each that is nested.
	maxNested = 20_000
	// maxWork is how many bytes may be expanded, and maxStatements how many statements may be walked through.
	maxWork       = 32 << 20
	maxStatements = 100_000
	// maxContainers is how many containers are read, and maxProblems how much is told.
	maxContainers = 1000
	maxProblems   = 30
	// maxRuns is how many pieces the values are traced in; those behind can only be pointed at as a whole.
	maxRuns = 1 << 17
	// maxCalls is how deep functions and scripts that are read in may be nested.
	maxCalls = 20
)

// Read reads a script. It gives the containers that docker, podman and nerdctl start in it, in the order in which it
// starts them, and the environments that it makes without a container: of a program of the image that is run with
// variables in front of it, and of the script itself when it exports variables of the image and starts no container. The
// last two have no Image; an environment of the script has its name.
//
// The value of a variable is Set when bash, started with an empty environment and without arguments, would give it that
// value; ctx.Variables are added to that environment. A ${NAME:-default} of a name that the script does not set gives the
// default, any other use of such a name is Unresolved.
//
// A problem that is no Note is a part of the script that could not be read, or a command that docker refuses.
func Read(src *facts.Source, ctx input.Context) ([]*facts.Container, []facts.Problem) {
	e := newEvaluator(src, ctx)
	if !e.readFile(e.file) {
		return nil, e.problems
	}
	e.uncalled()
	e.ownEnvironment()
	return e.containers, e.problems
}

func newEvaluator(src *facts.Source, ctx input.Context) *evaluator {
	runs := maxRuns
	return &evaluator{
		context: ctx, main: src, file: &file{source: src, text: string(src.Text)}, runs: &runs, work: maxWork,
		statements: maxStatements, limits: dockerrun.NewLimits(), variables: map[string]*variable{}, functions: map[string]*function{},
		lines: map[*facts.Source][]int{},
	}
}

// evaluator walks through a script.
type evaluator struct {
	context input.Context
	main    *facts.Source
	file    *file // that holds what is being walked through

	variables map[string]*variable
	log       []change // of variables, to take back what happened in a branch
	functions map[string]*function
	declared  []*function
	branches  int // that are being walked through
	surroundings
	prefix map[string]facts.Setting // variables in front of the command that is being run

	lines      map[*facts.Source][]int // where the lines of a source begin
	calls      int
	locals     map[string]local // of the function that is being called
	mayReturn  bool             // the function that is being called, or the script, may return from a branch
	sourced    []*facts.Source  // that are being read in
	unread     *facts.Origin    // a script that should have been read in
	statements int
	work       int
	runs       *int
	limits     *dockerrun.Limits
	stopped    bool // there is no work left
	ended      bool // the script ended itself with exit or exec

	containers []*facts.Container
	engines    bool // docker, kubectl or another program was used that starts containers
	quoted     bool // it was told that commands inside quotes are not read
	problems   []facts.Problem
}

// file is a source with the part of it that was parsed, whose nodes count offsets from base.
type file struct {
	source *facts.Source
	text   string
	base   int
	shell  dialect
}

// readFile reads the scripts of a source. It returns false when the source is not read at all.
func (e *evaluator) readFile(f *file) bool {
	whole := facts.Span{Start: 0, End: 0}
	switch {
	case len(f.text) > maxScript:
		e.problem(f, whole, fmt.Sprintf("the script is not read, because it has more than %d KiB", maxScript>>10), false)
		return false
	case nested(f.text) > maxNested:
		e.problem(f, whole, fmt.Sprintf("the script is not read, because it has more than %d brackets", maxNested), false)
		return false
	}
	if f.source == e.main {
		f.shell = dialectOf(f.text)
	}
	e.carriageReturns(f)
	for _, script := range scripts(f) {
		e.readScript(script)
	}
	return true
}

func (e *evaluator) problem(f *file, at facts.Span, message string, note bool) {
	e.tell(facts.Problem{File: f.source.Name, Message: message, Note: note, Origin: facts.Origin{Source: f.source, Span: at, Format: facts.Shell}})
}

// tell tells of a problem once, also when a function is called twice.
func (e *evaluator) tell(problem facts.Problem) {
	same := func(told facts.Problem) bool {
		return told.Message == problem.Message && told.Origin.Source == problem.Origin.Source && told.Origin.Span == problem.Origin.Span
	}
	if len(e.problems) < maxProblems && !slices.ContainsFunc(e.problems, same) {
		e.problems = append(e.problems, problem)
	}
}

// spend takes work from what a script may cost. When there is none left the walk ends.
func (e *evaluator) spend(n int) bool {
	if e.work -= n; e.work < 0 {
		e.stop("its variables, loops and functions make too much of it")
	}
	return !e.stopped
}

func (e *evaluator) stop(why string) {
	if !e.stopped {
		e.stopped = true
		e.problem(e.file, facts.Span{}, "the script is not read to its end, because "+why, false)
	}
}
