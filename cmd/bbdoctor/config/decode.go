package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/bbdoctor/bbdoctor/checks/offline/yamltext"
	"github.com/bbdoctor/bbdoctor/checks/spelling"
	"github.com/bbdoctor/bbdoctor/rules"
)

// The bounds of what one file may say.
const (
	maxNodes  = 200_000 // values, each reference to an anchor counted again
	maxErrors = 10      // that are listed
)

// decoder turns the YAML tree into a Config and collects what is wrong with it, each with its place.
type decoder struct {
	file    string
	all     []*rules.Rule
	visited int
	wrong   []string
	more    int
}

// Parse reads the text of a config file.
func Parse(file string, text []byte, all []*rules.Rule) (*Config, error) {
	d := &decoder{file: file, all: all}
	config := &Config{File: file}
	if root := d.document(text); root != nil {
		d.config(root, config)
	}
	if d.more > 0 {
		d.wrong = append(d.wrong, fmt.Sprintf("%s: and %d more", file, d.more))
	}
	if len(d.wrong) > 0 {
		return nil, errors.New(strings.Join(d.wrong, "\n"))
	}
	return config, nil
}

// document gives the root of the one document of the file, or nil.
func (d *decoder) document(text []byte) *yaml.Node {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var document, second yaml.Node
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		d.add(1, 1, "the file is empty; begin with \"version: 1\"")
		return nil
	case err != nil:
		wrong := yamltext.Explain(text, err)
		d.add(max(1, wrong.Line), 1, "this is no YAML: %s", wrong.Message)
		return nil
	}
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		d.add(max(1, second.Line), max(1, second.Column), "a second document; the config file has one")
		return nil
	}
	if len(document.Content) == 0 {
		return nil
	}
	return document.Content[0]
}

func (d *decoder) add(line, column int, format string, args ...any) {
	if len(d.wrong) >= maxErrors {
		d.more++
		return
	}
	d.wrong = append(d.wrong, fmt.Sprintf("%s:%d:%d: %s", d.file, line, column, fmt.Sprintf(format, args...)))
}

func (d *decoder) at(node *yaml.Node, format string, args ...any) {
	d.add(node.Line, node.Column, format, args...)
}

// resolve follows a reference to an anchor. What is reached by many references counts many times, so that a small file
// cannot stand for a huge one.
func (d *decoder) resolve(node *yaml.Node) *yaml.Node {
	for hops := 0; node.Kind == yaml.AliasNode && node.Alias != nil && hops < 100; hops++ {
		node = node.Alias
	}
	if d.visited++; d.visited == maxNodes {
		d.at(node, "the file says more than bbdoctor takes")
	}
	if d.visited >= maxNodes {
		return &yaml.Node{Kind: yaml.MappingNode, Line: node.Line, Column: node.Column}
	}
	return node
}

// kind says in words what a node is.
func kind(node *yaml.Node) string {
	switch node.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	switch node.ShortTag() {
	case "!!null":
		return "nothing"
	case "!!int":
		return "the number " + node.Value
	case "!!float":
		return "the number " + node.Value
	case "!!bool":
		return "the word " + node.Value
	}
	return fmt.Sprintf("%q", node.Value)
}

// field takes the value of a key; the key is given for messages about it.
type field func(key, value *yaml.Node)

// each passes the pairs of a mapping by, a key that stands twice only once. what says what the mapping should be.
func (d *decoder) each(node *yaml.Node, what string, pair field) {
	node = d.resolve(node)
	if node.Kind != yaml.MappingNode {
		d.at(node, "%s is a mapping, not %s", what, kind(node))
		return
	}
	seen := make(map[string]*yaml.Node, len(node.Content)/2)
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := d.resolve(node.Content[i])
		if key.Kind != yaml.ScalarNode {
			d.at(key, "a key of %s is a word, not %s", what, kind(key))
			continue
		}
		if first, twice := seen[key.Value]; twice {
			d.at(key, "%q stands twice in %s, first on line %d", key.Value, what, first.Line)
			continue
		}
		seen[key.Value] = key
		pair(key, node.Content[i+1])
	}
}

// mapping reads a mapping with known keys.
func (d *decoder) mapping(node *yaml.Node, what string, fields map[string]field) {
	d.each(node, what, func(key, value *yaml.Node) {
		read, known := fields[key.Value]
		if !known {
			names := make([]string, 0, len(fields))
			for name := range fields {
				names = append(names, name)
			}
			d.at(key, "unknown key %q in %s%s", key.Value, what, nearest(key.Value, names))
			return
		}
		read(key, value)
	})
}

// nearest suggests the known name that a wrong one may mean.
func nearest(name string, known []string) string {
	if best := spelling.Nearest(name, known); best != "" {
		return fmt.Sprintf("; did you mean %q?", best)
	}
	return ""
}

// list reads a list of strings.
func (d *decoder) list(node *yaml.Node, what string, check func(*yaml.Node) bool) (values []string) {
	d.items(node, what, func(item *yaml.Node) {
		if text, ok := d.text(item, "an entry of "+what); ok && check(d.resolve(item)) {
			values = append(values, text)
		}
	})
	return values
}

func (d *decoder) items(node *yaml.Node, what string, item func(*yaml.Node)) {
	node = d.resolve(node)
	if node.Kind != yaml.SequenceNode {
		d.at(node, "%s is a list, not %s", what, kind(node))
		return
	}
	for _, entry := range node.Content {
		item(entry)
	}
}

// text reads a string. A number is none: YAML readers take 9.10 for 9.1.
func (d *decoder) text(node *yaml.Node, what string) (string, bool) {
	node = d.resolve(node)
	if node.Kind == yaml.ScalarNode && node.ShortTag() == "!!str" {
		return node.Value, true
	}
	if tag := node.ShortTag(); node.Kind == yaml.ScalarNode && (tag == "!!float" || tag == "!!int") {
		d.at(node, "%s is a string: write \"%s\" in quotes", what, node.Value)
		return "", false
	}
	d.at(node, "%s is a string, not %s", what, kind(node))
	return "", false
}

// number reads a whole number within a range.
func (d *decoder) number(node *yaml.Node, what string, least, most int) (int, bool) {
	node = d.resolve(node)
	if node.Kind != yaml.ScalarNode || node.ShortTag() != "!!int" {
		d.at(node, "%s is a whole number, not %s", what, kind(node))
		return 0, false
	}
	n, err := strconv.Atoi(node.Value)
	if err != nil || n < least || n > most {
		d.at(node, "%s is %s; give a number between %d and %d", what, node.Value, least, most)
		return 0, false
	}
	return n, true
}
