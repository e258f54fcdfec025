package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// version is bbdoctor's own; a release build sets it with -ldflags "-X main.version=...".
var version = "0.1.0"

// The exit codes. Of several that fit, usage beats incomplete beats findings beats clean.
const (
	exitClean      = 0 // nothing at or above --fail-on
	exitFindings   = 1 // findings at or above --fail-on
	exitUsage      = 2 // wrong usage
	exitIncomplete = 3 // nothing to check, or something could not be read or judged
)

// exitMeanings say what the exit codes mean, for the manual page.
var exitMeanings = []string{
	exitClean:      "nothing at or above --fail-on",
	exitFindings:   "findings at or above --fail-on",
	exitUsage:      "wrong usage, or a broken configuration file of bbdoctor",
	exitIncomplete: "incomplete: nothing to check, an input that could not be read, or a probe that failed to find out",
}

// environment is everything of the process that a run may touch, so that the whole command line runs in tests.
type environment struct {
	args           []string
	stdin          io.Reader
	stdinName      string // how standard input is called in places; empty for "-"
	stdout, stderr io.Writer
	variables      []string // NAME=value
	dir            string   // working directory; empty for the process's own
	today          time.Time
	expect         func(files int) // told how many files will be read; may be nil
}

// path makes a path of the command line one that the process can open.
func (e environment) path(path string) string {
	if e.dir == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(e.dir, path)
}

// variable gives a variable of the environment, "" when it is not set.
func (e environment) variable(name string) string {
	for i := len(e.variables) - 1; i >= 0; i-- {
		if rest, ok := strings.CutPrefix(e.variables[i], name+"="); ok {
			return rest
		}
	}
	return ""
}

// exitError ends a command with an exit code; its message, if any, has been or will be printed on standard error.
type exitError struct {
	code    int
	message string
}

func (e exitError) Error() string { return e.message }

func usagef(format string, args ...any) error {
	return exitError{exitUsage, fmt.Sprintf(format, args...)}
}

// run is the whole program.
func run(ctx context.Context, env environment) int {
	if plugin, ok := pluginOf(env.args); ok {
		return plugin(ctx, env)
	}
	app := newApp(env)
	if len(env.args) > 1 && env.args[1] == completeWord {
		for _, candidate := range complete(app, env.args[2:]) {
			fmt.Fprintln(env.stdout, candidate)
		}
		return exitClean
	}
	err := app.RunContext(ctx, flagsFirst(app, env.args))
	var exit exitError
	switch {
	case err == nil:
		return exitClean
	case ctx.Err() != nil:
		fmt.Fprintln(env.stderr, "bbdoctor: interrupted")
		return exitIncomplete
	case errors.As(err, &exit):
		if exit.message != "" {
			fmt.Fprintf(env.stderr, "bbdoctor: %s\n", facts.RedactText(exit.message))
		}
		return exit.code
	}
	// Whatever else comes back is urfave/cli's word on the arguments.
	fmt.Fprintf(env.stderr, "bbdoctor: %s\n", facts.RedactText(err.Error()))
	return exitUsage
}

// command is one of the program's commands.
type command struct {
	name   string
	define func(environment) *cli.Command
	// prints says that it only prints what the program knows by itself: there is nothing that could be interrupted, or that
	// takes memory.
	prints bool
}

// commands are all of them in the order of the help.
func commands() []command {
	return []command{
		{"check", checkCommand, false}, {"baseline", baselineCommand, false}, {"facts", factsCommand, false},
		{"explain", explainCommand, true}, {"rules", rulesCommand, true}, {"publish", publishCommand, false},
		{"completion", completionCommand, true}, {"man", manCommand, true}, {"version", versionCommand, true},
	}
}

// onlyPrints says whether the command that is asked for does nothing but print.
func onlyPrints(args []string) bool {
	if _, plugin := pluginOf(args); plugin || len(args) < 2 {
		return false
	}
	return slices.ContainsFunc(commands(), func(c command) bool { return c.name == args[1] && c.prints })
}

// commandsFor defines the command that is asked for, or all when none is or when it speaks of the others.
func commandsFor(env environment) (defined []*cli.Command) {
	all := commands()
	if len(env.args) > 1 && env.args[1] != "man" {
		if at := slices.IndexFunc(all, func(c command) bool { return c.name == env.args[1] }); at >= 0 {
			all = all[at : at+1]
		}
	}
	for _, command := range all {
		defined = append(defined, command.define(env))
	}
	return defined
}

func newApp(env environment) *cli.App {
	app := &cli.App{
		Name:            "bbdoctor",
		Usage:           "will a Bitbucket Data Center behind Pgpool-II run, and survive a failover?",
		Version:         version,
		Reader:          env.stdin,
		Writer:          env.stdout,
		ErrWriter:       env.stderr,
		Commands:        commandsFor(env),
		HideVersion:     true,
		HideHelpCommand: true,
		// Exit codes are run's own business.
		ExitErrHandler: func(*cli.Context, error) {},
		OnUsageError:   func(_ *cli.Context, err error, _ bool) error { return usagef("%v (see bbdoctor --help)", err) },
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return usagef("there is no command %q; did you mean \"bbdoctor check %s\"?", c.Args().First(), c.Args().First())
			}
			return cli.ShowAppHelp(c)
		},
	}
	for _, command := range app.Commands {
		command.HideHelpCommand = true // h and help may be directories
		command.OnUsageError = func(c *cli.Context, err error, _ bool) error {
			return usagef("%v (see bbdoctor %s --help)", err, c.Command.Name)
		}
	}
	return app
}

// flagsFirst moves flags in front of the paths, so that "bbdoctor check . --fix" means what it says; the flag package
// stops at the first argument that is none.
func flagsFirst(app *cli.App, args []string) []string {
	if len(args) < 3 {
		return args
	}
	command := app.Command(args[1])
	if command == nil {
		return args
	}
	flags, rest := splitFlags(command.Flags, args[2:])
	if slices.ContainsFunc(flags, func(flag string) bool { return flag == "--help" || flag == "-help" || flag == "-h" }) {
		rest = nil // the flag package would take it for a subject of the help
	}
	flags = append([]string{args[0], args[1]}, flags...)
	if len(rest) > 0 {
		flags = append(flags, "--")
	}
	return append(flags, rest...)
}

// splitFlags takes arguments apart into flags, each with its value behind it, and what else there is.
func splitFlags(known []cli.Flag, args []string) (flags, rest []string) {
	boolean := map[string]bool{"help": true, "h": true}
	for _, flag := range known {
		for _, name := range flag.Names() {
			boolean[name] = mayStandAlone(flag)
		}
	}
	for i := 0; i < len(args); i++ {
		arg := args[i]
		switch {
		case arg == "--":
			return flags, append(rest, args[i+1:]...)
		case arg == "-" || !strings.HasPrefix(arg, "-"):
			rest = append(rest, arg)
		default:
			flags = append(flags, arg)
			name, _, joined := strings.Cut(strings.TrimLeft(arg, "-"), "=")
			if !joined && !boolean[name] && i+1 < len(args) {
				i++
				flags = append(flags, args[i])
			}
		}
	}
	return flags, rest
}

// mayStandAlone says whether a flag takes no value from the next argument.
func mayStandAlone(flag cli.Flag) bool {
	switch flag := flag.(type) {
	case *cli.BoolFlag:
		return true
	case *cli.GenericFlag:
		_, optional := flag.Value.(*optionalValue)
		return optional
	}
	return false
}
