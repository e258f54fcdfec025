package offline

import (
	"context"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// Declaration is one deployment as the user declares it: its files are one installation, whatever their directories look
// like. A file may belong to several.
type Declaration struct {
	Name string
	// Files are globs, relative to [Options.Base], in which ** is any number of directories.
	Files []string
	// Helm are values files, relative to [Options.Base]: one list a release, in the order of helm's -f.
	Helm [][]string
	// EnvFiles are files with values for ${...} interpolation, relative to [Options.Base], the later the stronger, and all
	// weaker than [Options.EnvFiles].
	EnvFiles []string
	// BitbucketVersion and BitbucketNodes are stronger than what the config file says for all deployments.
	BitbucketVersion string
	BitbucketNodes   int
}

// declarations finds the deployments that declare a file. A glob is only tried on files below the directory that it begins
// with, so that many deployments with a directory each cost no more than one.
type declarations struct {
	globs map[string][]declaredGlob // by the directory that they begin with
}

type declaredGlob struct {
	glob       string
	deployment int
}

func newDeclarations(declared []Declaration) declarations {
	d := declarations{map[string][]declaredGlob{}}
	for i, one := range declared {
		add := func(glob string) {
			base, _ := doublestar.SplitPattern(glob)
			d.globs[base] = append(d.globs[base], declaredGlob{glob, i})
		}
		for _, glob := range one.Files {
			add(path.Clean(glob))
		}
		for _, release := range one.Helm {
			for _, file := range release {
				add(escapeGlob(path.Clean(file)))
			}
		}
	}
	return d
}

// escapeGlob is the glob that matches one path only.
func escapeGlob(path string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`, "{", `\{`).Replace(path)
}

// of gives the deployments that declare a file, in their order. The name is relative to the base, with "/".
func (d declarations) of(name string) (deployments []int) {
	for dir := path.Dir(name); ; dir = path.Dir(dir) {
		for _, g := range d.globs[dir] {
			if matched, err := doublestar.Match(g.glob, name); err == nil && matched && !slices.Contains(deployments, g.deployment) {
				deployments = append(deployments, g.deployment)
			}
		}
		if dir == "." || dir == "/" {
			break
		}
	}
	slices.Sort(deployments)
	return deployments
}

// relative gives a path as globs speak of it; ok is false for one that is not below the base.
func (l *loader) relative(path string) (name string, ok bool) {
	if l.options.Base == "" {
		return "", false
	}
	for _, base := range []string{l.options.Base, l.base} {
		if relative, err := filepath.Rel(base, path); err == nil && filepath.IsLocal(relative) {
			return filepath.ToSlash(relative), true
		}
	}
	return "", false
}

// excluded says whether the user wants a path left out of the walk.
func (l *loader) excluded(path string) bool {
	if len(l.options.Exclude) == 0 {
		return false
	}
	name, ok := l.relative(path)
	return ok && slices.ContainsFunc(l.options.Exclude, func(glob string) bool {
		matched, err := doublestar.Match(strings.TrimPrefix(strings.TrimSuffix(glob, "/"), "./"), name)
		return err == nil && matched
	})
}

// asDeclared reads the inputs deployment by deployment as they are declared. What nobody declares is grouped by directory
// as if nothing were declared; it is said of each such deployment.
func (l *loader) asDeclared(ctx context.Context) ([]*facts.Deployment, error) {
	chosen := newChoice(l.options)
	index := newDeclarations(l.options.Declared)
	inputs := make([][]candidate, len(l.options.Declared))
	var rest []candidate
	for _, c := range l.inputs {
		var owners []int
		for _, path := range append([]string{c.path}, c.also...) {
			if name, ok := l.relative(path); ok && c.path != "" {
				owners = append(owners, index.of(name)...)
			}
		}
		slices.Sort(owners)
		for _, owner := range slices.Compact(owners) {
			inputs[owner] = append(inputs[owner], c)
		}
		if len(owners) == 0 {
			rest = append(rest, c)
		}
	}
	var deployments []*facts.Deployment
	named := map[*facts.Source]bool{}
	for i, declaration := range l.options.Declared {
		if !chosen.wants(declaration.Name) {
			continue
		}
		outside := l.outside(declaration)
		if len(inputs[i]) == 0 && len(outside) > 0 && !chosen.names(declaration.Name) {
			continue // of another part of the repository than the one that is checked
		}
		for _, glob := range outside {
			l.problems = append(l.problems, facts.Problem{File: l.options.ConfigFile, Note: true, Message: fmt.Sprintf("deployment %s declares %s, which lies outside the inputs and is not read", declaration.Name, glob)})
		}
		deployment, sub, err := l.one(ctx, declaration, inputs[i])
		if err != nil {
			return nil, err
		}
		if deployment != nil {
			deployments = append(deployments, deployment)
		}
		for source := range sub.files.named {
			named[source] = true
		}
		l.problems = append(l.problems, sub.problems...)
		l.others = append(l.others, sub.others...)
		for source, format := range sub.formats {
			l.mention(source, format)
		}
	}
	if chosen.onlyDeclared() {
		return deployments, nil
	}
	undeclared, err := l.undeclared(ctx, rest, named)
	return append(deployments, undeclared...), err
}

// outside gives the globs of a declaration that begin where none of the inputs is.
func (l *loader) outside(declaration Declaration) (globs []string) {
	inputs := func(glob string) bool {
		dir, _ := doublestar.SplitPattern(glob)
		if l.files.allowed(filepath.Join(l.base, filepath.FromSlash(dir))) {
			return true
		}
		file := filepath.Join(l.base, filepath.FromSlash(glob))
		return slices.ContainsFunc(l.inputs, func(c candidate) bool { return c.named && c.resolved == file })
	}
	for _, glob := range slices.Concat(slices.Concat(declaration.Helm...), declaration.Files) {
		if !inputs(path.Clean(glob)) {
			globs = append(globs, glob)
		}
	}
	return globs
}

// one reads the inputs of one declared deployment; it is nil when nothing among them is ours.
func (l *loader) one(ctx context.Context, declaration Declaration, inputs []candidate) (*facts.Deployment, *loader, error) {
	sub := l.view(l.files.disk, inputs)
	sub.options.say(declaration.BitbucketVersion, declaration.BitbucketNodes)
	sub.options.Releases = nil
	for _, values := range declaration.Helm {
		release := Release{}
		for _, file := range values {
			release.Files = append(release.Files, filepath.Join(l.options.Base, filepath.FromSlash(file)))
		}
		sub.options.Releases = append(sub.options.Releases, release)
	}
	variables, err := readVariables(sub.files, sub.options, declaration.EnvFiles)
	if err != nil {
		return nil, sub, err
	}
	sub.context.Variables = variables
	if err := sub.read(ctx); err != nil {
		return nil, sub, err
	}
	if len(sub.units) == 0 {
		if len(sub.problems) == 0 {
			sub.problems = append(sub.problems, facts.Problem{File: l.options.ConfigFile, Note: true, Message: fmt.Sprintf("deployment %s: nothing among the inputs that it declares configures Bitbucket, Pgpool-II or a PostgreSQL node", declaration.Name)})
		}
		return nil, sub, nil
	}
	apart := !oneInstallation(sub.units)
	deployment := sub.deployment(declaration.Name, sub.units)
	if apart {
		deployment.Problems = append(deployment.Problems, facts.Problem{
			File: sub.units[0].source.Name, Note: true,
			Message: fmt.Sprintf("deployment %s declares several Bitbucket configurations, or Pgpool-IIs with different backend nodes; they are read as one installation, as declared", declaration.Name),
		})
	}
	return deployment, sub, nil
}

// undeclared groups what no deployment declares. Files that a declared one names are no units of their own.
func (l *loader) undeclared(ctx context.Context, rest []candidate, named map[*facts.Source]bool) ([]*facts.Deployment, error) {
	l.inputs, l.files.named = rest, named
	if err := l.read(ctx); err != nil {
		return nil, err
	}
	deployments := l.group()
	for _, d := range deployments {
		if slices.ContainsFunc(l.options.Declared, func(declared Declaration) bool { return declared.Name == d.Name }) {
			d.Name += "#undeclared"
		}
		file := d.FirstFile()
		if file == standardInput {
			continue
		}
		d.Problems = append(d.Problems, facts.Problem{
			File: file, Note: true,
			Message: fmt.Sprintf("no deployment of the config file declares it; it is judged by itself as %s. Add it to the files of one, or exclude it", d.Name),
		})
	}
	return deployments, nil
}
