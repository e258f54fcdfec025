package kubernetes

import (
	"path/filepath"
	"slices"
	"strings"

	yamlv3 "go.yaml.in/yaml/v3"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
)

// Kustomization is a kustomization file.
type Kustomization struct {
	Source *facts.Source
	// Ours says that it holds a name of ours itself.
	Ours bool
}

// kustomization is a kustomization file as it is read.
type kustomization struct {
	Kustomization
	root *value
	// parts are the kustomizations that it builds on, by what it calls them.
	parts map[string]*kustomization
	// used says that another builds on it.
	used bool

	relevance relevance
}

type relevance uint8

const (
	undecided relevance = iota
	deciding
	relevant
	foreign
)

// plan reads the kustomizations, finds those that have to do with manifests of ours, and gives those of them on which no
// other builds. What they are made of is taken.
func (r *reader) plan() []*kustomization {
	in := r.input
	if len(in.Manifests) == 0 && !slices.ContainsFunc(in.Kustomizations, func(k Kustomization) bool { return k.Ours }) {
		return nil
	}
	all := make([]*kustomization, len(in.Kustomizations))
	r.input.Parallel(len(all), func(i int) {
		k := &kustomization{Kustomization: in.Kustomizations[i], parts: map[string]*kustomization{}}
		all[i] = k
		if file := r.parse(k.Source); file != nil && len(file.Documents) > 0 {
			k.root = r.copyOf(file, file.Documents[0], true)
		}
	})
	byDirectory := map[string]*kustomization{}
	for _, k := range all {
		byDirectory[filepath.Dir(k.Source.Path)] = k
	}
	manifests := map[string]*facts.Source{}
	for _, source := range in.Manifests {
		manifests[source.Path] = source
	}
	for _, k := range all {
		for _, name := range k.named() {
			if part := byDirectory[k.path(name)]; part != nil {
				k.parts[name] = part
				part.used = part.used || part != k
			}
		}
	}
	var roots []*kustomization
	reached := map[*kustomization]bool{}
	reach := func(root *kustomization) {
		roots = append(roots, root)
		for next := []*kustomization{root}; len(next) > 0; {
			k := next[0]
			next = next[1:]
			if reached[k] {
				continue
			}
			reached[k] = true
			for _, name := range k.files() {
				if source := manifests[k.path(name)]; source != nil {
					r.take(source)
				}
			}
			for _, part := range k.parts {
				next = append(next, part)
			}
		}
	}
	for _, k := range all {
		if !k.used && k.relevant(manifests) {
			reach(k)
		}
	}
	for _, k := range all {
		if !reached[k] && k.used && k.relevant(manifests) {
			reach(k) // those that build on each other in a circle
		}
	}
	return roots
}

// path makes a path that a kustomization names one that can be compared.
func (k *kustomization) path(name string) string {
	if filepath.IsAbs(name) {
		return filepath.Clean(name)
	}
	return filepath.Join(filepath.Dir(k.Source.Path), name)
}

// named is what a kustomization builds on: files and directories.
func (k *kustomization) named() (names []string) {
	for _, list := range []string{"resources", "bases", "components"} {
		for _, item := range k.root.at(list).list() {
			names = append(names, item.words())
		}
	}
	return names
}

// files are all files that a kustomization names.
func (k *kustomization) files() []string {
	names := k.named()
	for _, item := range k.root.at("patchesStrategicMerge").list() {
		names = append(names, item.words())
	}
	for _, list := range []string{"patches", "patchesJson6902"} {
		for _, item := range k.root.at(list).list() {
			if name := item.at("path").words(); name != "" {
				names = append(names, name)
			}
		}
	}
	return names
}

// relevant says whether a kustomization has to do with manifests of ours.
func (k *kustomization) relevant(manifests map[string]*facts.Source) bool {
	if k.relevance != undecided {
		return k.relevance == relevant
	}
	k.relevance = deciding
	found := k.Ours
	for _, name := range k.files() {
		found = found || manifests[k.path(name)] != nil
	}
	for _, part := range k.parts {
		found = part.relevant(manifests) || found
	}
	if k.relevance = foreign; found {
		k.relevance = relevant
	}
	return found
}

const (
	// maxBuilds is how many kustomizations are carried out for one that nobody builds on, one that several use as often.
	maxBuilds = 1000
	// maxObjects is how many objects they make.
	maxObjects = 100_000
)

// builder carries out one kustomization with all that it builds on.
type builder struct {
	*reader
	stack   []*kustomization
	builds  int
	objects int
	// replaced are variables whose values kustomize changes in a way that is not followed, with the reason.
	replaced map[string]string
	unsure   string
	unsureAt facts.Origin
}

// build gives the objects that a kustomization makes.
func (r *reader) build(root *kustomization) []*object {
	b := &builder{reader: r, replaced: map[string]string{}}
	objects := b.accumulate(root, nil)
	for _, o := range objects {
		o.home = root.Source
		r.takeApart(o)
		if w := o.workload; w != nil {
			w.unsure, w.unsureAt, w.replaced = b.unsure, b.unsureAt, b.replaced
		}
	}
	return objects
}

// accumulate adds the objects of a kustomization to those that are there and changes them all, in kustomize's order
// (sigs.k8s.io/kustomize/api/internal/target).
func (b *builder) accumulate(k *kustomization, objects []*object) []*object {
	at := facts.Origin{Source: k.Source, Format: facts.Kubernetes}
	if slices.Contains(b.stack, k) {
		b.problem(at, "it builds on itself and kustomize refuses it; leave one of the resources out")
		return objects
	}
	if b.builds++; b.builds > maxBuilds || k.root == nil {
		if k.root != nil {
			b.problem(at, "more than 1,000 kustomizations build on each other; the rest is not read")
		}
		return objects
	}
	b.stack = append(b.stack, k)
	defer func() { b.stack = b.stack[:len(b.stack)-1] }()
	for _, list := range []string{"resources", "bases"} {
		for _, item := range k.root.at(list).list() {
			objects = append(objects, b.resource(k, item)...)
		}
	}
	objects = b.generate(k, objects)
	for _, item := range k.root.at("components").list() {
		if part := k.parts[item.words()]; part != nil {
			objects = b.accumulate(part, objects)
		} else {
			b.missed(b.placeOf(item), "the component "+input.Shown(item.words())+" is not among the inputs, so what it changes is not known")
		}
	}
	if b.objects += len(objects); b.objects > maxObjects {
		b.problem(at, "kustomizations make more than 100,000 objects; the rest is not read")
		return nil
	}
	for _, o := range objects {
		o.layers = append(o.layers, k)
	}
	b.passOver(k)
	b.transform(k, objects)
	return objects
}

// resource reads what one entry of resources names.
func (b *builder) resource(k *kustomization, item *value) []*object {
	name := item.words()
	if part := k.parts[name]; part != nil {
		return b.accumulate(part, nil)
	}
	if remote(name) {
		b.note(b.placeOf(item), input.Shown(name)+" is elsewhere and not read; have bbdoctor read what kustomize build makes")
		return nil
	}
	source := b.open(k, item, name)
	if source == nil {
		return nil
	}
	return b.parseObjects(source, true)
}

// remote says whether kustomize fetches something from another machine.
func remote(name string) bool {
	return strings.Contains(name, "://") || strings.Contains(name, "?ref=") || strings.HasPrefix(name, "git@") || strings.HasPrefix(name, "github.com/")
}

// open opens a file that a kustomization names.
func (b *builder) open(k *kustomization, item *value, name string) *facts.Source {
	if name == "" {
		return nil
	}
	source, err := b.input.Context.Open(k.Source, name)
	if err != nil {
		b.problem(b.placeOf(item), input.Shown(name)+" cannot be read, so what kustomize makes of it is not known: "+err.Error())
		return nil
	}
	b.take(source)
	return source
}

// missed says that variables may have other values than those that are known.
func (b *builder) missed(at facts.Origin, why string) {
	b.note(at, why+"; have bbdoctor read what kustomize build makes")
	b.unsure, b.unsureAt = why, at
}

// passOver tells of what is not carried out.
func (b *builder) passOver(k *kustomization) {
	for _, name := range []string{"helmCharts", "helmChartInflationGenerator", "generators"} {
		if v := k.root.at(name); len(v.list()) > 0 {
			b.note(b.placeOf(v), name+" of kustomize are not carried out; have bbdoctor read what kustomize build makes")
		}
	}
	if v := k.root.at("transformers"); len(v.list()) > 0 {
		b.missed(b.placeOf(v), "transformers of kustomize are not carried out")
	}
	for _, name := range []string{"replacements", "vars"} {
		v := k.root.at(name)
		if len(v.list()) == 0 {
			continue
		}
		b.note(b.placeOf(v), name+" of kustomize are not carried out, so what they write is not known; have bbdoctor read what kustomize build makes")
		for _, item := range v.list() {
			if file := item.at("path").words(); file != "" && name == "replacements" {
				b.missed(b.placeOf(item), "replacements in "+input.Shown(file)+" are not carried out")
			}
			if name == "vars" {
				b.replaced[item.at("name").words()] = "a variable of kustomize stands for it"
			}
			for _, target := range item.at("targets").list() {
				for _, path := range target.at("fieldPaths").list() {
					for rest := path.words(); ; {
						_, after, ok := strings.Cut(rest, "[name=")
						if !ok {
							break
						}
						variable, behind, _ := strings.Cut(after, "]")
						b.replaced[variable], rest = "a replacement of kustomize writes it", behind
					}
				}
			}
		}
	}
}

// scalarValue makes a value that a setting writes.
func scalarValue(s facts.Setting) *value { return &value{kind: yamlv3.ScalarNode, set: &s} }
