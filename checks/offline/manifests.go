package offline

import (
	"context"
	"slices"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/bitnami"
	"github.com/bbdoctor/bbdoctor/checks/offline/foreign"
	"github.com/bbdoctor/bbdoctor/checks/offline/helm"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
	"github.com/bbdoctor/bbdoctor/checks/offline/kubernetes"
	"github.com/bbdoctor/bbdoctor/checks/offline/pgpoolconf"
)

// manifests are files of Kubernetes. They name each other, so they are read together.
type manifests struct {
	ours           []*facts.Source
	named          []*facts.Source // by the user
	kustomizations []kubernetes.Kustomization
	// others hold no name of ours, but may be what the others name.
	others []candidate
}

func (m *manifests) take(c candidate, source *facts.Source) {
	if kubernetes.IsKustomization(c.path) {
		m.kustomizations = append(m.kustomizations, kubernetes.Kustomization{Source: source, Ours: relevant(source.Name, source.Text, facts.Kubernetes)})
		return
	}
	m.ours = append(m.ours, source)
	if c.named {
		m.named = append(m.named, source)
	}
}

func (m *manifests) add(other manifests) {
	m.ours = append(m.ours, other.ours...)
	m.named = append(m.named, other.named...)
	m.kustomizations = append(m.kustomizations, other.kustomizations...)
	m.others = append(m.others, other.others...)
}

// kubernetes reads the manifests that were found.
func (l *loader) kubernetes(ctx context.Context, found manifests) error {
	if len(found.ours)+len(found.kustomizations) == 0 {
		return nil
	}
	units := len(l.units)
	var namespaces []string // of each of the units
	known := map[place]bool{}
	take := func(one kubernetes.Found) (enter func()) {
		found := l.found(one)
		return func() {
			found(known)
			for len(namespaces) < len(l.units)-units {
				namespaces = append(namespaces, one.Namespace)
			}
		}
	}
	result := kubernetes.Read(kubernetes.Input{
		Manifests: found.ours, Kustomizations: found.kustomizations, Context: l.context, Take: take,
		Parallel: func(n int, work func(int)) { _ = parallel(ctx, n, work) },
		Others: func(wanted func([]byte) bool) []*facts.Source {
			sources := make([]*facts.Source, len(found.others))
			_ = parallel(ctx, len(found.others), func(i int) {
				c := found.others[i]
				source, err := l.files.load(c.path, c.resolved)
				if err != nil || !wanted(source.Text) {
					l.files.forget(c.resolved)
					return
				}
				l.files.mark(source, c.inTree)
				sources[i] = source
			})
			return slices.DeleteFunc(sources, func(source *facts.Source) bool { return source == nil })
		},
	})
	if err := ctx.Err(); err != nil {
		return err
	}
	l.problems = append(l.problems, result.Problems...)
	l.releases(found, result.Taken)
	for len(namespaces) < len(l.units)-units {
		namespaces = append(namespaces, l.units[units+len(namespaces)].namespace)
	}
	several := severalNamespaces(l.units[units:], namespaces)
	for i, namespace := range namespaces {
		if u := &l.units[units+i]; several[u.dir] {
			u.dir += "/" + namespace
		}
	}
	taken := func(u unit) bool { return u.properties != nil && result.Taken[u.source] }
	made := slices.Clone(l.units[units:])
	l.units = append(slices.DeleteFunc(l.units[:units], taken), made...)
	for _, source := range found.named {
		nothing := func(u unit) bool { return u.source == source }
		if !slices.ContainsFunc(made, nothing) && !result.Taken[source] && !slices.ContainsFunc(l.problems, func(p facts.Problem) bool { return p.File == source.Name }) {
			l.problems = append(l.problems, facts.Problem{File: source.Name, Message: "nothing in it configures Bitbucket, Pgpool-II or a PostgreSQL node"})
		}
	}
	return nil
}

// found makes units of what manifests configure, several of it at the same time. What it gives enters them, one after the
// other; known are the properties files that there are already.
func (l *loader) found(one kubernetes.Found) (enter func(known map[place]bool)) {
	var units []unit
	add := func(u unit) { units = append(units, u) }
	enter = func(known map[place]bool) {
		for _, u := range units {
			if u.properties != nil {
				// One that a container mounts is there already.
				if u.properties == one.Properties && known[placeOf(u.properties)] {
					continue
				}
				known[placeOf(u.properties)] = true
			}
			u.dir, u.source, u.namespace = dirName(one.Home.Name), one.Home, one.Namespace
			l.take(u)
		}
	}
	switch {
	case one.Container != nil && one.Ends != "":
		if len(bitnami.Classify(one.Container)) > 0 || atlassian(one.Container) != nil {
			if variable := ofOurs(one.Container); variable != nil {
				add(unit{passed: passedBy(one.Container, variable, one.Ends)})
			}
		}
	case one.Container != nil:
		l.containers([]*facts.Container{one.Container}, add)
	case one.Properties != nil:
		filledIn(one.Properties.Entries)
		add(unit{properties: one.Properties})
	case one.Conf != nil:
		conf := pgpoolconf.Read(one.Conf, l.context)
		unknown := facts.Setting{Key: facts.PgpoolVersion, State: facts.Unresolved, Why: "pgpool.conf does not tell the version"}
		add(unit{pgpool: pgpoolconf.Instance(one.Conf.Name, []*facts.ConfFile{conf}, unknown)})
	}
	return enter
}

// releases makes units of the releases of charts that manifests make. One that is patched is named, for its values are not
// all; so is one that sets something of ours and that no chart which is read takes.
func (l *loader) releases(found manifests, taken map[*facts.Source]bool) {
	type file struct {
		source   *facts.Source
		releases []helm.Inline
	}
	var files []file
	patched := map[string]bool{} // by kind and name
	for _, source := range found.ours {
		if !helm.HasInline(source.Text) {
			continue
		}
		releases, problems := helm.ReadInline(source)
		l.problems = append(l.problems, problems...)
		files = append(files, file{source, releases})
		for _, release := range releases {
			if release.Chart == "" {
				patched[release.Kind+"/"+release.Name] = true
			}
		}
	}
	anyPatched := slices.ContainsFunc(found.kustomizations, func(k kubernetes.Kustomization) bool { return helm.HasInline(k.Source.Text) })
	for _, f := range files {
		units, noted := len(l.units), false
		for _, release := range f.releases {
			if release.Chart == "" || patched[release.Kind+"/"+release.Name] || anyPatched && taken[f.source] {
				noted = true
				l.problems = append(l.problems, facts.Problem{
					File: f.source.Name, Origin: release.At, Note: !slices.Contains(found.named, f.source),
					Message: "the " + release.Kind + " " + input.Shown(release.Name) + " is put together with a patch, which is not followed, and its values are not read; have bbdoctor read what kustomize build prints",
				})
				continue
			}
			l.release(f.source, release)
		}
		if len(f.releases) > 0 && len(l.units) == units && !noted {
			l.unreadRelease(f.source, f.releases[0], slices.Contains(found.named, f.source))
		}
	}
}

// release makes units of what a release configures.
func (l *loader) release(source *facts.Source, release helm.Inline) {
	add := func(u unit) {
		if u.other == nil && u.passed == nil {
			u.dir, u.source, u.namespace, u.inManifest = dirName(source.Name), source, release.Namespace, true
			l.units = append(l.units, u)
		}
	}
	for _, file := range release.Properties {
		filledIn(file.Entries)
		add(unit{properties: file})
	}
	l.containers(release.Containers, add)
	l.problems = append(l.problems, release.Problems...)
}

// unreadRelease names a file that sets something of ours in the values of a chart that is not read.
func (l *loader) unreadRelease(source *facts.Source, release helm.Inline, named bool) {
	name, span, ok := foreign.Key(source.Text)
	if !ok {
		return
	}
	l.problems = append(l.problems, facts.Problem{
		File: source.Name, Origin: facts.Origin{Source: source, Span: span, Key: name, KeySpan: span, Format: facts.Kubernetes},
		Message: "it is a " + release.Kind + " with values of the chart " + input.Shown(release.Chart) + " and not read, although it sets " + name + "; " + foreign.Data.Advice(), Note: !named,
	})
}

// severalNamespaces are the directories whose units are of several namespaces: each may be an installation.
func severalNamespaces(units []unit, namespaces []string) map[string]bool {
	first, several := map[string]string{}, map[string]bool{}
	for i, namespace := range namespaces {
		if namespace == "" {
			continue
		}
		dir := units[i].dir
		if before, ok := first[dir]; ok && before != namespace {
			several[dir] = true
		}
		first[dir] = namespace
	}
	return several
}

// place is what tells the properties files in manifests apart: two are one when they are the same text in the same place.
type place struct {
	source *facts.Source
	first  facts.Span // of the first entry's value
	n      int
}

func placeOf(file *facts.PropertiesFile) place {
	p := place{source: file.Source, n: len(file.Entries)}
	if p.n > 0 {
		p.first = file.Entries[0].Value.Origin.Span
	}
	return p
}
