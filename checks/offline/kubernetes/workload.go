package kubernetes

import (
	"cmp"
	"strconv"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
)

// workload is what starts pods, taken apart.
type workload struct {
	labels, annotations map[string]string
	// replicas is how many pods there are; first is the ordinal of a StatefulSet's first.
	replicas, first     int
	serviceName         string
	hostname, subdomain string
	hostNetwork         bool
	// ends says that the pods do their work and end: those of a Job.
	ends       bool
	containers []*container
	volumes    map[string]*volume
	// unsure says why kustomize may have given the containers more variables; empty when it has not.
	unsure   string
	unsureAt facts.Origin
	// replaced are variables whose values kustomize changes in a way that is not followed, with the reason.
	replaced map[string]string
}

// together is how many containers run side by side in one pod, which have one network.
func (w *workload) together() (n int) {
	for _, c := range w.containers {
		if !c.initial {
			n++
		}
	}
	return n
}

// container is one container of a pod template.
type container struct {
	name     string
	at       facts.Origin
	image    facts.Setting
	env      []variable
	envFrom  []group
	ports    []containerPort
	mounts   []mount
	command  bool // it runs something else than its image's own program
	words    []string
	initial  bool // it runs before the others
	portList []facts.Port
}

// variable is an entry of env: a value, or where it comes from.
type variable struct {
	name  string
	value facts.Setting
	from  *reference // nil for a value
}

// reference is what valueFrom names.
type reference struct {
	kind     string // ConfigMap, Secret, field; else what it is called in the manifest
	name     string
	key      string // of a ConfigMap or Secret; the path of a field
	optional bool
	at       facts.Origin
}

// group is an entry of envFrom.
type group struct {
	reference
	prefix string
}

type containerPort struct{ name, number string }

type mount struct {
	volume, path, subPath string
	at                    facts.Origin
}

// volume is a volume of a pod: the files that it holds as far as they are known by name.
type volume struct {
	parts []part
	// words say what it is when it holds no file that is known.
	words string
	host  string // hostPath
	// temporary says that it is gone with the pod.
	temporary bool
}

// part is a ConfigMap or Secret in a volume.
type part struct {
	reference
	items []item // nil for all keys
}

type item struct{ key, path string }

// template gives the pod template of whatever starts pods; nil for another object.
func template(root *value, kind string) *value {
	switch kind {
	case "Pod":
		return root
	case "CronJob":
		return root.at("spec", "jobTemplate", "spec", "template")
	case "PodTemplate":
		return root.at("template")
	}
	return root.at("spec", "template")
}

// readWorkload reads anything that has a pod template, those of other projects too (Rollout, DeploymentConfig).
func (r *reader) readWorkload(o *object) {
	pod := template(o.root, o.kind)
	spec := pod.at("spec")
	if len(spec.at("containers").list()) == 0 {
		return
	}
	w := &workload{
		labels: labels(pod.at("metadata", "labels")), annotations: labels(pod.at("metadata", "annotations")),
		replicas: 1, serviceName: o.root.at("spec", "serviceName").words(),
		hostname: spec.at("hostname").words(), subdomain: spec.at("subdomain").words(), hostNetwork: spec.at("hostNetwork").isTrue(),
		ends: o.kind == "Job" || o.kind == "CronJob", volumes: map[string]*volume{},
	}
	if o.kind == "Pod" {
		w.serviceName = ""
	}
	if count := o.root.at("spec", "replicas"); !count.null() && o.kind != "Job" {
		n, err := strconv.Atoi(count.words())
		if err == nil && n >= 0 {
			w.replicas = n
		} else {
			r.note(r.placeOf(count), "how many pods of "+input.Shown(o.name)+" there are is not known; it is taken for one")
		}
	}
	w.first, _ = strconv.Atoi(o.root.at("spec", "ordinals", "start").words())
	for _, item := range spec.at("volumes").list() {
		w.volumes[item.at("name").words()] = r.readVolume(item)
	}
	for _, item := range o.root.at("spec", "volumeClaimTemplates").list() {
		name := item.at("metadata", "name").words()
		w.volumes[name] = &volume{words: name}
	}
	for _, item := range spec.at("initContainers").list() {
		c := r.readContainer(item)
		// One that is always restarted runs beside the others.
		c.initial = item.at("restartPolicy").words() != "Always"
		w.containers = append(w.containers, c)
	}
	for _, item := range spec.at("containers").list() {
		w.containers = append(w.containers, r.readContainer(item))
	}
	o.workload = w
}

func (r *reader) readContainer(v *value) *container {
	c := &container{name: v.at("name").words(), at: r.placeOf(cmp.Or(v.at("name"), v.at("image"))), image: facts.Setting{Key: "image", Origin: r.placeOf(v)}}
	c.at.Runs = []facts.Run{}
	if image := v.field("image"); !image.value.null() {
		c.image = r.setting(image.value, "image", image)
	}
	env, envFrom := v.at("env").list(), v.at("envFrom").list()
	if !r.spend(len(env)+len(envFrom), c.at) {
		return c
	}
	for _, item := range envFrom {
		g := group{prefix: item.at("prefix").words()}
		for _, kind := range referenceKinds {
			if named := item.at(kind.group); named != nil {
				g.kind, g.name, g.optional = kind.name, named.at("name").words(), named.at("optional").isTrue()
				g.at = r.placeOf(cmp.Or(named.at("name"), named))
			}
		}
		if g.kind != "" {
			c.envFrom = append(c.envFrom, g)
		}
	}
	for _, item := range env {
		c.env = append(c.env, r.readVariable(item))
	}
	for _, item := range v.at("ports").list() {
		p := containerPort{item.at("name").words(), item.at("containerPort").words()}
		c.ports = append(c.ports, p)
		if host := item.at("hostPort").words(); host != "" && host != "0" {
			c.portList = append(c.portList, facts.Port{
				Host: host, HostIP: item.at("hostIP").words(), Container: p.number, Protocol: protocol(item.at("protocol").words()), Origin: r.placeOf(item.at("hostPort")),
			})
		}
	}
	for _, item := range v.at("volumeMounts").list() {
		c.mounts = append(c.mounts, mount{item.at("name").words(), item.at("mountPath").words(), item.at("subPath").words(), r.placeOf(item.at("mountPath"))})
	}
	c.command = len(v.at("command").list()) > 0
	for _, name := range []string{"command", "args"} {
		for _, word := range v.at(name).list() {
			c.words = append(c.words, word.words())
		}
	}
	return c
}

// referenceKinds are what a variable or a group of variables can come from, by the names in the manifest.
var referenceKinds = []struct{ name, key, group, volume, nameField string }{
	{"ConfigMap", "configMapKeyRef", "configMapRef", "configMap", "name"},
	{"Secret", "secretKeyRef", "secretRef", "secret", "secretName"},
}

func (r *reader) readVariable(v *value) variable {
	named := v.field("name")
	name := named.value.words()
	found := variable{name: name}
	written := v.field("value")
	key := field{}
	if named.value != nil && named.value.set == nil {
		key = field{key: named.value.node, file: named.value.file}
	}
	from := v.at("valueFrom")
	if n := len(from.entries()); n > 1 || n == 1 && written.value.words() != "" {
		r.problem(r.placeOf(named.value), input.Shown(name)+" has more than one of value and the sources of valueFrom, and Kubernetes refuses the manifest; leave one")
	}
	if written.value.words() != "" || len(from.entries()) == 0 {
		found.value = r.text(written.value, name, key)
		if written.value == nil {
			found.value.Origin = r.placeOf(named.value)
			found.value.Origin.Key, found.value.Origin.Runs = name, []facts.Run{}
		}
		return found
	}
	found.value = facts.Setting{Key: facts.Key(name), Origin: r.placeOf(named.value)}
	found.value.Origin.KeySpan, found.value.Origin.Key, found.value.Origin.Runs = found.value.Origin.Span, name, []facts.Run{}
	entry := from.entries()[0]
	found.from = &reference{kind: entry.name, at: found.value.Origin}
	switch {
	case entry.name == "fieldRef":
		found.from.kind, found.from.key = "field", entry.value.at("fieldPath").words()
	default:
		for _, kind := range referenceKinds {
			if entry.name == kind.key {
				found.from.kind, found.from.name, found.from.key = kind.name, entry.value.at("name").words(), entry.value.at("key").words()
				found.from.optional = entry.value.at("optional").isTrue()
				found.from.at = r.placeOf(cmp.Or(entry.value.at("key"), entry.value))
			}
		}
	}
	return found
}

func (r *reader) readVolume(v *value) *volume {
	found := &volume{words: v.at("name").words(), host: v.at("hostPath", "path").words()}
	// Kubernetes takes a volume of which nothing is said for an emptyDir (SetDefaults_Volume of pkg/apis/core/v1). The claim
	// of an ephemeral one is deleted with the pod.
	found.temporary = v.field("emptyDir").value != nil || v.at("ephemeral") != nil || len(v.entries()) == 1 && found.words != ""
	for _, kind := range referenceKinds {
		found.part(r, v.at(kind.volume), kind.name, kind.nameField)
		for _, source := range v.at("projected", "sources").list() {
			found.part(r, source.at(kind.volume), kind.name, "name")
		}
	}
	return found
}

func (found *volume) part(r *reader, v *value, kind, nameField string) {
	if v == nil {
		return
	}
	p := part{reference: reference{kind: kind, name: v.at(nameField).words(), optional: v.at("optional").isTrue(), at: r.placeOf(v)}}
	for _, entry := range v.at("items").list() {
		p.items = append(p.items, item{entry.at("key").words(), entry.at("path").words()})
	}
	found.parts = append(found.parts, p)
}

func protocol(name string) string {
	if name == "UDP" || name == "SCTP" {
		return name
	}
	return "tcp"
}
