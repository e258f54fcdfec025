package dockerrun

import (
	"strconv"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// options reads the options and gives the words behind them. Options end at the first word that is none, or behind "--".
func (c *command) options(words []Word) []Word {
	for len(words) > 0 {
		word := words[0]
		c.enter(word)
		text := word.Prefix()
		switch {
		case word.Several && text == "" && c.areOptions(words):
			c.unknownOptions(word)
			words = words[1:]
		case text == "" || text[0] != '-' || text == "-" && word.Known():
			return words
		case text == "-" || text == "--" && !word.Known():
			c.unknownOptions(word)
			words = words[1:]
		case text == "--":
			return words[1:]
		case strings.HasPrefix(text, "--"):
			words = c.long(word, words[1:])
		default:
			words = c.short(word, words[1:])
		}
	}
	return nil
}

func (c *command) written(word Word) string {
	return string(c.Source.Text[word.Span.Start:word.Span.End])
}

// areOptions says whether the first word, which may be any number of arguments, stands for options and not for the image
// or for what begins with it.
func (c *command) areOptions(words []Word) bool {
	name := strings.ToUpper(c.written(words[0]))
	for _, part := range []string{"IMAGE", "IMG", "TAG", "REPO", "REGISTRY"} {
		if strings.Contains(name, part) {
			return false
		}
	}
	if strings.HasPrefix(name, "-") {
		return true // an option that is written with something only the shell knows
	}
	if len(words) == 1 {
		return false
	}
	next := words[1].Prefix()
	if strings.HasPrefix(next, "-") || words[1].Several || !words[1].Known() {
		return true
	}
	for _, part := range []string{"OPT", "ARG", "FLAG", "PARAM", "EXTRA", "ENV", "PORT", "VOL", "NET", "MOUNT", "@", "*"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return strings.ContainsAny(next, "/:")
}

// long reads an option of the form --name, --name=value or --name value.
func (c *command) long(word Word, rest []Word) []Word {
	text := word.Prefix()
	name, _, attached := strings.Cut(text[2:], "=")
	takesValue, known := takesValue(c.Program.name, name)
	if !attached && !word.Known() {
		c.unknownOptions(word)
		return rest
	}
	all := value{word.Text, word.Span}
	switch {
	case name == "" || name[0] == '-':
		c.problem(word.Span, c.Program.name+" does not take "+text+" and starts nothing; remove it")
		return rest
	case attached:
		if !known {
			c.unknownOption(word, "--"+name)
			return rest
		}
		c.option(name, c.tail(all, 2+len(name)+1), word)
		return rest
	case !known:
		c.unknownOption(word, text)
		if len(rest) > 1 && !strings.HasPrefix(rest[0].Prefix(), "-") {
			return rest[1:] // most options take a value
		}
		return rest
	case !takesValue:
		c.flag(name, true)
		return rest
	case len(rest) == 0:
		c.problem(word.Span, c.Program.name+" starts nothing, because "+text+" needs a value; give it one")
		return nil
	}
	c.option(name, value{rest[0].Text, rest[0].Span}, word)
	return rest[1:]
}

// short reads one or several options of one letter: -d, -itd, -e X, -eX, -e=X, -dp 5432:5432.
func (c *command) short(word Word, rest []Word) []Word {
	text := word.Prefix()
	all := value{word.Text, word.Span}
	for i := 1; i < len(text); i++ {
		name, known := shortOption(c.Program.name, text[i])
		if !known {
			c.unknownOption(word, "-"+text[i:i+1])
			return rest
		}
		takes, _ := takesValue(c.Program.name, name)
		last := i+1 == len(text) && word.Known()
		switch {
		case i+2 < len(text) && text[i+1] == '=', i+2 == len(text) && text[i+1] == '=' && !word.Known():
			c.option(name, c.tail(all, i+2), word)
			return rest
		case !takes:
			c.flag(name, true)
		case !last:
			c.option(name, c.tail(all, i+1), word)
			return rest
		case len(rest) == 0:
			c.problem(word.Span, c.Program.name+" starts nothing, because -"+text[i:]+" needs a value; give it one")
			return nil
		default:
			c.option(name, value{rest[0].Text, rest[0].Span}, word)
			return rest[1:]
		}
	}
	if !word.Known() {
		c.unknownOptions(word)
	}
	return rest
}

// unknownOptions tells of a word that stands for options of which nothing is known.
func (c *command) unknownOptions(word Word) {
	c.note(word.Span, "what options "+c.written(word)+" has is not known; what they say is not checked")
	c.container.MoreVolumes = "what options " + c.written(word) + " has is not known"
	c.unknownVariables("what options there are is not known", word.Span)
}

// unknownOption tells of an option that is in no table.
func (c *command) unknownOption(word Word, option string) {
	c.problem(word.Span, c.Program.name+" has no option "+option+" that bbdoctor knows; look at its spelling")
}

// flag takes an option without a value.
func (c *command) flag(name string, on bool) {
	switch name {
	case "rm":
		c.container.Remove = on
	case "env-host":
		if on {
			c.unknownVariables("--env-host passes on the environment of whoever runs "+c.Program.name, c.Program.Span)
		}
	case "help":
		c.help = c.help || on
	}
}

// option takes an option with its value.
func (c *command) option(name string, v value, word Word) {
	if takes, _ := takesValue(c.Program.name, name); !takes {
		on, err := strconv.ParseBool(c.text(v))
		if err != nil && v.Known() {
			c.problem(v.written, c.Program.name+" starts nothing, because --"+name+" is either true or false; write one of them")
		}
		c.flag(name, on)
		return
	}
	switch name {
	case "env":
		c.env(v)
	case "env-file":
		c.envFile(v, word)
	case "name":
		c.container.Name = c.text(v)
	case "hostname":
		c.container.Hostname = c.text(v)
	case "network", "net":
		c.network(c.text(v))
	case "network-alias", "net-alias":
		c.aliases = append(c.aliases, c.text(v))
	case "publish":
		c.publish(v)
	case "volume":
		c.volume(v)
	case "mount":
		c.mount(v)
	case "tmpfs":
		c.tmpfs(v)
	case "volumes-from":
		c.container.MoreVolumes = "it has the volumes of another container (--volumes-from)"
	case "pod":
		c.container.SharedNetwork = true
	}
}

// network takes the value of --network: a name, or fields as in name=my-net,alias=pgpool.
func (c *command) network(text string) {
	c.networks++
	name := text
	if strings.Contains(text, "=") {
		name = ""
		for _, field := range csv(text) {
			switch key, value, _ := strings.Cut(strings.ToLower(field), "="); strings.TrimSpace(key) {
			case "name":
				name = strings.TrimSpace(value)
			case "alias":
				c.aliases = append(c.aliases, strings.TrimSpace(value))
			}
		}
	}
	if c.networks == 1 {
		c.container.HostNetwork = name == "host"
		c.container.SharedNetwork = c.container.SharedNetwork || strings.HasPrefix(name, "container:") || strings.HasPrefix(name, "ns:")
	}
	// podman writes its own options behind a colon: bridge:alias=pgpool.
	if _, options, ok := strings.Cut(text, ":"); ok && c.Program.name == "podman" {
		for _, field := range strings.Split(options, ",") {
			if alias, ok := strings.CutPrefix(field, "alias="); ok {
				c.aliases = append(c.aliases, alias)
			}
		}
	}
}

// spanOf is where a part of a value stands, for pointing at.
func (c *command) spanOf(v value, start, end int) facts.Span {
	part := v.Slice(start, end)
	if part.Lost || len(part.Runs) == 0 {
		return v.written
	}
	first, last := part.Runs[0], part.Runs[len(part.Runs)-1]
	if first.In != c.Source || last.In != c.Source || last.Raw+last.RawN < first.Raw {
		return v.written
	}
	return facts.Span{Start: first.Raw, End: last.Raw + last.RawN}
}
