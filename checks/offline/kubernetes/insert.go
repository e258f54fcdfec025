package kubernetes

import (
	"bytes"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/edit"
	"github.com/bbdoctor/bbdoctor/checks/offline/yamltext"
)

// Declare gives the insertion of a variable into the env of a container, which begins where the container's origin says;
// one without any gets it. The scope is the whole container. ok is false where there is no clean place.
func Declare(container *facts.Container, name, value string, parsed *edit.Parsed) (insertion edit.Insertion, ok bool) {
	at := container.Origin
	file := yamltext.Of(parsed, at.Source)
	entries := file.Entries(at.Span.Start)
	if at.Span.Len() == 0 || len(entries) == 0 || !entries[0].Mapping() || entries[0].First().Value != "name" && entries[0].First().Value != "image" {
		return insertion, false
	}
	mapping := entries[0].Collection
	item, ok := written(entries[0].First(), name, value)
	if !ok {
		return insertion, false
	}
	beside := entries[0] // where env is put when there is none
	var env *yamltext.Entry
	for i := 0; i < len(mapping.Content); i += 2 {
		switch entry := (yamltext.Entry{Collection: mapping, Index: i}); entry.First().Value {
		case "image":
			beside = entry
		case "env":
			env = &entry
		case "<<":
			return insertion, false // it may bring an env of its own, which would then no longer count
		}
	}
	scope := facts.Span{Start: file.Offset(mapping.Content[0]), End: file.End(mapping)}
	if env != nil {
		if list := env.Last(); list.Kind == yaml.SequenceNode && list.Anchor == "" && len(list.Content) > 0 {
			insertion, ok = file.Insert(yamltext.Entry{Collection: list, Index: family(list, name)}, item.lines(list.Style)...)
		} else {
			insertion, ok = file.Into(*env, true, item.block, item.flow)
		}
	} else {
		key := item.quote + "env" + item.quote + ":"
		lines := []string{key + " [" + item.flow + "]"}
		if !beside.Flow() {
			lines = append([]string{key}, indented(item.block)...)
		}
		insertion, ok = file.Insert(beside, lines...)
	}
	insertion.Scope = scope
	return insertion, ok
}

// Insert gives the insertion of a variable beside another one: into a list of variables, or into a ConfigMap of which the
// container takes all entries. ok is false where there is no clean place.
func Insert(sibling facts.Setting, name, value string, parsed *edit.Parsed) (insertion edit.Insertion, ok bool) {
	at := sibling.Origin
	if at.Within != 0 {
		return insertion, false
	}
	file := yamltext.Of(parsed, at.Source)
	entries := file.Entries(at.KeySpan.Start)
	if len(entries) == 0 {
		return insertion, false
	}
	entry := entries[0]
	first := entry.First()
	switch {
	case len(entries) > 1 && entry.Mapping() && first.Value == "name" && file.Span(entry.Last()).Start == at.KeySpan.Start && !entries[1].Mapping():
		item, ok := written(first, name, value)
		if !ok {
			return insertion, false
		}
		return file.Insert(entries[1], item.lines(entries[1].Collection.Style)...)
	case first.Kind != yaml.ScalarNode || file.Span(first).Start != at.KeySpan.Start || !wholly(sibling, parsed):
		return insertion, false
	}
	key, _, _ := strings.Cut(first.Value, "=") // in a list of literals
	prefix, hasKey := strings.CutSuffix(at.Key, key)
	name, hasPrefix := strings.CutPrefix(name, prefix)
	if !hasKey || !hasPrefix {
		return insertion, false
	}
	if entry.Mapping() {
		quote := quoteOf(first)
		text, ok := doubleQuoted(value)
		if !ok {
			return insertion, false
		}
		return file.Insert(entry, quote+name+quote+": "+text)
	}
	style := facts.Plain
	if entry.Flow() {
		style = facts.DoubleQuoted
	}
	text, ok := Encode(style, name+"="+value)
	if !ok {
		return insertion, false
	}
	return file.Insert(entry, style.String()+text+style.String())
}

// wholly says whether a container takes all entries of the ConfigMap that a variable comes from, not this one alone: it came
// through an envFrom.
func wholly(sibling facts.Setting, parsed *edit.Parsed) bool {
	if len(sibling.Via) == 0 || sibling.Via[0].Source == nil {
		return false
	}
	via := sibling.Via[0]
	for _, entry := range yamltext.Of(parsed, via.Source).Entries(via.Span.Start) {
		if entry.First().Value == "configMapRef" {
			return true
		}
	}
	return false
}

// listed is a variable as an item of env.
type listed struct {
	block []string
	flow  string
	quote string // of the keys
}

func (l listed) lines(style yaml.Style) []string {
	if style&yaml.FlowStyle != 0 {
		return []string{l.flow}
	}
	return l.block
}

// written writes a variable as an item of env, with keys in the quotes that a key beside has.
func written(key *yaml.Node, name, value string) (listed, bool) {
	quote := quoteOf(key)
	text, ok := doubleQuoted(value)
	word := name
	if quote != "" {
		word = quote + name + quote
	}
	first, second := quote+"name"+quote+": "+word, quote+"value"+quote+": "+text
	return listed{block: []string{first, second}, flow: "{" + first + ", " + second + "}", quote: quote}, ok
}

// doubleQuoted writes a value with quotes: without, "no" is no text to Kubernetes.
func doubleQuoted(value string) (string, bool) {
	text, ok := Encode(facts.DoubleQuoted, value)
	return `"` + text + `"`, ok
}

func quoteOf(node *yaml.Node) string {
	switch {
	case node.Style&yaml.DoubleQuotedStyle != 0:
		return `"`
	case node.Style&yaml.SingleQuotedStyle != 0:
		return "'"
	}
	return ""
}

// family gives the last of the variables whose names begin as a name does, else the last of all.
func family(list *yaml.Node, name string) int {
	prefix, _, _ := strings.Cut(name, "_")
	for i := len(list.Content) - 1; i >= 0; i-- {
		node, _ := yamltext.Follow(list.Content[i], nil)
		for j := 0; node != nil && node.Kind == yaml.MappingNode && j+1 < len(node.Content); j += 2 {
			if node.Content[j].Value == "name" && strings.HasPrefix(node.Content[j+1].Value, prefix+"_") {
				return i
			}
		}
	}
	return len(list.Content) - 1
}

func indented(block []string) []string {
	lines := make([]string, len(block))
	for i, line := range block {
		lines[i] = "    " + line
		if i == 0 {
			lines[i] = "  - " + line
		}
	}
	return lines
}

// Printed says whether a text is what kubectl prints of objects that a cluster has, not what somebody wrote: it has what
// the server alone fills in.
func Printed(text []byte) bool {
	key := func(name string) bool {
		for rest := text; ; {
			i := bytes.Index(rest, []byte(name))
			if i < 0 {
				return false
			}
			rest = rest[i+len(name):]
			if after := bytes.TrimLeft(rest, `"`); len(after) > 0 && after[0] == ':' {
				return true
			}
		}
	}
	return key("resourceVersion") && key("uid") && key("creationTimestamp")
}
