package main

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/bbdoctor/bbdoctor/docs"
	"github.com/bbdoctor/bbdoctor/rules"
	"github.com/bbdoctor/bbdoctor/rules/catalog"
	"github.com/bbdoctor/bbdoctor/rules/report"
)

func explainCommand(env environment) *cli.Command {
	return &cli.Command{
		Name:      "explain",
		Usage:     "print the documentation of a rule",
		ArgsUsage: "RULE",
		Flags:     []cli.Flag{&cli.StringFlag{Name: "color", Usage: "`WHEN` to colour: auto, always, never", Value: "auto"}},
		Action: func(c *cli.Context) error {
			if c.Args().Len() != 1 {
				return usagef("explain takes one rule, as in: bbdoctor explain jdbc/target-server-type")
			}
			id := c.Args().First()
			page, ok := docs.Rule(id)
			if !ok || !slices.ContainsFunc(catalog.All(), func(rule *rules.Rule) bool { return rule.ID == id }) {
				return usagef("there is no rule %q%s", id, suggestion(id))
			}
			return report.Page(env.stdout, page, useColour(c.String("color"), env, env.stdout))
		},
	}
}

// suggestion names the rules that a wrong name may mean.
func suggestion(id string) string {
	var alike []string
	_, short, _ := strings.Cut(id, "/")
	if short == "" {
		short = id
	}
	for _, rule := range catalog.All() {
		if strings.Contains(rule.ID, short) || rule.Family() == id {
			alike = append(alike, rule.ID)
		}
	}
	if len(alike) == 0 {
		return "; \"bbdoctor rules\" lists them"
	}
	return "; did you mean " + strings.Join(alike, ", ") + "?"
}
