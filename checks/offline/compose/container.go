package compose

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
)

// container makes a container of a service with everything merged.
func (r *reader) container(s *service, all *services, scope *scope) *facts.Container {
	c := &facts.Container{
		Name: s.name, Origin: s.origin, Format: facts.Compose,
		Image:       facts.Setting{Key: "image", Origin: s.origin},
		Environment: r.effective(s, scope),
		Ports:       unique(s.ports, portKey),
		Profiles:    unique(s.profiles, same),
		Command:     s.command,
		Replicas:    1,
		Project:     scope.base.Name,
		MoreVolumes: s.moreVolumes,
	}
	for _, mounted := range unique(s.volumes, volumeKey) {
		c.Volumes = append(c.Volumes, mounted.Volume)
	}
	if s.image != nil {
		c.Image = *s.image
	}
	names := []string{s.name}
	if s.containerName != nil {
		names = append(names, s.containerName.Text)
	}
	if s.hostname != nil {
		c.Hostname = s.hostname.Text
		names = append(names, s.hostname.Text)
	}
	for _, network := range s.networks {
		names = append(names, network.aliases...)
	}
	c.Names = slices.DeleteFunc(unique(names, same), func(name string) bool { return name == "" })
	if s.networkMode != nil {
		c.HostNetwork = s.networkMode.Text == "host"
		c.SharedNetwork = strings.HasPrefix(s.networkMode.Text, "service:") || strings.HasPrefix(s.networkMode.Text, "container:")
	}
	if s.mode != nil && s.mode.Text == "global" {
		r.note(s.mode.Origin, fmt.Sprintf("how many containers of %s there are is not known, because there is one on every machine of the swarm; it is taken for one", input.Shown(s.name)))
		s.replicas = nil
	}
	for _, count := range []*facts.Setting{s.scale, s.replicas} {
		if count == nil {
			continue
		}
		n, err := strconv.Atoi(count.Text)
		switch {
		case !count.Known():
			r.note(count.Origin, fmt.Sprintf("how many containers of %s there are is not known (%s); it is taken for one", input.Shown(s.name), count.Why))
		case err != nil || n < 0:
			r.problem(count.Origin, fmt.Sprintf("%s is no number of containers and docker compose refuses the file; write one", input.Shown(count.Text)))
		default:
			c.Replicas = n
		}
		break
	}
	for _, mounted := range unique(s.mounts, func(m mount) string { return m.target }) {
		if file, ok := all.files[mounted.kind+"/"+mounted.source]; ok {
			volume := facts.Volume{Source: file.Text, Target: mounted.target, Origin: file.Origin}
			if file.Key == contentKey {
				volume.Source = mounted.source
				if file.Known() {
					volume.File = facts.NewEmbedded(file)
				}
			}
			c.Volumes = append(c.Volumes, volume)
		}
	}
	return c
}
