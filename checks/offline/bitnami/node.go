package bitnami

import (
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/byversion"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
	"github.com/bbdoctor/bbdoctor/checks/offline/postgresqlconf"
)

// Node gives the PostgreSQL node that a container runs.
//
// Of the postgresql-repmgr image Environment has every variable that is given or has a default, under its canonical name:
// POSTGRES_DB is POSTGRESQL_DATABASE, with POSTGRES_DB as Origin.Key. REPMGR_NODE_ID is computed as the image does where
// it is not given. Settings are PostgreSQL's parameters that rules look at, as the image writes them: from the variables,
// from postgresql.conf files that are mounted and among the inputs, and from the command line, which is the strongest.
// Any other image of PostgreSQL has its command line and a mounted config_file alone.
func Node(c *facts.Container, ctx input.Context) *facts.Node {
	node := &facts.Node{Name: containerName(c), Container: c, Version: postgresVersion(c.Image)}
	major := ""
	if node.Version.Known() {
		major = node.Version.Text
	}
	node.Image = !slices.Contains(Classify(c), RolePlainPostgreSQL)
	var e *environment
	common := plainSettings
	if node.Image {
		common = imageSettings()
		e = newEnvironment(c, nodeTable(), "", ctx)
		e.identity()
		if name := e.get("REPMGR_NODE_NAME"); name.Known() && name.Text != "" {
			node.Name = name.Text
		}
		node.Notes, node.Refusals = e.notes, nodeRefusals(e)
	} else {
		table := noVariables()
		e = &environment{table: table, generation: table.generations.Of(""), container: c, ctx: ctx}
		e.collect()
	}
	node.Files = e.confFiles(node.Image)
	if len(node.Files) > 0 {
		node.Settings.Own = postgresqlconf.EffectiveIn(node.Files, major)
	} else {
		node.Settings = facts.Layers{Own: facts.Settings{}, Common: common.Of(major)}
	}
	e.parameters(node.Settings, node.Image, major)
	node.Environment = e.all()
	return node
}

// The parameters of nodes whose environment says nothing of them, by the major version of PostgreSQL.
var (
	plainSettings = byversion.New(func(major string) facts.Settings { return postgresqlconf.EffectiveIn(nil, major) })
	imageSettings = sync.OnceValue(func() *byversion.Table[facts.Settings] {
		return byversion.New(func(major string) facts.Settings {
			settings := postgresqlconf.EffectiveIn(nil, major)
			newEnvironment(&facts.Container{}, nodeTable(), "", input.Context{}).parameters(facts.Layers{Own: settings}, true, major)
			return settings
		})
	})
)

// identity fills in the node's name and number as the image does when they are not given.
func (e *environment) identity() {
	name := e.get("REPMGR_NODE_NAME")
	if _, missing, _ := emptyValue(name); missing && e.unknown == "" {
		name = facts.Setting{Key: "REPMGR_NODE_NAME", State: facts.Unresolved, Why: "the container's host name, which nobody gave", Origin: name.Origin}
		if host := e.container.Hostname; host != "" && !strings.ContainsAny(host, "$`") {
			name = facts.Setting{Key: "REPMGR_NODE_NAME", Text: host, Norm: host, State: facts.Default, Why: "the container's host name", Origin: e.container.Origin}
		}
		e.values[name.Key] = name
	}
	id, seed := e.get("REPMGR_NODE_ID"), e.get("REPMGR_NODE_ID_START_SEED")
	if _, missing, _ := emptyValue(id); !missing {
		return
	}
	id = facts.Setting{Key: "REPMGR_NODE_ID", State: facts.Default, Why: "made of REPMGR_NODE_NAME and REPMGR_NODE_ID_START_SEED", Origin: name.Origin}
	switch {
	case !name.Known():
		id.State, id.Why = name.State, name.Why
	case !seed.Known():
		id.State, id.Why = seed.State, seed.Why
	default:
		suffix, _ := shellNumber(seed.Text)
		number, ok := shellNumber(nodeNumber(name.Text))
		if !ok {
			id.Bad = "the shell cannot compute with the number at the end of REPMGR_NODE_NAME: the image does not start"
			break
		}
		id.Text = formatInteger(number + suffix)
		id.Norm = id.Text
	}
	e.values[id.Key] = id
}

// nodeNumber is the digits behind the last dash of a node's name; empty when it does not end so.
func nodeNumber(name string) string {
	dash := strings.LastIndexByte(name, '-')
	digits := name[dash+1:]
	if dash < 0 || strings.Trim(digits, "0123456789") != "" {
		return ""
	}
	return digits
}

// parameters are PostgreSQL's settings: the image's variables, over them the conf files, which are there already, over
// them the command line.
func (e *environment) parameters(settings facts.Layers, image bool, major string) {
	if image {
		e.fromVariables(settings, major)
	}
	e.fromCommand(settings, image, major)
}

// fromVariables puts the image's variables under what the conf files set.
func (e *environment) fromVariables(settings facts.Layers, major string) {
	under := func(value facts.Setting) {
		switch top := settings.Get(value.Key); top.State {
		case facts.Set:
			top.Overridden = append(top.Overridden, hidden(facts.Settings{value.Key: value}, value.Key)...)
			put(settings, top)
		case facts.Unresolved: // a conf file that was not read may set it; what a variable sets is the best guess
			if value.State == facts.Set {
				put(settings, value)
			}
		default:
			put(settings, value)
		}
	}
	written := e.generation.parametric
	if settings.Common != nil { // where the defaults are already
		written = e.parametric()
	}
	for _, v := range written {
		value := e.get(facts.Key(v.name))
		if value.State == facts.Absent || value.Known() && value.Text == "" {
			continue
		}
		under(asParameter(value, v.parameter, major))
	}
	fixed := func(name facts.Key, text string) {
		under(facts.Setting{Key: name, Text: text, Norm: text, State: facts.Default, Why: "the image sets it"})
	}
	fixed("max_wal_senders", "16")
	fixed("hot_standby", "on")
	libraries := e.get("POSTGRESQL_SHARED_PRELOAD_LIBRARIES")
	libraries.Key, libraries.Overridden = "shared_preload_libraries", nil
	if libraries.Known() {
		libraries.Text = "repmgr, " + libraries.Text
		libraries.Norm, libraries.Origin.Runs = libraries.Text, []facts.Run{}
	}
	under(libraries)
	if replicas := e.get("POSTGRESQL_NUM_SYNCHRONOUS_REPLICAS"); !replicas.Known() || greaterThanZero(replicas.Text) {
		under(facts.Setting{
			Key: "synchronous_standby_names", State: facts.Unresolved, Origin: replicas.Origin,
			Why: "the image makes it of REPMGR_PARTNER_NODES when the primary starts for the first time",
		})
	}
	if settings.Own["listen_addresses"].State == facts.Default {
		// The image does not leave PostgreSQL's own default, and what it writes is not told by any variable.
		delete(settings.Own, "listen_addresses")
	}
}

// asParameter is a variable's value as a parameter of PostgreSQL, with what it hides.
func asParameter(value facts.Setting, name facts.Key, major string) facts.Setting {
	value.Key, value.Norm, value.Bad = name, "", ""
	value = postgresqlconf.Value(value, major)
	overridden := value.Overridden
	value.Overridden = nil
	for _, hidden := range overridden {
		hidden.Key, hidden.Norm, hidden.Bad = name, "", ""
		value.Overridden = append(value.Overridden, postgresqlconf.Value(hidden, major))
	}
	return value
}

// fromCommand puts what the server's command line sets over everything.
func (e *environment) fromCommand(settings facts.Layers, image bool, major string) {
	for _, flag := range e.flags(image) {
		value := postgresqlconf.Value(flag, major)
		if top, ok := settings.Lookup(value.Key); ok && (top.State != facts.Default || top.Origin.Known()) {
			value.Overridden = hidden(facts.Settings{value.Key: top}, value.Key)
		}
		put(settings, value)
	}
}

// flags are the settings that the server's command line has: POSTGRESQL_EXTRA_FLAGS, of another image the command.
func (e *environment) flags(image bool) []facts.Setting {
	var words []facts.ListItem
	state, why := facts.Set, ""
	if image {
		extra := e.get("POSTGRESQL_EXTRA_FLAGS")
		if !extra.Known() {
			return nil
		}
		state, why = extra.State, extra.Why
		text, _, _ := strings.Cut(extra.Text, "\n")
		words = facts.SplitItems(text, extra.Origin, func(c byte) bool { return c == ' ' || c == '\t' })
	} else {
		for _, word := range e.container.Command {
			words = append(words, facts.ListItem{Text: word, Origin: e.container.Origin})
		}
	}
	var settings []facts.Setting
	add := func(name string, word facts.ListItem, at int) {
		origin := word.Origin
		if image {
			origin = origin.Sub(at, len(word.Text))
		}
		settings = append(settings, facts.Setting{
			Key: facts.Key(strings.ToLower(strings.ReplaceAll(name, "-", "_"))), Text: word.Text[at:], State: state, Why: why, Origin: origin,
		})
	}
	for i := 0; i < len(words); i++ {
		word := words[i]
		option, start := word.Text, 0
		switch {
		case (option == "-c" || option == "--set") && i+1 < len(words):
			i++
			word, option = words[i], words[i].Text
		case option == "-N" && i+1 < len(words):
			i++
			add("max_connections", words[i], 0)
			continue
		case option == "-p" && i+1 < len(words):
			i++
			add("port", words[i], 0)
			continue
		case strings.HasPrefix(option, "--"):
			start = 2
		case strings.HasPrefix(option, "-c"):
			start = 2
		default:
			continue
		}
		if name, _, ok := strings.Cut(option[start:], "="); ok {
			add(name, word, start+len(name)+1)
		}
	}
	return settings
}

// The places in the postgresql-repmgr image where a postgresql.conf, and files that are read after it, can be mounted.
var (
	confDirectories = []string{"/bitnami/repmgr/conf", "/bitnami/postgresql/conf"}
	includedFiles   = "/bitnami/postgresql/conf/conf.d"
)

// confFiles reads the postgresql.conf files that are mounted and among the inputs. A mounted directory is no file that
// could be read; what it may hold is noted as unread.
func (e *environment) confFiles(image bool) []*facts.ConfFile {
	var files []*facts.ConfFile
	add := func(file string) bool {
		source, err := mounted(e.container, file, e.ctx)
		if err != nil {
			return false
		}
		files = append(files, postgresqlconf.Read(source, e.ctx))
		return true
	}
	if !image {
		for _, flag := range e.flags(false) {
			if flag.Key == "config_file" {
				add(flag.Text)
			}
		}
		return files
	}
	for _, directory := range confDirectories {
		if add(directory + "/postgresql.conf") {
			break
		}
	}
	volumes := slices.Clone(e.container.Volumes)
	slices.SortStableFunc(volumes, func(a, b facts.Volume) int { return strings.Compare(a.Target, b.Target) })
	for _, volume := range volumes {
		target := path.Clean("/" + volume.Target)
		switch {
		case target == includedFiles:
			files = append(files, &facts.ConfFile{Source: volume.Origin.Source, Unread: []facts.Unread{{
				Path: volume.Source, Reason: "the files of an included directory are not read", Origin: volume.Origin,
			}}})
		case path.Dir(target) == includedFiles && strings.HasSuffix(target, ".conf"):
			add(target)
		}
	}
	return files
}
