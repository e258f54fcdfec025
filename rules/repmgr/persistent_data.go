package repmgr

import (
	"path"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

const (
	dataDirectory   facts.Key = "POSTGRESQL_DATA_DIR"
	volumeDirectory facts.Key = "POSTGRESQL_VOLUME_DIR"
)

// PersistentData guards the repositories' rows: what lies in the container alone is gone with the container. Atlassian's
// page starts its nodes with docker run --rm and no volume.
var PersistentData = &rules.Rule{
	ID:       "repmgr/persistent-data",
	Title:    "the data of every node lies in a volume",
	Severity: rules.Warning,
	Needs:    needs(dataDirectory, volumeDirectory, facts.Containers),
	Check: func(p *rules.Pass) {
		for _, c := range clusters(p) {
			for _, m := range c.data() {
				if m.maybeWitness {
					p.Skipf("%s: %s is not known", m.Name(), nodeType)
					continue
				}
				judgeVolume(p, m)
			}
		}
	},
}

func judgeVolume(p *rules.Pass, m *member) {
	container := m.Container()
	if !m.Described() {
		p.Skipf("%s: what mounts the container has is not among the inputs", m.Name())
		return
	}
	directory, ok := directoryOf(m)
	if !ok {
		p.Skipf("%s: where its data lies is not known", m.Name())
		return
	}
	mount := facts.Volume{}
	for _, volume := range container.Volumes {
		switch {
		case strings.ContainsAny(volume.Target, "$`{"):
			p.Skipf("%s: where the volume %s is mounted is not known", m.Name(), volume.Target)
			return
		case covers(volume.Target, directory) && len(path.Clean(volume.Target)) > len(mount.Target):
			mount = volume
			mount.Target = path.Clean(volume.Target)
		}
	}
	whole, fails := "container", "as soon as the container is removed, to be updated for example"
	switch {
	case container.Format == facts.Kubernetes || container.Format == facts.Helm:
		whole, fails = "pod", "as soon as the pod is replaced, to be updated for example"
	case isQuadlet(container):
		fails = "as soon as the service stops: podman then removes the container"
	case container.Remove:
		fails = "as soon as the container stops: it is started with --rm"
	}
	var finding *rules.Finding
	switch {
	case mount.Temporary:
		finding = p.Failf(mount.Origin, "%s of %s lies in a mount that lasts no longer than the %s: all data is gone "+fails, directory, m.Name(), whole)
	case mount.Target != "" && mount.Source == "" && container.Remove:
		finding = p.Failf(mount.Origin, "%s of %s lies in a volume without a name: all data is gone "+fails+", which removes such a volume, too", directory, m.Name())
	case mount.Target != "" && mount.Source == "" && (container.Format == facts.Compose || container.Format == facts.Shell):
		finding = p.Failf(mount.Origin, "%s of %s lies in a volume without a name: a new container, after an update for example, gets another, empty one", directory, m.Name())
	case mount.Target == "" && container.MoreVolumes != "":
		p.Skipf("%s: %s", m.Name(), container.MoreVolumes)
		return
	case mount.Target == "":
		finding = p.Failf(m.Origin(), "%s of %s lies in no volume: all data is gone "+fails, directory, m.Name())
	default:
		p.OK()
		return
	}
	finding.Helpf("%s.", volumeAdvice(m.Name()+"-data:/bitnami/postgresql", container))
}

// volumeAdvice says how a container gets a volume, in the words of what starts it.
func volumeAdvice(volume string, container *facts.Container) string {
	switch {
	case container.Format == facts.Compose:
		return "Mount a volume: " + volume + " under volumes:"
	case container.Format == facts.Kubernetes:
		return "Mount a persistent volume at /bitnami/postgresql; volumeClaimTemplates of a StatefulSet give each pod its own"
	case container.Format == facts.Helm:
		return "Write persistence.enabled: true, and the chart gives each node a volume"
	case isQuadlet(container):
		return "Mount a volume: Volume=" + volume
	case container.Remove:
		return "Mount a volume: -v " + volume + ", and leave out --rm"
	}
	return "Mount a volume: -v " + volume
}

// isQuadlet says whether podman makes the command line, always with --rm.
func isQuadlet(container *facts.Container) bool {
	return container.Format == facts.Systemd && container.Origin.Key == "Image"
}

// directoryOf is where a node keeps its data.
func directoryOf(m *member) (directory string, ok bool) {
	own, volume := m.Variable(dataDirectory), m.Variable(volumeDirectory)
	switch {
	case own.Known() && own.Text != "":
		return path.Clean(own.Text), true
	case own.State == facts.Unresolved || own.State == facts.Secret || !volume.Known():
		return "", false
	}
	return path.Join(volume.Text, "data"), true
}

// covers says whether a mount at target holds a directory.
func covers(target, directory string) bool {
	target = path.Clean(target)
	return target == directory || strings.HasPrefix(directory, strings.TrimSuffix(target, "/")+"/")
}
