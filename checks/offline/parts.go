package offline

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/kubernetes"
	"github.com/bbdoctor/bbdoctor/checks/offline/systemd"
)

// Most of many installations have a directory each and nothing to do with one another. Such a directory can be read, grouped
// and judged before the next one is looked at, so that the memory never holds them all. That must change nothing: where
// anything shows that files of two directories may belong together, what was done so far is dropped and all is read together.

const (
	// fewestParts is from how many directories on it is worth it.
	fewestParts = 8
	// largePart is from how many inputs on a part is read on all cores, and its Pgpool-IIs and nodes are deferred.
	largePart = 100
)

// errTogether says that the inputs cannot be read in parts.
var errTogether = errors.New("files of several directories may belong together")

// LoadEach is [Load] for whoever judges each deployment by itself. Where directories have nothing to do with each other, judge
// is called with what each of them holds, by several goroutines at once, and what is kept of it is the outline, see
// [facts.Deployment.Outline]. Else judge is called once, with everything. It gives what judge gave, in the order of the
// directories.
func LoadEach[T any](ctx context.Context, options Options, judge func(*facts.Collection) T) (*facts.Collection, []T, error) {
	l, err := newLoader(ctx, options)
	if err != nil {
		return nil, nil, err
	}
	if split, ok := l.split(); ok {
		judged := make([]T, len(split.parts))
		collection, err := l.apiece(ctx, split, func(i int, part *facts.Collection) { judged[i] = judge(part) })
		if err != nil || collection != nil {
			return collection, judged, err
		}
	}
	l.options.Deferred = true
	collection, err := l.together(ctx)
	if err != nil {
		return nil, nil, err
	}
	return collection, []T{judge(collection)}, nil
}

// split is the inputs by the directories that may have nothing to do with each other: those below the innermost directory
// that holds more than half of the inputs.
type split struct {
	dir   string // that directory, links resolved
	parts []part
	rest  []candidate // what is in no part, and must be nothing for the parts to be by themselves
}

type part struct {
	dir    string // links resolved
	inputs []candidate
}

// split takes the inputs apart by their directories. ok is false when it is known already that they are to be read together.
func (l *loader) split() (s split, ok bool) {
	if o := l.options; len(o.Declared)+len(o.Releases)+len(o.Deployments)+len(o.EnvFiles) > 0 || len(l.inputs) < fewestParts {
		return s, false
	}
	homes := make([]home, len(l.inputs))
	for i, c := range l.inputs {
		if !l.plain(c) {
			return s, false
		}
		if i > 0 && c.format == l.inputs[i-1].format && filepath.Dir(c.path) == filepath.Dir(l.inputs[i-1].path) {
			homes[i] = homes[i-1]
			continue
		}
		homes[i] = l.home(c)
	}
	inputs := make([]int, len(l.inputs))
	for i := range inputs {
		inputs[i] = i
	}
	for depth := 0; ; depth++ {
		below := map[string][]int{}
		var order []string
		largest := ""
		for _, i := range inputs {
			if len(homes[i].units) == depth {
				s.rest = append(s.rest, l.inputs[i])
				continue
			}
			name := homes[i].units[depth]
			if below[name] == nil {
				order = append(order, name)
			}
			if below[name] = append(below[name], i); len(below[name]) > len(below[largest]) {
				largest = name
			}
		}
		if 2*len(below[largest]) > len(l.inputs) {
			for _, name := range order {
				for _, i := range below[name] {
					if name != largest {
						s.rest = append(s.rest, l.inputs[i])
					}
				}
			}
			inputs = below[largest]
			continue
		}
		if len(order) < fewestParts {
			return s, false
		}
		for _, name := range order {
			if slices.Contains(shareable, strings.ToLower(name)) {
				return s, false
			}
			one := part{inputs: make([]candidate, 0, len(below[name]))}
			for _, i := range below[name] {
				one.inputs = append(one.inputs, l.inputs[i])
			}
			first := below[name][0]
			one.dir = filepath.Dir(l.inputs[first].resolved)
			for range len(homes[first].file) - depth - 1 {
				one.dir = filepath.Dir(one.dir)
			}
			s.parts = append(s.parts, one)
		}
		s.dir = filepath.Dir(s.parts[0].dir)
		return s, true
	}
}

// plain says whether an input is a file that lies where it was found, and no kustomization.
func (l *loader) plain(c candidate) bool {
	if c.source != nil || len(c.also) > 0 || kubernetes.IsKustomization(c.path) {
		return false
	}
	dir, base := filepath.Split(c.path)
	return c.resolved == c.path || c.resolved == filepath.Join(l.files.realDir(filepath.Clean(dir)), base)
}

// home is where a file is, and where what it configures will be said to be, as the names of directories from the outermost on.
type home struct{ file, units []string }

func (l *loader) home(c candidate) home {
	elements := func(name string) []string {
		if dir := dirName(name); dir != "." {
			return strings.Split(dir, "/")
		}
		return nil
	}
	name := l.files.name(c.path)
	h := home{file: elements(name)}
	h.units = h.file
	if unit, _, ok := systemd.Name(name); ok && c.format == facts.Systemd {
		h.units = elements(unit)
	}
	return h
}

// outcome is what is kept of a part.
type outcome struct {
	deployments  []*facts.Deployment // their outlines
	problems     []facts.Problem
	environments []string // that units are placed in, each once
	tally        tally
}

// ours says whether there is anything of ours in the part.
func (o *outcome) ours() bool { return len(o.environments) > 0 }

// apiece reads each part by itself and has it judged. It gives nil when that cannot be done; the inputs of the loader are then
// those that are to be read together.
func (l *loader) apiece(ctx context.Context, s split, judge func(int, *facts.Collection)) (*facts.Collection, error) {
	rest := l.forPart(s.rest)
	switch err := rest.read(ctx); {
	case errors.Is(err, errTogether):
		return nil, nil
	case err != nil:
		return nil, err
	case len(rest.units) > 0, rest.files.follow(func(resolved string) bool { return below(resolved, s.dir) }):
		return nil, nil
	}
	outcomes := make([]outcome, len(s.parts))
	var failed atomic.Pointer[error]
	err := parallel(ctx, len(s.parts), func(i int) {
		if failed.Load() != nil {
			return
		}
		err := l.part(ctx, s.parts[i], &outcomes[i], func(part *facts.Collection) { judge(i, part) })
		if err != nil {
			failed.Store(&err)
		}
	})
	if failure := failed.Load(); failure != nil {
		err = *failure
	}
	switch {
	case errors.Is(err, errTogether):
		return nil, nil
	case err != nil:
		return nil, err
	}
	apart := areApart(outcomes)
	all := &facts.Collection{}
	l.inputs, l.problems = l.inputs[:0], append(l.problems, rest.problems...)
	for i, o := range outcomes {
		if !apart && o.ours() {
			l.inputs = append(l.inputs, s.parts[i].inputs...)
			continue
		}
		all.Deployments = append(all.Deployments, o.deployments...)
		l.problems = append(l.problems, o.problems...)
	}
	if !apart {
		return nil, nil
	}
	slices.SortStableFunc(all.Deployments, func(a, b *facts.Deployment) int { return strings.Compare(a.Name, b.Name) })
	all.Problems = inOrder(l.problems)
	return all, nil
}

// forPart is a loader of some of the inputs, which lets go of what it has read when they turn out to be no part.
func (l *loader) forPart(inputs []candidate) *loader {
	sub := l.view(newDisk(l.files.directories), inputs)
	sub.isPart, sub.options.Deferred = true, len(inputs) >= largePart
	return sub
}

// part reads one part, has it judged and lets it go.
func (l *loader) part(ctx context.Context, p part, o *outcome, judge func(*facts.Collection)) error {
	sub := l.forPart(p.inputs)
	if err := sub.read(ctx); err != nil {
		return err
	}
	if sub.files.follow(func(resolved string) bool { return !below(resolved, p.dir) }) {
		return errTogether
	}
	tree := newTree(sub.units)
	for _, u := range tree.all {
		if !slices.Contains(o.environments, u.environment) {
			o.environments = append(o.environments, u.environment)
		}
	}
	o.tally.count(tree.all)
	collection := sub.collection(sub.plan(tree))
	o.problems = collection.Problems
	if len(collection.Deployments) == 0 {
		return nil
	}
	judge(collection)
	for _, deployment := range collection.Deployments {
		o.deployments = append(o.deployments, deployment.Outline())
	}
	return nil
}

// areApart says whether the plan of the directory that holds the parts looks at each by itself, see [loader.plan], or finds
// nothing.
func areApart(outcomes []outcome) bool {
	var environments []string
	var all tally
	for _, o := range outcomes {
		environments = append(environments, o.environments...)
		all.add(o.tally)
	}
	slices.Sort(environments)
	environments = slices.Compact(environments)
	unplaced := slices.Contains(environments, "")
	if several := len(environments) > 2 || len(environments) == 2 && !unplaced; several {
		return unplaced // else they may lie across the directories, see [loader.acrossServices]
	}
	return all.several() || len(environments) == 0
}

// below says whether a path is one of a directory or of those in it; both are clean.
func below(path, dir string) bool {
	rest, ok := strings.CutPrefix(path, dir)
	return ok && (strings.HasPrefix(rest, string(filepath.Separator)) || strings.HasSuffix(dir, string(filepath.Separator)))
}
