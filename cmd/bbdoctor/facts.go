package main

import (
	"encoding/json"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/bbdoctor/bbdoctor/checks/offline"
)

func factsCommand(env environment) *cli.Command {
	return &cli.Command{
		Name:      "facts",
		Usage:     "print what was understood, as JSON, without a verdict",
		ArgsUsage: "[PATH...]",
		Flags:     inputFlags(),
		Action: func(c *cli.Context) error {
			options, _, err := loadOptions(c, env)
			if err != nil {
				return err
			}
			collection, err := offline.Load(c.Context, options)
			if err != nil {
				return loadFailure(c, err)
			}
			encoder := json.NewEncoder(env.stdout)
			encoder.SetEscapeHTML(false)
			encoder.SetIndent("", "  ")
			if err := encoder.Encode(collection.JSON()); err != nil {
				return fmt.Errorf("writing facts: %w", err)
			}
			for _, problem := range collection.Problems {
				if !problem.Note {
					return exitError{code: exitIncomplete}
				}
			}
			if len(collection.Deployments) == 0 {
				return exitError{exitIncomplete, nothing}
			}
			return nil
		},
	}
}
