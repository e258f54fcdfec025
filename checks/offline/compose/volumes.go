package compose

import (
	"fmt"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/yamltext"
)

// volumes reads volumes: of a service.
func (d *document) volumes(field yamltext.Field) []facts.Volume {
	var volumes []facts.Volume
	for _, item := range d.items(field.Value) {
		if item.Value.Tag == tagReset {
			continue
		}
		if item.Value.Kind == yaml.MappingNode {
			volume := facts.Volume{Origin: d.origin(item.Value)}
			for _, entry := range d.fields(item.Value) {
				switch entry.Key.Value {
				case "source":
					volume.Source = d.text(entry, "source").Text
				case "target":
					target := d.text(entry, "target")
					volume.Target, volume.Origin = target.Text, target.Origin
				}
			}
			volume.Origin.Key = "volumes"
			volumes = append(volumes, volume)
			continue
		}
		spec := d.text(item, "volumes")
		volume, ok := parseVolume(spec.Text)
		if !ok {
			if spec.Known() {
				d.problem(spec.Origin, fmt.Sprintf("the volume %s is malformed and docker compose refuses the file; write SOURCE:TARGET", shown(spec.Text)))
			}
			continue
		}
		volume.Origin = spec.Origin
		volumes = append(volumes, volume)
	}
	for i, volume := range volumes {
		if strings.HasPrefix(volume.Target, "/") {
			volumes[i].Target = path.Clean(volume.Target)
		}
	}
	return volumes
}

// temporary reads tmpfs:, a path or a list of paths, each perhaps with options.
func (d *document) temporary(field yamltext.Field) []facts.Volume {
	var volumes []facts.Volume
	for _, spec := range d.settings(field) {
		if spec.Text == "" {
			continue
		}
		target := cutOutside(spec.Text, ':')[0]
		volumes = append(volumes, facts.Volume{Target: target, Origin: spec.Origin})
	}
	return volumes
}

// parseVolume takes apart [SOURCE:]TARGET[:MODE] as docker compose does (compose-spec/compose-go, format.ParseVolume).
func parseVolume(spec string) (volume facts.Volume, ok bool) {
	if len(spec) <= 2 {
		return facts.Volume{Target: spec}, spec != ""
	}
	parts := cutOutside(spec, ':')
	// A letter in front of a colon is a drive of Windows.
	for i := 0; i+1 < len(parts); i++ {
		if len(parts[i]) == 1 && (parts[i][0]|0x20 >= 'a' && parts[i][0]|0x20 <= 'z') {
			parts[i] += ":" + parts[i+1]
			parts = append(parts[:i+1], parts[i+2:]...)
		}
	}
	for _, part := range parts {
		if part == "" {
			return volume, false
		}
	}
	switch len(parts) {
	case 1:
		return facts.Volume{Target: parts[0]}, true
	case 2, 3:
		return facts.Volume{Source: parts[0], Target: parts[1]}, true
	}
	return volume, false
}

func volumeKey(volume facts.Volume) string { return volume.Target }

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
			mounted.source = d.text(item, kind).Text
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

// mountedFiles reads configs: or secrets: of the project: those that are files.
func (d *document) mountedFiles(field yamltext.Field, files map[string]facts.Setting) {
	for _, entry := range d.fields(field.Value) {
		for _, attribute := range d.fields(entry.Value) {
			if attribute.Key.Value == "file" {
				files[field.Key.Value+"/"+entry.Key.Value] = d.text(attribute, "file")
			}
		}
	}
}
