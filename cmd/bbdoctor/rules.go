package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"github.com/bbdoctor/bbdoctor/rules/catalog"
)

func rulesCommand(env environment) *cli.Command {
	return &cli.Command{
		Name:  "rules",
		Usage: "list every rule: name, severity, what it reads",
		Flags: []cli.Flag{&cli.StringFlag{Name: "format", Aliases: []string{"f"}, Usage: "`FORMAT`: text, json, markdown", Value: "text"}},
		Action: func(c *cli.Context) error {
			switch c.String("format") {
			case "text":
				return rulesText(env)
			case "json":
				return rulesJSON(env)
			case "markdown":
				return rulesMarkdown(env)
			}
			return usagef("--format %s: give text, json or markdown", c.String("format"))
		},
	}
}

// reads names the facts that a rule needs.
func reads[K ~string](needs []K) []string {
	names := make([]string, len(needs))
	for i, need := range needs {
		names[i] = string(need)
	}
	return names
}

func rulesText(env environment) error {
	w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	for _, rule := range catalog.All() {
		fmt.Fprintf(w, "%s\t%s\t%s\n", rule.ID, rule.Severity, rule.Title)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("writing rules: %w", err)
	}
	return nil
}

func rulesJSON(env environment) error {
	type entry struct {
		Name     string   `json:"name"`
		Title    string   `json:"title"`
		Severity string   `json:"severity"`
		Reads    []string `json:"reads"`
	}
	var entries []entry
	for _, rule := range catalog.All() {
		entries = append(entries, entry{rule.ID, rule.Title, rule.Severity.String(), reads(rule.Needs)})
	}
	encoder := json.NewEncoder(env.stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(entries); err != nil {
		return fmt.Errorf("writing rules: %w", err)
	}
	return nil
}

func rulesMarkdown(env environment) error {
	fmt.Fprint(env.stdout, "| rule | severity | right when | reads |\n|---|---|---|---|\n")
	for _, rule := range catalog.All() {
		names := reads(rule.Needs)
		for i, name := range names {
			names[i] = "`" + name + "`"
		}
		if _, err := fmt.Fprintf(env.stdout, "| [%s](rules/%s.md) | %s | %s | %s |\n", rule.ID, rule.ID, rule.Severity, rule.Title, strings.Join(names, ", ")); err != nil {
			return fmt.Errorf("writing rules: %w", err)
		}
	}
	return nil
}
