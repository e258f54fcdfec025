package kubernetes

import (
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/properties"
)

// started gives the containers that the workloads of a pool start. Of each entry of a ConfigMap or Secret that one mounts
// as a file, mounted says as which.
func (r *reader) started(p *pool, mounted map[*datum]string) {
	var servers []*object
	for _, o := range p.objects {
		if o.workload != nil && !o.workload.ends {
			servers = append(servers, o)
		}
		r.ending(p, o)
	}
	taken, mounts := make([][]func(), len(servers)), make([]map[*datum]string, len(servers))
	r.input.Parallel(len(servers), func(i int) {
		o := servers[i]
		mounts[i] = map[*datum]string{}
		for _, c := range o.workload.containers {
			if c.initial {
				continue
			}
			for _, one := range r.containers(p, o, c, mounts[i]) {
				taken[i] = append(taken[i], r.input.Take(Found{Home: o.home, Namespace: o.namespace, Container: one}))
			}
		}
		o.workload.containers, o.workload.volumes = nil, nil // of thousands, not all need to be held
	})
	for i := range servers {
		maps.Copy(mounted, mounts[i])
		for _, enter := range taken[i] {
			enter()
		}
	}
}

// ending gives the containers of an object that do their work and end. They are no servers; whoever configures one is told.
func (r *reader) ending(p *pool, o *object) {
	if o.workload == nil {
		return
	}
	for _, c := range o.workload.containers {
		one := Found{Home: o.home, Namespace: o.namespace}
		switch {
		case o.workload.ends:
			one.Ends = "a container of a " + o.kind + " does its work and ends: it is no server"
		case c.initial && slices.ContainsFunc(c.env, ours): // what it has from elsewhere, the others have too
			one.Ends = "a container under initContainers does its work before the others start: it is no server"
		default:
			continue
		}
		one.Container = r.container(p, o, c, pod{labels: o.workload.labels}, nil, map[*datum]string{})
		r.input.Take(one)()
	}
}

// ours says whether a variable is one of those that configure a server.
func ours(v variable) bool {
	return strings.HasPrefix(v.name, "JDBC_") || strings.HasPrefix(v.name, "PGPOOL_") || strings.HasPrefix(v.name, "REPMGR_")
}

// files gives what the ConfigMaps and Secrets of a pool configure as files, by the name of the file or of the key.
func files(p *pool, mounted map[*datum]string, take func(Found) func()) {
	for _, o := range p.objects {
		for i := range o.data {
			d := &o.data[i]
			name, isMounted := mounted[d]
			if name = path.Base(name); !isMounted {
				name = d.key
			}
			isProperties := name == "bitbucket.properties" || name == "stash-config.properties"
			isConf := !isMounted && strings.Contains(name, "pgpool") && strings.HasSuffix(name, ".conf")
			if !isProperties && !isConf {
				continue
			}
			one := Found{Home: o.home, Namespace: o.namespace}
			switch source := d.asFile(); {
			case source == nil:
				continue
			case isProperties:
				one.Properties = properties.Read(source)
			default:
				one.Conf = source
			}
			take(one)()
		}
	}
}

// containers gives a container of a workload, for each of its pods when they differ.
func (r *reader) containers(p *pool, o *object, c *container, mounted map[*datum]string) []*facts.Container {
	w := o.workload
	service := p.serviceCalled(o, w.serviceName)
	var all []string // of the pods
	switch {
	case o.kind == "Pod":
		all = []string{o.name}
	case o.kind == "StatefulSet":
		for i := range min(w.replicas, maxPods) {
			all = append(all, o.name+"-"+strconv.Itoa(w.first+i))
		}
	}
	dns := func(name string) []string {
		switch {
		case o.kind == "StatefulSet" && service != "":
			return podNames(name, service, o.namespace)
		case w.hostname != "" && w.subdomain != "":
			return podNames(w.hostname, w.subdomain, o.namespace)
		}
		return nil
	}
	if o.kind == "StatefulSet" && len(all) == w.replicas && len(all) > 1 && c.differs() {
		containers := make([]*facts.Container, 0, len(all))
		for _, name := range all {
			one := r.container(p, o, c, pod{name: name, labels: withPodName(w.labels, name)}, dns(name), mounted)
			one.Hostname = name
			containers = append(containers, one)
		}
		return containers
	}
	which := pod{labels: w.labels}
	var names []string
	for _, name := range all {
		names = append(names, dns(name)...)
	}
	if len(all) == 1 {
		which.name = all[0]
		if o.kind == "StatefulSet" {
			which.labels = withPodName(w.labels, all[0])
		}
	} else if len(all) == 0 {
		names = dns("")
	}
	one := r.container(p, o, c, which, names, mounted)
	one.Replicas, one.Hostname = w.replicas, which.name
	if w.hostname != "" {
		one.Hostname = w.hostname
	}
	return []*facts.Container{one}
}

// podNames are the names of a pod behind a headless Service.
func podNames(pod, service, namespace string) []string {
	names := dnsNames(service, namespace)
	for i := range names {
		names[i] = pod + "." + names[i]
	}
	return names
}

func withPodName(labels map[string]string, name string) map[string]string {
	all := make(map[string]string, len(labels)+1)
	for key, value := range labels {
		all[key] = value
	}
	all["statefulset.kubernetes.io/pod-name"] = name
	return all
}

// differs says whether the pods of a StatefulSet are told apart: those of postgresql-repmgr are nodes, each with a name.
func (c *container) differs() bool {
	for _, v := range c.env {
		if strings.HasPrefix(v.name, "REPMGR_") {
			return true
		}
	}
	for _, g := range c.envFrom {
		if strings.Contains(g.prefix, "REPMGR_") {
			return true
		}
	}
	return strings.Contains(c.image.Text, "repmgr")
}

func (r *reader) container(p *pool, o *object, c *container, which pod, names []string, mounted map[*datum]string) *facts.Container {
	w := o.workload
	one := &facts.Container{
		Name: o.name, Origin: c.at, Format: facts.Kubernetes, Image: c.image, Replicas: 1, HostNetwork: w.hostNetwork, SharedNetwork: w.together() > 1,
		Environment: r.environment(p, o, c, which), Ports: c.portList,
	}
	switch {
	case which.name != "" && o.kind == "StatefulSet" && w.replicas > 1:
		one.Name = which.name
	case len(w.containers) > 1 && c.name != "" && c.name != o.name:
		one.Name = o.name + "/" + c.name
	}
	if c.command || len(c.words) > 0 {
		one.Command = c.words
	}
	seen := map[string]bool{}
	add := func(names []string) {
		for _, name := range names {
			if !seen[name] {
				seen[name] = true
				one.Names = append(one.Names, name)
			}
		}
	}
	for _, service := range r.inFront(p, o, which.labels) {
		front := service.front(c.ports)
		one.Services = append(one.Services, front)
		one.Ports = append(one.Ports[:len(one.Ports):len(one.Ports)], service.published(c.ports)...)
		add(front.Names)
	}
	add(names)
	for _, m := range c.mounts {
		one.Volumes = append(one.Volumes, r.mounted(p, o, m, mounted)...)
	}
	return one
}

// mounted gives what a mount holds: each file of a ConfigMap or Secret whose content is known, and the mount itself.
func (r *reader) mounted(p *pool, o *object, m mount, mounted map[*datum]string) (all []facts.Volume) {
	v := o.workload.volumes[m.volume]
	if v == nil {
		v = &volume{words: m.volume}
	}
	whole := facts.Volume{Source: "volume:" + v.words, Target: m.path, Temporary: v.temporary, Origin: m.at}
	if v.host != "" {
		whole.Source = "host:" + v.host // of the machine that runs the pod, not of the one that has the manifest
	}
	for _, part := range v.parts {
		whole.Source = strings.ToLower(part.kind) + ":" + part.name
		source, _ := r.find(p, o, part.kind, part.name)
		if source == nil {
			continue
		}
		for i := range source.data {
			d := &source.data[i]
			name, ok := part.path(d.key)
			if !ok {
				continue
			}
			target := path.Join(m.path, name)
			if m.subPath != "" {
				switch rest, below := strings.CutPrefix(name, m.subPath+"/"); {
				case name == m.subPath:
					target = m.path
				case below:
					target = path.Join(m.path, rest)
				default:
					continue
				}
			}
			r.embedding.Lock()
			file := d.asFile()
			r.embedding.Unlock()
			if file != nil {
				mounted[d] = target
				all = append(all, facts.Volume{Source: whole.Source, Target: target, Origin: m.at, File: file})
			}
		}
	}
	return append(all, whole)
}

// path gives the path under which a key lies in the volume; ok is false when it is left out.
func (p *part) path(key string) (string, bool) {
	if p.items == nil {
		return key, true
	}
	for _, i := range p.items {
		if i.key == key {
			return i.path, true
		}
	}
	return "", false
}
