// Package dotenv reads files of environment variables in the two dialects that look alike and are not: that of docker run
// --env-file, where a quote is a character like others, and that of docker compose, which knows quotes, escapes and
// variables. It is proved against the parsers of docker/cli (pkg/kvfile) and compose-spec/compose-go (dotenv).
package dotenv

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv/traced"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
)

// What one file may make the reader do. Real files have a few dozen lines.
const (
	// maxAssignments is how many variables are read of one file.
	maxAssignments = 100_000
	// maxProblems is how many lines that cannot be read are told of.
	maxProblems = 20
	// maxRuns is how many pieces the values of one file are traced in; those behind can only be pointed at as a whole.
	maxRuns = 1 << 17
	// maxWork is how many bytes variables may put into one file's values, looked at or written.
	maxWork = 16 << 20
)

// Read reads an env file in the dialect [facts.DockerEnv] or [facts.ComposeEnv]. lookup has the variables that are
// stronger than the file's own when a value names one; it may be nil.
//
// The assignments are in the order of the file, of several with one name the last wins. A name without a value is taken
// from the environment of whoever starts the container: it has what lookup says, else it is Unresolved, its Span empty
// behind the name. A value with a variable that neither lookup nor an earlier line sets is Unresolved as well, and its
// Text is the value as written.
//
// A problem that is no Note is one for which docker, or docker compose, refuses the whole file. The other lines are given
// all the same.
//
// Values that must not be shown are marked with [facts.Source.Hide].
func Read(src *facts.Source, dialect facts.Format, lookup input.Variables) ([]facts.Assignment, []facts.Problem) {
	return ReadAfter(nil, src, dialect, lookup, 0)
}

// ReadAfter reads a compose env file that follows others of one service: a value may name their variables too, if the
// file itself has not set them before. earlier are their assignments in order. room is for how many assignments more the
// slice has room.
func ReadAfter(earlier []facts.Assignment, src *facts.Source, dialect facts.Format, lookup input.Variables, room int) ([]facts.Assignment, []facts.Problem) {
	runs := maxRuns
	r := &reader{src: src, text: string(src.Text), format: dialect, lookup: lookup, runs: &runs, work: maxWork, room: room}
	if dialect == facts.DockerEnv {
		r.docker()
	} else {
		r.earlier = earlier
		r.compose()
	}
	return r.assignments, r.problems
}

type reader struct {
	src         *facts.Source
	text        string
	format      facts.Format
	lookup      input.Variables
	earlier     []facts.Assignment // of other files; compose only
	assignments []facts.Assignment
	lines       map[string]int // earlier assignments, then the file's own, by name; made when a value names one
	entered     int            // how many of them are among lines
	problems    []facts.Problem
	runs        *int
	work        int
	room        int
}

// variable gives the value that lookup has for a name.
func (r *reader) variable(name string) (facts.Setting, bool) {
	if r.lookup == nil {
		return facts.Setting{}, false
	}
	return r.lookup(name)
}

// newText begins a value.
func (r *reader) newText() traced.Text { return traced.Text{Budget: r.runs} }

// origin is where a variable with its name at key and its value at value is written.
func (r *reader) origin(key, value facts.Span) facts.Origin {
	return facts.Origin{Source: r.src, Span: value, Key: r.text[key.Start:key.End], KeySpan: key, Format: r.format}
}

// assign adds a variable. It returns false when there are too many.
func (r *reader) assign(setting facts.Setting) bool {
	if len(r.assignments) == maxAssignments {
		r.problem(setting.Origin, "the file has more than 100,000 variables; the rest is not read")
		return false
	}
	if setting.Origin.Span.Len() > 0 { // one that is only named is hidden where it is written
		traced.Hide(setting)
	}
	if r.assignments == nil {
		r.assignments = make([]facts.Assignment, 0, min(maxAssignments, strings.Count(r.text, "\n")+1)+r.room)
	}
	r.assignments = append(r.assignments, facts.Assignment{Name: setting.Origin.Key, Value: setting})
	return true
}

// line gives what an earlier line of the file, or an earlier file, sets.
func (r *reader) line(name string) (facts.Setting, bool) {
	if r.lines == nil {
		r.lines = map[string]int{}
	}
	assignment := func(i int) *facts.Assignment {
		if i < len(r.earlier) {
			return &r.earlier[i]
		}
		return &r.assignments[i-len(r.earlier)]
	}
	for ; r.entered < len(r.earlier)+len(r.assignments); r.entered++ {
		r.lines[assignment(r.entered).Name] = r.entered
	}
	at, ok := r.lines[name]
	if !ok {
		return facts.Setting{}, false
	}
	return assignment(at).Value, true
}

// inherited is a variable that has its name only.
func (r *reader) inherited(key facts.Span, program string) facts.Setting {
	origin := r.origin(key, facts.Span{Start: key.End, End: key.End})
	if value, ok := r.variable(origin.Key); ok {
		return traced.Inherited(value, origin)
	}
	text := r.newText()
	text.Unknown("it is taken from the environment of whoever runs " + program)
	return text.Setting(origin, "")
}

func (r *reader) problem(at facts.Origin, message string) {
	if len(r.problems) < maxProblems {
		r.problems = append(r.problems, facts.Problem{File: r.src.Name, Origin: at, Message: message})
	}
}

// problemAt tells of bytes of the file.
func (r *reader) problemAt(start, end int, message string) {
	r.problem(facts.Origin{Source: r.src, Span: facts.Span{Start: start, End: end}, Format: r.format}, message)
}
