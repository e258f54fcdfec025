package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/go-multierror"
	"github.com/urfave/cli/v2"

	"github.com/bbdoctor/bbdoctor/checks/offline"
	"github.com/bbdoctor/bbdoctor/cmd/bbdoctor/config"
	"github.com/bbdoctor/bbdoctor/rules"
	"github.com/bbdoctor/bbdoctor/rules/catalog"
	"github.com/bbdoctor/bbdoctor/rules/report"
	"github.com/bbdoctor/bbdoctor/rules/suppress"
)

func checkCommand(env environment) *cli.Command {
	return &cli.Command{
		Name:      "check",
		Usage:     "judge configuration files",
		ArgsUsage: "[PATH...]",
		Description: "PATH is a file, a directory, a Bitbucket home, or - for standard input; the default is the working directory.\n" +
			"Exit code: 0 nothing at or above --fail-on, 1 findings, 2 wrong usage, 3 incomplete (nothing to check, or something could not be read).\n" +
			"Formats:\n" + formatHelp(),
		Flags: slices.Concat(inputFlags(), ruleFlags(), liveFlags(), []cli.Flag{
			&cli.StringSliceFlag{Name: "format", Aliases: []string{"f"}, Usage: "`FORMAT[=FILE]`, repeatable: " + report.FormatNames(), DefaultText: "pretty"},
			&cli.StringFlag{Name: "min-severity", Usage: "show findings from this `SEVERITY` on: info, warning, error", Value: "info"},
			&cli.StringFlag{Name: "fail-on", Usage: "exit with 1 from this `SEVERITY` on: info, warning, error", Value: "error"},
			&cli.BoolFlag{Name: "fix", Usage: "write the safe fixes"},
			&cli.BoolFlag{Name: "diff", Usage: "print what --fix would change and write nothing"},
			&cli.BoolFlag{Name: "unsafe-fixes", Usage: "take the unsafe fixes along with --fix or --diff"},
			&cli.StringFlag{Name: "baseline", Usage: "`FILE` with known findings, which do not count; bbdoctor baseline writes it"},
			&cli.StringFlag{Name: "changed-since", Usage: "report only what the change since this git `REVISION` touched or caused"},
			&cli.StringFlag{Name: "color", Usage: "`WHEN` to colour: auto, always, never", Value: "auto"},
			&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "print failures only"},
			&cli.BoolFlag{Name: "verbose", Aliases: []string{"v"}, Usage: "print every rule that passed"},
			&cli.BoolFlag{Name: "allow-empty", Usage: "finding nothing to check is no error"},
		}),
		Action: func(c *cli.Context) error { return check(c, env) },
	}
}

// inputFlags say what to read and what the files do not tell.
func inputFlags() []cli.Flag {
	return append([]cli.Flag{
		&cli.StringFlag{Name: "bitbucket-version", Usage: "Bitbucket's `VERSION`, such as 9.4 (default: an image's tag, else 10.2)"},
		&cli.IntFlag{Name: "bitbucket-nodes", Usage: "`NUMBER` of Bitbucket nodes (default: the containers among the inputs, else 1)"},
		&cli.StringSliceFlag{Name: "env", Usage: "`FILE` with values for ${...} interpolation; - for the process environment; repeatable"},
	}, configFlags()...)
}

// loadOptions reads inputFlags, the paths and the config file, which is nil when there is none.
func loadOptions(c *cli.Context, env environment) (offline.Options, *config.Config, error) {
	options := offline.Options{
		Dir: env.dir, Paths: c.Args().Slice(), Stdin: env.stdin, StdinName: env.stdinName, Today: env.today, Found: env.expect,
		BitbucketVersion: c.String("bitbucket-version"), BitbucketNodes: c.Int("bitbucket-nodes"), Deployments: c.StringSlice("deployment"),
	}
	if len(options.Paths) == 0 {
		options.Paths = []string{"."}
	}
	if c.IsSet("bitbucket-nodes") && options.BitbucketNodes < 1 {
		return options, nil, usagef("--bitbucket-nodes %d: give 1 or more", options.BitbucketNodes)
	}
	if v := options.BitbucketVersion; v != "" && !validVersion(v) {
		return options, nil, usagef("--bitbucket-version %s: give numbers such as 9.4 or 10.2.1", v)
	}
	for _, file := range c.StringSlice("env") {
		if file == "-" {
			options.Environ = env.variables
			continue
		}
		options.EnvFiles = append(options.EnvFiles, file)
	}
	from, err := loadConfig(c, env, options.Paths)
	configure(&options, from)
	return options, from, err
}

func validVersion(version string) bool {
	parts := strings.Split(version, ".")
	for _, part := range parts {
		if part == "" || len(part) > 5 || strings.Trim(part, "0123456789") != "" {
			return false
		}
	}
	return len(parts) >= 2 && len(parts) <= 4
}

// settings are the flags of check, read and understood.
type settings struct {
	load   offline.Options
	config *config.Config
	// selected are the rules that the flags pick, and rules the same as the config file wants them.
	selected, rules []*rules.Rule
	only            []string
	outputs         []output
	show            report.Options
	failOn          rules.Severity
	colour          string
	fix, diff       bool
	unsafe          bool
	allowsEmpty     bool
	live            bool
	baseline        *suppress.Baseline
	since           *since
}

func newSettings(c *cli.Context, env environment) (settings, error) {
	s := settings{
		fix: c.Bool("fix"), diff: c.Bool("diff"), unsafe: c.Bool("unsafe-fixes"),
		allowsEmpty: c.Bool("allow-empty"), colour: c.String("color"),
		show: report.Options{Quiet: c.Bool("quiet"), Verbose: c.Bool("verbose"), ASCII: !utf8Locale(env)},
	}
	var wrong *multierror.Error
	add := func(err error) {
		if err != nil {
			wrong = multierror.Append(wrong, err)
		}
	}
	var err error
	s.load, s.config, err = loadOptions(c, env)
	add(err)
	s.only = c.StringSlice("only")
	s.selected, err = selectRules(catalog.All(), s.only, c.StringSlice("skip"))
	add(err)
	s.live = wantsLive(c)
	if !s.live && len(s.only) == 0 {
		// What is only measured has nothing to say of files; who names such a rule hears why it is skipped.
		s.selected = slices.DeleteFunc(s.selected, func(rule *rules.Rule) bool { return rule.Live })
	}
	s.rules = s.tuned(s.config)
	if s.live && (c.Bool("fix") || c.Bool("diff")) {
		add(errors.New("--fix and --diff change files; run them without --live and --facts"))
	}
	s.outputs, err = parseOutputs(c.StringSlice("format"))
	add(err)
	for flag, target := range map[string]*rules.Severity{"min-severity": &s.show.MinSeverity, "fail-on": &s.failOn} {
		severity, ok := rules.ParseSeverity(c.String(flag))
		if !ok {
			add(fmt.Errorf("--%s %s: give info, warning or error", flag, c.String(flag)))
		}
		*target = severity
	}
	if !slices.Contains([]string{"auto", "always", "never"}, s.colour) {
		add(fmt.Errorf("--color %s: give auto, always or never", s.colour))
	}
	s.baseline, err = loadBaseline(c, env)
	add(err)
	if s.fix && s.diff {
		add(errors.New("--fix and --diff exclude each other: --diff shows what --fix would write"))
	}
	if s.unsafe && !s.fix && !s.diff {
		add(errors.New("--unsafe-fixes needs --fix or --diff"))
	}
	if s.show.Quiet && s.show.Verbose {
		add(errors.New("--quiet and --verbose exclude each other"))
	}
	s.show.FailOn, s.show.Now = s.failOn, env.today
	if wrong != nil {
		messages := make([]string, len(wrong.Errors))
		for i, err := range wrong.Errors {
			messages[i] = err.Error()
		}
		slices.Sort(messages)
		return s, usagef("%s", strings.Join(messages, "\nbbdoctor: "))
	}
	return s, nil
}

// tuned are the selected rules as a config file wants them.
func (s settings) tuned(from *config.Config) []*rules.Rule { return from.Tune(s.selected, s.only) }

// selectRules picks rules by name or family/*. A pattern that names no rule is an error, for a typo must not switch a
// check off silently.
func selectRules(all []*rules.Rule, only, skip []string) ([]*rules.Rule, error) {
	matches := func(patterns []string, rule *rules.Rule) bool {
		return slices.ContainsFunc(patterns, func(pattern string) bool { return rules.Matches(pattern, rule.ID) })
	}
	for _, pattern := range slices.Concat(only, skip) {
		if len(rules.Matching(all, pattern)) == 0 {
			return nil, fmt.Errorf("there is no rule %q%s", pattern, rules.Suggest(all, pattern))
		}
	}
	return slices.DeleteFunc(all, func(rule *rules.Rule) bool {
		return len(only) > 0 && !matches(only, rule) || matches(skip, rule)
	}), nil
}

// check runs the command and gives its exit code as an error.
func check(c *cli.Context, env environment) (err error) {
	s, err := newSettings(c, env)
	if err != nil {
		return err
	}
	var r *verdict
	if s.judgesEach(c) {
		if r, err = judgeEach(c.Context, env, s); err != nil {
			return loadFailure(c, err)
		}
		return s.report(env, r, exitCode(r.Report, s))
	}
	s.load.Deferred = !s.live && !s.fix && !s.diff
	if !s.load.Deferred && slices.Contains(s.load.Paths, "-") {
		// To prove a fix, and to judge what became of it, the inputs are read again.
		if s.load.Stdin, err = newRereader(s.load.Stdin); err != nil {
			return exitError{exitIncomplete, "standard input cannot be read: " + err.Error()}
		}
	}
	collection, err := offline.Load(c.Context, s.load)
	if err != nil {
		return loadFailure(c, err)
	}
	if s.live {
		if err := measure(c, env, collection); err != nil {
			return err
		}
	}
	if s.since, err = newSince(c, env, s); err != nil {
		return err
	}
	if s.since != nil {
		defer func() {
			if closing := s.since.state.Close(); err == nil && closing != nil {
				err = exitError{exitIncomplete, closing.Error()}
			}
		}()
	}
	if r, err = judge(c.Context, env, collection, s); err != nil {
		return err
	}
	code := exitCode(r.Report, s)
	if s.fix || s.diff {
		message, failed := mend(c, env, s, r)
		if message != "" {
			fmt.Fprint(env.stderr, message)
		}
		if failed {
			code = exitIncomplete
		}
		if s.diff {
			return exitError{code: code}
		}
		if !failed {
			// What is reported, and what the exit code stands for, is how things are now.
			if collection, err = offline.Load(c.Context, s.load); err != nil {
				return loadFailure(c, err)
			}
			if r, err = judge(c.Context, env, collection, s); err != nil {
				return err
			}
			code = exitCode(r.Report, s)
		}
	}
	return s.report(env, r, code)
}

// judgesEach says whether each deployment can be let go of once it is judged: nothing is fixed, measured or compared, and no
// format shows settings.
func (s settings) judgesEach(c *cli.Context) bool {
	showsSettings := func(out output) bool {
		format, _ := report.Named(out.format)
		return format.Settings
	}
	return !s.live && !s.fix && !s.diff && s.baseline == nil && !c.IsSet("changed-since") && !slices.ContainsFunc(s.outputs, showsSettings)
}

// report writes all outputs and gives the exit code as an error.
func (s settings) report(env environment, r *verdict, code int) error {
	for _, out := range s.outputs {
		if err := write(out, env, s, r.Report); err != nil {
			fmt.Fprintf(env.stderr, "bbdoctor: %v\n", err)
			code = worst(code, exitIncomplete)
		}
	}
	if code == exitClean {
		return nil
	}
	return exitError{code: code}
}

func loadFailure(c *cli.Context, err error) error {
	if c.Context.Err() != nil {
		return err
	}
	return exitError{exitUsage, err.Error()}
}
