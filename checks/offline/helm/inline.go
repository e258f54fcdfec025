package helm

import (
	"bytes"
	"cmp"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/yamltext"
)

// Inline is a release of a chart that a manifest makes, with the values that stand in it: a HelmRelease of Flux, an
// Application of Argo CD, a HelmChart of k3s.
type Inline struct {
	Result
	Namespace string
	// Kind, Name and Chart are what the manifest says it is, and which chart. One that does not say which is a patch of
	// another, whose values by themselves are nothing; At is where it says its name.
	Kind, Name, Chart string
	At                facts.Origin
}

// HasInline says, without parsing, whether a text may hold such a manifest.
func HasInline(text []byte) bool {
	has := func(word string) bool { return bytes.Contains(text, []byte(word)) }
	return has("HelmRelease") || has("argoproj.io") || has("helm.cattle.io")
}

// RelevantInline says, without parsing, whether a text may hold such a manifest with values of the charts.
func RelevantInline(text []byte) bool {
	has := func(word string) bool { return bytes.Contains(text, []byte(word)) }
	return HasInline(text) && (Relevant(text) || has(PostgreSQLHA) || has(Bitbucket))
}

// What one file may make the reader do, beside what a set of values may. Aliases let a few lines say a thousand releases.
const (
	maxReleases = 500
	maxText     = 4 << 20 // bytes of values that stand in manifests as a text
)

// ReadInline reads the manifests of a file that make releases. What is no YAML gives none.
func ReadInline(source *facts.Source) (all []Inline, problems []facts.Problem) {
	file, err := yamltext.Parse(source)
	if err != nil {
		return nil, nil
	}
	r := &reader{}
	for _, document := range file.Documents {
		for _, object := range r.listed(r.value(file, yamltext.Field{Value: document}, "", 0)) {
			for _, given := range r.given(object) {
				if len(all) < maxReleases {
					all = append(all, r.inline(source, given))
				}
			}
		}
	}
	r.result.Problems = nil // the reader of manifests tells of what is wrong with them
	if len(all) == maxReleases || r.values > maxValues || r.text > maxText || file.Exhausted() {
		r.problem(facts.Origin{Source: source, Format: facts.Helm}, "the values in it are too large, or its aliases make them so; the rest is not read")
	}
	return all, r.result.Problems
}

// listed gives an object, or those of a List.
func (r *reader) listed(root *value) []*value {
	items := root.below("items")
	if items == nil || items.node.Kind != yaml.SequenceNode {
		return []*value{root}
	}
	return r.items(items)
}

// given is what a manifest gives to one chart.
type given struct {
	kind, chart, release, namespace string
	name                            *value // of the object
	// text holds values as YAML, and values are over them. parameters are what --set would be, over both.
	text, values, parameters *value
	// elsewhere are the values that say where more values come from.
	elsewhere []*value
	// substitutes says that ${NAME} is filled in before Helm sees it.
	substitutes bool
}

// given finds out what an object gives to charts.
func (r *reader) given(object *value) []*given {
	kind, api, spec := object.words("kind"), object.words("apiVersion"), object.below("spec")
	g := &given{kind: kind, name: object.below("metadata.name"), namespace: object.words("metadata.namespace"), release: object.words("metadata.name")}
	switch {
	case kind == "HelmRelease" && strings.HasPrefix(api, "helm."):
		g.chart = cmp.Or(spec.words("chart.spec.chart"), spec.words("chartRef.name"))
		g.values, g.substitutes = spec.below("values"), true
		g.elsewhere = []*value{spec.below("valuesFrom"), spec.below("chart.spec.valuesFiles")}
		target := spec.words("targetNamespace")
		if target != "" {
			g.namespace, g.release = target, target+"-"+g.release
		}
		g.release = cmp.Or(spec.words("releaseName"), g.release)
		return []*given{g}
	case kind == "HelmChart" && strings.HasPrefix(api, "helm.cattle.io"):
		g.chart, g.namespace = spec.words("chart"), spec.words("targetNamespace")
		g.text, g.values = spec.below("valuesContent"), spec.below("set")
		return []*given{g}
	case !strings.HasPrefix(api, "argoproj.io"):
		return nil
	case kind == "ApplicationSet":
		spec = spec.below("template.spec")
	case kind != "Application":
		return nil
	}
	sources := []*value{spec.below("source")}
	if list := spec.below("sources"); list != nil && list.node.Kind == yaml.SequenceNode {
		sources = append(sources, r.items(list)...)
	}
	g.namespace = spec.words("destination.namespace")
	var all []*given
	for _, source := range sources {
		one, helm := *g, source.below("helm")
		one.chart = cmp.Or(source.words("chart"), source.words("path"))
		one.release = cmp.Or(helm.words("releaseName"), g.release)
		one.parameters, one.elsewhere = helm.below("parameters"), []*value{helm.below("valueFiles"), helm.below("fileParameters")}
		// Of the two, Argo CD takes the one that is no text.
		if one.values = helm.below("valuesObject"); one.values == nil {
			one.text = helm.below("values")
		}
		if base := path.Base(one.chart); helm != nil || base == PostgreSQLHA || base == Bitbucket {
			all = append(all, &one)
		}
	}
	return all
}

func (r *reader) items(list *value) (all []*value) {
	for _, item := range list.file.Items(list.node) {
		all = append(all, r.value(list.file, item, "", 1))
	}
	return all
}

// below gives what a path of names leads to: "spec.values".
func (v *value) below(names string) *value { return v.at(strings.Split(names, ".")...) }

// words gives a scalar below as it is written; "" when there is none.
func (v *value) words(names string) string {
	if v = v.below(names); v == nil || v.fields != nil || v.node == nil || v.node.Kind != yaml.ScalarNode || v.null() {
		return ""
	}
	return v.node.Value
}

// inline reads what a manifest gives to a chart.
func (r *reader) inline(source *facts.Source, g *given) Inline {
	one := &reader{release: Release{Name: g.release}, substitutes: g.substitutes, values: r.values, text: r.text}
	if g.chart != "" {
		one.give(source, g)
	}
	r.values, r.text = one.values, one.text
	for _, container := range one.result.Containers {
		container.Locate()
	}
	inline := Inline{Result: one.result, Namespace: g.namespace, Kind: g.kind, Chart: g.chart, At: facts.Origin{Source: source, Format: facts.Kubernetes}}
	if g.name != nil && g.name.fields == nil {
		inline.Name, inline.At.Span = g.name.node.Value, g.name.file.Span(g.name.node)
	}
	return inline
}

func (r *reader) give(source *facts.Source, g *given) {
	merged := &value{fields: map[string]*value{}}
	r.inText(merged, g.text)
	if v := g.values; v != nil && v.fields != nil {
		if over := r.value(v.file, yamltext.Field{Key: v.key, Value: v.node, Aliases: v.aliases}, "", 0); over != nil {
			merged.merge(over)
			r.files = append(r.files, facts.Origin{Source: source, Span: facts.Span{Start: v.file.Span(v.node).Start}, Format: facts.Helm})
		}
	}
	r.set(merged, g.parameters)
	for _, v := range g.elsewhere {
		if v.truthy() && r.release.Elsewhere == "" {
			r.release.Elsewhere, r.release.ElsewhereAt = v.key.Value+" may set it, and what it names is not read", named(v.origin())
		}
	}
	if merged.file == nil {
		merged.file = &yamltext.File{Source: source}
	}
	if merged.key == nil && g.name != nil {
		merged.file, merged.key = g.name.file, g.name.node // all is the chart's default
	}
	found := parts(merged)
	if chart := path.Base(g.chart); chart == PostgreSQLHA || chart == Bitbucket {
		found = []part{{chart: chart, values: merged, global: merged.at("global")}}
	}
	r.charts(found)
}

// inText puts values that stand in the manifest as a text over what is merged already.
func (r *reader) inText(merged, v *value) {
	if v == nil || v.fields != nil || !v.truthy() {
		return
	}
	at := facts.Origin{Source: v.file.Source, Format: facts.Kubernetes}
	if v.key != nil {
		at.Span = v.file.Span(v.key)
	}
	if r.text += len(v.node.Value); r.text > maxText {
		r.release.Elsewhere, r.release.ElsewhereAt = "the values are too large to be read", at
		return
	}
	s := v.setting("values")
	if s.Origin.Format = facts.Kubernetes; !s.Known() {
		r.release.Elsewhere, r.release.ElsewhereAt = "the values are not read, because "+s.Why, at
		return
	}
	r.merge(merged, facts.NewEmbedded(s))
}

// set applies parameters, as --set of Helm does: quotes around what looks like a number or a boolean mean nothing.
func (r *reader) set(merged, parameters *value) {
	if parameters == nil || parameters.node.Kind != yaml.SequenceNode {
		return
	}
	for _, parameter := range r.items(parameters) {
		name, v := parameter.words("name"), parameter.at("value")
		switch {
		case name == "" || v == nil || v.fields != nil:
			continue
		case strings.ContainsAny(name, "\\[]{},"):
			r.note(parameter.at("name").origin(), "the parameter %s is not read; write it into the values", shown(name))
			continue
		}
		plain := *v.node
		if parameter.words("forceString") != "true" {
			plain.Style &^= yaml.SingleQuotedStyle | yaml.DoubleQuotedStyle
		}
		set := &value{file: v.file, node: &plain, written: v.node, key: parameter.at("name").node, path: name}
		merged.put(strings.Split(name, "."), set)
	}
}

// put sets a value below a mapping.
func (v *value) put(names []string, set *value) {
	for i, name := range names[:len(names)-1] {
		below := v.fields[name]
		if below == nil || below.fields == nil {
			below = &value{file: set.file, node: set.node, key: set.key, path: strings.Join(names[:i+1], "."), fields: map[string]*value{}}
			v.fields[name] = below
		}
		v = below
	}
	v.fields[names[len(names)-1]] = set
}
