package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline"
	"github.com/bbdoctor/bbdoctor/rules"
	"github.com/bbdoctor/bbdoctor/rules/catalog"
	"github.com/bbdoctor/bbdoctor/rules/suppress"
)

func baselineCommand(env environment) *cli.Command {
	return &cli.Command{
		Name:      "baseline",
		Usage:     "print the findings of today, for check --baseline to know them",
		ArgsUsage: "[PATH...]",
		Description: "What is found today is taken for known; check --baseline FILE then reports what is new, and entries that are stale.\n" +
			"Exit code: 0 written, 2 wrong usage, 3 incomplete (nothing to check, or something could not be read).",
		Flags: slices.Concat(inputFlags(), ruleFlags(), []cli.Flag{
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "`FILE` to write to instead of standard output"},
			&cli.StringFlag{Name: "min-severity", Usage: "take findings from this `SEVERITY` on: info, warning, error", Value: "info"},
		}),
		Action: func(c *cli.Context) error { return baseline(c, env) },
	}
}

// ruleFlags say which rules judge.
func ruleFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "only", Usage: "judge only these `RULES`: names or family/*, separated by commas"},
		&cli.StringSliceFlag{Name: "skip", Usage: "leave out these `RULES`: names or family/*, separated by commas"},
	}
}

func baseline(c *cli.Context, env environment) error {
	var s settings
	var err error
	if s.load, s.config, err = loadOptions(c, env); err != nil {
		return err
	}
	if s.rules, err = selectRules(catalog.All(), c.StringSlice("only"), c.StringSlice("skip")); err != nil {
		return usagef("%v", err)
	}
	s.rules = slices.DeleteFunc(s.config.Tune(s.rules, c.StringSlice("only")), func(rule *rules.Rule) bool { return rule.Live })
	least, ok := rules.ParseSeverity(c.String("min-severity"))
	if !ok {
		return usagef("--min-severity %s: give info, warning or error", c.String("min-severity"))
	}
	s.load.Deferred = true
	collection, err := offline.Load(c.Context, s.load)
	if err != nil {
		return loadFailure(c, err)
	}
	v, err := judge(c.Context, env, collection, s)
	if err != nil {
		return err
	}
	for _, result := range v.all {
		result.Findings = slices.DeleteFunc(result.Findings, func(f *rules.Finding) bool { return f.Severity < least })
	}
	known := suppress.NewBaseline(v.all, suppress.NewPrinter(collection, below(rootOf(env))))
	if err := writeBaseline(known, env, c.String("output")); err != nil {
		return err
	}
	incomplete := false
	for _, problem := range v.Problems {
		if !problem.Note {
			fmt.Fprintf(env.stderr, "bbdoctor: %s\n", facts.RedactText(describe(problem)))
			incomplete = true
		}
	}
	if incomplete {
		return exitError{code: exitIncomplete}
	}
	return nil
}

func describe(problem facts.Problem) string {
	if problem.File == "" {
		return problem.Message
	}
	return problem.File + ": " + problem.Message
}

func writeBaseline(known *suppress.Baseline, env environment, file string) error {
	var text bytes.Buffer
	if err := known.Write(&text); err != nil {
		return err
	}
	if file == "" {
		if _, err := env.stdout.Write(text.Bytes()); err != nil {
			return exitError{exitIncomplete, fmt.Sprintf("writing the baseline: %v", err)}
		}
		return nil
	}
	if err := os.WriteFile(env.path(file), text.Bytes(), 0o644); err != nil { //nolint:gosec // a baseline is for everybody, like the files beside it
		return exitError{exitIncomplete, fmt.Sprintf("--output %s: %v", file, err)}
	}
	fmt.Fprintf(env.stderr, "%s has %d known finding(s)\n", file, known.Len())
	return nil
}

// loadBaseline reads the file of --baseline; nil when none is given.
func loadBaseline(c *cli.Context, env environment) (*suppress.Baseline, error) {
	name := c.String("baseline")
	if name == "" {
		return nil, nil
	}
	file, err := os.Open(env.path(name))
	if err != nil {
		return nil, usagef("--baseline %s: %v", name, reasonOf(err))
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, suppress.MaxBaseline+1))
	switch {
	case err != nil:
		return nil, usagef("--baseline %s: %v", name, reasonOf(err))
	case len(text) > suppress.MaxBaseline:
		return nil, usagef("--baseline %s: larger than 64 MiB", name)
	}
	known, err := suppress.ReadBaseline(name, text)
	if err != nil {
		return nil, usagef("%v", err)
	}
	return known, nil
}
