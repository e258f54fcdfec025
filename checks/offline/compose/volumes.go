package compose

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
	"github.com/bbdoctor/bbdoctor/checks/offline/yamltext"
)

// volume is a mount of a service.
type volume struct {
	facts.Volume
	// words are how it is written, to tell whether another is written the same; empty for one that no other can equal.
	words string
	// short says that it is written as SOURCE:TARGET.
	short bool
}

// volumes reads volumes: of a service.
func (d *document) volumes(field yamltext.Field) []volume {
	items := d.items(field.Value)
	if !d.spend(len(items), d.origin(field.Value)) {
		return nil
	}
	var volumes []volume
	for _, item := range items {
		if item.Value.Tag == tagReset {
			continue
		}
		read, ok := d.volume(item)
		if !ok {
			continue
		}
		read.Origin.Key = "volumes"
		if strings.HasPrefix(read.Target, "/") {
			read.Target = path.Clean(read.Target)
		}
		volumes = append(volumes, read)
	}
	return volumes
}

func (d *document) volume(item yamltext.Field) (volume, bool) {
	if item.Value.Kind != yaml.MappingNode {
		spec := d.text(item, "volumes")
		parsed, ok := parseVolume(spec.Text)
		if !ok && spec.Known() {
			d.problem(spec.Origin, fmt.Sprintf("the volume %s is malformed and docker compose refuses the file; write SOURCE:TARGET", input.Shown(spec.Text)))
		}
		parsed.Origin = spec.Origin
		return volume{Volume: parsed, words: spec.Text, short: true}, ok
	}
	long := volume{Volume: facts.Volume{Origin: d.origin(item.Value)}}
	bind := false
	for _, entry := range d.fields(item.Value) {
		switch entry.Key.Value {
		case "type":
			kind := d.text(entry, "type").Text
			bind, long.Temporary = kind == "bind", kind == "tmpfs"
		case "source":
			long.Source = d.text(entry, "source").Text
		case "target":
			target := d.text(entry, "target")
			long.Target, long.Origin = target.Text, target.Origin
		}
	}
	// In another file a relative path means another place.
	if !bind || !strings.HasPrefix(long.Source, ".") || d.base == d.scope.base {
		long.words = d.words(item.Value, 0)
	}
	return long, true
}

// words writes down a mapping so that two that say the same have the same words.
func (d *document) words(node *yaml.Node, depth int) string {
	if depth > 4 {
		return ""
	}
	switch node.Kind {
	case yaml.MappingNode:
		var entries []string
		for _, entry := range d.fields(node) {
			entries = append(entries, entry.Key.Value+"="+d.words(entry.Value, depth+1))
		}
		slices.Sort(entries)
		return "{" + strings.Join(entries, ";") + "}"
	case yaml.SequenceNode:
		var items []string
		for _, item := range d.items(node) {
			items = append(items, d.words(item.Value, depth+1))
		}
		return "[" + strings.Join(items, ";") + "]"
	}
	return node.ShortTag() + node.Value
}

// temporary reads tmpfs:, a path or a list of paths, each perhaps with options.
func (d *document) temporary(field yamltext.Field) []volume {
	var volumes []volume
	for _, spec := range d.settings(field) {
		if spec.Text != "" {
			volumes = append(volumes, volume{Volume: facts.Volume{Target: cutOutside(spec.Text, ':')[0], Temporary: true, Origin: spec.Origin}, words: spec.Text})
		}
	}
	return volumes
}

// parseVolume takes apart [SOURCE:]TARGET[:MODE] as docker compose does (compose-spec/compose-go, format.ParseVolume).
func parseVolume(spec string) (volume facts.Volume, ok bool) {
	if len(spec) <= 2 {
		return facts.Volume{Target: spec}, spec != ""
	}
	parts := volumeParts(spec)
	if slices.Contains(parts, "") {
		return volume, false
	}
	switch len(parts) {
	case 1:
		return facts.Volume{Target: parts[0]}, true
	case 2, 3:
		return facts.Volume{Source: parts[0], Target: parts[1]}, true
	}
	return volume, false
}

// volumeParts cuts at the colons, but not inside of ${...} nor behind a letter by itself, which is a drive of Windows.
func volumeParts(spec string) []string {
	var parts []string
	depth, from := 0, 0
	for i, c := range spec {
		switch {
		case c == '$' && strings.HasPrefix(spec[i+1:], "{"):
			depth++
		case c == '}' && depth > 0:
			depth--
		case c == ':' && depth == 0:
			drive, n := utf8.DecodeRuneInString(spec[from:i])
			if n > 0 && from+n == i && unicode.IsLetter(drive) {
				continue
			}
			parts = append(parts, spec[from:i])
			from = i + 1
		}
	}
	return append(parts, spec[from:])
}

// volumeKey is what makes two mounts the same for docker compose, so that the later one counts.
func volumeKey(mounted volume) string { return mounted.Origin.Key + " " + mounted.Target }

// mount is a config or a secret of the project that a service gets as a file.
type mount struct {
	kind, source, target string
}

// mounts reads configs: or secrets: of a service.
func (d *document) mounts(field yamltext.Field) []mount {
	var mounts []mount
	kind := field.Key.Value
	for _, item := range d.items(field.Value) {
		if item.Value.Tag == tagReset {
			continue
		}
		mounted := mount{kind: kind}
		if item.Value.Kind != yaml.MappingNode {
			mounted.source = d.text(item, "source").Text
		}
		for _, entry := range d.fields(item.Value) {
			switch entry.Key.Value {
			case "source":
				mounted.source = d.text(entry, "source").Text
			case "target":
				mounted.target = d.text(entry, "target").Text
			}
		}
		if mounted.target == "" {
			mounted.target = mounted.source
		}
		if !strings.HasPrefix(mounted.target, "/") {
			directory := "/"
			if kind == "secrets" {
				directory = "/run/secrets/"
			}
			mounted.target = directory + mounted.target
		}
		mounts = append(mounts, mounted)
	}
	return mounts
}

// contentKey is the key of a setting that is not the name of a file but what is in it.
const contentKey = "content"

// mountedFiles reads configs: or secrets: of the project: those that are files, or whose content the project has.
func (d *document) mountedFiles(field yamltext.Field, files map[string]facts.Setting) {
	for _, entry := range d.fields(field.Value) {
		for _, attribute := range d.fields(entry.Value) {
			switch name := field.Key.Value + "/" + entry.Key.Value; attribute.Key.Value {
			case "file":
				files[name] = d.text(attribute, "file")
			case "content":
				files[name] = d.text(attribute, contentKey)
			}
		}
	}
}
