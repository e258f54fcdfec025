//go:build unix

package offline

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// open opens a regular file. [os.Open] first makes ready for one that has to be waited for, and takes that back: five more
// calls of the system for each file.
func open(path string) (*os.File, error) {
	for {
		descriptor, err := syscall.Open(path, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
		switch {
		case err == nil:
			return os.NewFile(uintptr(descriptor), path), nil
		case !errors.Is(err, syscall.EINTR):
			return nil, &fs.PathError{Op: "open", Path: path, Err: err}
		}
	}
}
