package pgpoolconf

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/byversion"
	"github.com/bbdoctor/bbdoctor/checks/offline/postgresqlconf/guc"
)

// Key is the name under which a parameter is known in facts.Settings: without zeros before an index, and for a name that
// is a mere alias the present one. ok is false for a name that is no parameter.
func Key(name string) (key facts.Key, ok bool) {
	p, index, ok := find(name)
	if !ok {
		return facts.Key(name), false
	}
	if p.Fate == Alias {
		p = parameters().byName[p.Replacement]
	}
	if index == "" {
		return facts.Key(p.Name), true
	}
	n, err := strconv.Atoi(index)
	if err != nil || n < 0 || !guc.Decimal(index[0]) {
		return facts.Key(name), false
	}
	if index[0] != '0' && p.Name == name[:len(name)-len(index)] || index == "0" {
		return facts.Key(name), true
	}
	return facts.Key(p.Name + strconv.Itoa(n)), true
}

// Effective gives what the files, read one after the other, set in a version of Pgpool-II ("" when it is not known): of
// several assignments the last, with those that it overrides. Parameters that the version does not know are left out, as
// pgpool ignores them; when the version is not known, those that only older ones knew are kept. The parameters that rules
// look at are filled in with their defaults; of any other [DefaultSetting] knows it.
func Effective(files []*facts.ConfFile, version string) facts.Settings {
	settings := make(facts.Settings, 128)
	Apply(settings, files, version)
	Fill(settings, files, version)
	return settings
}

// Apply puts what the files set over what settings have already, which then stands among the overridden values, defaults
// that are written nowhere excepted.
func Apply(settings facts.Settings, files []*facts.ConfFile, version string) {
	given, fresh := len(settings), settings
	if given > 0 {
		fresh = facts.Settings{}
	}
	for _, file := range slices.Backward(files) {
		for _, assignment := range slices.Backward(file.Assignments) {
			key, ok := Key(assignment.Name)
			if !ok || !effective(assignment.Name, version) {
				continue
			}
			value := Value(key, assignment.Value, version)
			if hiding, hidden := fresh[key]; hidden {
				hiding.Overridden = append(hiding.Overridden, value)
				value = hiding
			}
			fresh[key] = value
		}
	}
	if given == 0 {
		return
	}
	for key, value := range fresh {
		if old, ok := settings[key]; ok && (old.State != facts.Default || old.Origin.Known()) {
			chain := old.Overridden
			old.Overridden = nil
			value.Overridden = append(append(value.Overridden, old), chain...)
		}
		settings[key] = value
	}
}

// Value is an assignment's value as the setting of a parameter: with its key, its normal form, and what is wrong with it.
func Value(key facts.Key, value facts.Setting, version string) facts.Setting {
	value.Key = key
	if value.Known() {
		norm, bad, refused := Normalise(string(key), value.Text, version)
		if strings.TrimSpace(value.Text) == "" && value.Origin.Span.Len() == 0 && bad == "" && value.Text != "" {
			bad = "the value is missing: pgpool takes the end of the line for it"
		}
		if refused {
			norm = ""
		}
		value.Norm, value.Bad = norm, bad
	}
	return value
}

// effective says whether a version takes the parameter; an unknown version may be an old one.
func effective(name, version string) bool {
	p, _, ok := find(name)
	if !ok {
		return false
	}
	if _, known := parseRelease(version); !known {
		return true
	}
	return p.Exists(version)
}

// Fill adds the parameters that rules look at and that settings lack, with their defaults; where one of the files includes
// what could not be read, they are unresolved instead.
func Fill(settings facts.Settings, files []*facts.ConfFile, version string) {
	unread := firstUnread(files)
	for _, setting := range defaults.Of(version) {
		if _, ok := settings[setting.Key]; ok {
			continue
		}
		if unread != "" {
			setting = facts.Setting{Key: setting.Key, State: facts.Unresolved, Why: unread}
		}
		settings[setting.Key] = setting
	}
}

// defaults are the parameters that rules look at and that a version has, with their defaults.
var defaults = byversion.New(func(version string) []facts.Setting {
	var settings []facts.Setting
	for _, name := range parameters().judged {
		setting := DefaultSetting(name, version)
		if setting.State != facts.Absent {
			settings = append(settings, setting)
		}
	}
	return settings
})

// firstUnread is the reason why a parameter that no file sets may be set all the same; empty when there is none.
func firstUnread(files []*facts.ConfFile) string {
	for _, file := range files {
		for _, unread := range file.Unread {
			return "the included file " + unread.Path + " could not be read: " + unread.Reason
		}
	}
	return ""
}

// DefaultSetting is a parameter as it is when nothing sets it in a version of Pgpool-II; version "" is the newest. Its
// State is Absent when the version has no such parameter, and Unresolved when nothing is known of the version.
func DefaultSetting(name, version string) facts.Setting {
	key, ok := Key(name)
	p, index, found := find(string(key))
	if !ok || !found || !p.Exists(version) {
		return facts.Setting{Key: key}
	}
	if r, known := parseRelease(version); known && r.before(mustRelease("4.0")) {
		return facts.Setting{Key: key, State: facts.Unresolved, Why: "the defaults of Pgpool-II " + version + " are not known"}
	}
	text, since := p.defaultIn(version)
	norm, _, refused := p.normalise(text, version, p.unitOf(index))
	if refused { // a default need not keep the bounds: the port of a backend that is not there is 0
		norm = text
	}
	why := "pgpool's default"
	if since != "" {
		why += " since " + since
	}
	return facts.Setting{Key: key, Text: text, Norm: norm, State: facts.Default, Why: why}
}

// Backends are the backend nodes that pgpool ends up with, in the order of their index. A node without a port is none:
// pgpool leaves it out.
func Backends(settings facts.Settings) []facts.BackendNode {
	indexes := backendIndexes(settings)
	nodes := make([]facts.BackendNode, 0, len(indexes))
	for _, n := range indexes {
		index := strconv.Itoa(n)
		get := func(name string) facts.Setting {
			if setting, ok := settings[facts.Key(name+index)]; ok {
				return setting
			}
			return DefaultSetting(name+index, "")
		}
		nodes = append(nodes, facts.BackendNode{
			Index: index, Host: get("backend_hostname"), Port: get("backend_port"), Weight: get("backend_weight"),
			DataDirectory: get("backend_data_directory"), Flag: get("backend_flag"), ApplicationName: get("backend_application_name"),
		})
	}
	return nodes
}

// backendIndexes are the indexes of the backend nodes, in order.
func backendIndexes(settings facts.Settings) []int {
	var indexes []int
	for key := range settings {
		if index, ok := strings.CutPrefix(string(key), "backend_port"); ok && settings[key].Norm != "0" {
			if n, err := strconv.Atoi(index); err == nil {
				indexes = append(indexes, n)
			}
		}
	}
	slices.Sort(indexes)
	return indexes
}

// Address is where a backend node is, as texts.
type Address struct{ Index, Host, Port string }

// Addresses gives where the nodes are that [Backends] gives, and nothing else of them.
func Addresses(settings facts.Settings) []Address {
	indexes := backendIndexes(settings)
	nodes := make([]Address, 0, len(indexes))
	for _, n := range indexes {
		index := strconv.Itoa(n)
		get := func(name string) string {
			if setting, ok := settings[facts.Key(name+index)]; ok {
				return setting.Text
			}
			return DefaultSetting(name+index, "").Text
		}
		nodes = append(nodes, Address{Index: index, Host: get("backend_hostname"), Port: get("backend_port")})
	}
	return nodes
}

// Instance is a Pgpool-II that is configured by files alone. version is what is known of its version: a Set setting like
// "4.5.5", or any other state.
func Instance(name string, files []*facts.ConfFile, version facts.Setting) *facts.Pgpool {
	if version.State == facts.Absent {
		version = facts.Setting{Key: facts.PgpoolVersion, State: facts.Unresolved, Why: "no file tells Pgpool-II's version"}
	}
	known := ""
	if version.Known() {
		known = version.Text
	}
	pgpool := &facts.Pgpool{Name: name, Files: files, Version: version, Settings: facts.Layers{Own: Effective(files, known)}}
	pgpool.Backends = Backends(pgpool.Settings.Own)
	pgpool.Notes = Notes(files, known)
	return pgpool
}

// maxNearest is for how many unknown names the nearest known one is looked for, which takes its time. Nobody has so many.
const maxNearest = 200

// Notes tell of the names in the files that a version of Pgpool-II does not take for parameters, or takes for others.
func Notes(files []*facts.ConfFile, version string) map[string]facts.VariableNote {
	notes := map[string]facts.VariableNote{}
	for _, file := range files {
		for _, assignment := range file.Assignments {
			if len(notes) >= maxNearest {
				if _, _, found := find(assignment.Name); !found {
					notes[assignment.Name] = facts.VariableNote{Kind: facts.NoteUnknown, Origin: assignment.Value.Origin}
					continue
				}
			}
			if note, ok := Note(assignment.Name, version); ok {
				note.Origin = assignment.Value.Origin
				notes[assignment.Name] = note
			}
		}
	}
	return notes
}

// Note tells what is to be known of a name in pgpool.conf; ok is false when it is an ordinary parameter of the version.
func Note(name, version string) (note facts.VariableNote, ok bool) {
	p, index, found := find(name)
	if !found {
		return facts.VariableNote{Kind: facts.NoteUnknown, Nearest: Nearest(name)}, true
	}
	if reason := p.refusesName(index, version); reason != "" {
		return facts.VariableNote{Kind: facts.NoteRefused, Why: reason}, true
	}
	replacement := p.Replacement
	if replacement != "" && parameters().byName[replacement].Index != NoIndex {
		replacement += cmp.Or(index, "0")
	}
	r, known := parseRelease(version)
	gone := p.From != "" && (!known || !r.before(mustRelease(p.From)))
	switch {
	case p.Fate == Removed && gone:
		return facts.VariableNote{Kind: facts.NoteRemoved, Replacement: replacement, Since: p.From}, true
	case p.Fate == Alias && gone:
		return facts.VariableNote{Kind: facts.NoteDeprecated, Replacement: replacement, Since: p.From}, true
	case p.Fate == Superseded && gone:
		return facts.VariableNote{Kind: facts.NoteIneffective, Replacement: replacement, Since: p.From, Why: "superseded by " + replacement}, true
	case !p.Exists(version):
		return facts.VariableNote{Kind: facts.NoteTooNew, Since: p.since}, true
	}
	return facts.VariableNote{}, false
}
