package dockerrun

import (
	"errors"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv/traced"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
)

// environment is what the command itself has as its environment.
type environment struct {
	known   input.Variables
	set     map[string]facts.Setting // by "env NAME=value" or "sudo NAME=value" in front of the command
	cleared bool                     // sudo, or env -i: what is known does not reach the command
}

func (e *environment) lookup(name string) (facts.Setting, bool) {
	if value, ok := e.set[name]; ok {
		return value, true
	}
	if e.cleared || e.known == nil {
		return facts.Setting{}, false
	}
	return e.known(name)
}

func (e *environment) put(name string, value facts.Setting) {
	if e.set == nil {
		e.set = map[string]facts.Setting{}
	}
	e.set[name] = value
}

// env takes the value of -e: NAME=value, or NAME alone, which is taken from the environment of docker itself.
func (c *command) env(v value) {
	prefix := v.Prefix()
	name, _, assigned := strings.Cut(prefix, "=")
	switch {
	case !assigned && !v.Known():
		c.note(v.written, "which variable "+string(c.Source.Text[v.written.Start:v.written.End])+" sets is not known; it is not checked")
		c.unknownVariables("which variable is set is not known", v.written)
		return
	case name == "":
		c.problem(v.written, c.Program.name+" starts nothing, because the variable has no name; write NAME=value")
		return
	case c.Program.name == "podman" && !assigned && strings.HasSuffix(name, "*"):
		c.note(v.written, "which variables "+name+" passes on is not known; they are not checked")
		c.unknownVariables("which variables are passed on is not known", v.written)
		return
	}
	if !c.room(v.written) {
		return
	}
	keySpan := c.spanOf(v, 0, len(name))
	if assigned {
		rest := c.tail(v, len(name)+1)
		setting := c.setting(rest, name, keySpan)
		if setting.Known() && setting.Text == "" {
			// The place for a new value is right behind the "=".
			setting.Origin.Span = facts.Span{Start: rest.written.Start, End: rest.written.Start}
			setting.Origin.Style = style(v.Text, len(name)+1)
			setting.Origin.Runs = nil
			if _, ok := c.behind(v.Text, len(name)+1); !ok {
				setting.Origin.Runs = []facts.Run{}
			}
		}
		traced.Hide(setting)
		c.variables = append(c.variables, facts.Assignment{Name: name, Value: setting})
		return
	}
	c.variables = append(c.variables, facts.Assignment{Name: name, Value: c.inherited(v, name, keySpan)})
}

// room says whether one more variable may be read.
func (c *command) room(at facts.Span) bool {
	c.Limits.Variables--
	if c.Limits.Variables == -1 {
		c.problem(at, "there are more variables than bbdoctor reads; the rest is not checked")
		c.unknownVariables("there are more variables than are read", at)
	}
	return c.Limits.Variables >= 0
}

// inherited is the value of a variable that is passed on by its name.
func (c *command) inherited(v value, name string, keySpan facts.Span) facts.Setting {
	origin := facts.Origin{Source: c.Source, Span: facts.Span{Start: keySpan.End, End: keySpan.End}, Key: name, KeySpan: keySpan, Format: c.Format}
	if known, ok := c.environment.lookup(name); ok {
		return traced.Inherited(known, origin)
	}
	text := traced.Text{Via: v.Via}
	text.Unknown("it is taken from the environment of whoever runs " + c.Program.name)
	return text.Setting(origin, "")
}

// envFile takes the value of --env-file.
func (c *command) envFile(v value, word Word) {
	if !v.Known() {
		c.problem(v.written, "which file "+string(c.Source.Text[v.written.Start:v.written.End])+" is is not known; check the file that it names by itself")
		c.unknownVariables("the file of --env-file is not read", c.span(v))
		return
	}
	file, err := c.Input.Open(c.Source, string(v.Bytes))
	if err != nil {
		c.problem(c.span(v), "--env-file "+string(v.Bytes)+" is not read, so its variables are not known: "+reason(err))
		c.unknownVariables("the file of --env-file is not read", c.span(v))
		return
	}
	if c.Limits.FileBytes -= len(file.Text); c.Limits.FileBytes < 0 {
		c.problem(c.span(v), "--env-file "+string(v.Bytes)+" is not read, because the env files are too large; check it by itself")
		c.unknownVariables("the file of --env-file is not read", c.span(v))
		return
	}
	assignments, problems := dotenv.Read(file, facts.DockerEnv, c.environment.lookup)
	via := c.origin(v, "--env-file")
	via.KeySpan = word.Span
	for _, assignment := range assignments {
		if !c.room(via.Span) {
			return
		}
		// The slice is not to be shared with the variable that the value came from.
		assignment.Value.Via = append(assignment.Value.Via[:len(assignment.Value.Via):len(assignment.Value.Via)], via)
		c.container.Environment = append(c.container.Environment, assignment)
	}
	for _, problem := range problems {
		if len(c.problems) < maxProblems {
			c.problems = append(c.problems, problem)
		}
	}
}

// unknownVariables notes once that the container may have variables that nobody knows, so that no default is certain.
func (c *command) unknownVariables(why string, at facts.Span) {
	if c.unknown {
		return
	}
	c.unknown = true
	origin := facts.Origin{Source: c.Source, Span: at, Format: c.Format, Runs: []facts.Run{}}
	c.container.Environment = append(c.container.Environment, facts.UnknownVariables(why, origin))
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
