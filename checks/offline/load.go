// Package offline reads configuration files: it walks the inputs, recognises what is Bitbucket's, Pgpool-II's or a
// PostgreSQL node's, has each read by the reader of its format, and groups what belongs together into deployments.
package offline

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"time"

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
	// StdinName is how Stdin is called where a place in it is shown; empty for "-".
	StdinName string
	// EnvFiles are files with values for ${...} interpolation, the later the stronger.
	EnvFiles []string
	// Environ are NAME=value pairs for interpolation, weaker than EnvFiles; nil to use none.
	Environ []string
	// BitbucketVersion and BitbucketNodes are what the user says for every deployment; "" and 0 when nothing.
	BitbucketVersion string
	BitbucketNodes   int
	// Releases say which values files Helm is given together, in which order. What they name is read, be it among Paths or not.
	Releases []Release
	// Base is the absolute directory that the paths and globs of Declared and Exclude start from, and out of which they do
	// not lead; empty when the user has no config file. ConfigFile is that file's name as shown, and what it says of
	// Bitbucket is weaker than the two above.
	Base, ConfigFile string
	ConfigVersion    string
	ConfigNodes      int
	// Declared are the deployments that the user declares. What is found below Paths and is declared for one or several of
	// them belongs to these; the rest is grouped by directory.
	Declared []Declaration
	// Exclude are globs of files and directories that are not walked. A path of Paths is read all the same.
	Exclude []string
	// Deployments are names or globs of the deployments that are wanted; empty for all. One that there is not is an
	// [UnknownDeploymentError].
	Deployments []string
	// Today is the date by which ends of life are judged, and Tables are what the user knows better than the rules; every
	// deployment gets them as they are.
	Today  time.Time
	Tables facts.Tables
	// Deferred leaves it to [facts.Deployment.Assemble] to fill in the Pgpool-IIs and nodes that need no other file; [LoadEach]
	// decides by itself.
	Deferred bool
	// Found, when not nil, is told how many files there are to read, before the first is read.
	Found func(files int)
	// Overlay has texts that stand for files on disk, by [facts.Source.Path]: how a fix looks before it is written.
	Overlay map[string][]byte
}

// Load reads the inputs. What cannot be read becomes a problem of the collection; the error is only for a broken call:
// the context ended, or a file of EnvFiles cannot be read.
func Load(ctx context.Context, options Options) (*facts.Collection, error) {
	l, err := newLoader(ctx, options)
	if err != nil {
		return nil, err
	}
	return l.together(ctx)
}

// newLoader finds what there is to read.
func newLoader(ctx context.Context, options Options) (*loader, error) {
	files, err := newFiles(options)
	if err != nil {
		return nil, err
	}
	variables, err := readVariables(files, options, nil)
	if err != nil {
		return nil, err
	}
	l := &loader{options: options, base: resolveLinks(options.Base), files: files, context: input.Context{Files: files, Variables: variables}}
	if err := l.walk(ctx); err != nil {
		return nil, err
	}
	if options.Found != nil {
		options.Found(len(l.inputs))
	}
	return l, nil
}

// view is a loader of some of the inputs.
func (l *loader) view(d *disk, inputs []candidate) *loader {
	files := newView(d)
	return &loader{options: l.options, base: l.base, files: files, inputs: inputs, context: input.Context{Files: files, Variables: l.context.Variables}}
}

// together reads all inputs and groups what they configure.
func (l *loader) together(ctx context.Context) (*facts.Collection, error) {
	deployments, err := l.deployments(ctx)
	if err != nil {
		return nil, err
	}
	return l.collection(deployments), nil
}

// collection is what was read.
func (l *loader) collection(deployments []*facts.Deployment) *facts.Collection {
	for _, deployment := range deployments {
		deployment.Today, deployment.Tables = l.options.Today, l.options.Tables
	}
	c := &facts.Collection{Deployments: deployments, Others: l.others, Directives: l.directives(deployments), Problems: inOrder(l.problems)}
	l.inputs, l.units = nil, nil // deployments that are deferred keep the loader
	hideSecrets(c)
	return c
}

// inOrder sorts problems by file and place, and leaves out what is said twice.
func inOrder(problems []facts.Problem) []facts.Problem {
	slices.SortStableFunc(problems, func(a, b facts.Problem) int { return cmp.Or(a.Compare(b), cmp.Compare(a.Message, b.Message)) })
	return slices.CompactFunc(problems, func(a, b facts.Problem) bool {
		return a.File == b.File && a.Origin.Span == b.Origin.Span && a.Message == b.Message
	})
}

// deployments reads what was found and makes deployments of it, those that the user picked.
func (l *loader) deployments(ctx context.Context) (all []*facts.Deployment, err error) {
	if len(l.options.Declared) > 0 {
		all, err = l.asDeclared(ctx)
	} else if err = l.read(ctx); err == nil {
		all = l.group()
	}
	if err != nil {
		return nil, err
	}
	return newChoice(l.options).pick(all)
}

// say takes what the config file says of one deployment.
func (o *Options) say(version string, nodes int) {
	if version != "" {
		o.ConfigVersion = version
	}
	if nodes > 0 {
		o.ConfigNodes = nodes
	}
}

// readVariables makes the look-up for interpolation out of the environment, the files that a deployment declares, and
// --env files, the later the stronger.
func readVariables(files *files, options Options, declared []string) (input.Variables, error) {
	values := map[string]facts.Setting{}
	for _, pair := range options.Environ {
		if name, value, ok := cutVariable(pair); ok {
			values[name] = facts.Setting{Key: facts.Key(name), Text: value, State: facts.Set, Why: "the environment", Origin: facts.Origin{Key: name, Runs: []facts.Run{}}}
		}
	}
	add := func(given, path string, source *facts.Source, err error) error {
		if err != nil {
			return fmt.Errorf("%s %s: %w", given, path, err)
		}
		assignments, problems := dotenv.Read(source, facts.ComposeEnv, nil)
		if len(problems) > 0 {
			line, _ := source.Position(problems[0].Origin.Span.Start)
			return fmt.Errorf("%s %s: line %d: %s", given, path, line, facts.RedactText(problems[0].Message))
		}
		for _, assignment := range assignments {
			values[assignment.Name] = assignment.Value
		}
		return nil
	}
	for _, path := range declared {
		source, err := files.below(options.Base, path)
		if err := add(options.ConfigFile+": env", path, source, err); err != nil {
			return nil, err
		}
	}
	for _, path := range options.EnvFiles {
		source, err := files.given(path)
		if err := add("--env", path, source, err); err != nil {
			return nil, err
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
