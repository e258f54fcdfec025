package changes

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
)

// What is taken of a revision. Files that are configuration have less than 100 kB.
const (
	maxFile  = 8 << 20
	maxOther = 1 << 20   // of a file whose name does not say that it is configuration
	maxAll   = 512 << 20 // of all files
)

// Since is the state of a work tree at a revision.
type Since struct {
	// Dir is a directory with the files as they were, below the same names as in the work tree; [Since.Close] removes it.
	Dir        string
	repository *Repository
	old        map[string]blob // by path
	renamed    map[string]string
	known      map[string]bool // whether a path of the old state is still a file
}

// At takes the files of a revision below some absolute paths of the work tree, so that they can be read as they were. Only
// what can be configuration is taken, and symbolic links that stay in the tree.
func (r *Repository) At(ctx context.Context, revision string, paths []string) (s *Since, err error) {
	commit, err := r.resolve(ctx, revision)
	if err != nil {
		return nil, err
	}
	below := []string{}
	for _, path := range paths {
		name, ok := r.relative(path)
		switch {
		case !ok:
			return nil, fmt.Errorf("%s lies outside the git work tree %s", path, r.Top)
		case name == ".":
			below = nil
		case below != nil:
			below = append(below, name)
		}
	}
	blobs, err := r.list(ctx, commit, below)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "bbdoctor-")
	if err != nil {
		return nil, fmt.Errorf("a directory for the files of %s: %w", revision, err)
	}
	s = &Since{Dir: dir, repository: r, old: make(map[string]blob, len(blobs)), renamed: map[string]string{}, known: map[string]bool{}}
	if err := s.unpack(ctx, blobs); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Close removes the directory.
func (s *Since) Close() error {
	if err := os.RemoveAll(s.Dir); err != nil {
		return fmt.Errorf("removing the files of the earlier state: %w", err)
	}
	return nil
}

// relative is a path of the work tree as git names it.
func (r *Repository) relative(path string) (string, bool) {
	resolved, err := filepath.EvalSymlinks(path)
	if err != nil {
		// A file that is gone: its directory may be there.
		resolved = path
		if dir, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
			resolved = filepath.Join(dir, filepath.Base(path))
		}
	}
	name, err := filepath.Rel(r.Top, resolved)
	if err != nil || !filepath.IsLocal(name) {
		return "", false
	}
	return filepath.ToSlash(name), true
}

// Name is a file of the work tree as git names it, relative to the root; otherwise is for one that is in no file, or outside.
func (r *Repository) Name(path, otherwise string) string {
	if path == "" || !filepath.IsAbs(path) {
		return otherwise
	}
	if name, ok := r.relative(path); ok {
		return name
	}
	return otherwise
}

// unpack writes the files through an [os.Root], which nothing in the tree leads out of.
func (s *Since) unpack(ctx context.Context, blobs []blob) (err error) {
	root, err := os.OpenRoot(s.Dir)
	if err != nil {
		return fmt.Errorf("the directory for the earlier state: %w", err)
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	// What is in a git work tree is judged as such.
	if err := root.Mkdir(".git", 0o700); err != nil {
		return fmt.Errorf("the directory for the earlier state: %w", err)
	}
	var wanted, links []blob
	total := int64(0)
	for _, b := range blobs {
		s.old[b.path] = b
		switch {
		case !filepath.IsLocal(filepath.FromSlash(b.path)) || hasGit(b.path):
		case b.mode == "120000" && b.size < 4096:
			links = append(links, b)
		case b.size <= maxOther, b.size <= maxFile && configuration(b.path):
			wanted = append(wanted, b)
			total += b.size
		}
	}
	if total > maxAll {
		return fmt.Errorf("the files of the revision have more than %d MiB; name the directories with configuration", maxAll>>20)
	}
	err = s.repository.contents(ctx, wanted, func(b blob, text []byte) error {
		err := mkdirs(root, path.Dir(b.path))
		if err == nil {
			err = root.WriteFile(b.path, text, 0o600)
		}
		// Any other error is a name that this system cannot have, or a file where another has a directory.
		if errors.Is(err, os.ErrPermission) || errors.Is(err, syscall.ENOSPC) {
			return fmt.Errorf("writing the earlier state: %w", err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.repository.contents(ctx, links, func(b blob, target []byte) error {
		to := string(target)
		if path.IsAbs(to) || !filepath.IsLocal(filepath.FromSlash(path.Join(path.Dir(b.path), to))) {
			return nil
		}
		if mkdirs(root, path.Dir(b.path)) == nil {
			_ = root.Symlink(to, b.path) // what cannot be made is not there, as on a system without links
		}
		return nil
	})
}

func mkdirs(root *os.Root, dir string) error {
	if dir == "." {
		return nil
	}
	return root.MkdirAll(dir, 0o700)
}

func hasGit(name string) bool {
	for part := range strings.SplitSeq(name, "/") {
		if strings.EqualFold(part, ".git") {
			return true
		}
	}
	return false
}

// configuration says whether a name is one that configuration has.
func configuration(name string) bool {
	switch path.Ext(name) {
	case ".properties", ".yml", ".yaml", ".conf", ".env", ".sh", ".json":
		return true
	}
	return false
}
