// Package helm reads values files of two Helm charts: Atlassian's for Bitbucket and Bitnami's postgresql-ha, by themselves or
// as parts of another chart. It puts the files together as Helm does and gives the containers that the charts would start,
// every value with the bytes that wrote it. What a chart fills in is State Default. Templates are not evaluated.
//
// The charts are bitbucket 2.0.9 of github.com/atlassian/data-center-helm-charts and postgresql-ha 16.3.4 of
// github.com/bitnami/charts.
package helm

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/foreign"
	"github.com/bbdoctor/bbdoctor/checks/offline/yamltext"
)

// What one set of values may make the reader do. Real ones have some hundred values, three deep.
const (
	maxDepth     = 60
	maxReplicas  = 64
	maxVariables = 5000
	maxValues    = 200_000 // aliases let a few lines say a billion
	maxProblems  = 20
)

// Release is what makes a set of values an installation.
type Release struct {
	// Name is the release's name, with which the charts begin the names of their services; empty when nobody says.
	Name string
	// Chart has the values that the chart itself comes with, over which all files are put; nil when it is not among the
	// inputs.
	Chart *facts.Source
	// Elsewhere says why there may be values that are not among the inputs, weaker than those that are, and where that is
	// written; empty when there are none. What the values do not say is then not known.
	Elsewhere   string
	ElsewhereAt facts.Origin
}

// Result is what a set of values configures.
type Result struct {
	Containers []*facts.Container
	// Properties are the bitbucket.properties that values carry as a text.
	Properties []*facts.PropertiesFile
	Problems   []facts.Problem
	// Charts are the charts whose values these are; none for other charts' values.
	Charts []string
}

// Relevant says, without parsing, whether a YAML text may hold values of the charts.
func Relevant(text []byte) bool {
	has := func(word string) bool { return bytes.Contains(text, []byte(word)) }
	return has("pgpool:") || has("repmgr") || has("postgresql-ha:") || has("database:") && (has("bitbucket") || has("jdbc:"))
}

// Read reads values files that are given to Helm together, each stronger than those before it. Files that hold no values of the charts give an empty result.
func Read(sources []*facts.Source, release Release) Result {
	r := &reader{release: release}
	merged := r.together(sources)
	r.charts(parts(merged))
	if len(r.result.Charts) == 0 {
		r.result.Problems = nil // none of ours
	}
	r.result.Problems = append(r.broken, r.result.Problems...)
	return r.result
}

// charts reads the values of charts.
func (r *reader) charts(parts []part) {
	for _, part := range parts {
		r.result.Charts = append(r.result.Charts, part.chart)
		switch part.chart {
		case Bitbucket:
			r.bitbucket(part)
		case PostgreSQLHA:
			r.postgresqlHA(part)
		}
	}
}

// together puts files over each other, and all of them over the chart's own values. That is not the same as one after the
// other: a mapping that a later file puts in the place of an earlier file's text is merged with the chart's mapping.
func (r *reader) together(sources []*facts.Source) *value {
	merged := &value{fields: map[string]*value{}}
	for _, source := range sources {
		r.merge(merged, source)
	}
	if r.release.Chart == nil {
		return merged
	}
	under := &value{fields: map[string]*value{}}
	files := r.files
	r.merge(under, r.release.Chart)
	r.files = files // the chart's own are not where an installation is configured
	if merged.node != nil {
		under.merge(merged)
	}
	return under
}

// merge puts a file over what is merged already.
func (r *reader) merge(merged *value, source *facts.Source) {
	file, err := yamltext.Parse(source)
	if err != nil {
		r.unreadable(source, err)
		return
	}
	// Helm reads the first document and leaves the others.
	if len(file.Documents) == 0 {
		return
	}
	if root := r.value(file, yamltext.Field{Value: file.Documents[0]}, "", 0); root != nil && root.fields != nil {
		merged.merge(root)
		r.files = append(r.files, facts.Origin{Source: source, Format: facts.Helm})
	}
	if file.Exhausted() || r.values > maxValues {
		r.problem(facts.Origin{Source: source, Format: facts.Helm}, "the file is too large, or its aliases make it so; the rest is not read")
	}
}

type reader struct {
	release Release
	result  Result
	files   []facts.Origin // that were put together, the weakest first
	values  int            // read so far
	broken  []facts.Problem
	// substitutes says that another program fills in ${NAME} before Helm sees it.
	substitutes bool
	text        int // bytes of values that stand in manifests as a text
}

func (r *reader) problem(at facts.Origin, format string, args ...any) {
	r.tell(at, false, format, args...)
}

// note tells what the user should know but what left nothing unread.
func (r *reader) note(at facts.Origin, format string, args ...any) { r.tell(at, true, format, args...) }

func (r *reader) tell(at facts.Origin, note bool, format string, args ...any) {
	if len(r.result.Problems) >= maxProblems {
		return
	}
	at.Runs = []facts.Run{}
	at = at.Located()
	r.result.Problems = append(r.result.Problems, facts.Problem{
		File: at.Source.Name, Origin: at, Message: facts.RedactText(fmt.Sprintf(format, args...)), Note: note,
	})
}

// unreadable tells of a file that is no YAML. Of what it would have been nothing is known but its words.
func (r *reader) unreadable(source *facts.Source, err error) {
	if !Relevant(source.Text) {
		return
	}
	at := facts.Origin{Source: source, Format: facts.Helm, Runs: []facts.Run{}}
	var syntax *yamltext.Error
	if errors.As(err, &syntax) && syntax.Line > 0 {
		at.Span = source.Line(syntax.Line)
	}
	at = at.Located()
	message := "it is no YAML: " + facts.RedactText(err.Error()) + "; correct it"
	template := foreign.Statements(source.Text)
	if template {
		message = "it is a template and not read; " + foreign.GoTemplate.Advice()
	}
	r.broken = append(r.broken, facts.Problem{File: source.Name, Origin: at, Message: message, Note: template})
}

// value is one value of the values files put together: a mapping has fields, anything else its node.
type value struct {
	file *yamltext.File
	// node is what stands in the file, aliases followed; nil for what several files make together.
	node    *yaml.Node
	key     *yaml.Node
	aliases []*yaml.Node
	path    string
	fields  map[string]*value
	// written is the node as it stands in the file, when node has another type.
	written *yaml.Node
	// substituted says that another program fills in a part of it.
	substituted bool
}

// value reads a value with everything below it.
func (r *reader) value(file *yamltext.File, field yamltext.Field, path string, depth int) *value {
	node, aliases := yamltext.Follow(field.Value, field.Aliases)
	if r.values++; node == nil || depth > maxDepth || r.values > maxValues {
		return nil
	}
	v := &value{file: file, node: node, key: field.Key, aliases: aliases, path: path}
	if node.Kind != yaml.MappingNode {
		r.hide(v)
		v.substituted = r.substitutes && strings.Contains(node.Value, "${")
		return v
	}
	v.fields = map[string]*value{}
	fields, duplicate := file.Fields(node)
	if duplicate != nil {
		at := facts.Origin{Source: file.Source, Span: file.Span(duplicate), Format: facts.Helm}
		r.note(at, "%s is there twice; newer versions of Helm refuse the file, older ones take the last", join(path, duplicate.Value))
	}
	for _, entry := range fields {
		below := r.value(file, entry, join(path, entry.Key.Value), depth+1)
		if below == nil {
			continue
		}
		v.fields[entry.Key.Value] = below
	}
	return v
}

// hide marks what must not be shown, also of values that a later file replaces.
func (r *reader) hide(v *value) {
	if v.node.Kind != yaml.ScalarNode || v.node.Value == "" {
		return
	}
	r.values += len(v.node.Value) / 256 // a long text is more work, and aliases can name it often
	switch {
	case v.key != nil && facts.SensitiveName(v.key.Value) && !strings.Contains(strings.ToLower(v.key.Value), "secret"): // the name of a Secret is none
		v.file.Source.Hide(v.file.Scalar(v.node).Span)
	case strings.Contains(v.node.Value, "//") && facts.RedactURL(v.node.Value) != v.node.Value:
		v.file.Source.Hide(v.file.Scalar(v.node).Span)
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// merge puts the values of a later file over these: mappings are merged, anything else is replaced, and null removes.
func (v *value) merge(later *value) {
	v.node, v.file, v.key = later.node, later.file, later.key
	for name, over := range later.fields {
		under := v.fields[name]
		if under != nil && under.fields != nil && over.fields != nil {
			under.merge(over)
			continue
		}
		v.fields[name] = over
	}
}

// at gives the value at a path below, nil when there is none.
func (v *value) at(path ...string) *value {
	for _, name := range path {
		if v == nil {
			return nil
		}
		v = v.fields[name]
	}
	return v
}

// has says whether a mapping has a field that is not null.
func (v *value) has(name string) bool {
	field := v.at(name)
	return field != nil && !field.null()
}

func (v *value) null() bool {
	return v.fields == nil && v.node.Kind == yaml.ScalarNode && v.node.ShortTag() == "!!null"
}

// origin is the place of a value for pointing at: its key where it has one and is a mapping or a list.
func (v *value) origin() facts.Origin {
	origin := facts.Origin{Source: v.file.Source, Key: v.path, Format: facts.Helm, Runs: []facts.Run{}}
	if v.key != nil {
		origin.KeySpan = v.file.Span(v.key)
	}
	if v.node.Kind == yaml.ScalarNode || v.key == nil {
		origin.Span = v.file.Span(v.node)
	} else {
		origin.Span = origin.KeySpan
	}
	return origin
}
