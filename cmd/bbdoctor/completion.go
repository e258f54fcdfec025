package main

import (
	"embed"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/bbdoctor/bbdoctor/rules/catalog"
	"github.com/bbdoctor/bbdoctor/rules/report"
)

// Each script asks "bbdoctor __complete WORD..." for what may stand in the place of the last word, and offers files when
// the answer is empty.
//
//go:embed completion
var completionScripts embed.FS

// shells are those with a script in completion/.
var shells = []string{"bash", "fish", "powershell", "zsh"}

func completionCommand(env environment) *cli.Command {
	return &cli.Command{
		Name:      "completion",
		Usage:     "print the completion script of a shell: " + strings.Join(shells, ", "),
		ArgsUsage: "SHELL",
		Description: "bash:       source <(bbdoctor completion bash)\n" +
			"zsh:        bbdoctor completion zsh > \"${fpath[1]}/_bbdoctor\"\n" +
			"fish:       bbdoctor completion fish > ~/.config/fish/completions/bbdoctor.fish\n" +
			"powershell: bbdoctor completion powershell | Out-String | Invoke-Expression",
		Action: func(c *cli.Context) error {
			if c.Args().Len() != 1 || !slices.Contains(shells, c.Args().First()) {
				return usagef("completion takes one shell of %s", strings.Join(shells, ", "))
			}
			script, err := completionScripts.ReadFile("completion/" + c.Args().First())
			if err == nil {
				_, err = env.stdout.Write(script)
			}
			if err != nil {
				return fmt.Errorf("writing the script: %w", err)
			}
			return nil
		},
	}
}

// completeWord is the command that the scripts call. It takes the command line as it is, so it is not one of urfave/cli's.
const completeWord = "__complete"

// complete gives what may stand in the place of the last of words, which are what follows the program's name; nothing
// when only a file can stand there.
func complete(app *cli.App, words []string) []string {
	current, before := "", words
	if n := len(words); n > 0 {
		current, before = strings.TrimSpace(words[n-1]), words[:n-1]
	}
	// bash makes three words of --flag=value, the others one.
	if current == "=" {
		current = ""
	} else if n := len(before); n > 0 && before[n-1] == "=" {
		before = before[:n-1]
	}
	if flag, value, joined := strings.Cut(current, "="); joined && strings.HasPrefix(flag, "-") {
		values := complete(app, append(slices.Clone(before), flag, value))
		for i := range values {
			values[i] = flag + "=" + values[i]
		}
		return values
	}
	all := candidates(app, before, current)
	all = slices.DeleteFunc(all, func(candidate string) bool { return !strings.HasPrefix(candidate, current) })
	slices.Sort(all)
	return slices.Compact(all)
}

func candidates(app *cli.App, before []string, current string) (all []string) {
	if len(before) == 0 {
		for _, command := range app.VisibleCommands() {
			all = append(all, command.Name)
		}
		return all
	}
	command := app.Command(before[0])
	if command == nil {
		return nil
	}
	if len(before) > 1 {
		if values := flagValues(command, strings.TrimLeft(before[len(before)-1], "-"), current); values != nil {
			return values
		}
	}
	if strings.HasPrefix(current, "-") {
		for _, flag := range command.VisibleFlags() {
			all = append(all, "--"+flag.Names()[0])
		}
		return all
	}
	switch command.Name {
	case "explain":
		return ruleNames()
	case "completion":
		return slices.Clone(shells)
	}
	return nil
}

// flagValues are the words that a flag takes. Of a list that is separated by commas the last element is completed.
func flagValues(command *cli.Command, name, current string) []string {
	severities := []string{"info", "warning", "error"}
	switch {
	case name == "format" && command.Name == "rules":
		return []string{"text", "json", "markdown"}
	case name == "format" || name == "f":
		return formatNames()
	case name == "color":
		return []string{"auto", "always", "never"}
	case name == "min-severity" || name == "fail-on":
		return severities
	case name == "only" || name == "skip":
		names := append(ruleNames(), familyGlobs()...)
		if comma := strings.LastIndexByte(current, ','); comma >= 0 {
			for i := range names {
				names[i] = current[:comma+1] + names[i]
			}
		}
		return names
	}
	return nil
}

func formatNames() []string {
	var names []string
	for _, format := range report.Formats {
		names = append(names, format.Name)
	}
	return names
}

func ruleNames() []string {
	var names []string
	for _, rule := range catalog.All() {
		names = append(names, rule.ID)
	}
	return names
}

func familyGlobs() []string {
	var globs []string
	for _, rule := range catalog.All() {
		globs = append(globs, rule.Family()+"/*")
	}
	return globs
}
