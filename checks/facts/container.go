// Package facts holds what is known of an installation, and from where: every value with the bytes that wrote it or the
// query that measured it. It is the only thing that rules see.
package facts

// Container is what one container is started with, whoever starts it: docker run, docker compose, Kubernetes.
type Container struct {
	// Name is the compose service's or the container's name (--name); empty if none is given.
	Name string
	// Origin is where the container is declared: the docker command word, the service's key.
	Origin Origin
	Format Format
	// Image has the reference as written; State Absent when the container is built or taken from elsewhere.
	Image Setting
	// Hostname is --hostname / hostname:, else empty.
	Hostname string
	// Names are all names under which other containers reach it: name, container_name, hostname, network aliases.
	Names []string
	// Environment lists every assignment in the order of rising strength: of two with one name the later wins. A name
	// without a value that is taken from the caller's environment has State Unresolved.
	Environment []Assignment
	// Ports are the published ports; of Kubernetes those of the machines and of load balancers.
	Ports []Port
	// Services are the Kubernetes Services in front of the container. Their names are among Names, but lead to the
	// container only by the ports that they have.
	Services []Service
	// Volumes are the mounted volumes and binds.
	Volumes []Volume
	// MoreVolumes says why there may be mounts that are not among Volumes: --volumes-from; empty when there are none.
	MoreVolumes string
	// Remove is docker run --rm.
	Remove bool
	// HostNetwork is --network host / network_mode: host.
	HostNetwork bool
	// SharedNetwork says that its loopback address is also that of other containers: --network container:pgpool,
	// network_mode: service:pgpool, several containers of one pod.
	SharedNetwork bool
	// Replicas is how many of it run; 1 if not said.
	Replicas int
	// Chart tells by which values of a Helm chart the variables are set; nil when no chart starts the container.
	Chart *Chart
	// Command has the words behind the image, or command:.
	Command []string
	// Profiles are compose profiles; a service with profiles does not start by itself.
	Profiles []string
	// Project is the same text for the services of one compose project, which start together on one machine; empty for
	// other containers.
	Project string

	packed []packed // the environment, put aside
}

// Chart tells by which values of a Helm chart a container's variables are set.
type Chart struct {
	// Name is the chart's: "bitbucket", "postgresql-ha".
	Name string
	// Values are the values behind variables, by the variable's name.
	Values map[string]ChartValue
	// Extra is the value that lists variables for which the chart has none of its own: "pgpool.extraEnvVars".
	Extra string
	// Part is the name under which the values stand in those of another chart; empty when they are by themselves.
	Part string
	// AllNodes says that all PostgreSQL nodes that the chart starts are among the containers.
	AllNodes bool
	// Files are where the values that the chart is given begin, the weakest first: in files of their own, or inside another.
	Files []Origin
}

// Path is where a value of the chart stands in the values files: "postgresql-ha.witness.create".
func (c *Chart) Path(value string) string {
	if c.Part == "" {
		return value
	}
	return c.Part + "." + value
}

// ChartValue is one value of a Helm chart.
type ChartValue struct {
	Path string // as it stands in the values files: "pgpool.useLoadBalancing"
	// Boolean says that it is true or false where the variable is yes or no.
	Boolean bool
	// While is the boolean value without which the chart passes this one on to nothing; empty when there is none.
	While string
}

// Port is one published port.
type Port struct {
	HostIP    string // empty: every address
	Host      string // empty: chosen by docker; may be a range "5432-5440"
	Container string
	Protocol  string // "tcp" if not said
	Origin    Origin
}

// Volume is one mount of a container.
type Volume struct {
	Source string // host path or volume name; empty for an anonymous volume
	Target string // path in the container
	// Temporary says that what is kept there is gone with the container: tmpfs, emptyDir.
	Temporary bool
	Origin    Origin
	// File is what Target holds, when it is a single file whose content another file writes: a key of a ConfigMap.
	File *Source
}

// Service is a Kubernetes Service.
type Service struct {
	// Names are the names under which other containers reach it, shortest first.
	Names []string
	// Ports lead from a port of the Service, in Host, to one of the container. A headless Service has none: its names lead
	// to the pods themselves, at any port.
	Ports    []Port
	Headless bool
	Origin   Origin
}
