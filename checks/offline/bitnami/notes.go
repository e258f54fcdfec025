package bitnami

import (
	"strconv"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

func formatInteger(n int64) string { return strconv.FormatInt(n, 10) }

// noteNames tells of the names in the environment that the image does not take for variables of its own.
func (e *environment) noteNames() {
	var last map[string]int
	for _, name := range e.written {
		note, ok := e.note(name)
		if !ok {
			continue
		}
		if last == nil {
			last = make(map[string]int, len(e.written))
			for i := range e.container.Environment {
				last[e.container.Environment[i].Name] = i
			}
		}
		note.Origin = e.container.Environment[last[name]].Value.Origin
		e.notes[name] = note
	}
}

// maxNearest is for how many unknown names the nearest known one is looked for, which takes its time. Nobody has so many.
const maxNearest = 200

func (e *environment) nearest(name string) string {
	if e.searched++; e.searched > maxNearest {
		return ""
	}
	return e.table.nearest(name)
}

func (e *environment) note(name string) (facts.VariableNote, bool) {
	if v := e.table.byName[name]; v != nil {
		return e.noteKnown(v)
	}
	if v := e.table.ofFile(name); v != nil {
		if !e.readsFile(v) {
			return facts.VariableNote{Kind: facts.NoteTooNew, Since: "2025", Replacement: v.name}, true
		}
		return facts.VariableNote{}, false
	}
	if v := e.table.byName[strings.TrimSuffix(name, "_FILE")]; v != nil && v.fate == "" {
		return facts.VariableNote{Kind: facts.NoteUnknown, Nearest: v.name, Why: "the image does not read " + v.name + " from a file"}, true
	}
	return e.noteUnknown(name)
}

func (e *environment) noteKnown(v *variable) (facts.VariableNote, bool) {
	switch {
	case v.fate == constant:
		return facts.VariableNote{Kind: facts.NoteConstant, Replacement: v.replacement, Why: "the image overwrites it at start"}, true
	case v.fate == removed:
		return facts.VariableNote{Kind: facts.NoteRemoved, Replacement: v.replacement, Since: v.from}, true
	case v.fate == ineffective:
		return facts.VariableNote{Kind: facts.NoteIneffective, Why: "the image does nothing with it"}, true
	case v.fate == other:
		return facts.VariableNote{Kind: facts.NoteOtherImage, Why: v.replacement + " reads it"}, true
	case !e.reads(v):
		return facts.VariableNote{Kind: facts.NoteTooNew, Since: v.since}, true
	}
	return e.noteWithoutEffect(v)
}

// noteWithoutEffect tells of variables that the image reads only together with another.
func (e *environment) noteWithoutEffect(v *variable) (facts.VariableNote, bool) {
	unless := func(other facts.Key, value string) (facts.VariableNote, bool) {
		set := e.get(other)
		if !set.Known() || set.Norm == value || set.Bad != "" {
			return facts.VariableNote{}, false
		}
		return facts.VariableNote{Kind: facts.NoteIneffective, Why: "it has an effect only with " + string(other) + "=yes"}, true
	}
	switch v.name {
	case "PGPOOL_BACKEND_APPLICATION_NAMES":
		return unless("PGPOOL_AUTO_FAILBACK", "on")
	case "PGPOOL_TLS_CERT_FILE", "PGPOOL_TLS_KEY_FILE", "PGPOOL_TLS_PREFER_SERVER_CIPHERS":
		return unless("PGPOOL_ENABLE_TLS", "on")
	case "PGPOOL_POSTGRES_CUSTOM_USERS", "PGPOOL_POSTGRES_CUSTOM_PASSWORDS", "PGPOOL_PASSWD_FILE":
		return unless("PGPOOL_ENABLE_POOL_PASSWD", "on")
	}
	return facts.VariableNote{}, false
}

// noteUnknown tells of a name that is in no table: of one that looks like a variable of these images, or is nearly one.
func (e *environment) noteUnknown(name string) (facts.VariableNote, bool) {
	upper := strings.ToUpper(name)
	pgpool := e.table.pgpool
	// An env file that stands by itself, without an image, can be for all containers.
	single := e.container.Image.State != facts.Absent || e.container.Image.Text != ""
	switch {
	case pgpool && (strings.HasPrefix(name, "REPMGR_") || strings.HasPrefix(name, "POSTGRESQL_")):
		return facts.VariableNote{Kind: facts.NoteOtherImage, Why: "the postgresql-repmgr image reads it"}, single
	case !pgpool && strings.HasPrefix(name, "PGPOOL_"):
		return facts.VariableNote{Kind: facts.NoteOtherImage, Why: "the pgpool image reads it"}, single
	case pgpool && strings.HasPrefix(name, "PGPOOL_PARAMS_"):
		return facts.VariableNote{Kind: facts.NoteOtherImage, Why: "the pgpool/pgpool image reads it", Nearest: e.fromParams(name)}, true
	case pgpool && strings.HasPrefix(upper, "PGPOOL"), !pgpool && (strings.HasPrefix(upper, "REPMGR") || strings.HasPrefix(upper, "POSTGRESQL_")):
		return facts.VariableNote{Kind: facts.NoteUnknown, Nearest: e.nearest(name)}, true
	}
	// A name with a slip in its very beginning.
	if len(name) >= 10 {
		if nearest := e.nearest(name); nearest != "" && (strings.HasPrefix(nearest, "PGPOOL_") || strings.HasPrefix(nearest, "REPMGR_")) {
			return facts.VariableNote{Kind: facts.NoteUnknown, Nearest: nearest}, true
		}
	}
	return facts.VariableNote{}, false
}

// fromParams finds the variable for a parameter that the pgpool/pgpool image would be given: PGPOOL_PARAMS_MAX_POOL sets
// max_pool there.
func (e *environment) fromParams(name string) string {
	parameter := facts.Key(strings.ToLower(strings.TrimPrefix(name, "PGPOOL_PARAMS_")))
	for _, v := range e.table.variables {
		if v.parameter == parameter && v.fate == "" {
			return v.name
		}
	}
	return ""
}
