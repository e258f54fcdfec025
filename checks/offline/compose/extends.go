package compose

import (
	"fmt"

	"go.yaml.in/yaml/v3"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
	"github.com/bbdoctor/bbdoctor/checks/offline/yamltext"
)

// extension is what a service says under extends:.
type extension struct {
	service facts.Setting
	// file is nil when the service is in the same file.
	file *facts.Setting
	from *document
}

// extends reads extends:, the name of a service, or a mapping with it and perhaps a file.
func (d *document) extends(field yamltext.Field) *extension {
	if null(field.Value) {
		return nil
	}
	if field.Value.Kind != yaml.MappingNode {
		return &extension{service: d.text(field, "extends"), from: d}
	}
	result := &extension{from: d}
	for _, entry := range d.fields(field.Value) {
		switch entry.Key.Value {
		case "service":
			result.service = d.text(entry, "service")
		case "file":
			result.file = d.scalar(entry)
		}
	}
	if result.service.Text == "" {
		d.problem(d.origin(field.Value), "extends names no service and docker compose refuses the file; add service: with its name")
		return nil
	}
	return result
}

// extend puts a service over the one that it extends, and that one over the one it extends. The result takes the
// service's place.
func (r *reader) extend(all *services, extending *service, depth int) *service {
	extends := extending.extends
	if extends == nil {
		return extending
	}
	at := extends.service.Origin
	if extending.extending || depth > maxDepth {
		r.problem(at, fmt.Sprintf("service %s extends itself in a circle and docker compose refuses the file; have one of the services stop", input.Shown(extending.name)))
		return extending
	}
	extending.extending = true
	defer func() { extending.extending = false }()

	from := all
	if extends.file != nil {
		if from = extends.from.otherFile(extends); from == nil {
			return extending
		}
	}
	name := extends.service.Text
	base := from.get(name)
	switch {
	case !extends.service.Known():
		r.problem(at, fmt.Sprintf("which service %s extends is not known (%s); give the variable with --env", input.Shown(extending.name), extends.service.Why))
		return extending
	case base == nil:
		r.problem(at, fmt.Sprintf("there is no service %s to extend, and docker compose refuses the file; name one of the services there", input.Shown(name)))
		return extending
	}
	inherited := *r.extend(from, base, depth+1)
	inherited.name, inherited.extends, inherited.extending = extending.name, nil, false
	for _, reset := range all.resets {
		if len(reset.path) > 1 && reset.path[0] == extending.name {
			inherited.reset(reset.path[1:])
		}
	}
	if !r.spend(len(inherited.environment.entries), at) {
		return extending
	}
	entries := make([]variable, len(inherited.environment.entries))
	for i, entry := range inherited.environment.entries {
		entry.Value.Via = addVia(entry.Value.Via, at)
		entries[i] = entry
	}
	inherited.environment.entries = entries
	merged := r.merge(&inherited, extending)
	merged.origin, merged.extends, merged.extending = extending.origin, nil, false
	all.put(merged)
	return merged
}

// otherFile reads the services of another file that one of its own extends.
func (d *document) otherFile(extends *extension) *services {
	at := extends.file.Origin
	if !extends.file.Known() {
		d.problem(at, fmt.Sprintf("which file this is is not known (%s), so neither is what is taken from it; give the variable with --env", extends.file.Why))
		return nil
	}
	source := d.open(at, extends.file.Text, "what service "+input.Shown(extends.service.Text)+" says there")
	if source == nil {
		return nil
	}
	key := extended{source, d.scope}
	if known, ok := d.others[key]; ok {
		return known
	}
	file := d.parse(source)
	if file == nil {
		if len(d.problems) == 0 || d.problems[len(d.problems)-1].File != source.Name {
			d.problem(at, input.Shown(source.Name)+" is no YAML, so what is taken from it is not known; correct it")
		}
		d.others[key] = nil
		return nil
	}
	merged := newServices()
	for _, root := range file.Documents {
		other := &document{reader: d.reader, file: file, scope: d.scope, base: source}
		declared := other.services(root)
		merged.reset(other.resets)
		merged.resets = other.resets
		for _, service := range declared.list {
			merged.merge(d.reader, service)
		}
	}
	d.others[key] = merged
	return merged
}

// extended is a file that services of a scope extend.
type extended struct {
	source *facts.Source
	scope  *scope
}
