package fix

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ErrChanged says that a file is no longer what was judged.
var ErrChanged = errors.New("the file changed while it was checked; run bbdoctor again")

// Write replaces one file by its new text. The file is either the old or the new one at every moment: the text goes to a
// temporary file in the same directory, is synced, gets mode and owner of the old one, and takes its name. A symbolic link
// stays and its target is replaced.
func (f *File) Write() error {
	target, err := f.check()
	if err == nil {
		err = f.replace(target)
	}
	if err != nil {
		return f.unchanged(err)
	}
	return nil
}

func (f *File) unchanged(err error) error {
	return fmt.Errorf("%s is not changed: %w", f.Source.Name, err)
}

// target is the file that is replaced, with links resolved.
type target struct {
	path string
	info os.FileInfo
}

// check finds out whether the file may be written and is still what was judged.
func (f *File) check() (t target, err error) {
	if t.path, err = filepath.EvalSymlinks(f.Source.Path); err != nil {
		return t, plain(err)
	}
	if t.info, err = os.Stat(t.path); err != nil {
		return t, plain(err)
	}
	if !t.info.Mode().IsRegular() {
		return t, errors.New("it is no regular file any more")
	}
	if t.info.Mode().Perm()&0o222 == 0 {
		return t, errors.New("it is read-only; make it writable (chmod u+w) and run bbdoctor again")
	}
	if names := names(t.info); names > 1 {
		return t, fmt.Errorf("it has %d names (hard links), and the others would keep the old text; make it a file of its own, or the others symbolic links", names)
	}
	// Writing needs the right to write the file itself, not only its directory.
	if opened, err := os.OpenFile(t.path, os.O_WRONLY, 0); err != nil {
		return t, plain(err)
	} else if err := opened.Close(); err != nil {
		return t, plain(err)
	}
	now, err := os.ReadFile(t.path)
	if err != nil {
		return t, plain(err)
	}
	if !bytes.Equal(now, f.Source.Text) {
		return t, ErrChanged
	}
	return t, nil
}

func (f *File) replace(t target) (err error) {
	directory := filepath.Dir(t.path)
	temporary, err := os.CreateTemp(directory, ".bbdoctor-*")
	if err != nil {
		return fmt.Errorf("no new file can be made beside it: %w", plain(err))
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, ignoreMissing(os.Remove(temporary.Name())))
		}
	}()
	if _, err := temporary.Write(f.New); err != nil {
		return errors.Join(plain(err), temporary.Close())
	}
	if err := keepOwner(temporary, t.info); err != nil {
		return errors.Join(err, temporary.Close())
	}
	if err := temporary.Chmod(t.info.Mode()); err != nil {
		return errors.Join(plain(err), temporary.Close())
	}
	if err := temporary.Sync(); err != nil {
		return errors.Join(plain(err), temporary.Close())
	}
	if err := temporary.Close(); err != nil {
		return plain(err)
	}
	if err := os.Rename(temporary.Name(), t.path); err != nil {
		return plain(err)
	}
	return syncDirectory(directory)
}

func syncDirectory(dir string) error {
	opened, err := os.Open(dir)
	if err != nil {
		return nil // The file is in place; a directory that cannot be opened cannot be synced.
	}
	defer opened.Close()
	// Some file systems refuse to sync a directory; the rename is done all the same.
	_ = opened.Sync()
	return nil
}

func ignoreMissing(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// plain drops the path from an error of the system; the message names the file already.
func plain(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	var link *os.LinkError
	if errors.As(err, &link) {
		return link.Err
	}
	return err
}
