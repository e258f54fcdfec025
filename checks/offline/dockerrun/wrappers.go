package dockerrun

import (
	"path"
	"strings"
	"sync"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// wrapper is a program that runs another one.
type wrapper struct {
	// values are its options that take the next word as their value.
	values string
	// operands is how many words without a "-" stand between its options and the command.
	operands int
	// assigns says that NAME=value may stand there and changes the environment.
	assigns bool
	// clears are its options that empty the environment; "always" for one that does so by itself.
	clears string
	// keeps are its options that keep the environment all the same.
	keeps string
	// unsets are those among values that take a variable out of the environment.
	unsets string
	// looks are its options with which it does not run the command.
	looks string
}

var wrappers = sync.OnceValue(func() map[string]wrapper {
	return map[string]wrapper{
		"sudo": {values: "-u --user -g --group -h --host -p --prompt -C --close-from -r --role -t --type -T --command-timeout -U --other-user -D --chdir -R --chroot -a --auth-type -c --login-class",
			assigns: true, clears: "always", keeps: "-E --preserve-env", looks: "-l --list -v --validate -V --version -K --remove-timestamp -e --edit"},
		"doas":    {values: "-u -C -a", assigns: false, clears: "always"},
		"env":     {values: "-u --unset -C --chdir -a --argv0", unsets: "-u --unset", assigns: true, clears: "-i --ignore-environment -", looks: "-S --split-string"},
		"exec":    {values: "-a", clears: "-c"},
		"command": {looks: "-v -V"},
		"builtin": {},
		"nohup":   {},
		"setsid":  {},
		"time":    {values: "-f --format -o --output"},
		"nice":    {values: "-n --adjustment"},
		"ionice":  {values: "-c --class -n --classdata"},
		"stdbuf":  {values: "-i --input -o --output -e --error"},
		"timeout": {values: "-k --kill-after -s --signal", operands: 1},
		"chronic": {},
	}
})

// program finds the word that names docker behind the programs that run it.
func (c *command) program(words []Word) (program, []Word, bool) {
	for len(words) > 0 {
		word := words[0]
		words = words[1:]
		if name := programName(word); name != "" {
			return program{word.Span, name}, words, true
		}
		if word.Several && word.Prefix() == "" {
			continue // "$SUDO docker run"
		}
		w, ok := wrappers()[path.Base(word.Prefix())]
		if !ok || !word.Known() {
			return program{}, nil, false
		}
		if words, ok = c.unwrap(w, words); !ok {
			return program{}, nil, false
		}
	}
	return program{}, nil, false
}

// unwrap skips the options and operands of a program that runs another.
func (c *command) unwrap(w wrapper, words []Word) ([]Word, bool) {
	clears, keeps := w.clears == "always", false
	operands := w.operands
	for len(words) > 0 {
		word := words[0]
		text := word.Prefix()
		name, _, attached := strings.Cut(text, "=")
		switch {
		case w.assigns && attached && !strings.HasPrefix(text, "-"):
			c.assign(word, name)
		case text == "--" && word.Known():
		case strings.HasPrefix(text, "-"):
			if has(w.looks, name) {
				return nil, false
			}
			clears = clears || has(w.clears, name)
			keeps = keeps || has(w.keeps, text)
			if attached && has(w.keeps, name) {
				c.keep(text)
			}
			if has(w.values, text) && len(words) > 1 {
				words = words[1:]
				if has(w.unsets, text) {
					c.unset(words[0])
				}
			}
		case operands > 0:
			operands--
		default:
			c.environment.cleared = c.environment.cleared || clears && !keeps
			return words, true
		}
		words = words[1:]
	}
	return nil, false
}

// has says whether a list of options has one.
func has(list, option string) bool {
	for _, one := range strings.Fields(list) {
		if one == option {
			return true
		}
	}
	return false
}

// assign takes NAME=value in front of the command.
func (c *command) assign(word Word, name string) {
	all := value{word.Text, word.Span}
	c.environment.put(name, c.setting(c.tail(all, len(name)+1), name, c.spanOf(all, 0, len(name))))
}

// keep takes the list of variables that --preserve-env=NAME,NAME lets through.
func (c *command) keep(option string) {
	_, list, _ := strings.Cut(option, "=")
	for _, name := range strings.Split(list, ",") {
		if known, ok := c.environment.lookup(name); ok {
			c.environment.put(name, known)
		}
	}
}

// unset takes a variable out of the environment.
func (c *command) unset(name Word) {
	c.environment.put(name.Prefix(), facts.Setting{State: facts.Unresolved, Why: "the command takes it out of the environment"})
}
