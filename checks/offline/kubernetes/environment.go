package kubernetes

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
)

// pod is one of the pods that a workload starts, or what is the same of all.
type pod struct {
	name   string // empty when each has another
	labels map[string]string
}

// environment gives the variables of a container in the order of rising strength, as the kubelet makes them
// (k8s.io/kubernetes/pkg/kubelet, makeEnvironmentVariables): the groups of envFrom, then env, of two with one name the
// later. $(NAME) can be any variable before it.
func (r *reader) environment(p *pool, o *object, c *container, which pod) []facts.Assignment {
	if !r.spend(len(c.env), c.at) {
		return nil
	}
	all := make([]facts.Assignment, 0, len(c.env))
	known := make(map[string]int, len(c.env))
	unknown := ""
	add := func(name string, value facts.Setting) {
		value.Key = facts.Key(name)
		value.Origin.Key = name
		all = append(all, facts.Assignment{Name: name, Value: value})
		known[name] = len(all) - 1
	}
	miss := func(why string, at facts.Origin) {
		unknown = why
		all = append(all, facts.UnknownVariables(why, at))
	}
	if o.workload.unsure != "" {
		miss(o.workload.unsure, o.workload.unsureAt)
	}
	for _, g := range c.envFrom {
		source, why := r.find(p, o, g.kind, g.name)
		if source == nil {
			miss(why, g.at)
			continue
		}
		if !r.spend(len(source.data), c.at) {
			break
		}
		for _, d := range source.data {
			value := d.value
			value.Via = append([]facts.Origin{g.at}, value.Via...)
			add(g.prefix+d.key, value)
		}
	}
	lookup := func(name string) (facts.Setting, bool) {
		switch at, ok := known[name]; {
		case ok:
			return all[at].Value, true
		case o.workload.replaced[name] != "":
			return facts.Setting{State: facts.Unresolved, Why: o.workload.replaced[name]}, true
		case unknown != "":
			return facts.Setting{State: facts.Unresolved, Why: "$(" + input.Shown(name) + ") may be set: " + unknown}, true
		case serviceVariable(name):
			return facts.Setting{State: facts.Unresolved, Why: "Kubernetes sets $(" + input.Shown(name) + ") where there is such a Service"}, true
		}
		return facts.Setting{}, false
	}
	for _, v := range c.env {
		value := v.value
		if v.from == nil {
			value = r.expand(value, lookup)
		} else {
			var ok bool
			if value, ok = r.referenced(p, o, v, which); !ok {
				continue
			}
		}
		if why := o.workload.replaced[v.name]; why != "" {
			value.State, value.Why = facts.Unresolved, why
		}
		add(v.name, value)
	}
	return all
}

// serviceVariable says whether Kubernetes may set a variable of that name for a Service.
func serviceVariable(name string) bool {
	return strings.HasSuffix(name, "_SERVICE_HOST") || strings.Contains(name, "_SERVICE_PORT") || strings.HasSuffix(name, "_PORT") || strings.Contains(name, "_PORT_")
}

// referenced gives the value of a variable that comes from elsewhere. ok is false when it is not set at all.
func (r *reader) referenced(p *pool, o *object, v variable, which pod) (value facts.Setting, ok bool) {
	value = v.value
	at := v.from.at
	unknown := func(state facts.State, why string) (facts.Setting, bool) {
		value.State, value.Why = state, why
		return value, true
	}
	set := func(text string) (facts.Setting, bool) {
		value.State, value.Text, value.Origin.Runs = facts.Set, text, []facts.Run{}
		return value, true
	}
	switch v.from.kind {
	case "ConfigMap", "Secret":
	case "field":
		path := v.from.key
		key, quoted := strings.CutSuffix(path, "']")
		name, isLabel := strings.CutPrefix(key, "metadata.labels['")
		label, hasLabel := o.workload.labels[name]
		name, isAnnotation := strings.CutPrefix(key, "metadata.annotations['")
		annotation, hasAnnotation := o.workload.annotations[name]
		switch {
		case path == "metadata.name" && which.name != "":
			return set(which.name)
		case path == "metadata.name":
			return unknown(facts.Unresolved, "it is the pod's name, and each pod has another")
		case path == "metadata.namespace" && o.namespace != "":
			return set(o.namespace)
		case path == "metadata.namespace":
			return unknown(facts.Unresolved, "it is the pod's namespace, which the manifest does not say")
		case quoted && isLabel && hasLabel:
			return set(label)
		case quoted && isAnnotation && hasAnnotation:
			return set(annotation)
		}
		return unknown(facts.Unresolved, "Kubernetes fills in "+input.Shown(path)+" when the pod starts")
	default:
		return unknown(facts.Unresolved, "Kubernetes fills it in from "+input.Shown(v.from.kind)+" when the pod starts")
	}
	source, why := r.find(p, o, v.from.kind, v.from.name)
	if source == nil {
		if v.from.optional {
			why += ", and it is optional"
		}
		return unknown(unknownReference(v.from.kind, why))
	}
	d := source.datum(v.from.key)
	if d == nil {
		if v.from.optional {
			return value, false
		}
		r.problem(at, "the "+v.from.kind+" "+input.Shown(source.name)+" has no key "+input.Shown(v.from.key)+" and the container does not start; add the key, or name another")
		return unknown(facts.Unresolved, "the "+v.from.kind+" "+input.Shown(source.name)+" has no key "+input.Shown(v.from.key))
	}
	keySpan := value.Origin.KeySpan
	value = d.value
	value.Via = append([]facts.Origin{at}, value.Via...)
	if at.Source == value.Origin.Source {
		value.Origin.KeySpan = keySpan
	}
	return value, true
}
