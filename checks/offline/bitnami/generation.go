package bitnami

import (
	"maps"
	"sync"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/pgpoolconf"
)

// generation is what the images with one version of Pgpool-II have in common ("" when there is no version to go by): what
// they make of variables that nobody sets. It is worked out once, for it is most of what a container has.
type generation struct {
	reads []bool // by index of the variable
	// environment are the variables that have a default.
	environment facts.Settings
	// parametric are the variables that stand for a parameter. Of pgpool.conf only those that the version knows are among
	// them: the image replaces a line of the sample file, and a parameter that the sample lacks is not added.
	parametric []*variable
	writes     []bool // whether a variable is parametric, by index
	// written is the pgpool.conf that the image writes out of defaults alone, settings what Pgpool-II makes of it; nil for
	// nodes.
	written, settings facts.Settings

	mu sync.Mutex
	// backends are the parameters of backend nodes of which an entry of PGPOOL_BACKEND_NODES does not speak, by name; false
	// for a name that is none.
	backends map[string]backendDefault
}

func (t *variableTable) generation(version string) *generation {
	g := &generation{reads: make([]bool, len(t.variables)), writes: make([]bool, len(t.variables)), environment: facts.Settings{}}
	for _, v := range t.variables {
		g.reads[v.index] = v.fate == "" && !pgpoolconf.Before(version, v.since)
	}
	e := &environment{table: t, generation: g, version: version}
	for _, v := range t.variables {
		if text := e.defaultOf(v); text != "" && e.reads(v) && v.alias == "" {
			key := facts.Key(v.name)
			g.environment[key] = e.judge(v, facts.Setting{Key: key, Text: text, State: facts.Default, Why: imageDefault})
		}
		written := v.parameter != "" && v.alias == ""
		if p, ok := pgpoolconf.Parameter(string(v.parameter)); t.pgpool && written {
			written = e.reads(v) && ok && p.Exists(version)
		}
		if written {
			g.parametric, g.writes[v.index] = append(g.parametric, v), true
		}
	}
	if t.pgpool {
		w := &writer{environment: e, settings: facts.Settings{}}
		w.fixed()
		for _, v := range g.parametric {
			if setting, ok := g.environment[facts.Key(v.name)]; ok {
				w.parameter(v, v.parameter, setting)
			}
		}
		g.written = w.settings
		g.settings = maps.Clone(w.settings)
		pgpoolconf.Fill(g.settings, nil, version)
	}
	return g
}

// backendDefault is what is written for a field that an entry of PGPOOL_BACKEND_NODES lacks.
type backendDefault struct {
	setting facts.Setting
	ok      bool
}

// maxBackends is how many of them are kept: those of 128 nodes.
const maxBackends = 1024

// backend gives the default of a backend node's parameter, which work finds out when it is first asked for.
func (g *generation) backend(name string, work func() (facts.Setting, bool)) (facts.Setting, bool) {
	g.mu.Lock()
	known, ok := g.backends[name]
	g.mu.Unlock()
	if ok {
		return known.setting, known.ok
	}
	known.setting, known.ok = work()
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.backends == nil {
		g.backends = map[string]backendDefault{}
	}
	if len(g.backends) < maxBackends {
		g.backends[name] = known
	}
	return known.setting, known.ok
}

const imageDefault = "the image's default"
