package facts

import (
	"cmp"
	"slices"
	"sync"
)

// Written lists every value that the deployment's files write for a name that Bitbucket, Pgpool-II or PostgreSQL reads:
// properties, container environments, image references and conf files, hidden values included; each place once, in the
// order of files and places. The slice is the same at every call; neither it nor what it holds may be changed.
func (d *Deployment) Written() []*Setting {
	d.writtenOnce.Do(func() { d.written = d.collect() })
	return d.written
}

// Forget drops what [Deployment.Written] keeps; nobody may call that at the same time.
func (d *Deployment) Forget() { d.written, d.writtenOnce = nil, sync.Once{} }

// Visit passes every value of [Deployment.Written] by, in no special order, places that several containers read more than
// once, and values without a place too.
func (d *Deployment) Visit(visit func(Setting)) {
	d.visit(func(setting *Setting) { visit(*setting) })
}

// visit is Visit without copies of what has its key. None of them may be changed.
func (d *Deployment) visit(visit func(*Setting)) {
	assignments := func(list []Assignment) {
		for i := range list {
			setting := &list[i].Value
			if setting.Key == "" && list[i].Name != "" {
				keyed := *setting
				keyed.Key, setting = Key(list[i].Name), &keyed
			}
			visit(setting)
		}
	}
	for _, c := range d.Containers() {
		assignments(c.Assignments())
		visit(&c.Image)
	}
	if d.Bitbucket != nil {
		for _, file := range d.Bitbucket.Files {
			assignments(file.Entries)
		}
	}
	for _, pgpool := range d.Pgpools {
		for _, file := range pgpool.Files {
			assignments(file.Assignments)
		}
	}
	for _, node := range d.Nodes {
		for _, file := range node.Files {
			assignments(file.Assignments)
		}
	}
}

func (d *Deployment) collect() []*Setting {
	count := 0
	d.visit(func(*Setting) { count++ })
	all := make([]*Setting, 0, count)
	d.visit(func(setting *Setting) {
		if setting.State != Absent && setting.Origin.Source != nil {
			all = append(all, setting)
		}
	})
	slices.SortStableFunc(all, func(a, b *Setting) int {
		at, other := &a.Origin, &b.Origin
		if at.Source != other.Source {
			if c := cmp.Compare(at.Source.Name, other.Source.Name); c != 0 {
				return c
			}
		}
		return cmp.Or(cmp.Compare(at.Span.Start, other.Span.Start), cmp.Compare(at.Span.End, other.Span.End))
	})
	return slices.CompactFunc(all, func(a, b *Setting) bool {
		return a.Origin.Source == b.Origin.Source && a.Origin.Span == b.Origin.Span && a.Key == b.Key
	})
}

// Sources passes the files by that the deployment was read from, each with the format of something in it, and most more
// than once.
func (d *Deployment) Sources(visit func(*Source, Format)) {
	d.Visit(func(setting Setting) {
		if setting.Origin.Source != nil {
			visit(setting.Origin.Source, setting.Origin.Format)
		}
	})
	for _, c := range d.Containers() {
		if c.Origin.Source != nil {
			visit(c.Origin.Source, c.Format)
		}
	}
	if d.Bitbucket != nil {
		for _, file := range d.Bitbucket.Files {
			visit(file.Source, Properties)
		}
	}
	for _, pgpool := range d.Pgpools {
		for _, file := range pgpool.Files {
			visit(file.Source, PgpoolConf)
		}
	}
	for _, node := range d.Nodes {
		for _, file := range node.Files {
			visit(file.Source, PostgreSQLConf)
		}
	}
}

// Outline is what reports tell of a deployment that was judged: what there is and which version, but none of the settings
// except for jdbc.url, and no files.
func (d *Deployment) Outline() *Deployment {
	outline := &Deployment{Name: d.Name, Problems: d.Problems}
	if b := d.Bitbucket; b != nil {
		outline.Bitbucket = &Bitbucket{Name: b.Name, URLs: b.URLs, Version: b.Version, Nodes: b.Nodes}
	}
	for _, p := range d.Pgpools {
		outline.Pgpools = append(outline.Pgpools, &Pgpool{Name: p.Name, Image: p.Image, Version: p.Version})
	}
	for _, n := range d.Nodes {
		outline.Nodes = append(outline.Nodes, &Node{Name: n.Name, Image: n.Image, Version: n.Version})
	}
	return outline
}

// FirstFile is the name of a file that the deployment was read from, "" when there is none.
func (d *Deployment) FirstFile() (name string) {
	d.Visit(func(setting Setting) {
		if source := setting.Origin.Source; source != nil && (name == "" || source.Name < name) {
			name = source.Name
		}
	})
	return name
}

// Containers lists every container of the deployment, whatever it runs.
func (d *Deployment) Containers() []*Container {
	var all []*Container
	if d.Bitbucket != nil {
		all = append(all, d.Bitbucket.Containers...)
	}
	for _, pgpool := range d.Pgpools {
		if pgpool.Container != nil {
			all = append(all, pgpool.Container)
		}
	}
	for _, node := range d.Nodes {
		if node.Container != nil {
			all = append(all, node.Container)
		}
	}
	return all
}
