package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"
)

func manCommand(env environment) *cli.Command {
	return &cli.Command{
		Name:   "man",
		Usage:  "print the manual page, for man(1)",
		Hidden: true,
		Action: func(c *cli.Context) error {
			if _, err := io.WriteString(env.stdout, manual(c.App)); err != nil {
				return fmt.Errorf("writing the manual page: %w", err)
			}
			return nil
		},
	}
}

// variables are those of the environment that bbdoctor reads, for the manual page.
var variables = [][2]string{
	{"BBDOCTOR_PASSWORD", "the password for --live when jdbc.password does not give it"},
	{"BBDOCTOR_ADMIN_PASSWORD", "the password of --admin-user"},
	{"BBDOCTOR_TOKEN", "the token of bbdoctor publish"},
	{"NO_COLOR, FORCE_COLOR, CLICOLOR_FORCE, CLICOLOR", "whether to colour; --color is stronger"},
	{"LC_ALL, LC_CTYPE, LANG", "whether the terminal shows more than ASCII"},
}

// manual is the manual page in the mdoc language, out of the same definitions as the help.
func manual(app *cli.App) string {
	var page strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&page, format+"\n", args...) }
	line(".Dd $Mdocdate$\n.Dt BBDOCTOR 1\n.Os\n.Sh NAME\n.Nm bbdoctor\n.Nd %s", roff(app.Usage))
	line(".Sh SYNOPSIS")
	for _, command := range app.VisibleCommands() {
		line(".Nm\n.Cm %s", command.Name)
		if len(command.VisibleFlags()) > 0 {
			line(".Op Ar options")
		}
		if command.ArgsUsage != "" {
			line(".Ar %s", roff(command.ArgsUsage))
		}
	}
	line(".Sh COMMANDS")
	for _, command := range app.VisibleCommands() {
		line(".Ss bbdoctor %s\n%s.", command.Name, roff(sentence(command.Usage)))
		for _, text := range strings.Split(command.Description, "\n") {
			if text != "" {
				line(".Pp\n%s", roff(text))
			}
		}
		flags := command.VisibleFlags()
		if len(flags) == 0 {
			continue
		}
		line(".Bl -tag -width Ds")
		for _, flag := range flags {
			names, usage := describeFlag(flag)
			line(".It %s\n%s.", names, roff(sentence(usage)))
		}
		line(".El")
	}
	line(".Sh ENVIRONMENT\n.Bl -tag -width Ds")
	for _, variable := range variables {
		line(".It Ev %s\n%s.", variable[0], roff(sentence(variable[1])))
	}
	line(".El\n.Sh EXIT STATUS\n.Bl -tag -width Ds")
	for code, meaning := range exitMeanings {
		line(".It %d\n%s.", code, roff(sentence(meaning)))
	}
	line(".El\n2 beats 3 beats 1 beats 0.")
	return page.String()
}

// describeFlag gives a flag's names with the word that stands for its value, and what it does, in roff.
func describeFlag(flag cli.Flag) (names, usage string) {
	documented, ok := flag.(cli.DocGenerationFlag)
	if !ok {
		return strings.Join(flag.Names(), ", "), ""
	}
	usage = documented.GetUsage()
	placeholder := ""
	if before, rest, found := strings.Cut(usage, "`"); found {
		if word, after, closed := strings.Cut(rest, "`"); closed {
			placeholder, usage = word, before+word+after
		}
	}
	var all []string
	for _, name := range flag.Names() {
		text := "Fl " + strings.ReplaceAll(name, "-", `\-`) // Fl writes the first dash itself
		if len(name) > 1 {
			text = `Fl \-` + strings.ReplaceAll(name, "-", `\-`)
		}
		if placeholder != "" && documented.TakesValue() {
			text += " Ar " + roff(placeholder)
		}
		all = append(all, text)
	}
	if value := documented.GetDefaultText(); documented.TakesValue() && value != "" && value != `""` && value != "0" && value != "0s" {
		usage += " (default: " + strings.Trim(value, `"`) + ")"
	}
	return strings.Join(all, " , "), usage
}

// sentence begins with a capital letter.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + strings.TrimSuffix(text[1:], ".")
}

// roff escapes what the formatter would take for its own.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`, "\n", " ").Replace(text)
	if strings.HasPrefix(text, ".") || strings.HasPrefix(text, "'") {
		return `\&` + text
	}
	return text
}
