package offline

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
)

// loader carries one Load.
type loader struct {
	options Options
	base    string // options.Base with links resolved
	files   *files
	context input.Context
	inputs  []candidate
	gathered
	// isPart says that other loaders read the rest of what was found.
	isPart bool
	// formats are the files with a directive.
	formats map[*facts.Source]facts.Format
}

// candidate is a file that may be configuration of ours.
type candidate struct {
	path     string // absolute
	resolved string // with links resolved
	format   facts.Format
	named    bool // on the command line, so that the user wants to hear of it
	inTree   bool // in a git work tree
	source   *facts.Source
	// companion says that the file is read together with the one before it in its batch, whatever it holds.
	companion bool
	release   string   // of Helm, whose values the file holds
	also      []string // other paths that lead to the same file
	overlay   bool     // a compose file that is read on top of another
}

// standardInput is the path, and the name, of what comes by standard input.
const standardInput = "-"

// maxDepth bounds how deep directories are walked; a tree this deep is a trap, not a repository.
const maxDepth = 100

// skippedDirectories hold other people's files.
var skippedDirectories = []string{".git", "node_modules", "vendor"}

// walk finds the candidates among the inputs, in the order of their names.
func (l *loader) walk(ctx context.Context) error {
	for _, path := range l.options.Paths {
		if path == standardInput {
			l.readStandardInput()
			continue
		}
		l.give(ctx, path)
	}
	for _, release := range l.options.Releases {
		for _, file := range release.Files {
			l.give(ctx, file)
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	slices.SortStableFunc(l.inputs, func(a, b candidate) int { return strings.Compare(a.resolved, b.resolved) })
	// The same file by two ways: the user's own naming of it counts.
	kept := l.inputs[:0]
	for _, c := range l.inputs {
		if n := len(kept); n > 0 && kept[n-1].resolved == c.resolved && c.resolved != "" {
			other := &kept[n-1]
			if c.named && !other.named {
				c, *other = *other, c
			}
			other.also = append(append(other.also, c.path), c.also...)
			continue
		}
		kept = append(kept, c)
	}
	l.inputs = kept
	return nil
}

func (l *loader) problem(file, format string, args ...any) {
	l.problems = append(l.problems, facts.Problem{File: file, Message: facts.RedactText(fmt.Sprintf(format, args...))})
}

func (l *loader) readStandardInput() {
	text, err := io.ReadAll(io.LimitReader(l.options.Stdin, input.MaxFile+1))
	name := cmp.Or(l.options.StdinName, standardInput)
	switch format, ok := contentFormat(text); {
	case err != nil:
		l.problem(name, "standard input cannot be read: %v", err)
	case len(text) > input.MaxFile:
		l.problem(name, "standard input is %v", input.ErrTooLarge)
	case !ok:
		l.problem(name, "standard input is nothing that bbdoctor reads; it takes %s", taken)
	default:
		l.inputs = append(l.inputs, candidate{format: format, named: true, source: &facts.Source{Name: name, Text: text}})
	}
}

// give takes one path of the command line.
func (l *loader) give(ctx context.Context, path string) {
	absolute := l.files.absolute(path)
	name := l.files.name(absolute)
	info, err := os.Stat(absolute)
	if err != nil {
		l.problem(name, "%v", reason(err))
		return
	}
	tree := workTree(absolute)
	switch {
	case info.IsDir():
		l.files.allow(absolute)
		w := &walker{loader: l, ctx: ctx, inTree: tree != ""}
		w.directory(absolute, resolveLinks(absolute), ignoreAbove(tree, absolute), 0)
	case info.Mode().IsRegular():
		l.files.allow(filepath.Dir(absolute))
		format, _ := nameFormat(name)
		resolved := resolveLinks(absolute)
		if dir := filepath.Dir(resolved); tree != "" {
			entries, _ := os.ReadDir(dir) // without them nothing is ignored beside the file
			l.files.knowDir(filepath.Dir(absolute), dir, true, ignoreAbove(tree, dir).below(dir, entries))
		}
		l.inputs = append(l.inputs, candidate{path: absolute, resolved: resolved, format: format, named: true, inTree: tree != ""})
	default:
		l.problem(name, "%v", input.ErrNotRegular)
	}
}

// walker walks one directory of the command line.
type walker struct {
	*loader
	ctx    context.Context
	inTree bool
	within bool // another walker has others walk at the same time
}

// manyDirectories is from how many directories in one on they are walked on all cores.
const manyDirectories = 16

func (w *walker) directory(path, resolved string, ignore *ignoreRules, depth int) {
	if w.ctx.Err() != nil {
		return
	}
	if depth > maxDepth {
		w.problem(w.files.name(path), "directories are nested more than %d deep; what is below is not read", maxDepth)
		return
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		w.problem(w.files.name(path), "%v", reason(err))
		return
	}
	if w.inTree {
		ignore = ignore.below(resolved, entries)
	}
	w.files.knowDir(path, resolved, w.inTree, ignore)
	enter := func(w *walker, name string) {
		child, resolvedChild := filepath.Join(path, name), filepath.Join(resolved, name)
		if !slices.Contains(skippedDirectories, name) && !ignore.ignores(resolvedChild, true) && !w.excluded(child) {
			w.directory(child, resolvedChild, ignore, depth+1)
		}
	}
	walked := w.ahead(entries, enter)
	for i, entry := range entries {
		if entry.IsDir() {
			if i < len(walked) && walked[i] != nil {
				w.inputs = append(w.inputs, walked[i].inputs...)
				w.add(walked[i].gathered)
			} else {
				enter(w, entry.Name())
			}
			continue
		}
		child := filepath.Join(path, entry.Name())
		resolvedChild := child
		if resolved != path {
			resolvedChild = filepath.Join(resolved, entry.Name())
		}
		switch {
		case entry.Type().IsRegular():
			w.file(child, resolvedChild, resolvedChild, ignore)
		case entry.Type()&fs.ModeSymlink != 0:
			w.link(child, resolvedChild, ignore)
		default:
			if format, _ := nameFormat(child); format == facts.Properties && !ignore.ignores(resolvedChild, false) {
				w.problem(w.files.name(child), "%v", input.ErrNotRegular)
			}
		}
	}
}

// ahead has many directories walked on all cores, and gives what was found by the places of their entries; nil where there
// are few.
func (w *walker) ahead(entries []fs.DirEntry, enter func(*walker, string)) []*loader {
	if w.within {
		return nil
	}
	var directories []int
	for i, entry := range entries {
		if entry.IsDir() {
			directories = append(directories, i)
		}
	}
	if len(directories) < manyDirectories {
		return nil
	}
	walked := make([]*loader, len(entries))
	_ = parallel(w.ctx, len(directories), func(n int) { // whoever began the walk asks whether it was ended
		i := directories[n]
		one := &loader{options: w.options, base: w.base, files: w.files}
		enter(&walker{loader: one, ctx: w.ctx, inTree: w.inTree, within: true}, entries[i].Name())
		walked[i] = one
	})
	return walked
}

// file takes a file at path; inTree is the path that .gitignore speaks of, resolved where the bytes are.
func (w *walker) file(path, inTree, resolved string, ignore *ignoreRules) {
	format, ok := nameFormat(path)
	if !ok || ignore.ignores(inTree, false) || w.excluded(path) {
		return
	}
	w.inputs = append(w.inputs, candidate{path: path, resolved: resolved, format: format, inTree: w.inTree})
}

// link takes a symbolic link to a file that lies among the inputs. Links to directories are not followed: what they lead
// to is either walked anyway or outside, and following them is how a walk never ends.
func (w *walker) link(path, inTree string, ignore *ignoreRules) {
	if _, ok := nameFormat(path); !ok || ignore.ignores(inTree, false) {
		return
	}
	resolved, err := filepath.EvalSymlinks(path)
	if err != nil {
		if format, _ := nameFormat(path); format == facts.Properties {
			w.problem(w.files.name(path), "the symbolic link leads nowhere")
		}
		return
	}
	if info, err := os.Stat(resolved); err != nil || !info.Mode().IsRegular() {
		return
	}
	if !w.files.allowed(resolved) {
		w.problem(w.files.name(path), "the symbolic link leads out of the inputs; name the file itself to have it read")
		return
	}
	w.file(path, inTree, resolved, ignore)
}

// workTree gives the root of the git work tree that holds a path, or "".
func workTree(path string) string {
	for dir := resolveLinks(path); ; dir = filepath.Dir(dir) {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
	}
}
