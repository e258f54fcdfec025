package systemd

import (
	"bytes"
	"path"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dockerrun"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv/traced"
)

// commands reads the command lines of a unit. runs says that one of them starts a container, which then has the variables
// that docker passes on, not those of the unit.
func (r *reader) commands(entries []entry, environment []facts.Assignment) (containers []*facts.Container, runs bool) {
	variables := map[string]facts.Setting{}
	for _, assignment := range environment {
		if assignment.Name != "" {
			variables[assignment.Name] = assignment.Value
		}
	}
	for _, e := range list(entries, sectionService, "ExecStartPre", "ExecStart", "ExecStartPost") {
		if !mayRunContainers(e.value) {
			continue
		}
		for _, words := range r.commandLines(e, variables) {
			container, problems, ok := dockerrun.Read(words, dockerrun.Context{
				Source: e.source, Format: facts.Systemd, Input: r.context, Limits: r.limits,
				Environment: func(name string) (facts.Setting, bool) { s, ok := variables[name]; return s, ok },
			})
			switch {
			case ok:
				runs = true
				containers = append(containers, container)
				r.problems = append(r.problems, problems...)
			case isShell(words) && bytes.Contains(e.value, []byte(" run ")):
				runs = true
				r.note(e.origin(), "%s= starts a shell, and what the shell runs is not read; give docker to systemd without a shell, or put it into a script", e.key)
			}
		}
	}
	return containers, runs
}

// mayRunContainers is there to be fast.
func mayRunContainers(value []byte) bool {
	for _, word := range []string{"docker", "podman", "nerdctl", "DOCKER", "PODMAN"} {
		if bytes.Contains(value, []byte(word)) {
			return true
		}
	}
	return false
}

func isShell(words []dockerrun.Word) bool {
	if len(words) < 2 {
		return false
	}
	switch path.Base(words[0].Prefix()) {
	case "sh", "bash", "dash", "ksh", "zsh":
		return strings.HasPrefix(words[1].Prefix(), "-")
	}
	return false
}

// commandLines gives the command lines of one value of ExecStart=; a semicolon by itself stands between two.
func (r *reader) commandLines(e entry, variables map[string]facts.Setting) (lines [][]dockerrun.Word) {
	var line []dockerrun.Word
	s := splitter{entry: &e, unit: r.unit, relaxed: true}
	substitute, named := true, false
	for {
		for s.next < len(s.value) && isBlank(s.value[s.next]) {
			s.next++
		}
		rest := s.value[s.next:]
		switch {
		case len(line) == 0 && len(rest) > 0 && strings.IndexByte("@-:+!|", rest[0]) >= 0:
			substitute = substitute && rest[0] != ':'
			named = named || rest[0] == '@'
			s.next++
			continue
		case alone(rest, ";"):
			lines, line, substitute, named = append(lines, line), nil, true, false
			s.next++
			continue
		case alone(rest, `\;`):
			var text traced.Text
			text.Escape(";", e.source, s.spanOf(s.next, s.next+2), facts.Plain)
			line = append(line, dockerrun.Word{Text: text, Span: s.spanOf(s.next, s.next+2)})
			s.next += 2
			continue
		}
		w, ok, err := s.word()
		if err == nil && w.refused {
			err = errSpecifier
		}
		if err != nil {
			r.problem(e.origin(), "systemd refuses the unit, because in %s= %v", e.key, err)
			return lines
		}
		if !ok {
			return append(lines, line)
		}
		if named && len(line) == 1 {
			named = false // the program is told that this is its name
			continue
		}
		if !substitute || len(line) == 0 {
			line = append(line, dockerrun.Word{Text: w.Text, Span: w.span})
			continue
		}
		line = append(line, expand(w, variables))
	}
}

func alone(rest []byte, word string) bool {
	return bytes.HasPrefix(rest, []byte(word)) && (len(rest) == len(word) || isBlank(rest[len(word)]))
}

// expand puts variables into a word: $NAME where that is all of the word, which may become several, and ${NAME} anywhere.
func expand(w word, variables map[string]facts.Setting) dockerrun.Word {
	if bytes.IndexByte(w.Bytes, '$') < 0 || !w.Known() {
		return dockerrun.Word{Text: w.Text, Span: w.span}
	}
	text := string(w.Bytes)
	if name, whole := strings.CutPrefix(text, "$"); whole && !strings.HasPrefix(name, "{") && !strings.HasPrefix(name, "$") {
		// It becomes as many words as its value has.
		value, ok := variables[name]
		if ok && value.Known() && value.Text != "" && !strings.ContainsAny(value.Text, " \t\n\\'\"") {
			var expanded traced.Text
			expanded.Value(value)
			return dockerrun.Word{Text: expanded, Span: w.span}
		}
		var unknown traced.Text
		unknown.Unknown("the value of $" + name + " may be any number of arguments")
		return dockerrun.Word{Text: unknown, Span: w.span, Several: true}
	}
	var out traced.Text
	for at := 0; at < len(text); {
		dollar := strings.IndexByte(text[at:], '$')
		if dollar < 0 {
			out.Add(w.Slice(at, len(text)))
			break
		}
		dollar += at
		out.Add(w.Slice(at, dollar))
		switch rest := text[dollar+1:]; {
		case strings.HasPrefix(rest, "$"):
			out.Escape("$", sourceOf(w), part(w.Text, w.span, dollar, dollar+2), styleAt(w, dollar))
			at = dollar + 2
		case strings.HasPrefix(rest, "{") && strings.Contains(rest, "}"):
			name := rest[1:strings.IndexByte(rest, '}')]
			if value, ok := variables[name]; ok {
				out.Value(value)
			} else {
				out.Unknown("the unit does not set ${" + name + "}")
			}
			at = dollar + 3 + len(name)
		default:
			out.Add(w.Slice(dollar, dollar+1))
			at = dollar + 1
		}
	}
	return dockerrun.Word{Text: out, Span: w.span}
}

func sourceOf(w word) *facts.Source {
	for _, run := range w.Runs {
		return run.In
	}
	return nil
}

func styleAt(w word, at int) facts.Style {
	if runs := w.Slice(at, at+1).Runs; len(runs) > 0 {
		return runs[0].Style
	}
	return facts.Plain
}
