package compose

import (
	"fmt"
	"path/filepath"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
	"github.com/bbdoctor/bbdoctor/checks/offline/yamltext"
)

// include adds the services of the files that a document includes to its own. Where both have one with the same name, the
// document's own is put over it.
func (d *document) include(root *yaml.Node, own *services) {
	for _, field := range d.fields(root) {
		if field.Key.Value != "include" {
			continue
		}
		for _, item := range d.items(field.Value) {
			included := d.included(item)
			if included == nil {
				continue
			}
			for name, file := range included.files {
				if _, ok := own.files[name]; !ok {
					own.files[name] = file
				}
			}
			included.reset(slices.DeleteFunc(slices.Clone(d.resets), func(reset reset) bool {
				return len(reset.path) == 0 || own.get(reset.path[0]) == nil
			}))
			for _, service := range included.list {
				if local := own.get(service.name); local != nil {
					service = d.merge(service, local)
				}
				own.put(service)
			}
		}
	}
}

// included loads one entry of include: a path, or a mapping with one or several paths, which are merged.
func (d *document) included(item yamltext.Field) *services {
	at := d.origin(item.Value)
	var paths, envFiles []facts.Setting
	directory := ""
	if item.Value.Kind != yaml.MappingNode {
		paths = []facts.Setting{d.text(item, "include")}
	}
	for _, entry := range d.fields(item.Value) {
		switch entry.Key.Value {
		case "path":
			paths = d.settings(entry)
		case "env_file":
			envFiles = d.settings(entry)
		case "project_directory":
			directory = d.text(entry, "project_directory").Text
		}
	}
	sources := d.openAll(paths, "what it includes")
	if len(sources) == 0 {
		return nil
	}
	depth := 0
	for scope := d.scope; scope != nil; scope = scope.outer {
		if slices.Contains(scope.sources, sources[0]) || depth > maxDepth {
			d.problem(at, fmt.Sprintf("%s includes itself in a circle and docker compose refuses the file; remove one include", input.Shown(sources[0].Name)))
			return nil
		}
		depth++
	}
	inner := &scope{reader: d.reader, base: sources[0], outer: d.scope}
	if directory != "" {
		if !filepath.IsAbs(directory) {
			directory = filepath.Join(filepath.Dir(d.base.Path), directory)
		}
		// Nobody reads this file; it stands for its directory.
		inner.base = &facts.Source{Name: directory, Path: filepath.Join(directory, "compose.yaml")}
	}
	if len(envFiles) > 0 {
		inner.envFiles = append([]*facts.Source{}, d.openAll(envFiles, "what it sets")...)
	}
	d.includes++
	if d.includes > maxIncludes {
		d.problem(at, "the project includes too many files; the rest is not read")
		return nil
	}
	return d.load(sources, inner)
}

// settings reads a text or a list of texts.
func (d *document) settings(field yamltext.Field) []facts.Setting {
	if field.Value.Kind != yaml.SequenceNode {
		return []facts.Setting{d.text(field, field.Key.Value)}
	}
	var settings []facts.Setting
	for _, item := range d.items(field.Value) {
		settings = append(settings, d.text(item, field.Key.Value))
	}
	return settings
}

// openAll opens files that a document names. Those that cannot be opened are told of and left out.
func (d *document) openAll(paths []facts.Setting, what string) []*facts.Source {
	var sources []*facts.Source
	for _, path := range paths {
		switch {
		case path.Text == "/dev/null":
		case !path.Known():
			d.problem(path.Origin, fmt.Sprintf("which file this is is not known (%s), so neither is %s; give the variable with --env", path.Why, what))
		default:
			if source := d.open(path.Origin, path.Text, what); source != nil {
				sources = append(sources, source)
			}
		}
	}
	return sources
}
