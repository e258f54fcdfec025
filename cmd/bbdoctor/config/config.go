// Package config reads .bbdoctor.yaml: what a user says of his repository once and for all, so that it needs no flags.
// The file lies in the repository that is checked and is as little to be trusted as everything else there: it can name
// files below its own directory only, and its size and its patterns are bounded.
package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// Name is what the file is called.
const Name = ".bbdoctor.yaml"

// maxSize is the size in bytes above which the file is refused; that of a repository with 500 deployments has 60 kB.
const maxSize = 1 << 20

// Config is what the file says.
type Config struct {
	// File is the file's name as shown, Path its absolute path.
	File, Path  string
	Bitbucket   Bitbucket
	Deployments []Deployment
	Rules       []Rule
	// Exclude are globs of files and directories that are not walked.
	Exclude []string
	// Tables are what the user knows better than the rules.
	Tables facts.Tables
}

// Bitbucket is what files do not say of Bitbucket; "" and 0 when this one does not either.
type Bitbucket struct {
	Version string
	Nodes   int
}

// Deployment declares one installation.
type Deployment struct {
	Name      string
	Files     []string // globs
	Env       []string // files with values for interpolation, the later the stronger
	Helm      [][]string
	Bitbucket Bitbucket
}

// Rule is what is changed about the rules that a name or a family/* glob matches.
type Rule struct {
	Pattern string
	Off     bool
	Tuning  rules.Tuning
}

// Dir is the directory that the globs and files of the config start from.
func (c *Config) Dir() string { return filepath.Dir(c.Path) }

// Find looks for the file in a directory and those above it, up to the root of the git work tree that holds the directory,
// if one does. path is empty when there is none.
func Find(dir string) (path string) {
	for {
		candidate := filepath.Join(dir, Name)
		if info, err := os.Stat(candidate); err == nil && info.Mode().IsRegular() {
			return candidate
		}
		_, err := os.Lstat(filepath.Join(dir, ".git"))
		if parent := filepath.Dir(dir); err == nil || parent == dir {
			return ""
		} else {
			dir = parent
		}
	}
}

// Read reads the file at an absolute path; shown is its name in messages. all are the rules that may be named. The error
// lists everything that is wrong with the file, each with its place.
func Read(path, shown string, all []*rules.Rule) (*Config, error) {
	text, err := read(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shown, err)
	}
	config, err := Parse(shown, text, all)
	if err != nil {
		return nil, err
	}
	config.Path = path
	return config, nil
}

func read(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, errors.New("no such file")
	case err != nil:
		return nil, errors.New("cannot be read")
	case !info.Mode().IsRegular():
		return nil, errors.New("not a regular file")
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, errors.New("cannot be read: permission denied")
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxSize+1))
	switch {
	case err != nil:
		return nil, errors.New("cannot be read")
	case len(text) > maxSize:
		return nil, errors.New("larger than 1 MiB")
	}
	return text, nil
}
