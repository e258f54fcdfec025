package main

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/bbdoctor/bbdoctor/checks/offline"
)

func factsCommand(env environment) *cli.Command {
	return &cli.Command{
		Name:      "facts",
		Usage:     "print what was understood, and with --live what was measured, as JSON, without a verdict",
		ArgsUsage: "[PATH...]",
		Flags:     slices.Concat(inputFlags(), liveFlags()),
		Action: func(c *cli.Context) error {
			options, _, err := loadOptions(c, env)
			if err != nil {
				return err
			}
			collection, err := offline.Load(c.Context, options)
			if err != nil {
				return loadFailure(c, err)
			}
			if wantsLive(c) {
				if err := measure(c, env, collection); err != nil {
					return err
				}
			}
			encoder := json.NewEncoder(env.stdout)
			encoder.SetEscapeHTML(false)
			encoder.SetIndent("", "  ")
			if err := encoder.Encode(collection.JSON()); err != nil {
				return fmt.Errorf("writing facts: %w", err)
			}
			problems := slices.Clone(collection.Problems)
			for _, deployment := range collection.Deployments {
				problems = append(problems, deployment.Problems...)
			}
			for _, problem := range problems {
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
