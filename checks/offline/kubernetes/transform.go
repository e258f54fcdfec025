package kubernetes

import (
	"slices"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv/traced"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
)

// pieceOf gives bytes [start, end) of a value as a value of their own.
func pieceOf(whole facts.Setting, start, end int) facts.Setting {
	text := traced.Text{Bytes: []byte(whole.Text)}
	text.Runs, text.Lost = traced.Runs(whole)
	piece := text.Slice(start, end)
	origin := whole.Origin.Sub(start, end)
	if places, ok := whole.Origin.Places(start, end); !ok || len(places) == 0 {
		origin.Runs = []facts.Run{}
	} else {
		origin = piece.Setting(origin, "").Origin
	}
	origin.Within = whole.Origin.Within
	one := whole
	one.Text, one.Origin = whole.Text[start:end], origin
	return one
}

// transform changes the objects as a kustomization says.
func (b *builder) transform(k *kustomization, objects []*object) {
	for _, item := range k.root.at("patchesStrategicMerge").list() {
		b.patchMerge(k, item, item, objects)
	}
	for _, item := range k.root.at("patches").list() {
		b.patch(k, item, objects)
	}
	if namespace := k.root.at("namespace").words(); namespace != "" {
		for _, o := range objects {
			o.namespace = namespace
		}
	}
	prefix, suffix := k.root.at("namePrefix").words(), k.root.at("nameSuffix").words()
	for _, o := range objects {
		if (prefix != "" || suffix != "") && o.kind != "Namespace" && o.kind != "CustomResourceDefinition" {
			o.former = append(o.former, o.name)
			o.name = prefix + o.name + suffix
		}
	}
	for _, item := range k.root.at("patchesJson6902").list() {
		b.patch(k, item, objects)
	}
	for _, item := range k.root.at("replicas").list() {
		for _, o := range objects {
			if spec := o.root.at("spec"); spec != nil && o.called(item.at("name").words()) && template(o.root, o.kind) != nil {
				spec.put(field{name: "replicas", value: item.at("count")})
			}
		}
	}
	for _, item := range k.root.at("images").list() {
		for _, o := range objects {
			spec := template(o.root, o.kind).at("spec")
			for _, list := range []string{"initContainers", "containers"} {
				for _, c := range spec.at(list).list() {
					b.image(c, item)
				}
			}
		}
	}
}

// image changes the image of a container, if it is the one that images names.
func (b *builder) image(c, item *value) {
	old := c.field("image")
	text := old.value.words()
	name, _, _ := strings.Cut(text, "@")
	digest := text[len(name):]
	tag := ""
	if colon := strings.LastIndexByte(name, ':'); colon > strings.LastIndexByte(name, '/') {
		name, tag = name[:colon], name[colon:]
	}
	if name != item.at("name").words() || text == "" {
		return
	}
	at := item.at("newName")
	if new := at.words(); new != "" {
		name = new
	}
	if new := item.at("newTag"); new.words() != "" {
		at, tag, digest = new, ":"+new.words(), ""
	}
	if new := item.at("digest"); new.words() != "" {
		at, tag, digest = new, "", "@"+new.words()
	}
	if at == nil {
		return
	}
	setting := b.setting(at, "image", field{})
	setting.Via = append(setting.Via, b.placeOf(old.value))
	if setting.Text = name + tag + digest; setting.Known() {
		setting.Origin.Runs = []facts.Run{}
	}
	c.put(field{name: "image", value: scalarValue(setting)})
}

// targets finds the objects that a patch is for.
func (b *builder) targets(target *value, objects []*object) (found []*object) {
	for _, o := range objects {
		if matches(target.at("kind").words(), o.kind) && matches(target.at("name").words(), append([]string{o.name}, o.former...)...) &&
			matches(target.at("namespace").words(), o.namespace) && b.selected(target.at("labelSelector"), o.root.at("metadata", "labels")) &&
			b.selected(target.at("annotationSelector"), o.root.at("metadata", "annotations")) && b.ofVersion(target, o) {
			found = append(found, o)
		}
	}
	return found
}

func (b *builder) ofVersion(target *value, o *object) bool {
	group, version, ok := strings.Cut(o.apiVersion, "/")
	if !ok {
		group, version = "", o.apiVersion
	}
	return matches(target.at("group").words(), group) && matches(target.at("version").words(), version)
}

// selected says whether labels are as a selector wants them: NAME=VALUE and NAME!=VALUE, with commas between.
func (b *builder) selected(selector, labels *value) bool {
	if selector.words() == "" {
		return true
	}
	for want := range strings.SplitSeq(selector.words(), ",") {
		name, value, equal := strings.Cut(strings.Replace(want, "==", "=", 1), "=")
		name, unequal := strings.CutSuffix(name, "!")
		if !equal || strings.ContainsAny(name+value, "() ") {
			b.missed(b.placeOf(selector), "the selector "+input.Shown(selector.words())+" is not followed, so what is patched is not known")
			return false
		}
		if (labels.at(name).words() == value) == unequal {
			return false
		}
	}
	return true
}

// strategicKinds have lists whose items are told apart by a name. Those of other kinds are replaced as a whole.
var strategicKinds = []string{
	"Pod", "PodTemplate", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job", "CronJob", "Service", "ServiceAccount",
}

// mergeKeys are what tells the items of a list apart, by the list's name.
var mergeKeys = map[string][]string{
	"containers": {"name"}, "initContainers": {"name"}, "ephemeralContainers": {"name"}, "env": {"name"}, "volumes": {"name"},
	"imagePullSecrets": {"name"}, "volumeMounts": {"mountPath"}, "ports": {"containerPort", "port"}, "hostAliases": {"ip"}, "volumeDevices": {"devicePath"},
}

// merger merges a patch of one kind.
type merger struct{ strategic bool }

// merge gives a value with a patch merged into it; nil when the patch removes it. dst may be changed.
func (m merger) merge(dst, patch *value, name string) *value {
	switch {
	case patch.null():
		return nil
	case len(patch.fields) > 0:
		switch patch.at("$patch").words() {
		case "delete":
			return nil
		case "replace":
			return m.merge(&value{kind: patch.kind, file: patch.file, node: patch.node}, patch.without("$patch"), name)
		}
		if dst == nil || len(dst.fields) == 0 {
			dst = &value{kind: patch.kind, file: patch.file, node: patch.node}
		}
		for _, f := range patch.fields {
			if strings.HasPrefix(f.name, "$") {
				continue
			}
			merged := m.merge(dst.at(f.name), f.value, f.name)
			if merged == nil {
				dst.remove(f.name)
				continue
			}
			if i := dst.index(f.name); i >= 0 && len(f.value.fields)+len(f.value.items) > 0 {
				dst.fields[i].value = merged
				continue
			}
			f.value = merged
			dst.replace(f)
		}
		return dst
	case len(patch.items) > 0 && m.strategic && mergeKeys[name] != nil:
		return m.list(dst, patch, name)
	}
	return patch.clone()
}

// list merges a list whose items are told apart by a key. What the patch names comes first, in the patch's order, as
// kustomize puts it.
func (m merger) list(dst, patch *value, name string) *value {
	result := &value{kind: patch.kind, file: patch.file, node: patch.node}
	var left []*value
	if dst != nil {
		left = slices.Clone(dst.items)
	}
	for _, item := range patch.items {
		if item.at("$patch").words() == "replace" {
			left = nil
			continue
		}
		var old *value
		if i := slices.IndexFunc(left, func(old *value) bool { return sameItem(old, item, mergeKeys[name]) }); i >= 0 {
			old = left[i]
			left = slices.Delete(left, i, i+1)
		}
		if merged := m.merge(old, item, ""); merged != nil {
			result.items = append(result.items, merged)
		}
	}
	result.items = append(result.items, left...)
	return result
}

func sameItem(a, b *value, keys []string) bool {
	for _, key := range keys {
		if x, y := a.at(key), b.at(key); x != nil && y != nil {
			return x.words() == y.words()
		}
	}
	return false
}

func (v *value) without(name string) *value {
	c := *v
	c.fields = slices.DeleteFunc(slices.Clone(v.fields), func(f field) bool { return f.name == name })
	if len(c.fields) == 0 {
		c.fields = []field{{name: "$nothing"}}
	}
	return &c
}

// replace sets an entry with its name's place, or adds it.
func (v *value) replace(entry field) {
	if i := v.index(entry.name); i >= 0 {
		v.fields[i] = entry
		return
	}
	v.fields = append(v.fields, entry)
}
