package offline

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/kubernetes"
	"github.com/bbdoctor/bbdoctor/checks/offline/systemd"
)

const (
	// fewestParts is from how many parts on it is worth it to read them one by one.
	fewestParts = 8
	// largest is the share of all inputs, as a divisor, that a part may have at most if its directory can be taken apart.
	largest = 16
)

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

// add counts the inputs of a branch.
func (b *branch) add() int {
	b.count = len(b.inputs)
	for _, child := range b.children {
		b.count += child.add()
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
	s.root.add()
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

// about is what the plan of a directory goes by, see [loader.plan].
type about struct {
	kinds kinds
	// environments are those that units are placed in, and whether the units of each may be one installation. Those in none,
	// under "", are no part of an environment that lies across directories.
	environments map[string]bool
}

func aboutUnits(units []unit) about {
	a := about{kindsOf(units), map[string]bool{}}
	for _, u := range units {
		a.environments[u.environment] = false
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
			across, repeated = across && one, repeated || known
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
