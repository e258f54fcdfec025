// Package dockerrun reads the command line of docker run and docker create, and of podman and nerdctl, which take the same
// options: what container it starts, and with which environment. Its table of options is compared with the source of
// docker/cli, its reading with the docker program.
package dockerrun

import (
	"path"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv/traced"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
)

// maxProblems is how much is told of one command.
const maxProblems = 10

// Word is one argument.
type Word struct {
	traced.Text
	// Span is the word as written, with its quotes.
	Span facts.Span
	// In is the file that the word stands in; nil for that of the context.
	In *facts.Source
	// Several says that the word is not known and may be any number of arguments, none included.
	Several bool
}

// Context is where a command line stands.
type Context struct {
	// Source is the file.
	Source *facts.Source
	// Format is that of the file.
	Format facts.Format
	// Input opens env files.
	Input input.Context
	// Environment has the variables of the environment that the command is run in, for "-e NAME"; nil if none is known.
	Environment input.Variables
	// Limits bound what all command lines of one file may cost; nil for those of [NewLimits].
	Limits *Limits
}

// Limits are what may still be read.
type Limits struct {
	Variables int // of all containers together
	FileBytes int // of env files, each as often as it is named
}

// NewLimits gives the limits for one file. Real ones have a few dozen variables and env files below 100 kB.
func NewLimits() *Limits { return &Limits{Variables: 200_000, FileBytes: 32 << 20} }

// Read reads a command line, the program first; "sudo", "exec", "env" and their like in front of it are skipped. ok is
// false when it starts no container.
//
// The container's Environment has the variables of --env-file first, each with the option among its Via, then those of
// -e. A variable whose value is not known is Unresolved; one whose very name is not known is left out, and a problem says
// so. A problem that is no Note is one for which docker refuses the command, or something that could not be read; the
// rest of the command is given all the same.
func Read(words []Word, context Context) (container *facts.Container, problems []facts.Problem, ok bool) {
	c := &command{Context: context, environment: environment{known: context.Environment}}
	if c.Limits == nil {
		c.Limits = NewLimits()
	}
	program, words, ok := c.program(words)
	if !ok {
		return nil, nil, false
	}
	c.Program = program
	words, ok = c.subcommand(words)
	if !ok {
		return nil, nil, false
	}
	c.container = &facts.Container{Format: context.Format, Replicas: 1, Origin: facts.Origin{Source: context.Source, Span: program.Span, Key: program.name, Format: context.Format}}
	base := c.Source
	words = c.options(words)
	if c.help {
		return nil, nil, false
	}
	c.positional(words)
	c.Source = base
	if c.empty() {
		return nil, nil, false // "docker run" as people write it in a sentence
	}
	c.finish()
	return c.container, c.problems, true
}

// command is a command line being read.
type command struct {
	Context
	Program     program
	environment environment
	container   *facts.Container
	variables   []facts.Assignment // of -e, which are stronger than those of --env-file
	aliases     []string
	networks    int
	unknown     bool // it may have variables that nobody knows
	help        bool
	problems    []facts.Problem
}

// program is the word that names docker.
type program struct {
	Span facts.Span
	name string // "docker", "podman" or "nerdctl"
}

// programName gives the program that a word names, "" for any that starts no containers.
func programName(word Word) string {
	name := path.Base(strings.TrimSuffix(word.Prefix(), ".exe"))
	if !word.Known() {
		// A variable for the program, as in "$DOCKER run".
		name = strings.ToLower(word.Why)
		for _, known := range []string{"docker", "podman", "nerdctl"} {
			if strings.Contains(name, known) && !strings.Contains(name, "opt") && !strings.Contains(name, "arg") {
				return known
			}
		}
		return ""
	}
	switch name {
	case "docker", "podman", "nerdctl":
		return name
	}
	return ""
}

// subcommand finds "run" or "create" behind the global options.
func (c *command) subcommand(words []Word) ([]Word, bool) {
	for len(words) > 0 {
		word := words[0]
		words = words[1:]
		text := word.Prefix()
		switch {
		case word.Several && text == "":
		case strings.HasPrefix(text, "-"):
			if globalTakesValue(c.Program.name, text) && len(words) > 0 {
				words = words[1:]
			}
		case !word.Known():
			return nil, false
		case text == "container":
		case text == "run", text == "create":
			return words, true
		default:
			return nil, false
		}
	}
	return nil, false
}

// positional reads what is behind the options: the image and the command.
func (c *command) positional(words []Word) {
	if len(words) == 0 {
		return
	}
	c.enter(words[0])
	image := c.setting(value{words[0].Text, words[0].Span}, "", facts.Span{})
	image.Key = "image"
	c.container.Image = image
	for _, word := range words[1:] {
		c.enter(word)
		text := string(word.Bytes)
		if !word.Known() {
			text = string(c.Source.Text[word.Span.Start:word.Span.End])
		}
		c.container.Command = append(c.container.Command, text)
	}
}

// enter makes the file of a word the one that places are in.
func (c *command) enter(word Word) {
	if word.In != nil {
		c.Source = word.In
	}
}

func (c *command) empty() bool {
	container := c.container
	return container.Image.State == facts.Absent && container.Name == "" && len(container.Environment) == 0 && len(c.variables) == 0 &&
		len(container.Ports) == 0 && len(container.Volumes) == 0
}

// finish puts together what the options gave.
func (c *command) finish() {
	container := c.container
	container.Environment = append(container.Environment, c.variables...)
	seen := map[string]bool{}
	for _, name := range append([]string{container.Name, container.Hostname}, c.aliases...) {
		if name != "" && !seen[name] {
			seen[name] = true
			container.Names = append(container.Names, name)
		}
	}
	if container.Image.State == facts.Absent {
		c.problem(c.Program.Span, c.Program.name+" starts nothing without an image; name it behind the options")
	}
}

func (c *command) problem(at facts.Span, message string) { c.tell(at, message, false) }

func (c *command) note(at facts.Span, message string) { c.tell(at, message, true) }

func (c *command) tell(at facts.Span, message string, note bool) {
	if len(c.problems) < maxProblems {
		c.problems = append(c.problems, facts.Problem{
			File: c.Source.Name, Message: message, Note: note,
			Origin: facts.Origin{Source: c.Source, Span: at, Format: c.Format},
		})
	}
}
