package systemd

import (
	"bytes"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dockerrun"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv/traced"
)

// A quadlet becomes the command line that podman's generator makes of it, which is then read as any other
// (pkg/systemd/quadlet/quadlet.go of podman, ConvertContainer). The keys are given in the generator's order, which decides
// what wins where two say the same.

// option is a key of a quadlet with the option that it becomes.
type option struct {
	key, option string
	// single says that the last value counts, words that each word of a value is one.
	single, words bool
}

var quadletOptions = []option{
	{key: "ContainerName", option: "--name", single: true},
	{key: "HostName", option: "--hostname", single: true},
	{key: "NetworkAlias", option: "--network-alias"},
	{key: "Tmpfs", option: "--tmpfs"},
	{key: "Network", option: "--network"},
	{key: "Pod", option: "--pod", single: true},
	{key: "Volume", option: "--volume"},
	{key: "PublishPort", option: "--publish"},
	{key: "Environment", option: "--env", words: true},
	{key: "EnvironmentFile", option: "--env-file", words: true},
	{key: "Mount", option: "--mount", words: true},
	{key: "PodmanArgs", words: true},
}

// container reads a quadlet.
func (r *reader) container(entries []entry) []*facts.Container {
	image, ok := last(entries, sectionContainer, "Image")
	at := facts.Origin{Source: r.main, Format: facts.Systemd}
	if !ok {
		for _, e := range entries {
			if e.section == sectionContainer {
				r.problem(at, "podman starts nothing without Image= in [Container]; name the image")
				break
			}
		}
		return nil
	}
	command := []dockerrun.Word{synthetic("podman", image), synthetic("run", image), synthetic("--rm", image)}
	for _, option := range quadletOptions {
		command = append(command, r.quadletOption(entries, option)...)
	}
	if host, ok := last(entries, sectionContainer, "EnvironmentHost"); ok && isTrue(host.value) {
		command = append(command, synthetic("--env-host", host))
	}
	command = append(command, r.whole(image))
	if exec, ok := last(entries, sectionContainer, "Exec"); ok {
		for _, w := range r.words(exec) {
			command = append(command, in(exec, expand(w, nil)))
		}
	}
	container, problems, ok := dockerrun.Read(command, dockerrun.Context{Source: image.source, Format: facts.Systemd, Input: r.context, Limits: r.limits})
	r.problems = append(r.problems, problems...)
	if !ok {
		return nil
	}
	container.Origin = image.origin()
	for _, e := range list(entries, sectionContainer, "Network") {
		// The name of another quadlet stands for its container, whose network this one then has.
		if name, _, _ := bytes.Cut(e.value, []byte(":")); bytes.HasSuffix(name, []byte(".container")) {
			container.SharedNetwork = true
		}
	}
	if container.Name == "" {
		container.Name = "systemd-" + r.unit.prefix
		switch {
		case r.unit.template:
			container.Name += "_%i"
		case r.unit.instance != "":
			container.Name += "_" + r.unit.instance
		}
		container.Names = append(container.Names, container.Name)
	}
	container.Environment = append(container.Environment, r.secrets(entries)...)
	return []*facts.Container{container}
}

// quadletOption gives the words that a key becomes.
func (r *reader) quadletOption(entries []entry, o option) (words []dockerrun.Word) {
	values := list(entries, sectionContainer, o.key)
	if o.single && len(values) > 0 {
		values = values[len(values)-1:]
	}
	for _, e := range values {
		if !o.words {
			words = append(words, synthetic(o.option, e), r.whole(e))
			continue
		}
		for _, w := range r.words(e) {
			if o.option != "" {
				words = append(words, synthetic(o.option, e))
			}
			words = append(words, in(e, expand(w, nil)))
		}
	}
	return words
}

// synthetic is a word that the generator writes; it points at the key it is written for.
func synthetic(text string, e entry) dockerrun.Word {
	return dockerrun.Word{Text: traced.Text{Bytes: []byte(text), Lost: true}, Span: e.keySpan, In: e.source}
}

// whole gives a value as one word: without quotes at its ends, escapes as they are.
func (r *reader) whole(e entry) dockerrun.Word {
	for len(e.value) > 0 && e.value[0] == '"' {
		e.value, e.at = e.value[1:], e.at[1:]
	}
	for n := len(e.value); n > 0 && e.value[n-1] == '"'; n-- {
		e.value, e.at = e.value[:n-1], e.at[:n-1]
	}
	var text traced.Text
	s := splitter{entry: &e, unit: r.unit}
	for s.next < len(s.value) {
		if s.value[s.next] == '%' {
			n, _ := s.specifier(&text, facts.Plain)
			s.next += n
			continue
		}
		from := s.next
		for s.next < len(s.value) && s.value[s.next] != '%' {
			s.next++
		}
		s.copy(&text, from, s.next, facts.Plain)
	}
	return in(e, expand(word{Text: text, span: e.span()}, nil))
}

func in(e entry, w dockerrun.Word) dockerrun.Word {
	w.In = e.source
	return w
}

// secrets gives the variables that podman makes of secrets: Secret=NAME,type=env,target=VARIABLE.
func (r *reader) secrets(entries []entry) (variables []facts.Assignment) {
	for _, e := range list(entries, sectionContainer, "Secret") {
		for _, w := range r.words(e) {
			secret, options, _ := strings.Cut(string(w.Bytes), ",")
			isVariable, target := false, secret
			for _, option := range strings.Split(options, ",") {
				switch name, value, _ := strings.Cut(option, "="); name {
				case "type":
					isVariable = value == "env"
				case "target":
					target = value
				}
			}
			if isVariable {
				at := e.origin()
				at.Span, at.Key = w.span, target
				variables = append(variables, facts.Assignment{Name: target, Value: facts.Setting{
					Key: facts.Key(target), State: facts.Secret, Why: "it is in podman's secret " + secret, Origin: at,
				}})
			}
		}
	}
	return variables
}

func isTrue(value []byte) bool {
	switch string(bytes.ToLower(value)) {
	case "1", "yes", "true", "on":
		return true
	}
	return false
}
