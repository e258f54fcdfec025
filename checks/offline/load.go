// Package offline reads configuration files: it walks the inputs, recognises what is Bitbucket's, Pgpool-II's or a
// PostgreSQL node's, has each read by the reader of its format, and groups what belongs together into deployments.
package offline

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
)

// Options say what to read and what the files do not tell.
type Options struct {
	// Dir is the working directory: relative paths start there and files are named relative to it. Empty is the
	// process's own.
	Dir string
	// Paths are files, directories, or "-" for Stdin.
	Paths []string
	Stdin io.Reader
	// EnvFiles are files with values for ${...} interpolation, the later the stronger.
	EnvFiles []string
	// Environ are NAME=value pairs for interpolation, weaker than EnvFiles; nil to use none.
	Environ []string
	// BitbucketVersion and BitbucketNodes are what the user says; "" and 0 when nothing.
	BitbucketVersion string
	BitbucketNodes   int
	// Releases say which values files Helm is given together, in which order. What they name is read, be it among Paths or not.
	Releases []Release
	// Deferred leaves it to [facts.Deployment.Assemble] to fill in the Pgpool-IIs and nodes that need no other file.
	Deferred bool
	// Overlay has texts that stand for files on disk, by [facts.Source.Path]: how a fix looks before it is written.
	Overlay map[string][]byte
}

// Load reads the inputs. What cannot be read becomes a problem of the collection; the error is only for a broken call:
// the context ended, or a file of EnvFiles cannot be read.
func Load(ctx context.Context, options Options) (*facts.Collection, error) {
	files, err := newFiles(options)
	if err != nil {
		return nil, err
	}
	variables, err := readVariables(files, options)
	if err != nil {
		return nil, err
	}
	l := &loader{options: options, files: files, context: input.Context{Files: files, Variables: variables}}
	if err := l.walk(ctx); err != nil {
		return nil, err
	}
	if err := l.read(ctx); err != nil {
		return nil, err
	}
	collection := &facts.Collection{Deployments: l.group(), Others: l.others}
	l.inputs, l.units = nil, nil // deployments that are deferred keep the loader
	slices.SortStableFunc(l.problems, func(a, b facts.Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Origin.Span.Start, b.Origin.Span.Start), cmp.Compare(a.Message, b.Message))
	})
	collection.Problems = slices.CompactFunc(l.problems, func(a, b facts.Problem) bool {
		return a.File == b.File && a.Origin.Span == b.Origin.Span && a.Message == b.Message
	})
	hideSecrets(collection)
	return collection, nil
}

// readVariables makes the look-up for interpolation out of --env files and the environment.
func readVariables(files *files, options Options) (input.Variables, error) {
	values := map[string]facts.Setting{}
	for _, pair := range options.Environ {
		if name, value, ok := cutVariable(pair); ok {
			values[name] = facts.Setting{Key: facts.Key(name), Text: value, State: facts.Set, Why: "the environment", Origin: facts.Origin{Key: name, Runs: []facts.Run{}}}
		}
	}
	for _, path := range options.EnvFiles {
		source, err := files.given(path)
		if err != nil {
			return nil, fmt.Errorf("--env %s: %w", path, err)
		}
		assignments, problems := dotenv.Read(source, facts.ComposeEnv, nil)
		if len(problems) > 0 {
			line, _ := source.Position(problems[0].Origin.Span.Start)
			return nil, fmt.Errorf("--env %s: line %d: %s", path, line, facts.RedactText(problems[0].Message))
		}
		for _, assignment := range assignments {
			values[assignment.Name] = assignment.Value
		}
	}
	if len(values) == 0 {
		return nil, nil
	}
	return func(name string) (facts.Setting, bool) {
		setting, ok := values[name]
		return setting, ok
	}, nil
}

func cutVariable(pair string) (name, value string, ok bool) {
	for i := 1; i < len(pair); i++ {
		if pair[i] == '=' {
			return pair[:i], pair[i+1:], true
		}
	}
	return "", "", false
}
