package offline

import (
	"context"
	"errors"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/bitnami"
	"github.com/bbdoctor/bbdoctor/checks/offline/compose"
	"github.com/bbdoctor/bbdoctor/checks/offline/directive"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv"
	"github.com/bbdoctor/bbdoctor/checks/offline/foreign"
	"github.com/bbdoctor/bbdoctor/checks/offline/helm"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
	"github.com/bbdoctor/bbdoctor/checks/offline/inspect"
	"github.com/bbdoctor/bbdoctor/checks/offline/kubernetes"
	"github.com/bbdoctor/bbdoctor/checks/offline/pgpoolconf"
	"github.com/bbdoctor/bbdoctor/checks/offline/postgresqlconf"
	"github.com/bbdoctor/bbdoctor/checks/offline/properties"
	"github.com/bbdoctor/bbdoctor/checks/offline/shell"
)

// unit is one thing that a file configures, before it is known what it belongs to. Exactly one of the pointers is set.
type unit struct {
	dir        string // the directory's name as shown
	overlay    string // the compose file that is read on top of source for one environment
	namespace  string // of Kubernetes; empty when it is not said
	inManifest bool   // a release of a chart, in a file that a kustomization may name
	source     *facts.Source
	properties *facts.PropertiesFile
	bitbucket  *facts.Container
	pgpool     *facts.Pgpool
	addresses  []pgpoolconf.Address // of the backend nodes of a deferred pgpool
	node       *facts.Node
	other      *facts.Container // none of ours, but it may share what is
	passed     *facts.Problem   // a container that is not judged although it has settings of ours
	// environment is what placed gives, once the unit is in a tree.
	environment string
}

// gathered is what files gave.
type gathered struct {
	units    []unit
	others   []*facts.Container
	problems []facts.Problem
}

// take sorts in what was made of a container or a file.
func (g *gathered) take(u unit) {
	switch {
	case u.other != nil:
		g.others = append(g.others, u.other)
	case u.passed != nil:
		g.problems = append(g.problems, *u.passed)
	default:
		g.units = append(g.units, u)
	}
}

func (g *gathered) add(other gathered) {
	g.units = append(g.units, other.units...)
	g.others = append(g.others, other.others...)
	g.problems = append(g.problems, other.problems...)
}

// reading is what one file, or several that are read together, gave.
type reading struct {
	gathered
	manifests manifests
	mentions  []candidate // that have a directive
}

// read reads the candidates, first those that name other files, then those that nobody named.
func (l *loader) read(ctx context.Context) error {
	first, second := l.batches()
	first = l.withBases(first)
	for _, batches := range [][][]candidate{first, second} {
		readings := make([]reading, len(batches))
		if err := l.each(ctx, len(batches), func(i int) { readings[i] = l.readBatch(batches[i]) }); err != nil {
			return err
		}
		var found manifests
		for _, r := range readings {
			l.add(r.gathered)
			found.add(r.manifests)
			for _, c := range r.mentions {
				l.mention(c.source, c.format)
			}
		}
		if l.isPart && len(found.ours)+len(found.kustomizations) > 0 {
			return errTogether // manifests name each other wherever they lie
		}
		// Before the second: kustomizations name env files.
		if err := l.kubernetes(ctx, found); err != nil {
			return err
		}
	}
	l.units = slices.DeleteFunc(l.units, l.onlyExtended)
	return nil
}

// onlyExtended says whether a unit comes from a compose file that is there for others to extend or include: another file
// names it, and it has not the name of one that docker compose reads by itself.
func (l *loader) onlyExtended(u unit) bool {
	if !l.files.isNamed(u.source) || u.properties != nil || u.inManifest {
		return false
	}
	pair, _ := compose.Pair(path.Base(u.source.Name))
	return pair == ""
}

// each is parallel, but for a small part of the inputs: others are read at the same time.
func (l *loader) each(ctx context.Context, n int, work func(int)) error {
	if !l.isPart || len(l.inputs) >= largePart {
		return parallel(ctx, n, work)
	}
	for i := 0; i < n && ctx.Err() == nil; i++ {
		work(i)
	}
	return ctx.Err()
}

// parallel runs work for 0..n-1 on all cores. Results go to places of their own, so that their order does not depend on
// the number of cores.
func parallel(ctx context.Context, n int, work func(int)) error {
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		group.Go(func() {
			for i := next.Add(1) - 1; i < int64(n) && ctx.Err() == nil; i = next.Add(1) - 1 {
				work(int(i))
			}
		})
	}
	group.Wait()
	return ctx.Err()
}

// batches sorts the candidates: compose files that docker compose reads together are one batch. Env files and conf files
// come second, because another file may name them and then they are no units of their own.
func (l *loader) batches() (first, second [][]candidate) {
	together := map[string]int{} // directory and base of a compose file -> its batch
	var values, units []candidate
	declared := l.declared()
	for _, c := range l.inputs {
		if declared[c.resolved] {
			c.format = facts.Helm
		}
		switch c.format {
		case facts.Helm:
			values = append(values, c)
		case facts.Systemd:
			units = append(units, c)
		case facts.ComposeEnv, facts.PgpoolConf, facts.PostgreSQLConf:
			second = append(second, []candidate{c})
		case facts.Compose:
			pair, override := compose.Pair(filepath.Base(c.path))
			if pair == "" {
				first = append(first, []candidate{c})
				continue
			}
			key := filepath.Join(filepath.Dir(c.path), pair)
			batch, ok := together[key]
			switch {
			case !ok:
				together[key] = len(first)
				first = append(first, []candidate{c})
			case override:
				first[batch] = append(first[batch], c)
			default:
				first[batch] = slices.Insert(first[batch], 0, c)
			}
		default:
			first = append(first, []candidate{c})
		}
	}
	first = append(first, unitBatches(units)...)
	return append(first, l.valuesBatches(values, declared)...), second
}

// readBatch reads one candidate, or several compose files together.
func (l *loader) readBatch(batch []candidate) (r reading) {
	var sources []*facts.Source
	var read []candidate
	for _, c := range batch {
		source, format, ok := l.open(c, &r)
		if !ok {
			continue
		}
		if c.companion && len(sources) == 0 && !c.named && !relevant(source.Name, source.Text, format) {
			l.files.forget(c.resolved) // without the file that it belongs to it is nothing
			continue
		}
		c.source, c.format = source, format
		sources, read = append(sources, source), append(read, c)
		if directive.Mentioned(source.Text) {
			r.mentions = append(r.mentions, c)
		}
	}
	if len(sources) == 0 {
		return r
	}
	if read[0].format == facts.Kubernetes {
		r.manifests.take(read[0], sources[0])
		return r
	}
	l.interpret(read[0], sources, &r)
	l.name(read, &r)
	if top := batch[len(batch)-1]; top.overlay {
		for i := range r.units {
			r.units[i].overlay = filepath.Base(top.path)
		}
	}
	if len(r.units) == 0 && len(r.problems) == 0 && read[0].named {
		r.problems = append(r.problems, facts.Problem{File: sources[0].Name, Message: "nothing in it configures Bitbucket, Pgpool-II or a PostgreSQL node"})
	}
	return r
}

// open reads a candidate's bytes and drops it when it is none of ours.
func (l *loader) open(c candidate, r *reading) (*facts.Source, facts.Format, bool) {
	source, format := c.source, c.format
	if source == nil {
		var err error
		if source, err = l.files.load(c.path, c.resolved); err != nil {
			// What is too large is a note unless its very name says that it is ours.
			name := l.files.name(c.path)
			problem := facts.Problem{File: name, Message: strings.TrimPrefix(err.Error(), name+": ")}
			if !c.named && format != facts.Properties && errors.Is(err, input.ErrTooLarge) {
				problem.Note, problem.Message = true, "not read: "+problem.Message
			}
			r.problems = append(r.problems, problem)
			return nil, 0, false
		}
		l.files.mark(source, c.inTree)
	}
	drop := func() (*facts.Source, facts.Format, bool) {
		if c.source == nil {
			l.files.forget(c.resolved)
		}
		return nil, 0, false
	}
	if reason := noText(source.Text); reason != "" {
		// An empty bitbucket.properties may be meant so, where the environment has the settings.
		if empty := reason == emptyFile; c.named || format == facts.Properties || format == facts.PgpoolConf || ours(source.Text) {
			r.problems = append(r.problems, facts.Problem{File: source.Name, Message: reason, Note: empty && !c.named})
		}
		return drop()
	}
	if format == facts.Shell && filepath.Ext(c.path) == "" && c.source == nil && !c.named && !shebang(source.Text) {
		return drop()
	}
	if (format == facts.Compose || format == facts.DockerInspect) && kubernetes.Recognise(source.Text) {
		format = facts.Kubernetes
	}
	if kubernetes.IsKustomization(c.path) {
		return source, facts.Kubernetes, true
	}
	if c.named && !c.companion && !relevant(source.Name, source.Text, format) || format == 0 {
		guess, ok := contentFormat(source.Text)
		switch {
		case ok:
			format = guess
		case c.named:
			r.problems = append(r.problems, facts.Problem{File: source.Name, Message: "nothing that bbdoctor reads; it takes " + taken})
			return drop()
		}
	}
	if !c.named && !c.companion && !relevant(source.Name, source.Text, format) {
		if format == facts.Kubernetes && kubernetes.Auxiliary(source.Text) {
			r.manifests.others = append(r.manifests.others, c)
		}
		return drop()
	}
	return source, format, true
}

// interpret has a file read by the reader of its format. Several sources are compose files read together.
func (l *loader) interpret(c candidate, sources []*facts.Source, r *reading) {
	source := sources[0]
	dir := dirName(source.Name)
	add := func(u unit) {
		u.dir, u.source = dir, source
		r.take(u)
	}
	if isTemplate(c.format, source.Text) {
		if c.named || foreignRelevant(source.Name, source.Text) {
			r.passOver(c, source, foreign.Template)
		}
		return
	}
	switch c.format {
	case facts.Foreign:
		form, _, _ := foreign.Named(source.Name)
		r.passOver(c, source, form)
	case facts.Properties:
		file := properties.Read(source)
		filledIn(file.Entries)
		add(unit{properties: file})
	case facts.Compose:
		containers, problems := compose.Read(sources, l.context)
		l.containers(containers, add)
		r.problems = append(r.problems, problems...)
		if len(containers) == 0 && len(problems) == 0 && helm.Relevant(source.Text) {
			l.values(c, sources, r)
		}
	case facts.Helm:
		l.values(c, sources, r)
	case facts.Systemd:
		l.systemd(sources, r, add)
	case facts.DockerInspect:
		containers, problems := inspect.Read(source)
		l.containers(containers, add)
		r.problems = append(r.problems, problems...)
	case facts.Shell:
		containers, problems := shell.Read(source, l.context)
		l.containers(containers, add)
		// A script of somebody else's that the parser does not understand is none of our business.
		if c.named || len(r.units) > 0 || ours(source.Text) {
			r.problems = append(r.problems, problems...)
		}
	case facts.ComposeEnv:
		if l.files.isNamed(source) {
			return
		}
		assignments, problems := dotenv.Read(source, facts.ComposeEnv, nil)
		l.containers([]*facts.Container{{Environment: assignments, Replicas: 1, Format: facts.ComposeEnv, Origin: facts.Origin{Source: source, Format: facts.ComposeEnv}}}, add)
		if c.named || len(r.units) > 0 {
			r.problems = append(r.problems, problems...)
		}
	case facts.PgpoolConf:
		if l.files.isNamed(source) {
			return
		}
		conf := pgpoolconf.Read(source, l.context)
		unknown := facts.Setting{Key: facts.PgpoolVersion, State: facts.Unresolved, Why: "pgpool.conf does not tell the version"}
		add(unit{pgpool: pgpoolconf.Instance(source.Name, []*facts.ConfFile{conf}, unknown)})
	case facts.PostgreSQLConf:
		if l.files.isNamed(source) {
			return
		}
		conf := postgresqlconf.Read(source, l.context)
		add(unit{node: &facts.Node{Name: source.Name, Files: []*facts.ConfFile{conf}, Settings: facts.Layers{Own: postgresqlconf.Effective([]*facts.ConfFile{conf})}}})
	}
}

// containers makes units out of containers by what they run.
func (l *loader) containers(containers []*facts.Container, add func(unit)) {
	for _, c := range containers {
		filledIn(c.Environment)
		roles := bitnami.Classify(c)
		if len(roles) == 0 {
			if other := shares(c); other != nil {
				add(unit{other: other})
			}
			if variable := atlassian(c); variable != nil {
				add(unit{passed: passedBy(c, variable, "neither the name of its image nor another variable tells that it is Bitbucket")})
			}
		}
		for _, role := range roles {
			switch role {
			case bitnami.RolePgpool:
				add(l.pgpool(c))
			case bitnami.RolePostgreSQL:
				add(unit{node: l.node(c)})
			case bitnami.RoleBitbucket:
				add(unit{bitbucket: c})
				if file := l.mountedProperties(c); file != nil {
					add(unit{properties: file})
				}
			}
		}
	}
}

// shares gives a container with those of its variables only whose values come from a place that may serve others too; nil
// when there are none.
func shares(c *facts.Container) *facts.Container {
	var shared []facts.Assignment
	for _, variable := range c.Environment {
		if origin := variable.Value.Origin; len(variable.Value.Via) > 0 || origin.Source != c.Origin.Source {
			shared = append(shared, variable)
		}
	}
	if shared == nil {
		return nil
	}
	return &facts.Container{Name: c.Name, Origin: c.Origin, Format: c.Format, Environment: shared}
}

// dirName is the directory part of a name as shown.
func dirName(name string) string {
	if i := strings.LastIndexByte(name, '/'); i > 0 {
		return name[:i]
	}
	return "."
}
