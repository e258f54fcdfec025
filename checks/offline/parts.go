package offline

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// Most of many installations have a directory each and nothing to do with one another. Such a directory can be read, grouped
// and judged before the next one is looked at, so that the memory never holds them all. That must change nothing: where
// anything shows that files of two directories may belong together, what was done so far is dropped and all is read together.

// largePart is from how many inputs on a part is read on all cores, and its Pgpool-IIs and nodes are deferred.
const largePart = 100

// errTogether says that the inputs cannot be read in parts.
var errTogether = errors.New("files of several directories may belong together")

// LoadEach is [Load] for whoever judges each deployment by itself. Where directories have nothing to do with each other, judge
// is called with what each of them holds, by several goroutines at once, and of that the collection keeps the outlines, see
// [facts.Deployment.Outline], and the problems. Else judge is called once, with everything. It gives what judge gave, in the
// order of the directories; of one that holds nothing, nothing.
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

// outcome is what is kept of a part.
type outcome struct {
	deployments []*facts.Deployment // their outlines
	problems    []facts.Problem
	about       about
}

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
		var err error
		if outcomes[i], err = l.part(ctx, s.parts[i], func(part *facts.Collection) { judge(i, part) }); err != nil {
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
func (l *loader) part(ctx context.Context, p part, judge func(*facts.Collection)) (o outcome, err error) {
	sub := l.forPart(p.inputs)
	if err := sub.read(ctx); err != nil {
		return o, err
	}
	if sub.files.follow(func(resolved string) bool { return !below(resolved, p.dir) }) {
		return o, errTogether
	}
	tree := newTree(sub.units)
	o.about = aboutUnits(tree.all)
	collection := sub.collection(sub.plan(tree))
	o.problems = collection.Problems
	if len(collection.Deployments) == 0 {
		return o, nil
	}
	judge(collection)
	for _, deployment := range collection.Deployments {
		o.deployments = append(o.deployments, deployment.Outline())
	}
	return o, nil
}
