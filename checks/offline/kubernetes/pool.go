package kubernetes

import (
	"maps"
	"slices"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
)

// pool holds objects that can name each other: all that no kustomization names, or all that one kustomization makes.
type pool struct {
	objects []*object
	// named are ConfigMaps, Secrets, Services and workloads by kind and each of their names.
	named map[string]shelf
	// fronts are Services by one of the labels they select, then by name.
	fronts map[string]*labelled
}

// shelf holds objects by each directory that they lie in or below. It keeps a tree of thousands of installations, all with
// the same names, from being searched as a whole for each of them.
type shelf map[string][]*object

// labelled are Services that select the same label.
type labelled struct {
	names  []string // in the order of the manifests
	byName map[string]shelf
}

func newPool(lists [][]*object) *pool {
	p := &pool{}
	for _, objects := range lists {
		p.objects = append(p.objects, objects...)
	}
	return p
}

func (s shelf) add(o *object) {
	for dir, more := o.directory(), true; more; dir, more = above(dir) {
		s[dir] = append(s[dir], o)
	}
}

// above gives the directory that a directory lies in; more is false when there is none.
func above(dir string) (up string, more bool) {
	if dir == root {
		return "", false
	}
	if i := strings.LastIndexByte(dir, '/'); i > 0 {
		return dir[:i], true
	}
	return root, true
}

// root is the directory that all others lie in.
const root = ""

// index finds out what there is by which name.
func (p *pool) index() {
	p.named, p.fronts = map[string]shelf{}, map[string]*labelled{}
	for _, o := range p.objects {
		p.name(o, o.name)
		for i, name := range o.former {
			if name != o.name && !slices.Contains(o.former[:i], name) {
				p.name(o, name)
			}
		}
		if o.service == nil || len(o.service.selector) == 0 {
			continue
		}
		label := o.service.anyLabel()
		l := p.fronts[label]
		if l == nil {
			l = &labelled{byName: map[string]shelf{}}
			p.fronts[label] = l
		}
		if l.byName[o.name] == nil {
			l.names = append(l.names, o.name)
			l.byName[o.name] = shelf{}
		}
		l.byName[o.name].add(o)
	}
}

func (p *pool) name(o *object, name string) {
	key := o.kind + "/" + name
	if p.named[key] == nil {
		p.named[key] = shelf{}
	}
	p.named[key].add(o)
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
	sources := r.input.Others(func(text []byte) bool { return names(text, wanted) })
	parsed := make([][]*object, len(sources))
	r.input.Parallel(len(sources), func(i int) {
		if !r.isTaken(sources[i]) {
			parsed[i] = r.objects(sources[i])
		}
	})
	r.alone.objects = append(r.alone.objects, newPool(parsed).objects...)
}

// names says whether a text has one of some words in it.
func names(text []byte, words map[string]bool) bool {
	for i := 0; i < len(text); {
		start := i
		for i < len(text) && wordByte(text[i]) {
			i++
		}
		if i > start && words[string(text[start:i])] {
			return true
		}
		if i == start {
			i++
		}
	}
	return false
}

// wordByte says whether a byte can stand in the name of an object or in the value of a label.
func wordByte(c byte) bool {
	return c == '-' || c == '.' || c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// find finds the ConfigMap or Secret that an object names. Of several the nearest is meant: in the same directory, or with
// the longest way down to it in common. why is the reason when none or no single one is.
func (r *reader) find(p *pool, user *object, kind, name string) (found *object, why string) {
	found, why = p.nearest(user, p.named[kind+"/"+name], nil)
	if found == nil && why == "" && p != r.alone {
		found, why = r.alone.nearest(user, r.alone.named[kind+"/"+name], nil)
	}
	if found == nil && why == "" {
		why = "the " + kind + " " + input.Shown(name) + " is not among the inputs"
	}
	return found, why
}

// nearest picks of several objects of one name the one that a user means, from the user's own directory upwards.
// suits may be nil.
func (p *pool) nearest(user *object, candidates shelf, suits func(*object) bool) (found *object, why string) {
	if candidates == nil {
		return nil, ""
	}
	own, passed := user.directory(), ""
	for dir, more := own, true; more; dir, more = above(dir) {
		best := -1
		for _, o := range candidates[dir] {
			its := o.directory()
			if passed != "" && within(its, passed) || dir != own && its != dir && p.twin(user, branch(its, dir)) {
				continue // not meant, or of another environment beside the user's own
			}
			if suits != nil && !suits(o) {
				continue
			}
			switch rank := rank(user, o); {
			case rank > best:
				best, found, why = rank, o, ""
			case rank == best && rank >= 0 && o != found:
				why = "there are several of the name " + input.Shown(o.name)
			}
		}
		if why != "" {
			return nil, why
		}
		if found != nil {
			return found, ""
		}
		passed = dir
	}
	return nil, ""
}

// within says whether a directory is another or lies below it.
func within(dir, other string) bool {
	rest, ok := strings.CutPrefix(dir, other)
	return ok && (rest == "" || other == root || rest[0] == '/')
}

// branch gives the directory just below dir in which another one lies.
func branch(below, dir string) string {
	start := len(dir)
	if start < len(below) {
		start++ // the slash, or the first byte of a name
	}
	if i := strings.IndexByte(below[start:], '/'); i >= 0 {
		return below[:start+i]
	}
	return below
}

// rank says how well an object of the right name and in the right place suits a user; below 0 when it cannot be meant.
func rank(user, o *object) int {
	if user.namespace != "" && o.namespace != "" && user.namespace != o.namespace {
		return -1
	}
	rank := 0
	if user.namespace == o.namespace {
		rank = 1
	}
	// All of one kustomization: what went through the same ones belongs together.
	for _, layer := range o.layers {
		if slices.Contains(user.layers, layer) {
			rank += 2
		}
	}
	return rank
}

// twin says whether an object of the same name starts the same in another directory, so that what lies there belongs to
// that one.
func (p *pool) twin(user *object, dir string) bool {
	return user.workload != nil && len(p.named[user.kind+"/"+user.name][dir]) > 0
}

// inFront gives the Services that lead to pods with these labels, of the pool before those that no kustomization names.
func (r *reader) inFront(p *pool, user *object, labels map[string]string) (all []*object) {
	seen := map[string]bool{}
	selects := func(o *object) bool { return o.service.selects(labels) }
	add := func(q *pool) {
		for _, label := range slices.Sorted(maps.Keys(labels)) {
			fronts := q.fronts[label+"="+labels[label]]
			if fronts == nil {
				continue
			}
			for _, name := range fronts.names {
				if seen[name] {
					continue
				}
				if front, _ := q.nearest(user, fronts.byName[name], selects); front != nil {
					seen[name] = true
					all = append(all, front)
				}
			}
		}
	}
	if add(p); p != r.alone {
		add(r.alone)
	}
	return all
}

// serviceCalled gives the current name of the Service that a StatefulSet names as its own.
func (p *pool) serviceCalled(user *object, name string) string {
	if found, _ := p.nearest(user, p.named["Service/"+name], nil); found != nil {
		return found.name
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
