package offline

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/yamltext"
)

// withBases puts in front of each compose file that is there to be read on top of another, as compose.prod.yml is on top
// of compose.yml (docker compose -f compose.yml -f compose.prod.yml), that other one. The base is then nothing by itself.
func (l *loader) withBases(batches [][]candidate) [][]candidate {
	alone := make(map[string]*candidate, len(batches)) // compose files that are read by themselves, by path
	for _, batch := range batches {
		if len(batch) == 1 && batch[0].format == facts.Compose && batch[0].path != "" {
			alone[batch[0].path] = &batch[0]
		}
	}
	overlays := map[string][]string{} // names of the files on top of a base, by its path
	for i, batch := range batches {
		if len(batch) != 1 || alone[batch[0].path] == nil || environmentWord(filepath.Base(batch[0].path)) == "" {
			continue
		}
		for _, path := range basesOf(batch[0].path) {
			base, ok := alone[path]
			if !ok || !l.isPartial(batch[0]) {
				continue
			}
			top := batch[0]
			top.overlay = true
			batches[i] = []candidate{*base, top}
			overlays[path] = append(overlays[path], filepath.Base(top.path))
			break
		}
	}
	if len(overlays) == 0 {
		return batches
	}
	return slices.DeleteFunc(batches, func(batch []candidate) bool {
		tops := overlays[batch[0].path]
		if len(batch) != 1 || len(tops) == 0 {
			return false
		}
		name := l.files.name(batch[0].path)
		l.problems = append(l.problems, facts.Problem{File: name, Note: true, Message: fmt.Sprintf("it is read together with %s and not by itself", strings.Join(tops, ", "))})
		return true
	})
}

// basesOf gives the paths of what a file named after an environment may be read on top of: its name without that word.
func basesOf(path string) []string {
	dir, name := filepath.Split(path)
	extension := filepath.Ext(name)
	stem := strings.TrimSuffix(name, extension)
	at := strings.LastIndexAny(stem, ".-_")
	if at < 0 || environmentWord(stem[at:]) == "" {
		return nil
	}
	stem = stem[:at]
	return []string{filepath.Join(dir, stem+".yml"), filepath.Join(dir, stem+".yaml")}
}

// isPartial says whether a compose file has a service that could not be started from this file alone.
func (l *loader) isPartial(c candidate) bool {
	source, err := l.files.load(c.path, c.resolved)
	if err != nil {
		return false
	}
	file, err := yamltext.Parse(source)
	if err != nil {
		return false
	}
	for _, document := range file.Documents {
		fields, _ := file.Fields(document)
		for _, field := range fields {
			if field.Key.Value != "services" {
				continue
			}
			services, _ := file.Fields(field.Value)
			for _, service := range services {
				if !starts(file, service.Value) {
					return true
				}
			}
		}
	}
	return false
}

// starts says whether a service says what to start.
func starts(file *yamltext.File, service *yaml.Node) bool {
	fields, _ := file.Fields(service)
	return slices.ContainsFunc(fields, func(f yamltext.Field) bool {
		return f.Key.Value == "image" || f.Key.Value == "build" || f.Key.Value == "extends"
	})
}
