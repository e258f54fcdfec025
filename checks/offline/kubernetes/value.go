package kubernetes

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv/traced"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
	"github.com/bbdoctor/bbdoctor/checks/offline/yamltext"
)

// value is a piece of a manifest, with the place of each of its scalars. It is a copy of what the parser gives, because
// kustomize puts pieces of several files together.
type value struct {
	kind yaml.Kind // mapping, sequence or scalar
	// rewritten says that kustomize writes the scalar anew: it reads YAML 1.2, and puts quotes around what would be read
	// otherwise in YAML 1.1.
	rewritten bool
	text      string // of a scalar
	// set is given where something else than the file's author writes the scalar: its text is this setting.
	set *facts.Setting
	// whole is the file whose content the scalar is.
	whole  *facts.Source
	fields []field
	items  []*value

	file    *yamltext.File
	node    *yaml.Node
	aliases []*yaml.Node
}

// field is an entry of a mapping.
type field struct {
	name  string
	key   *yaml.Node
	file  *yamltext.File // of the key
	value *value
}

// maxNesting is how deep mappings and lists are nested that are read. Manifests are some fifteen deep.
const maxNesting = 60

// copyOf copies a node of a file. Aliases are copied as what they stand for; what is too deep is nothing.
func (r *reader) copyOf(file *yamltext.File, node *yaml.Node, rewritten bool) *value {
	c := copier{reader: r, file: file, rewritten: rewritten}
	v := c.value(node, nil, 0)
	switch {
	case r.copied.Add(int64(min(c.copied, maxValues))) > maxCopied:
		r.problem(facts.Origin{Source: file.Source, Format: facts.Kubernetes}, "the manifests and what kustomizations make of them are too large; the rest is not read")
		return nil
	case c.copied > maxValues || file.Exhausted():
		r.problem(facts.Origin{Source: file.Source, Format: facts.Kubernetes}, "the manifest is too large or nested too deep, or its aliases make it so; the rest is not read")
	}
	return v
}

type copier struct {
	*reader
	file      *yamltext.File
	rewritten bool
	copied    int
}

func (r *copier) value(node *yaml.Node, aliases []*yaml.Node, depth int) *value {
	file := r.file
	node, aliases = yamltext.Follow(node, aliases)
	v := &value{kind: yaml.ScalarNode, file: file, node: node, aliases: aliases, rewritten: r.rewritten}
	if depth > maxNesting {
		r.copied = maxValues
	}
	if r.copied++; node == nil || r.copied > maxValues {
		return v
	}
	v.kind = node.Kind
	switch node.Kind {
	case yaml.MappingNode:
		fields, duplicate := file.Fields(node)
		if duplicate != nil {
			r.note(r.place(file, duplicate), input.Shown(duplicate.Value)+" is there twice; Kubernetes takes the last one or refuses the manifest, remove one")
		}
		if len(fields) > maxWidth {
			r.copied = maxValues + 1
			return v
		}
		v.fields = make([]field, 0, len(fields))
		for _, f := range fields {
			name := f.Key.Value
			entry := field{name: name, key: f.Key, file: file, value: r.value(f.Value, join(aliases, f.Aliases), depth+1)}
			if duplicate != nil {
				if i := v.index(name); i >= 0 {
					v.fields[i] = entry
					continue
				}
			}
			v.fields = append(v.fields, entry)
		}
	case yaml.SequenceNode:
		items := file.Items(node)
		v.items = make([]*value, 0, len(items))
		for _, item := range items {
			v.items = append(v.items, r.value(item.Value, join(aliases, item.Aliases), depth+1))
		}
	case yaml.ScalarNode:
		v.text = node.Value
	}
	return v
}

func join(a, b []*yaml.Node) []*yaml.Node {
	if len(b) == 0 {
		return a
	}
	return append(a[:len(a):len(a)], b...)
}

// null says whether a value is nothing: null, ~ or not written.
func (v *value) null() bool {
	if v == nil || v.node == nil {
		return v == nil || v.set == nil && v.kind == yaml.ScalarNode
	}
	return v.kind == yaml.ScalarNode && v.set == nil && v.node.ShortTag() == "!!null"
}

func (v *value) index(name string) int {
	if v == nil {
		return -1
	}
	for i := range v.fields {
		if v.fields[i].name == name {
			return i
		}
	}
	return -1
}

// field gives an entry of a mapping; its value is nil when there is none.
func (v *value) field(name string) field {
	if i := v.index(name); i >= 0 {
		return v.fields[i]
	}
	return field{}
}

// at gives what a path of names leads to, or nil.
func (v *value) at(path ...string) *value {
	for _, name := range path {
		v = v.field(name).value
	}
	return v
}

// list gives the items of a list, none of anything else.
func (v *value) list() []*value {
	if v == nil {
		return nil
	}
	return v.items
}

// entries gives the entries of a mapping, none of anything else.
func (v *value) entries() []field {
	if v == nil {
		return nil
	}
	return v.fields
}

// words gives a scalar's text, "" of anything else and of null.
func (v *value) words() string {
	switch {
	case v == nil || v.kind != yaml.ScalarNode:
		return ""
	case v.set != nil:
		return v.set.Text
	case v.null():
		return ""
	}
	return v.text
}

// isTrue says whether a boolean is true.
func (v *value) isTrue() bool { return v.words() == "true" }

// put sets an entry of a mapping, or adds it.
func (v *value) put(entry field) {
	if i := v.index(entry.name); i >= 0 {
		v.fields[i].value = entry.value
		return
	}
	v.fields = append(v.fields, entry)
}

func (v *value) remove(name string) {
	if i := v.index(name); i >= 0 {
		v.fields = append(v.fields[:i:i], v.fields[i+1:]...)
	}
}

// clone copies a value deeply, so that the copy can be changed.
func (v *value) clone() *value {
	if v == nil {
		return nil
	}
	c := *v
	c.fields = make([]field, len(v.fields))
	for i, f := range v.fields {
		f.value = f.value.clone()
		c.fields[i] = f
	}
	c.items = make([]*value, len(v.items))
	for i, item := range v.items {
		c.items[i] = item.clone()
	}
	return &c
}

// place is where a value is written.
func (r *reader) placeOf(v *value) facts.Origin {
	switch {
	case v == nil:
		return facts.Origin{Format: facts.Kubernetes}
	case v.set != nil:
		return v.set.Origin
	case v.file == nil || v.node == nil:
		return facts.Origin{Format: facts.Kubernetes}
	}
	return r.place(v.file, v.node)
}

func (r *reader) place(file *yamltext.File, node *yaml.Node) facts.Origin {
	return facts.Origin{Source: file.Source, Span: file.Span(node), Format: facts.Kubernetes}.Located()
}

// setting gives a scalar as a value that Kubernetes takes for a text, under the name that it is given to.
func (r *reader) setting(v *value, name string, key field) facts.Setting {
	if v != nil && v.set != nil {
		s := *v.set
		s.Key, s.Origin.Key = facts.Key(name), name
		return s
	}
	s := facts.Setting{Key: facts.Key(name), State: facts.Set, Origin: facts.Origin{Key: name, Format: facts.Kubernetes}}
	if key.key != nil {
		s.Origin.KeySpan = key.file.Span(key.key)
	}
	if v == nil || v.file == nil || v.node == nil {
		s.Origin.Runs = []facts.Run{}
		return s
	}
	s.Origin.Source = v.file.Source
	if v.kind != yaml.ScalarNode {
		s.Origin.Span, s.Origin.Runs = v.file.Span(v.node), []facts.Run{}
		s.State, s.Why = facts.Unresolved, "it is a mapping or a list"
		if templated(v.file.Source.Text[s.Origin.Span.Start:min(s.Origin.Span.Start+2, len(v.file.Source.Text))]) {
			s.Why = templateReason
		}
		s.Origin = s.Origin.Located()
		return s
	}
	scalar := v.file.Scalar(v.node)
	s.Origin.Span, s.Origin.Style, s.Origin.Runs = scalar.Span, scalar.Style, scalar.Runs
	s.Text = v.words()
	if s.Text != v.node.Value {
		s.Origin.Runs = []facts.Run{}
	}
	for i := len(v.aliases) - 1; i >= 0 && len(s.Via) < maxVia; i-- {
		s.Via = append(s.Via, r.place(v.file, v.aliases[i]))
	}
	s.Origin = s.Origin.Located()
	if strings.Contains(s.Text, "{{") && strings.Contains(s.Text, "}}") {
		s.State, s.Why, s.Origin.Runs = facts.Unresolved, templateReason, []facts.Run{}
	}
	traced.Hide(s)
	return s
}

const templateReason = "it is a template that another program fills in"

func templated(text []byte) bool { return strings.HasPrefix(string(text), "{{") }

// text gives a scalar that must be a text. Kubernetes reads YAML 1.1, in which 5432, yes and off are none.
func (r *reader) text(v *value, name string, key field) facts.Setting {
	s := r.setting(v, name, key)
	if s.Known() && v.number() {
		r.problem(s.Origin, input.Shown(name)+" is "+input.Shown(s.Shown())+" without quotes, which is a number or a yes or no and no text, and Kubernetes refuses the manifest; put it into quotes")
	}
	return s
}

// number says whether a scalar is no text for Kubernetes: a number, a boolean or a time in YAML 1.1.
func (v *value) number() bool {
	if v == nil || v.set != nil || v.node == nil || v.kind != yaml.ScalarNode || v.node.Style&^yaml.TaggedStyle != 0 || v.null() {
		return false
	}
	if v.rewritten || v.node.Style&yaml.TaggedStyle != 0 {
		return v.node.ShortTag() != "!!str"
	}
	return typed(v.text)
}

// typed says whether a plain scalar is a number or a boolean to go.yaml.in/yaml/v2, by which Kubernetes reads YAML: a test
// compares them. The library of the newer YAML knows fewer booleans.
func typed(text string) bool {
	if len(text) > 64 || text == "" {
		return false
	}
	switch c := text[0]; {
	case c >= '0' && c <= '9', c == '+', c == '-', c == '.':
	case len(text) <= 5 && strings.IndexByte("yYnNtTfFoO", c) >= 0:
		switch text {
		case "y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "n", "N", "no", "No", "NO", "off", "Off", "OFF":
			return true
		}
	default:
		return false
	}
	switch (&yaml.Node{Kind: yaml.ScalarNode, Value: text}).ShortTag() {
	case "!!int", "!!float", "!!bool":
		return true
	}
	return false
}
