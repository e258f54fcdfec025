package kubernetes

import (
	"maps"
	"slices"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// service is a Service, taken apart.
type service struct {
	selector map[string]string
	kind     string // ClusterIP, NodePort, LoadBalancer, ExternalName
	headless bool
	ports    []servicePort
}

type servicePort struct {
	port, target, node, protocol string
	at                           facts.Origin
}

func (r *reader) readService(o *object) {
	spec := o.root.at("spec")
	s := &service{kind: spec.at("type").words(), headless: spec.at("clusterIP").words() == "None", selector: labels(spec.at("selector"))}
	for _, item := range spec.at("ports").list() {
		p := servicePort{
			port: item.at("port").words(), target: item.at("targetPort").words(), node: item.at("nodePort").words(),
			protocol: strings.ToLower(item.at("protocol").words()), at: r.placeOf(item.at("port")),
		}
		if p.target == "" {
			p.target = p.port
		}
		if p.protocol == "" {
			p.protocol = "tcp"
		}
		s.ports = append(s.ports, p)
	}
	o.service = s
}

func labels(v *value) map[string]string {
	entries := v.entries()
	if len(entries) == 0 {
		return nil
	}
	all := make(map[string]string, len(entries))
	for _, entry := range entries {
		all[entry.name] = entry.value.words()
	}
	return all
}

// selects says whether a Service leads to pods with these labels. One without a selector leads nowhere by itself.
func (s *service) selects(labels map[string]string) bool {
	if len(s.selector) == 0 || s.kind == "ExternalName" {
		return false
	}
	for name, want := range s.selector {
		if got, ok := labels[name]; !ok || got != want {
			return false
		}
	}
	return true
}

// anyLabel gives one of the labels that a Service selects, always the same.
func (s *service) anyLabel() string {
	name := slices.Min(slices.Collect(maps.Keys(s.selector)))
	return name + "=" + s.selector[name]
}

// dnsNames are the names of something in a namespace: short within the namespace, and longer ones where the namespace is
// known.
func dnsNames(name, namespace string) []string {
	if namespace == "" {
		return []string{name}
	}
	long := name + "." + namespace
	return []string{name, long, long + ".svc", long + ".svc.cluster.local"}
}

// front gives the Service as it stands in front of a container with these named ports.
func (o *object) front(ports []containerPort) facts.Service {
	front := facts.Service{Names: dnsNames(o.name, o.namespace), Headless: o.service.headless, Origin: o.at}
	for _, p := range o.service.ports {
		front.Ports = append(front.Ports, facts.Port{Host: p.port, Container: numbered(p.target, ports), Protocol: p.protocol, Origin: p.at})
	}
	return front
}

// published gives the ports by which the Service is reached from outside of the cluster.
func (o *object) published(ports []containerPort) (published []facts.Port) {
	for _, p := range o.service.ports {
		port := facts.Port{Container: numbered(p.target, ports), Protocol: p.protocol, Origin: p.at}
		switch o.service.kind {
		case "LoadBalancer":
			port.Host = p.port
		case "NodePort":
			port.Host = p.node
		default:
			continue
		}
		published = append(published, port)
	}
	return published
}

// numbered gives the number of a port that may be given by a container's name for it.
func numbered(target string, ports []containerPort) string {
	for _, p := range ports {
		if p.name == target {
			return p.number
		}
	}
	return target
}
