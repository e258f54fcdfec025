// Package inspect reads what docker inspect and podman inspect print: how containers that exist were started.
package inspect

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv/traced"
	"github.com/bbdoctor/bbdoctor/checks/offline/jsontext"
)

// maxVariables is how many variables are read of all containers together.
const maxVariables = 100_000

// Relevant says, without parsing, whether a JSON text may be such output.
func Relevant(text []byte) bool {
	return bytes.Contains(text, []byte(`"Config"`)) && bytes.Contains(text, []byte(`"Env"`)) ||
		bytes.Contains(text, []byte(`"ContainerSpec"`))
}

// Read gives the containers of docker inspect, podman inspect or docker service inspect: a list of objects, or one. What
// is no container, an image or a network, gives nothing.
func Read(source *facts.Source) ([]*facts.Container, []facts.Problem) {
	root, err := jsontext.Parse(source)
	if err != nil {
		return nil, []facts.Problem{{
			File: source.Name, Message: facts.RedactText(fmt.Sprintf("it is not read, because at %v", err)),
			Origin: facts.Origin{Source: source, Format: facts.DockerInspect},
		}}
	}
	r := &reader{source: source}
	objects := root.Items
	if root.Kind == jsontext.Object {
		objects = []jsontext.Value{root}
	}
	for _, object := range objects {
		switch {
		case object.Get("Spec", "TaskTemplate", "ContainerSpec").Kind == jsontext.Object:
			r.service(object)
		case object.Get("Config", "Env").Kind == jsontext.Array && object.Get("HostConfig").Kind == jsontext.Object:
			r.container(object)
		}
	}
	return r.containers, r.problems
}

type reader struct {
	source     *facts.Source
	containers []*facts.Container
	problems   []facts.Problem
	variables  int
}

func (r *reader) origin(v jsontext.Value, key string) facts.Origin {
	origin := v.Origin(r.source, facts.DockerInspect)
	origin.Key = key
	return origin
}

// setting makes a setting of a string; a Null gives one that is absent.
func (r *reader) setting(v jsontext.Value, key facts.Key) facts.Setting {
	if v.Kind != jsontext.String || v.Text == "" {
		return facts.Setting{Key: key}
	}
	return facts.Setting{Key: key, Text: v.Text, State: facts.Set, Origin: r.origin(v, "")}
}

// container reads one container.
func (r *reader) container(object jsontext.Value) {
	config, host := object.Get("Config"), object.Get("HostConfig")
	network := host.Get("NetworkMode").Text
	name := object.Get("Name")
	c := &facts.Container{
		Name: strings.TrimPrefix(name.Text, "/"), Format: facts.DockerInspect, Replicas: 1,
		Origin: r.origin(name, "Name"), Hostname: config.Get("Hostname").Text,
		Image: r.image(object), Environment: r.environment(config.Get("Env")),
		Remove: host.Get("AutoRemove").Text == "true", HostNetwork: network == "host",
		// podman has the pod beside the network; its containers may still be told to have networks of their own.
		SharedNetwork: strings.HasPrefix(network, "container:") || strings.HasPrefix(network, "ns:") || object.Get("Pod").Text != "",
	}
	c.Origin.Runs = []facts.Run{}
	names := []string{c.Name, c.Hostname}
	for _, network := range object.Get("NetworkSettings", "Networks").Fields {
		for _, list := range []string{"Aliases", "DNSNames"} {
			for _, alias := range network.Value.Get(list).Items {
				names = append(names, alias.Text)
			}
		}
	}
	for _, name := range names {
		if name != "" && !slices.Contains(c.Names, name) {
			c.Names = append(c.Names, name)
		}
	}
	for _, word := range config.Get("Cmd").Items {
		c.Command = append(c.Command, word.Text)
	}
	bindings := host.Get("PortBindings")
	if len(bindings.Fields) == 0 {
		bindings = object.Get("NetworkSettings", "Ports")
	}
	for _, binding := range bindings.Fields {
		r.ports(c, binding)
	}
	for _, mount := range object.Get("Mounts").Items {
		r.mount(c, mount)
	}
	for _, mount := range host.Get("Tmpfs").Fields {
		c.Volumes = append(c.Volumes, facts.Volume{
			Target: path.Clean(mount.Name), Temporary: true, Origin: facts.Origin{Source: r.source, Span: mount.NameSpan, Format: facts.DockerInspect, Runs: []facts.Run{}},
		})
	}
	r.containers = append(r.containers, c)
}

// image is what the container was started with: docker has the name under Config, older podmans beside it.
func (r *reader) image(object jsontext.Value) facts.Setting {
	for _, v := range []jsontext.Value{object.Get("Config", "Image"), object.Get("ImageName")} {
		if s := r.setting(v, "image"); s.State == facts.Set && !strings.HasPrefix(s.Text, "sha256:") {
			return s
		}
	}
	s := r.setting(object.Get("Image"), "image")
	if s.State == facts.Set {
		s.State, s.Why = facts.Unresolved, "the container was started by the image's id"
		s.Text = ""
	}
	return s
}

// environment reads a list of NAME=value. It is all that the container has.
func (r *reader) environment(list jsontext.Value) []facts.Assignment {
	var all []facts.Assignment
	for _, item := range list.Items {
		name, value, ok := strings.Cut(item.Text, "=")
		if item.Kind != jsontext.String || !ok {
			continue
		}
		if r.variables++; r.variables > maxVariables {
			if r.variables == maxVariables+1 {
				r.problems = append(r.problems, facts.Problem{File: r.source.Name, Message: fmt.Sprintf("there are more than %d variables; the rest is not read", maxVariables), Origin: r.origin(item, "")})
			}
			return append(all, facts.UnknownVariables("there are more variables than are read", r.origin(item, "")))
		}
		text := traced.Text{Bytes: []byte(item.Text)}
		text.Runs, text.Lost = traced.Runs(facts.Setting{Text: item.Text, Origin: r.origin(item, "")})
		at := r.origin(item, name)
		at.KeySpan, at.Runs = at.Span, nil
		if part := text.Slice(0, len(name)); len(part.Runs) > 0 {
			last := part.Runs[len(part.Runs)-1]
			at.KeySpan.End = last.Raw + last.RawN
		}
		// The equals sign may be an escape.
		if part := text.Slice(len(name), len(name)+1); len(part.Runs) == 1 {
			at.Span.Start = part.Runs[0].Raw + part.Runs[0].RawN
		}
		tail := text.Tail(len(name) + 1)
		setting := tail.Setting(at, value)
		traced.Hide(setting)
		all = append(all, facts.Assignment{Name: name, Value: setting})
	}
	return all
}

// ports reads an entry of PortBindings: "5432/tcp": [{"HostIp": "", "HostPort": "5432"}].
func (r *reader) ports(c *facts.Container, binding jsontext.Field) {
	port, protocol, _ := strings.Cut(binding.Name, "/")
	if protocol == "" {
		protocol = "tcp"
	}
	for _, published := range binding.Value.Items {
		origin := facts.Origin{Source: r.source, Span: binding.NameSpan, Format: facts.DockerInspect, Runs: []facts.Run{}}
		p := facts.Port{HostIP: published.Get("HostIp").Text, Host: published.Get("HostPort").Text, Container: port, Protocol: protocol, Origin: origin}
		if at := published.Get("HostPort"); at.Kind == jsontext.String {
			p.Origin = r.origin(at, "HostPort")
		}
		if p.HostIP == "0.0.0.0" || p.HostIP == "::" {
			p.HostIP = ""
		}
		if !slices.ContainsFunc(c.Ports, func(o facts.Port) bool {
			return o.HostIP == p.HostIP && o.Host == p.Host && o.Container == p.Container && o.Protocol == p.Protocol
		}) {
			c.Ports = append(c.Ports, p)
		}
	}
}

// mount reads an entry of Mounts. A volume that nobody named has an id for a name.
func (r *reader) mount(c *facts.Container, mount jsontext.Value) {
	target := mount.Get("Destination")
	if target.Text == "" {
		return
	}
	volume := facts.Volume{Target: path.Clean(target.Text), Origin: r.origin(target, "Destination")}
	switch mount.Get("Type").Text {
	case "tmpfs":
		volume.Temporary = true
	case "volume":
		volume.Source = mount.Get("Name").Text
		if anonymous(volume.Source) {
			volume.Source = ""
		}
	default:
		volume.Source = mount.Get("Source").Text
	}
	c.Volumes = append(c.Volumes, volume)
}

func anonymous(name string) bool {
	return len(name) == 64 && strings.Trim(name, "0123456789abcdef") == ""
}

// service reads one service of docker swarm.
func (r *reader) service(object jsontext.Value) {
	spec := object.Get("Spec")
	container := spec.Get("TaskTemplate", "ContainerSpec")
	name := spec.Get("Name")
	c := &facts.Container{
		Name: name.Text, Names: []string{name.Text}, Format: facts.DockerInspect, Replicas: 1, Origin: r.origin(name, "Name"),
		Image: r.setting(container.Get("Image"), "image"), Environment: r.environment(container.Get("Env")), Hostname: container.Get("Hostname").Text,
	}
	c.Origin.Runs = []facts.Run{}
	if replicas := spec.Get("Mode", "Replicated", "Replicas"); replicas.Kind == jsontext.Number {
		if n, err := strconv.Atoi(replicas.Text); err == nil && n >= 0 {
			c.Replicas = n
		}
	}
	for _, network := range spec.Get("TaskTemplate", "Networks").Items {
		for _, alias := range network.Get("Aliases").Items {
			if alias.Text != "" && !slices.Contains(c.Names, alias.Text) {
				c.Names = append(c.Names, alias.Text)
			}
		}
	}
	for _, word := range container.Get("Args").Items {
		c.Command = append(c.Command, word.Text)
	}
	for _, port := range spec.Get("EndpointSpec", "Ports").Items {
		published := port.Get("PublishedPort")
		c.Ports = append(c.Ports, facts.Port{Host: published.Text, Container: port.Get("TargetPort").Text, Protocol: port.Get("Protocol").Text, Origin: r.origin(published, "PublishedPort")})
	}
	for _, mount := range container.Get("Mounts").Items {
		if target := mount.Get("Target"); target.Text != "" {
			c.Volumes = append(c.Volumes, facts.Volume{
				Source: mount.Get("Source").Text, Target: path.Clean(target.Text), Temporary: mount.Get("Type").Text == "tmpfs", Origin: r.origin(target, "Target"),
			})
		}
	}
	r.containers = append(r.containers, c)
}
