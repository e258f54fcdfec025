package kubernetes

import (
	"slices"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// object is one object of a manifest.
type object struct {
	kind, apiVersion, name, namespace string
	// former are the names it had before kustomize changed it; other objects name it by them.
	former []string
	// layers are the kustomizations that it went through, the innermost first.
	layers []*kustomization
	// home is the file in whose directory it counts.
	home *facts.Source
	// root is the whole object until it is taken apart, then nil.
	root *value
	at   facts.Origin

	workload *workload
	service  *service
	data     []datum        // of a ConfigMap or Secret
	keys     map[string]int // their places in data
}

// directory is where the object counts, root for the directory that names are relative to.
func (o *object) directory() string {
	if i := strings.LastIndexByte(o.home.Name, '/'); i > 0 {
		return o.home.Name[:i]
	}
	return root
}

// objects reads the objects of a file and takes them apart.
func (r *reader) objects(source *facts.Source) []*object {
	if len(source.Text) > largeFile {
		r.large.Lock()
		defer r.large.Unlock()
	}
	objects := r.parseObjects(source, false)
	for _, o := range objects {
		r.takeApart(o)
	}
	return objects
}

// parseObjects reads the objects of a file, those of lists one by one.
func (r *reader) parseObjects(source *facts.Source, rewritten bool) []*object {
	file := r.parse(source)
	if file == nil {
		return nil
	}
	var objects []*object
	for _, document := range file.Documents {
		fields, _ := file.Fields(document)
		for _, f := range fields {
			// What defines new kinds is long and is none of ours.
			if f.Key.Value == "kind" && f.Value.Value == "CustomResourceDefinition" {
				fields = nil
				break
			}
		}
		if fields == nil {
			continue
		}
		objects = append(objects, r.listed(r.copyOf(file, document, rewritten), source, 0)...)
	}
	return objects
}

// listed gives an object, or the objects of a List.
func (r *reader) listed(root *value, home *facts.Source, depth int) []*object {
	kind := root.at("kind").words()
	if kind == "" || depth > 8 {
		return nil
	}
	if items := root.at("items"); len(kind) >= 4 && kind[len(kind)-4:] == "List" && items != nil {
		var objects []*object
		for _, item := range items.list() {
			objects = append(objects, r.listed(item, home, depth+1)...)
		}
		return objects
	}
	o := &object{kind: kind, home: home, root: root}
	o.identify()
	return []*object{o}
}

// identify reads the object's name anew.
func (o *object) identify() {
	o.kind, o.apiVersion = o.root.at("kind").words(), o.root.at("apiVersion").words()
	o.name, o.namespace = o.root.at("metadata", "name").words(), o.root.at("metadata", "namespace").words()
}

// takeApart makes what is needed of an object and lets go of the rest.
func (r *reader) takeApart(o *object) {
	name := o.root.at("metadata").field("name")
	o.at = r.placeOf(name.value)
	if name.value == nil {
		o.at = r.placeOf(o.root.at("kind"))
	}
	o.at.Runs = []facts.Run{}
	switch o.kind {
	case "ConfigMap", "Secret":
		r.readData(o)
	case "Service":
		r.readService(o)
	default:
		r.readWorkload(o)
	}
	o.root = nil
}

// called says whether another object can mean this one by a name.
func (o *object) called(name string) bool { return o.name == name || slices.Contains(o.former, name) }
