package offline

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
)

// files opens files for the inputs of one deployment, or of all that are told apart later.
type files struct {
	*disk
	named    map[*facts.Source]bool // opened because another file names it
	followed map[string]followed    // the same by the path under which they are named
}

type followed struct {
	source   *facts.Source
	resolved string // the path with links resolved
}

// disk opens files, each once, and lets no reader out of the directories that the user named.
type disk struct {
	*directories
	mu     sync.Mutex
	opened map[string]*entry // by absolute path, links resolved
}

// directories are those that the user named, and what is known of them and of those below.
type directories struct {
	dir     string            // working directory, absolute
	roots   []string          // absolute directories that may be read, links resolved
	overlay map[string][]byte // by absolute path, links resolved

	mu    sync.Mutex
	dirs  map[string]string // directories with links resolved, each looked up once
	shown map[string]string // directories as they are shown in front of a name
	// ignored are the rules of .gitignore in the directories of git work trees that are walked, by their resolved paths.
	ignored map[string]*ignoreRules
}

type entry struct {
	once   sync.Once
	source *facts.Source
	err    error
}

func newFiles(options Options) (*files, error) {
	dir, err := filepath.Abs(options.Dir)
	if err != nil {
		return nil, fmt.Errorf("working directory: %w", err)
	}
	// A file that several links lead to is opened by whichever comes first.
	overlay := make(map[string][]byte, len(options.Overlay))
	for path, text := range options.Overlay {
		overlay[resolveLinks(path)] = text
	}
	return newView(newDisk(&directories{dir: dir, overlay: overlay, dirs: map[string]string{}, shown: map[string]string{}, ignored: map[string]*ignoreRules{}})), nil
}

func newDisk(d *directories) *disk { return &disk{directories: d, opened: map[string]*entry{}} }

// newView is another look at the same disk: a file is read once, but who names whom is known for one deployment only.
func newView(d *disk) *files {
	return &files{disk: d, named: map[*facts.Source]bool{}, followed: map[string]followed{}}
}

// absolute is a path as given on the command line, made absolute.
func (f *directories) absolute(path string) string {
	if !filepath.IsAbs(path) {
		path = filepath.Join(f.dir, path)
	}
	return filepath.Clean(path)
}

// name is how a file is shown: relative to the working directory where that is shorter to read, with slashes.
func (f *directories) name(path string) string {
	if rest, below := strings.CutPrefix(path, f.dir); below && len(rest) > 1 && rest[0] == filepath.Separator {
		return filepath.ToSlash(rest[1:])
	}
	if above := strings.TrimSuffix(path, string(filepath.Separator)); strings.HasPrefix(f.dir+string(filepath.Separator), above+string(filepath.Separator)) {
		return f.relative(path) // the working directory, or one above it
	}
	dir, base := filepath.Split(path)
	f.mu.Lock()
	shown, ok := f.shown[dir]
	f.mu.Unlock()
	if !ok {
		switch shown = f.relative(dir); shown {
		case ".":
			shown = ""
		case "/":
		default:
			shown += "/"
		}
		f.mu.Lock()
		f.shown[dir] = shown
		f.mu.Unlock()
	}
	return shown + base
}

// relative is a path relative to the working directory where that is shorter to read, with slashes.
func (f *directories) relative(path string) string {
	if relative, err := filepath.Rel(f.dir, path); err == nil && strings.Count(relative, "..") <= 2 {
		path = relative
	}
	return filepath.ToSlash(filepath.Clean(path))
}

// allow adds a directory from which files may be read.
func (f *directories) allow(dir string) {
	if resolved, err := filepath.EvalSymlinks(dir); err == nil {
		dir = resolved
	}
	f.roots = append(f.roots, dir)
}

func (f *directories) allowed(resolved string) bool {
	for _, root := range f.roots {
		if below(resolved, root) {
			return true
		}
		if relative, err := filepath.Rel(root, resolved); err == nil && filepath.IsLocal(relative) {
			return true
		}
	}
	return false
}

// given opens a file that the user named on the command line, wherever it lies.
func (f *disk) given(path string) (*facts.Source, error) {
	path = f.absolute(path)
	return f.load(path, resolveLinks(path))
}

// below opens a file that the config file names, wherever it lies below a directory.
func (f *disk) below(dir, path string) (*facts.Source, error) {
	path = filepath.Join(dir, path)
	resolved := resolveLinks(path)
	if relative, err := filepath.Rel(resolveLinks(dir), resolved); err != nil || !filepath.IsLocal(relative) {
		return nil, input.ErrOutside
	}
	return f.load(path, resolved)
}

// Open opens a file that another file names.
func (f *files) Open(base *facts.Source, path string) (*facts.Source, error) {
	path, err := f.resolve(base, path)
	if err != nil {
		return nil, err
	}
	// The nodes of an installation share their env file.
	f.mu.Lock()
	known, ok := f.followed[path]
	f.mu.Unlock()
	if ok {
		return known.source, nil
	}
	resolved := f.resolved(path)
	if !f.allowed(resolved) {
		return nil, fmt.Errorf("%s: %w", f.name(path), input.ErrOutside)
	}
	source, err := f.load(path, resolved)
	if err != nil {
		return nil, err
	}
	f.mark(source, f.inTree(resolved))
	if source != base { // one that names itself belongs to no other
		f.mu.Lock()
		defer f.mu.Unlock()
		f.named[source], f.followed[path] = true, followed{source, resolved}
	}
	return source, nil
}

// follow says whether one of the files that others name fits, by its path with links resolved.
func (f *files) follow(fits func(resolved string) bool) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, file := range f.followed {
		if fits(file.resolved) {
			return true
		}
	}
	return false
}

// Exists says whether there is a file, without reading it.
func (f *files) Exists(base *facts.Source, path string) bool {
	path, err := f.resolve(base, path)
	if err != nil {
		return false
	}
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

func (f *directories) resolve(base *facts.Source, path string) (string, error) {
	if strings.ContainsRune(path, 0) || path == "" {
		return "", fmt.Errorf("%q: %w", path, input.ErrMissing)
	}
	if !filepath.IsAbs(path) {
		from := f.dir
		if base != nil && base.Path != "" {
			from = filepath.Dir(base.Path)
		}
		path = filepath.Join(from, path)
	}
	path = filepath.Clean(path)
	// What is plainly outside is not even looked at; what a link leads outside is found out after resolving it.
	if !f.allowed(path) && !f.allowed(filepath.Join(f.realDir(filepath.Dir(path)), filepath.Base(path))) {
		return "", fmt.Errorf("%s: %w", f.name(path), input.ErrOutside)
	}
	return path, nil
}

// realDir is a directory with links resolved. Many files of one directory name others beside them, so it is kept.
func (f *directories) realDir(dir string) string {
	f.mu.Lock()
	real, ok := f.dirs[dir]
	f.mu.Unlock()
	if !ok {
		real = resolveLinks(dir)
		f.mu.Lock()
		f.dirs[dir] = real
		f.mu.Unlock()
	}
	return real
}

// knowDir notes a directory with links resolved, and when it is one of a git work tree what is ignored in it.
func (f *directories) knowDir(dir, resolved string, inTree bool, ignore *ignoreRules) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.dirs[dir] = resolved
	if inTree {
		f.ignored[resolved] = ignore
	}
}

// inTree says whether a file is part of a git work tree that is walked.
func (f *directories) inTree(resolved string) bool {
	f.mu.Lock()
	ignore, walked := f.ignored[filepath.Dir(resolved)]
	f.mu.Unlock()
	return walked && !ignore.ignores(resolved, false)
}

// resolved is a file's path with links resolved.
func (f *directories) resolved(path string) string {
	real := filepath.Join(f.realDir(filepath.Dir(path)), filepath.Base(path))
	if info, err := os.Lstat(real); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return resolveLinks(real)
	}
	return real
}

// resolveLinks follows symbolic links; a path that leads nowhere stays as it is.
func resolveLinks(path string) string {
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		return resolved
	}
	return path
}

// load reads a file once, however many readers ask for it at the same time and by whatever links.
func (f *disk) load(path, resolved string) (*facts.Source, error) {
	f.mu.Lock()
	loaded := f.opened[resolved]
	if loaded == nil {
		loaded = &entry{}
		f.opened[resolved] = loaded
	}
	f.mu.Unlock()
	loaded.once.Do(func() { loaded.source, loaded.err = f.readFile(path, resolved) })
	return loaded.source, loaded.err
}

// mark notes whether a file lies in a git work tree. Several that are read at the same time may be made of it.
func (f *disk) mark(source *facts.Source, inTree bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	source.InWorkTree = inTree
}

// forget lets go of a file that turned out to be none of ours.
func (f *disk) forget(resolved string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.opened, resolved)
}

func (f *disk) readFile(path, resolved string) (*facts.Source, error) {
	text, mode, err := read(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.name(path), err)
	}
	if changed, ok := f.overlay[resolved]; ok {
		text = changed
	}
	return &facts.Source{Name: f.name(path), Path: path, Text: text, Mode: mode}, nil
}

// read reads a regular file of at most input.MaxFile bytes.
func read(path string) ([]byte, fs.FileMode, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, 0, reason(err)
	}
	// Checked before opening: opening a pipe would wait for a writer.
	if !info.Mode().IsRegular() {
		return nil, 0, input.ErrNotRegular
	}
	if info.Size() > input.MaxFile {
		return nil, 0, input.ErrTooLarge
	}
	file, err := open(path)
	if err != nil {
		return nil, 0, reason(err)
	}
	defer file.Close()
	text := make([]byte, 0, info.Size()+1)
	for {
		if len(text) == cap(text) {
			text = append(text, 0)[:len(text)]
		}
		n, err := file.Read(text[len(text):cap(text)])
		text = text[:len(text)+n]
		switch {
		case len(text) > input.MaxFile:
			return nil, 0, input.ErrTooLarge
		case errors.Is(err, io.EOF), int64(len(text)) == info.Size() && n > 0:
			return text, info.Mode().Perm(), nil
		case err != nil:
			return nil, 0, reason(err)
		}
	}
}

func reason(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return input.ErrMissing
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w: permission denied", input.ErrUnreadable)
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return fmt.Errorf("%w: %w", input.ErrUnreadable, err)
}

// isNamed says whether another file named this one, so that it is no unit of its own.
func (f *files) isNamed(source *facts.Source) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.named[source]
}
