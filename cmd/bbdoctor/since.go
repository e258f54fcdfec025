package main

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/bbdoctor/bbdoctor/checks/changes"
	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline"
	"github.com/bbdoctor/bbdoctor/cmd/bbdoctor/config"
	"github.com/bbdoctor/bbdoctor/rules"
	"github.com/bbdoctor/bbdoctor/rules/catalog"
	"github.com/bbdoctor/bbdoctor/rules/suppress"
)

// since is the earlier state that --changed-since names, judged by the rules that this program has.
type since struct {
	revision   string
	state      *changes.Since
	repository *changes.Repository
	collection *facts.Collection
	results    []*rules.Result
}

// reasonOf is an error of the system without the path, which the message names as the user wrote it.
func reasonOf(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// newSince takes the earlier state out of the repository; nil when nobody asked. [since.close] removes it.
func newSince(c *cli.Context, env environment, s settings) (*since, error) {
	revision := c.String("changed-since")
	if !c.IsSet("changed-since") {
		return nil, nil
	}
	paths, err := s.absolutePaths(env)
	if err != nil {
		return nil, err
	}
	start, err := filepath.Abs(env.path("."))
	if err != nil {
		return nil, usagef("--changed-since %s: %v", revision, err)
	}
	if len(paths) > 0 {
		start = startOf(env, paths[0])
	}
	repository, err := changes.Open(start, env.variables)
	if err != nil {
		return nil, usagef("--changed-since %s: %s: %v", revision, shownAs(env, start), err)
	}
	wanted := paths
	if s.config != nil && len(paths) > 0 {
		if _, ok := inside(repository, s.config.Path); ok {
			wanted = append(slices.Clone(paths), s.config.Path) // what it said then counts for then
		}
	}
	state, err := repository.At(c.Context, revision, wanted)
	switch {
	case c.Context.Err() != nil:
		return nil, c.Context.Err()
	case errors.Is(err, changes.ErrRevision):
		return nil, usagef("--changed-since %s: there is no such revision in %s; a shallow clone has only the newest", revision, repository.Top)
	case err != nil:
		return nil, usagef("--changed-since %s: %v", revision, err)
	}
	earlier := &since{revision: revision, state: state, repository: repository}
	if err := earlier.judge(c.Context, env, s, paths); err != nil {
		return nil, errors.Join(err, state.Close())
	}
	return earlier, nil
}

// absolutePaths are the paths of the command line without standard input.
func (s settings) absolutePaths(env environment) (paths []string, err error) {
	for _, path := range s.load.Paths {
		if path == "-" {
			continue
		}
		absolute, err := filepath.Abs(env.path(path))
		if err != nil {
			return nil, usagef("%s: %v", path, err)
		}
		paths = append(paths, absolute)
	}
	return paths, nil
}

// inside is what a path of the work tree is called from its root.
func inside(repository *changes.Repository, path string) (name string, ok bool) {
	resolved, err := filepath.EvalSymlinks(path)
	if err != nil {
		resolved = path
	}
	name, err = filepath.Rel(repository.Top, resolved)
	return name, err == nil && filepath.IsLocal(name)
}

// then is where a path of the work tree lies in the earlier state.
func (e *since) then(path string) (string, bool) {
	name, ok := inside(e.repository, path)
	return filepath.Join(e.state.Dir, name), ok
}

// judge reads and judges the earlier state as today's is, by what the config file said then, so that what a change of that
// file causes counts as caused.
func (e *since) judge(ctx context.Context, env environment, s settings, paths []string) error {
	options, judged := s.load, s.rules
	if earlier, ok := e.config(s.config); ok {
		options.Base, options.ConfigFile, options.ConfigVersion, options.ConfigNodes = "", "", "", 0
		options.Exclude, options.Declared, options.Tables = nil, nil, facts.Tables{}
		configure(&options, earlier)
		if earlier != nil {
			options.Base = s.config.Dir()
		}
		judged = s.tuned(earlier)
	}
	options.Deferred, options.Overlay, options.Stdin = true, nil, nil
	options.Dir, options.Paths, options.Deployments = e.state.Dir, nil, nil
	for _, path := range paths {
		if then, ok := e.then(path); ok {
			options.Paths = append(options.Paths, then)
		}
	}
	if options.Base != "" {
		base, ok := e.then(options.Base)
		if !ok {
			return usagef("--changed-since %s: the config file %s lies outside the git work tree %s", e.revision, options.ConfigFile, e.repository.Top)
		}
		if err := keepEnvironments(options, base); err != nil {
			return usagef("--changed-since %s: %v", e.revision, err)
		}
		options.Base = base
	}
	options.EnvFiles = slices.Clone(options.EnvFiles)
	for i, file := range options.EnvFiles {
		absolute, err := filepath.Abs(env.path(file))
		if err != nil {
			return usagef("--env %s: %v", file, err)
		}
		options.EnvFiles[i] = absolute
	}
	var err error
	if e.collection, err = offline.Load(ctx, options); err != nil {
		return usagef("--changed-since %s: the files as they were: %v", e.revision, err)
	}
	e.results = rules.RunAll(e.collection.Deployments, judged)
	return nil
}

// config reads the config file as it was, which is nil when there was none. ok is false when today's is to be taken: it lies
// outside the work tree, or what it said then is nothing that can be read.
func (e *since) config(now *config.Config) (earlier *config.Config, ok bool) {
	if now == nil {
		return nil, false
	}
	path, ok := e.then(now.Path)
	if !ok {
		return nil, false
	}
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, true
	}
	earlier, err := config.Read(path, now.File, catalog.All())
	return earlier, err == nil
}

// keepEnvironments has the files with values that are not in the repository, as .env often is, serve the earlier state too.
func keepEnvironments(options offline.Options, base string) error {
	for _, declaration := range options.Declared {
		for _, file := range declaration.EnvFiles {
			target := filepath.Join(base, file)
			if _, err := os.Lstat(target); err == nil {
				continue
			}
			text, err := os.ReadFile(filepath.Join(options.Base, file))
			if err != nil {
				continue // loading it has said so, or will
			}
			if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
				return reasonOf(err)
			}
			if err := os.WriteFile(target, text, 0o600); err != nil {
				return reasonOf(err)
			}
		}
	}
	return nil
}

// changed gives the results with the findings that the change touched or caused.
func (e *since) changed(ctx context.Context, collection *facts.Collection, results []*rules.Result) ([]*rules.Result, error) {
	lines, err := e.state.Compare(ctx, places(results))
	if err != nil {
		return nil, exitError{exitIncomplete, "--changed-since " + e.revision + ": " + err.Error()}
	}
	touched := func(at facts.Origin) bool {
		changed := lines[at.Source]
		if at.Span == (facts.Span{}) && at.Key == "" {
			return changed.Any() // something that is missing in the file
		}
		first, _ := at.Source.Position(at.Span.Start)
		last, _ := at.Source.Position(max(at.Span.Start, at.Span.End-1))
		return changed.Touch(first, last)
	}
	then := func(source *facts.Source) string { return e.state.Now(below(e.state.Dir)(source)) }
	before := suppress.NewBefore(e.results, suppress.NewPrinter(e.collection, then))
	now := func(source *facts.Source) string { return e.repository.Name(source.Path, source.Name) }
	return suppress.Changed(results, before, suppress.NewPrinter(collection, now), touched, e.revision), nil
}

// places are the files that findings point at, in the order of their names.
func places(results []*rules.Result) (sources []*facts.Source) {
	seen := map[*facts.Source]bool{}
	add := func(at facts.Origin) {
		if at.Source != nil && !seen[at.Source] {
			seen[at.Source] = true
			sources = append(sources, at.Source)
		}
	}
	for _, result := range results {
		for _, finding := range result.Findings {
			add(finding.At)
			for _, note := range finding.Related {
				add(note.At)
			}
		}
	}
	slices.SortFunc(sources, func(a, b *facts.Source) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Path, b.Path)) })
	return sources
}
