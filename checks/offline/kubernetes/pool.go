package kubernetes

import (
	"bytes"
	"slices"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// pool holds objects that can name each other: all that no kustomization names, or all that one kustomization makes.
type pool struct {
	objects []*object
	data    map[string][]*object // ConfigMaps and Secrets by kind and each of their names
	fronts  []*object            // Services
}

func newPool(lists [][]*object) *pool {
	p := &pool{}
	for _, objects := range lists {
		p.objects = append(p.objects, objects...)
	}
	return p
}

// index finds out what there is by which name.
func (p *pool) index() {
	p.data = map[string][]*object{}
	for _, o := range p.objects {
		switch {
		case o.service != nil:
			p.fronts = append(p.fronts, o)
		case o.workload == nil:
			p.data[o.kind+"/"+o.name] = append(p.data[o.kind+"/"+o.name], o)
			for i, name := range o.former {
				if name != o.name && !slices.Contains(o.former[:i], name) {
					p.data[o.kind+"/"+name] = append(p.data[o.kind+"/"+name], o)
				}
			}
		}
	}
}

// others reads the files that hold no name of ours but what the workloads name: ConfigMaps and Secrets by their names,
// and Services by the labels they select.
func (r *reader) others(pools []*pool) {
	if r.input.Others == nil {
		return
	}
	wanted := map[string]bool{}
	for _, p := range pools {
		for _, o := range p.objects {
			if o.workload == nil {
				continue
			}
			for _, label := range o.workload.labels {
				wanted[label] = true
			}
			for _, c := range o.workload.containers {
				for _, g := range c.envFrom {
					wanted[g.name] = true
				}
				for _, v := range c.env {
					if v.from != nil {
						wanted[v.from.name] = true
					}
				}
			}
			for _, v := range o.workload.volumes {
				for _, part := range v.parts {
					wanted[part.name] = true
				}
			}
		}
	}
	delete(wanted, "")
	if len(wanted) == 0 {
		return
	}
	words := make([][]byte, 0, len(wanted))
	for word := range wanted {
		words = append(words, []byte(word))
	}
	sources := r.input.Others(func(text []byte) bool {
		return slices.ContainsFunc(words, func(word []byte) bool { return bytes.Contains(text, word) })
	})
	parsed := make([][]*object, len(sources))
	r.input.Parallel(len(sources), func(i int) {
		if !r.isTaken(sources[i]) {
			parsed[i] = r.objects(sources[i])
		}
	})
	r.alone.objects = append(r.alone.objects, newPool(parsed).objects...)
}

// find finds the ConfigMap or Secret that an object names. Of several the nearest is meant: in the same directory, or with
// the longest way down to it in common. why is the reason when none or no single one is.
func (r *reader) find(p *pool, user *object, kind, name string) (found *object, why string) {
	found, why = p.nearest(user, p.data[kind+"/"+name])
	if found == nil && why == "" && p != r.alone {
		found, why = r.alone.nearest(user, r.alone.data[kind+"/"+name])
	}
	if found == nil && why == "" {
		why = "the " + kind + " " + shown(name) + " is not among the inputs"
	}
	return found, why
}

// nearest picks of several objects of one name the one that a user means.
func (p *pool) nearest(user *object, candidates []*object) (found *object, why string) {
	best := -1
	for _, o := range candidates {
		rank := p.rank(user, o)
		switch {
		case rank < 0:
		case rank > best:
			best, found, why = rank, o, ""
		case rank == best && o != found:
			why = "there are several of the name " + shown(o.name)
		}
	}
	if why != "" {
		return nil, why
	}
	return found, ""
}

// rank says how near an object is to a user; below 0 when it cannot be meant.
func (p *pool) rank(user, o *object) int {
	if user.namespace != "" && o.namespace != "" && user.namespace != o.namespace {
		return -1
	}
	rank := 0
	if user.namespace == o.namespace {
		rank = 1
	}
	if len(user.layers) > 0 && len(o.layers) > 0 {
		// All of one kustomization: what went through the same ones belongs together.
		for _, layer := range o.layers {
			if slices.Contains(user.layers, layer) {
				rank += 2
			}
		}
		return rank
	}
	mine, its := parts(user.directory()), parts(o.directory())
	common := 0
	for common < len(mine) && common < len(its) && mine[common] == its[common] {
		common++
	}
	if common < len(mine) && common < len(its) && p.twin(user, its[:common+1]) {
		return -1 // another environment, beside the user's own
	}
	return rank + 4*common + 2
}

// twin says whether an object of the same name starts the same in another directory, so that what lies there belongs to
// that one.
func (p *pool) twin(user *object, directory []string) bool {
	for _, o := range p.objects {
		if o.workload == nil || o == user || o.kind != user.kind || o.name != user.name {
			continue
		}
		if its := parts(o.directory()); len(its) >= len(directory) && slices.Equal(its[:len(directory)], directory) {
			return true
		}
	}
	return false
}

func parts(directory string) []string {
	if directory == "." {
		return nil
	}
	return strings.Split(directory, "/")
}

// inFront gives the Services that lead to pods with these labels.
func (r *reader) inFront(p *pool, user *object, labels map[string]string) []*object {
	byName := map[string][]*object{}
	var names []string
	add := func(q *pool) {
		for _, o := range q.fronts {
			if (user.namespace == "" || o.namespace == "" || user.namespace == o.namespace) && o.service.selects(labels) {
				if byName[o.name] == nil {
					names = append(names, o.name)
				}
				byName[o.name] = append(byName[o.name], o)
			}
		}
	}
	if add(p); p != r.alone {
		add(r.alone)
	}
	var all []*object
	for _, name := range names {
		if front, _ := p.nearest(user, byName[name]); front != nil {
			all = append(all, front)
		}
	}
	return all
}

// serviceCalled gives the current name of the Service that a StatefulSet names as its own.
func (p *pool) serviceCalled(user *object, name string) string {
	for _, o := range p.fronts {
		if o.called(name) && p.rank(user, o) >= 0 {
			return o.name
		}
	}
	return name
}

// unknownReference is a value that comes from what is not among the inputs.
func unknownReference(kind, why string) (facts.State, string) {
	if kind == "Secret" {
		return facts.Secret, why
	}
	return facts.Unresolved, why
}
