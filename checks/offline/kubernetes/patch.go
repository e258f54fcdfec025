package kubernetes

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	yamlv3 "go.yaml.in/yaml/v3"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
	"github.com/bbdoctor/bbdoctor/checks/offline/yamltext"
)

// matches says whether one of some names matches a target's pattern, which is a regular expression for the whole name. An
// empty one matches all.
func matches(pattern string, names ...string) bool {
	if pattern == "" || slices.Contains(names, pattern) {
		return true
	}
	if len(pattern) > 200 || regexp.QuoteMeta(pattern) == pattern {
		return false
	}
	expression, err := regexp.Compile("^(?:" + pattern + ")$")
	return err == nil && slices.ContainsFunc(names, expression.MatchString)
}

// patch carries out an entry of patches or patchesJson6902.
func (b *builder) patch(k *kustomization, item *value, objects []*object) {
	text := item.at("patch")
	if text.words() == "" {
		text = item.at("path")
	}
	b.patchMerge(k, text, item, objects)
}

// patchMerge reads a patch, the text itself or the name of a file, and carries it out on the target of the item, or, when
// that has none, on the object that the patch names.
func (b *builder) patchMerge(k *kustomization, text, item *value, objects []*object) {
	file := b.patchFile(k, text)
	if file == nil {
		return
	}
	target := item.at("target")
	for _, document := range file.Documents {
		patch := b.copyOf(file, document, true)
		if patch.kind == yamlv3.SequenceNode {
			for _, o := range b.targets(target, objects) {
				for _, operation := range patch.clone().items {
					b.operate(o, operation)
				}
			}
			continue
		}
		var found []*object
		if target != nil {
			found = b.targets(target, objects)
		} else {
			kind, name, namespace := patch.at("kind").words(), patch.at("metadata", "name").words(), patch.at("metadata", "namespace").words()
			for _, o := range objects {
				if o.kind == kind && o.called(name) && (namespace == "" || o.namespace == "" || namespace == o.namespace) {
					found = append(found, o)
				}
			}
		}
		if len(found) == 0 && target == nil {
			b.problem(b.placeOf(text), "there is no "+input.Shown(patch.at("kind").words())+" "+input.Shown(patch.at("metadata", "name").words())+" to patch and kustomize refuses it; correct the name")
		}
		for _, o := range found {
			b.merge(o, patch.clone())
		}
	}
}

// merge merges a patch into an object, which may remove it.
func (b *builder) merge(o *object, patch *value) {
	// What identifies the object stays: the target need not be what the patch calls itself.
	for _, name := range []string{"kind", "apiVersion"} {
		patch.remove(name)
	}
	if metadata := patch.at("metadata"); metadata != nil {
		metadata.remove("name")
		metadata.remove("namespace")
		if len(metadata.fields) == 0 {
			patch.remove("metadata")
		}
	}
	m := merger{strategic: slices.Contains(strategicKinds, o.kind)}
	if len(patch.fields) == 0 {
		return
	}
	root := m.merge(o.root, patch, "")
	if root == nil {
		root, o.kind, o.name, o.former = &value{kind: yamlv3.MappingNode}, "", "", nil
	}
	o.root = root
}

// patchFile parses a patch.
func (b *builder) patchFile(k *kustomization, text *value) *yamltext.File {
	words := text.words()
	if strings.Contains(words, "\n") || strings.HasPrefix(words, "{") || strings.HasPrefix(words, "[") || strings.Contains(words, ": ") {
		setting := b.setting(text, "patch", field{})
		if setting.Origin.Source == nil || !setting.Known() {
			return nil
		}
		return b.parse(facts.NewEmbedded(setting))
	}
	source := b.open(k, text, words)
	if source == nil {
		b.missed(b.placeOf(text), "what the patch "+input.Shown(words)+" changes is not known")
		return nil
	}
	return b.parse(source)
}

// operate carries out one operation of a JSON patch (RFC 6902).
func (b *builder) operate(o *object, operation *value) {
	pointer := operation.at("path").words()
	op := operation.at("op").words()
	steps := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	for i := range steps {
		steps[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(steps[i])
	}
	parent := o.root
	for _, step := range steps[:len(steps)-1] {
		if parent != nil && parent.kind == yamlv3.SequenceNode {
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(parent.items) {
				parent = nil
				break
			}
			parent = parent.items[i]
			continue
		}
		parent = parent.at(step)
	}
	last := steps[len(steps)-1]
	switch done := parent != nil && parent.change(op, last, operation.field("value")); {
	case done, op == "test":
	case op == "move" || op == "copy":
		b.missed(b.placeOf(operation), "the operation "+op+" of a patch is not carried out")
	default:
		b.problem(b.placeOf(operation), "the path "+input.Shown(pointer)+" of the patch leads nowhere in "+input.Shown(o.kind)+" "+input.Shown(o.name)+" and kustomize refuses it; correct the path")
	}
}

// change adds, replaces or removes an entry or an item.
func (v *value) change(op, last string, written field) bool {
	if op != "add" && op != "replace" && op != "remove" {
		return false
	}
	if v.kind != yamlv3.SequenceNode {
		if v.kind != yamlv3.MappingNode || op != "add" && v.index(last) < 0 {
			return false
		}
		if op == "remove" {
			v.remove(last)
			return true
		}
		written.name = last
		v.replace(written)
		return true
	}
	if op == "add" && last == "-" {
		v.items = append(v.items, written.value)
		return true
	}
	i, err := strconv.Atoi(last)
	switch {
	case err != nil || i < 0 || i > len(v.items) || i == len(v.items) && op != "add":
		return false
	case op == "add":
		v.items = slices.Insert(v.items, i, written.value)
	case op == "replace":
		v.items[i] = written.value
	default:
		v.items = slices.Delete(v.items, i, i+1)
	}
	return true
}
