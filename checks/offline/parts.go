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
	// largest is the share of all inputs, as a divisor, that a part may have at most if its directory can be taken apart.
	largest = 16
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

// split is the inputs by the directories that may have nothing to do with each other.
type split struct {
	root  *branch
	parts []part
	rest  []candidate // what is in no part, and must be nothing for the parts to be by themselves
}

type part struct {
	dir    string // links resolved
	inputs []candidate
}

// branch is a directory with inputs in it or below, by their places in the loader's list.
type branch struct {
	children []*branch
	byName   map[string]*branch
	name     string
	inputs   []int
	count    int // of inputs, also of those below
	part     int // which part it is; of no use when it is taken apart
	apart    bool
}

// at gives the branch of a directory, by the names that lead there.
func (b *branch) at(path []string) *branch {
	for _, name := range path {
		child := b.byName[name]
		if child == nil {
			if b.byName == nil {
				b.byName = map[string]*branch{}
			}
			child = &branch{name: name}
			b.byName[name], b.children = child, append(b.children, child)
		}
		b = child
	}
	return b
}

// tally counts the inputs of a branch.
func (b *branch) tally() int {
	b.count = len(b.inputs)
	for _, child := range b.children {
		b.count += child.tally()
	}
	return b.count
}

// all appends the inputs of a branch and of those below.
func (b *branch) all(to []int) []int {
	to = append(to, b.inputs...)
	for _, child := range b.children {
		to = child.all(to)
	}
	return to
}

// split takes the inputs apart by their directories. ok is false when it is known already that they are to be read together.
func (l *loader) split() (s split, ok bool) {
	if o := l.options; len(o.Declared)+len(o.Releases)+len(o.Deployments)+len(o.EnvFiles) > 0 || len(l.inputs) < fewestParts {
		return s, false
	}
	s.root = &branch{}
	var at *branch
	for i, c := range l.inputs {
		if !l.plain(c) {
			return s, false
		}
		if i == 0 || c.format != l.inputs[i-1].format || filepath.Dir(c.path) != filepath.Dir(l.inputs[i-1].path) {
			_, units := l.home(c)
			at = s.root.at(units)
		}
		at.inputs = append(at.inputs, i)
	}
	s.root.tally()
	return s, s.cut(l, s.root, 0) && len(s.parts) >= fewestParts
}

// cut makes a part of a branch, or takes it apart when it is large and hardly anything is directly in it. It gives false when
// one of the parts is named like what others share.
func (s *split) cut(l *loader, b *branch, depth int) bool {
	if b.apart = largest*b.count > s.root.count && largest*len(b.inputs) <= b.count; !b.apart {
		one := part{inputs: make([]candidate, 0, b.count)}
		for _, i := range b.all(nil) {
			one.inputs = append(one.inputs, l.inputs[i])
		}
		file, _ := l.home(one.inputs[0])
		one.dir = filepath.Dir(one.inputs[0].resolved)
		for range len(file) - depth {
			one.dir = filepath.Dir(one.dir)
		}
		b.part, s.parts = len(s.parts), append(s.parts, one)
		return true
	}
	for _, i := range b.inputs {
		s.rest = append(s.rest, l.inputs[i])
	}
	for _, child := range b.children {
		if len(b.children) > 1 && slices.Contains(shareable, strings.ToLower(child.name)) || !s.cut(l, child, depth+1) {
			return false
		}
	}
	return true
}

// inPart says whether a file is in one of the parts.
func (s *split) inPart(resolved string) bool {
	return slices.ContainsFunc(s.parts, func(p part) bool { return below(resolved, p.dir) })
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
func (l *loader) home(c candidate) (file, units []string) {
	elements := func(name string) []string {
		if dir := dirName(name); dir != "." {
			return strings.Split(dir, "/")
		}
		return nil
	}
	name := l.files.name(c.path)
	file = elements(name)
	if unit, _, ok := systemd.Name(name); ok && c.format == facts.Systemd {
		return file, elements(unit)
	}
	return file, file
}

// outcome is what is kept of a part.
type outcome struct {
	deployments []*facts.Deployment // their outlines
	problems    []facts.Problem
	about       about
}

// about is what the plan of a directory goes by, see [loader.plan].
type about struct {
	kinds kinds
	// environments are those that units are placed in, and whether the units of each may be one installation; "" for none.
	environments map[string]bool
}

func aboutUnits(units []unit) about {
	a := about{kindsOf(units), map[string]bool{}}
	for _, u := range units {
		a.environments[u.environment] = false // of what is in none nobody asks
	}
	for environment := range a.environments {
		if environment != "" {
			a.environments[environment] = oneInstallation(byEnvironment(units)[environment])
		}
	}
	return a
}

// ours says whether there is anything of ours.
func (a about) ours() bool { return len(a.environments) > 0 }

// apiece reads each part by itself and has it judged. It gives nil when that cannot be done; the inputs of the loader are then
// those that are to be read together.
func (l *loader) apiece(ctx context.Context, s split, judge func(int, *facts.Collection)) (*facts.Collection, error) {
	rest := l.forPart(s.rest)
	switch err := rest.read(ctx); {
	case errors.Is(err, errTogether):
		return nil, nil
	case err != nil:
		return nil, err
	case len(rest.units) > 0, rest.files.follow(s.inPart):
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
	_, apart := s.root.areApart(outcomes)
	all := &facts.Collection{}
	l.inputs, l.problems = l.inputs[:0], append(l.problems, rest.problems...)
	for i, o := range outcomes {
		if !apart && o.about.ours() {
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
	o.about = aboutUnits(tree.all)
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

// areApart says whether the plan of each directory that was taken apart looks at its parts by themselves, or finds nothing, and
// what is known of all of them.
func (b *branch) areApart(outcomes []outcome) (all about, ok bool) {
	if !b.apart {
		return outcomes[b.part].about, true
	}
	var parts []about
	for _, child := range b.children {
		one, ok := child.areApart(outcomes)
		if !ok {
			return all, false
		}
		if one.ours() {
			parts = append(parts, one)
		}
	}
	if len(parts) == 1 {
		return parts[0], true
	}
	var t tally
	all.environments = map[string]bool{}
	across, repeated := true, false // a directory for each service and in it one for each environment, for all that is known here
	for _, part := range parts {
		t.add(part.kinds)
		all.kinds |= part.kinds
		for environment, one := range part.environments {
			before, known := all.environments[environment]
			all.environments[environment] = one && (before || !known)
			across, repeated = across && one && environment != "", repeated || known
		}
	}
	named := len(all.environments)
	if _, unplaced := all.environments[""]; unplaced {
		named--
	}
	if named > 1 {
		return all, !across || !repeated
	}
	return all, len(parts) == 0 || t.several()
}

// below says whether a path is one of a directory or of those in it; both are clean.
func below(path, dir string) bool {
	rest, ok := strings.CutPrefix(path, dir)
	return ok && (strings.HasPrefix(rest, string(filepath.Separator)) || strings.HasSuffix(dir, string(filepath.Separator)))
}
