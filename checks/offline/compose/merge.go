package compose

import (
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// reset is something that a document removes of what stands before it, by !reset or !override: a path below services:.
// An empty path is all services.
type reset struct{ path []string }

// resetAt notes a value that is tagged !reset or !override. It is true for !reset, whose value does not count.
func (d *document) resetAt(value *yaml.Node, path []string) bool {
	if value.Tag != tagReset && value.Tag != tagOverride {
		return false
	}
	d.resets = append(d.resets, reset{slices.Clone(path)})
	return value.Tag == tagReset
}

// reset removes services, or parts of them.
func (s *services) reset(resets []reset) {
	for _, reset := range resets {
		if len(reset.path) < 2 {
			s.remove(func(name string) bool { return len(reset.path) == 0 || name == reset.path[0] })
			continue
		}
		if service := s.get(reset.path[0]); service != nil {
			changed := *service
			changed.reset(reset.path[1:])
			s.put(&changed)
		}
	}
}

// reset removes a part of a service that is a copy of its own.
func (s *service) reset(path []string) {
	inner := func(name string) bool { return len(path) == 1 || len(path) == 2 && path[1] == name }
	switch path[0] {
	case "image":
		s.image = nil
	case "hostname":
		s.hostname = nil
	case "container_name":
		s.containerName = nil
	case "network_mode":
		s.networkMode = nil
	case "scale":
		s.scale = nil
	case "deploy":
		if inner("mode") {
			s.mode = nil
		}
		if inner("replicas") {
			s.replicas = nil
		}
	case "environment":
		switch {
		case len(path) == 1:
			s.environment = environment{}
		case s.environment.mapping:
			s.environment.entries = slices.DeleteFunc(slices.Clone(s.environment.entries), func(entry variable) bool { return entry.Name == path[1] })
		}
	case "env_file":
		s.envFiles = nil
	case "ports":
		s.ports = nil
	case "volumes", "tmpfs":
		s.volumes = slices.DeleteFunc(slices.Clone(s.volumes), func(volume volume) bool { return volume.Origin.Key == path[0] })
	case "volumes_from":
		s.moreVolumes = ""
	case "configs", "secrets":
		s.mounts = slices.DeleteFunc(slices.Clone(s.mounts), func(mount mount) bool { return mount.kind == path[0] })
	case "profiles":
		s.profiles = nil
	case "command":
		s.command, s.commanded = nil, false
	case "extends":
		s.extends = nil
	case "networks":
		s.resetNetworks(path[1:])
	}
}

func (s *service) resetNetworks(path []string) {
	if len(path) < 2 {
		s.networks = slices.DeleteFunc(slices.Clone(s.networks), func(network network) bool { return len(path) == 0 || network.name == path[0] })
		return
	}
	s.networks = slices.Clone(s.networks)
	for i := range s.networks {
		if s.networks[i].name == path[0] && path[1] == "aliases" {
			s.networks[i].aliases = nil
		}
	}
}

// merge puts a service over one with its name, if there is one.
func (s *services) merge(r *reader, over *service) {
	if base := s.get(over.name); base != nil {
		over = r.merge(base, over)
	}
	if len(over.volumes) > 0 {
		merged := *over
		merged.volumes = canonical(over.volumes)
		over = &merged
	}
	s.put(over)
}

// merge gives what docker compose makes of a service that is put over another: single values replace, lists add up, and
// of variables and mounts with one name the later counts. Neither of the two is changed.
func (r *reader) merge(base, over *service) *service {
	merged := *base
	merged.empty = base.empty && over.empty
	for _, value := range []struct{ to, from **facts.Setting }{
		{&merged.image, &over.image},
		{&merged.hostname, &over.hostname},
		{&merged.containerName, &over.containerName},
		{&merged.networkMode, &over.networkMode},
		{&merged.scale, &over.scale},
		{&merged.replicas, &over.replicas}, {&merged.mode, &over.mode},
	} {
		if *value.from != nil {
			*value.to = *value.from
		}
	}
	if !r.spend(len(base.environment.entries)+len(over.environment.entries)+len(base.ports)+len(base.volumes)+len(base.envFiles)+len(base.networks), over.origin) {
		return &merged
	}
	switch {
	case !base.environment.given:
		merged.environment = over.environment
	case over.environment.given:
		merged.environment = environment{given: true, entries: slices.Concat(base.environment.entries, over.environment.entries)}
	}
	merged.envFiles = unique(slices.Concat(base.envFiles, over.envFiles), envFileKey)
	merged.ports = slices.Concat(base.ports, over.ports)
	merged.volumes = addVolumes(base.volumes, over.volumes)
	merged.mounts = slices.Concat(base.mounts, over.mounts)
	merged.profiles = slices.Concat(base.profiles, over.profiles)
	merged.networks = mergeNetworks(base.networks, over.networks)
	if over.moreVolumes != "" {
		merged.moreVolumes = over.moreVolumes
	}
	if over.commanded {
		merged.command, merged.commanded = over.command, true
	}
	if over.extends != nil {
		merged.extends = over.extends
	}
	return &merged
}

// named says whether a network has a name.
func named(name string) func(network) bool {
	return func(joined network) bool { return joined.name == name }
}

// addVolumes adds the mounts that are not there yet in the same words. One that is stays where it is, and may be hidden by
// one behind it.
func addVolumes(base, over []volume) []volume {
	if len(base) == 0 {
		return over
	}
	all := slices.Clone(base)
	known := make(map[string]bool, len(base))
	for _, volume := range base {
		known[volume.words] = true
	}
	for _, volume := range over {
		if volume.words == "" || !known[volume.words] {
			known[volume.words] = true
			all = append(all, volume)
		}
	}
	return all
}

// canonical is what docker compose makes of a service's mounts when it has read the file: all in the long form, so that
// none is in the same words as one in the short form of the next file, and one for each target.
func canonical(volumes []volume) []volume {
	volumes = unique(volumes, volumeKey)
	for i := range volumes {
		if volumes[i].short {
			volumes[i].words = ""
		}
	}
	return volumes
}

func mergeNetworks(base, over []network) []network {
	merged := slices.Clone(base)
	for _, network := range over {
		at := slices.IndexFunc(merged, named(network.name))
		if at < 0 {
			merged = append(merged, network)
			continue
		}
		merged[at].aliases = slices.Concat(merged[at].aliases, network.aliases)
	}
	return merged
}

// unique keeps one element for each key: the last, at the place of the first.
func unique[T any](list []T, key func(T) string) []T {
	kept := make([]T, 0, len(list))
	at := make(map[string]int, len(list))
	for _, element := range list {
		k := key(element)
		if i, ok := at[k]; ok {
			kept[i] = element
			continue
		}
		at[k] = len(kept)
		kept = append(kept, element)
	}
	return kept
}

// same is the key of texts that are their own.
func same(text string) string { return text }
