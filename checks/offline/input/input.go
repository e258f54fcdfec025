// Package input is what every file reader of checks/offline is given: a way to open the other files that a file names,
// and values for the variables it interpolates. It bounds what a hostile input can make a reader do.
package input

import (
	"errors"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// MaxFile is the size in bytes above which a file is not read as configuration. Real ones are below 100 kB; the bound
// keeps a dump that happens to contain a variable's name from filling the memory.
const MaxFile = 8 << 20

// The reasons why [Files.Open] does not give a file. Each is wrapped with the file's name.
var (
	// ErrOutside says that the file lies outside the directories that were given as inputs. It is not read, so that a
	// checked repository cannot make bbdoctor read other files of the machine.
	ErrOutside = errors.New("outside the inputs")
	// ErrMissing says that there is no such file.
	ErrMissing = errors.New("no such file")
	// ErrTooLarge says that the file is larger than MaxFile.
	ErrTooLarge = errors.New("larger than 8 MiB")
	// ErrNotRegular says that it is a directory, a device, a pipe or a socket.
	ErrNotRegular = errors.New("not a regular file")
	// ErrUnreadable says that the system refused to open or read it.
	ErrUnreadable = errors.New("cannot be read")
)

// Files opens the files that a file names.
type Files interface {
	// Open gives the file that base names with path, which is relative to base's directory unless it is absolute. The
	// same file gives the same *facts.Source every time. The error wraps one of the reasons above.
	Open(base *facts.Source, path string) (*facts.Source, error)
	// Exists says whether Open would find a file, without reading it.
	Exists(base *facts.Source, path string) bool
}

// Variables gives the values for interpolation that the user named with --env, the strongest of all. The second result
// is false for a name that the user gave no value.
type Variables func(name string) (facts.Setting, bool)

// Context is what a reader works with. The zero value opens nothing and knows no variable.
type Context struct {
	Files     Files
	Variables Variables
}

// Open gives a file through c.Files; without Files every file is missing.
func (c Context) Open(base *facts.Source, path string) (*facts.Source, error) {
	if c.Files == nil {
		return nil, ErrMissing
	}
	return c.Files.Open(base, path)
}

// Exists says whether a file is there; without Files none is.
func (c Context) Exists(base *facts.Source, path string) bool {
	return c.Files != nil && c.Files.Exists(base, path)
}

// Variable gives the user's value for a name.
func (c Context) Variable(name string) (facts.Setting, bool) {
	if c.Variables == nil {
		return facts.Setting{}, false
	}
	return c.Variables(name)
}
