package compose

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
	"github.com/bbdoctor/bbdoctor/checks/offline/yamltext"
)

// service is what is said about one service, by one document or by several merged.
type service struct {
	name string
	// origin is the service's key.
	origin facts.Origin
	// empty says that a document names the service and says nothing about it.
	empty bool

	image, hostname, containerName, networkMode, scale, mode, replicas *facts.Setting

	environment environment
	envFiles    []envFile
	ports       []facts.Port
	volumes     []volume
	mounts      []mount // of configs and secrets
	moreVolumes string  // as in facts.Container
	profiles    []string
	networks    []network
	command     []string
	commanded   bool // command: is given, be it empty or null
	extends     *extension
	extending   bool // what it extends is being found out
}

// network is a network that a service joins.
type network struct {
	name    string
	aliases []string
}

// services are the services of one or several documents, in the order of the file.
type services struct {
	list  []*service
	index map[string]int // of the list by name; nil until it is long and somebody asks
	// resets are those of the document; what a service extends is subject to them.
	resets []reset
	// files are the top-level configs and secrets that are files, by "configs/" or "secrets/" and name.
	files map[string]facts.Setting
}

func newServices() *services {
	return &services{files: map[string]facts.Setting{}}
}

// few is how many services are looked through one by one.
const few = 8

// find is the place of a service in the list; -1 when it is not there.
func (s *services) find(name string) int {
	if len(s.list) <= few {
		return slices.IndexFunc(s.list, func(service *service) bool { return service.name == name })
	}
	if s.index == nil {
		s.index = make(map[string]int, len(s.list))
		for i, service := range s.list {
			s.index[service.name] = i
		}
	}
	if at, ok := s.index[name]; ok {
		return at
	}
	return -1
}

func (s *services) get(name string) *service {
	if at := s.find(name); at >= 0 {
		return s.list[at]
	}
	return nil
}

func (s *services) put(service *service) {
	if at := s.find(service.name); at >= 0 {
		s.list[at] = service
		return
	}
	if s.index != nil {
		s.index[service.name] = len(s.list)
	}
	s.list = append(s.list, service)
}

func (s *services) remove(names func(string) bool) {
	s.list = slices.DeleteFunc(s.list, func(service *service) bool { return names(service.name) })
	s.index = nil
}

// services reads the services of a document.
func (d *document) services(root *yaml.Node) *services {
	result := newServices()
	for _, field := range d.fields(root) {
		switch field.Key.Value {
		case "services":
			if d.resetAt(field.Value, []string{}) {
				continue
			}
			for _, entry := range d.fields(field.Value) {
				if d.resetAt(entry.Value, []string{entry.Key.Value}) {
					continue
				}
				if service := d.service(entry); service != nil {
					result.put(service)
				}
			}
		case "configs", "secrets":
			d.mountedFiles(field, result.files)
		}
	}
	return result
}

// service reads one service.
func (d *document) service(entry yamltext.Field) *service {
	name := entry.Key.Value
	span := d.file.Span(entry.Key)
	result := &service{name: name, origin: facts.Origin{Source: d.file.Source, Span: span, Key: name, KeySpan: span, Format: facts.Compose}}
	if strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") != "" || name == "" {
		d.problem(d.origin(entry.Key), fmt.Sprintf("docker compose refuses the service name %s; use letters, digits, dots, underscores and dashes", input.Shown(name)))
		if name == "" {
			return nil
		}
	}
	if entry.Value.Kind != yaml.MappingNode {
		if !null(entry.Value) {
			d.problem(d.origin(entry.Value), fmt.Sprintf("service %s must be a mapping and docker compose refuses the file", input.Shown(name)))
			return nil
		}
		result.empty = true
		return result
	}
	for _, field := range d.fields(entry.Value) {
		path := []string{name, field.Key.Value}
		if strings.HasPrefix(field.Key.Value, "x-") || d.resetAt(field.Value, path) {
			continue
		}
		field.Aliases = append(entry.Aliases[:len(entry.Aliases):len(entry.Aliases)], field.Aliases...)
		d.attribute(result, field, path)
	}
	return result
}

// attribute reads one entry of a service.
func (d *document) attribute(s *service, field yamltext.Field, path []string) {
	switch field.Key.Value {
	case "image":
		s.image = d.scalar(field)
	case "hostname":
		s.hostname = d.scalar(field)
	case "container_name":
		s.containerName = d.scalar(field)
	case "network_mode":
		s.networkMode = d.scalar(field)
	case "scale":
		s.scale = d.scalar(field)
	case "deploy":
		for _, entry := range d.fields(field.Value) {
			if d.resetAt(entry.Value, append(path, entry.Key.Value)) {
				continue
			}
			switch entry.Key.Value {
			case "replicas":
				s.replicas = d.scalar(entry)
			case "mode":
				s.mode = d.scalar(entry)
			}
		}
	case "environment":
		s.environment = d.environment(field, path)
	case "env_file":
		s.envFiles = unique(d.envFileList(field), envFileKey)
	case "ports":
		s.ports = d.ports(field)
	case "volumes":
		s.volumes = append(s.volumes, d.volumes(field)...)
	case "volumes_from":
		if !null(field.Value) {
			s.moreVolumes = "it has the volumes of another container (volumes_from)"
		}
	case "tmpfs":
		s.volumes = append(s.volumes, d.temporary(field)...)
	case "configs", "secrets":
		s.mounts = append(s.mounts, d.mounts(field)...)
	case "profiles":
		s.profiles = d.texts(field)
	case "networks":
		s.networks = d.networks(field, path)
	case "command":
		s.command, s.commanded = d.command(field), true
	case "extends":
		s.extends = d.extends(field)
	}
}

// scalar reads a single value; nil for null, which is as good as not written.
func (d *document) scalar(field yamltext.Field) *facts.Setting {
	if null(field.Value) {
		return nil
	}
	setting := d.value(field, field.Key.Value, d.file.Span(field.Key))
	return &setting
}

// texts reads a list of texts.
func (d *document) texts(field yamltext.Field) []string {
	var texts []string
	for _, item := range d.items(field.Value) {
		if item.Value.Tag != tagReset {
			texts = append(texts, d.text(item, field.Key.Value).Text)
		}
	}
	return texts
}

// networks reads the networks of a service, a list of names or a mapping that may give aliases.
func (d *document) networks(field yamltext.Field, path []string) []network {
	var networks []network
	for _, name := range d.texts(field) {
		networks = append(networks, network{name: name})
	}
	for _, entry := range d.fields(field.Value) {
		path := append(path[:len(path):len(path)], entry.Key.Value)
		if d.resetAt(entry.Value, path) {
			continue
		}
		joined := network{name: entry.Key.Value}
		for _, attribute := range d.fields(entry.Value) {
			if attribute.Key.Value == "aliases" && !d.resetAt(attribute.Value, append(path, "aliases")) {
				joined.aliases = d.texts(attribute)
			}
		}
		networks = append(networks, joined)
	}
	return networks
}

// command reads command:, a list of words or a line that is taken apart as a shell would.
func (d *document) command(field yamltext.Field) []string {
	if field.Value.Kind == yaml.SequenceNode {
		return d.texts(field)
	}
	line := d.text(field, "command")
	if !line.Known() {
		return strings.Fields(line.Text)
	}
	words, ok := split(line.Text)
	if !ok {
		d.problem(line.Origin, "the quotes or parentheses of this command do not match and docker compose refuses the file; close them")
	}
	return words
}
