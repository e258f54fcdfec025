// Package bitnami knows what the container images bitnami/pgpool and bitnami/postgresql-repmgr make of their environment:
// which variables they read, under which other names, with which defaults, what they refuse to start with, and which
// pgpool.conf or postgresql.conf comes out. The figures are those of the images' scripts; see the tables.
package bitnami

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
	"github.com/bbdoctor/bbdoctor/checks/offline/pgpoolconf"
)

// Pgpool gives the Pgpool-II that a container of the pgpool image runs.
//
// Environment has every variable that is given or has a default, by its name: Norm is "on" or "off" for yes/no variables
// and a decimal number for integers; Bad says what the image finds wrong with it or misreads, and Norm is empty when it
// does not start because of it. An empty variable has its default, with the place where it is emptied as Origin. A
// variable that is kept in a file has the file's content, or State Secret when the file is not among the inputs.
//
// Settings are the pgpool.conf that the image writes, with the variable as Origin. A PGPOOL_USER_CONF_FILE among the
// inputs is put over them; if it is not among the inputs, Environment["PGPOOL_USER_CONF_FILE"].Why says so, and any of the
// Settings may be another in truth.
func Pgpool(c *facts.Container, ctx input.Context) *facts.Pgpool {
	p := &facts.Pgpool{Name: containerName(c), Container: c, Image: true, Version: pgpoolVersion(c.Image)}
	version := ""
	if p.Version.Known() {
		version = p.Version.Text
	}
	w := &writer{environment: newEnvironment(c, pgpoolTable(), version, ctx), settings: facts.Settings{}}
	w.inherit("PGPOOL_HEALTH_CHECK_USER", "PGPOOL_SR_CHECK_USER")
	w.inherit("PGPOOL_HEALTH_CHECK_PASSWORD", "PGPOOL_SR_CHECK_PASSWORD")
	w.variables()
	w.authentication()
	w.tls()
	p.BackendList = w.backends()
	if conf := w.userConf(); conf != nil {
		p.Files = []*facts.ConfFile{conf}
		all := maps.Clone(w.generation.written)
		maps.Copy(all, w.settings)
		pgpoolconf.Apply(all, p.Files, version)
		pgpoolconf.Fill(all, p.Files, version)
		p.Settings.Own = all
		for name, note := range pgpoolconf.Notes(p.Files, version) {
			w.notes[name] = note
		}
	} else {
		p.Settings = facts.Layers{Own: w.settings, Common: w.generation.settings}
	}
	p.Backends = pgpoolconf.Backends(p.Settings.Own)
	p.Notes = w.notes
	p.Refusals = pgpoolRefusals(w.environment, p.BackendList)
	p.Environment = w.all()
	return p
}

// containerName is the container's name, else the file that declares it.
func containerName(c *facts.Container) string {
	name := c.Name
	if name == "" && len(c.Names) > 0 {
		name = c.Names[0]
	}
	if name == "" && c.Origin.Source != nil {
		name = c.Origin.Source.Name
	}
	return name
}

// writer writes the settings as libpgpool.sh writes pgpool.conf.
type writer struct {
	*environment
	// settings are those that are not the generation's.
	settings facts.Settings
	// addresses says that of the backend nodes only host and port are asked for.
	addresses bool
}

// inherit gives a variable that is not set the value of another.
func (w *writer) inherit(name, from facts.Key) {
	set, ok := w.lookup(name)
	if ok && !(set.Known() && set.Text == "") && set.State != facts.Unresolved {
		return
	}
	if set.State == facts.Unresolved && w.unknown == "" {
		return
	}
	source := w.get(from)
	if source.State == facts.Absent {
		return
	}
	source.Key, source.Overridden = name, nil
	if source.State == facts.Set {
		source.State, source.Why = facts.Default, "the value of "+string(from)
	}
	if ok && set.State == facts.Set {
		source.Overridden = hidden(w.values, name)
	}
	w.values[name] = source
}

// fixed writes what no variable changes.
func (w *writer) fixed() {
	set := func(name facts.Key, text string) {
		p, ok := pgpoolconf.Parameter(string(name))
		if !ok || !p.Exists(w.version) {
			return
		}
		norm, _, _ := pgpoolconf.Normalise(string(name), text, w.version)
		w.settings[name] = facts.Setting{Key: name, Text: text, Norm: norm, State: facts.Default, Why: "the image sets it"}
	}
	set("listen_addresses", "*")
	set("unix_socket_directories", "/opt/bitnami/pgpool/tmp")
	set("pcp_socket_dir", "/opt/bitnami/pgpool/tmp")
	set("authentication_timeout", "30")
	set("pid_file_name", "/opt/bitnami/pgpool/tmp/pgpool.pid")
	set("failover_command", `echo ">>> Failover - that will initialize new primary node search!"`)
	set("search_primary_node_timeout", "0")
}

// variables writes the parameters that have a variable each and not its default.
func (w *writer) variables() {
	for _, v := range w.parametric() {
		value := w.get(facts.Key(v.name))
		if value.Why != imageDefault || !isDefault(value) {
			w.parameter(v, v.parameter, value)
		}
	}
	if v := w.table.byName["PGPOOL_AUTO_FAILBACK"]; w.reads(v) {
		w.parameter(v, "auto_failback", w.get(facts.Key(v.name)))
	}
}

// parameter writes one parameter from a variable's value.
func (w *writer) parameter(v *variable, name facts.Key, value facts.Setting) {
	switch {
	case value.State == facts.Absent:
	case value.Known() && value.Text == "" && onlyWhenSet(v):
		// An empty one leaves the sample file's line, which is a comment.
		setting := pgpoolconf.DefaultSetting(string(name), w.version)
		setting.Why += ", because " + v.name + " is empty"
		setting.Origin, setting.Via, setting.Overridden = value.Origin, value.Via, w.convertAll(v, name, value.Overridden)
		w.settings[name] = setting
	default:
		w.settings[name] = w.convert(v, name, value)
	}
}

// onlyWhenSet says whether the image writes the variable's parameter only when the variable is not empty.
func onlyWhenSet(v *variable) bool {
	return v.kind == asNumber && v.defaultValue == "" || v.parameter == "log_line_prefix" || v.parameter == "client_min_messages"
}

// convert makes a parameter's setting out of a variable's.
func (w *writer) convert(v *variable, name facts.Key, value facts.Setting) facts.Setting {
	value.Key = name
	value.Overridden = w.convertAll(v, name, value.Overridden)
	if !value.Known() {
		return value
	}
	if value.State == facts.Set {
		value = w.judge(v, value)
	}
	switch {
	case value.Bad != "" && value.Norm == "":
		return value
	case v.kind == asYesNo || v.kind == asBoolean:
		return value
	}
	value.Norm, value.Bad = normalise(name, value.Text, w.version)
	return value
}

func (w *writer) convertAll(v *variable, name facts.Key, values []facts.Setting) []facts.Setting {
	converted := make([]facts.Setting, 0, len(values))
	for _, value := range values {
		converted = append(converted, w.convert(v, name, value))
	}
	if len(converted) == 0 {
		return nil
	}
	return converted
}

// normalise is what pgpool makes of a value that the image writes between single quotes.
func normalise(name facts.Key, text, version string) (norm, bad string) {
	if strings.ContainsAny(text, "'\n") && !facts.SensitiveName(string(name)) {
		return fromLine(string(name), "'"+text+"'", text, version)
	}
	norm, bad, refused := pgpoolconf.Normalise(string(name), text, version)
	if refused {
		norm = ""
	}
	return norm, bad
}

// fromLine is what pgpool makes of a line that the image writes with a text that may not be what a line can hold.
func fromLine(name, written, text, version string) (norm, bad string) {
	if plain(written, text) {
		norm, bad, refused := pgpoolconf.Normalise(name, text, version)
		if refused {
			norm = ""
		}
		return norm, bad
	}
	conf := pgpoolconf.Read(facts.NewSource("", []byte(name+" = "+written+"\n")), input.Context{})
	if conf.Refused != "" || len(conf.Assignments) == 0 || conf.Assignments[0].Name != name {
		return "", "it breaks the line in pgpool.conf: pgpool does not start"
	}
	read := conf.Assignments[0].Value.Text
	norm, bad, refused := pgpoolconf.Normalise(name, read, version)
	switch {
	case refused:
		return "", bad
	case read != text && bad == "":
		bad = "it breaks the line in pgpool.conf: pgpool reads " + strconv.Quote(read)
	}
	return norm, bad
}

// plain says whether pgpool reads a text out of a line just as it is, quoted or not: then it need not be tried.
func plain(written, text string) bool {
	if len(written) > len(text) {
		return !strings.ContainsAny(text, "'\n\x00\\")
	}
	return text != "" && strings.Trim(text, "0123456789") == ""
}

// authentication writes what follows from whether pool_hba.conf and pool_passwd are used.
func (w *writer) authentication() {
	hba := w.get("PGPOOL_ENABLE_POOL_HBA")
	clear := derived(hba, "allow_clear_text_frontend_auth")
	switch method := w.get("PGPOOL_AUTHENTICATION_METHOD"); {
	case !hba.Known():
	case method.Norm == "trust":
		clear = derived(method, "allow_clear_text_frontend_auth")
		clear.Norm = "on"
	default:
		clear.Norm = onOff(hba.Norm == "off")
	}
	w.settings[clear.Key] = clear

	passwd := derived(w.get("PGPOOL_ENABLE_POOL_PASSWD"), "pool_passwd")
	if passwd.Known() && passwd.Norm == "on" {
		passwd = derived(w.get("PGPOOL_PASSWD_FILE"), "pool_passwd")
		passwd.Norm = passwd.Text
	} else if passwd.Known() {
		passwd.Text, passwd.Norm = "", ""
	}
	w.settings[passwd.Key] = passwd
}

// derived is a setting that follows from another's value.
func derived(from facts.Setting, name facts.Key) facts.Setting {
	from.Key, from.Overridden, from.Bad = name, nil, ""
	return from
}

// tls writes the parameters for TLS, most of them only when it is on.
func (w *writer) tls() {
	enabled := w.get("PGPOOL_ENABLE_TLS")
	w.parameter(w.table.byName["PGPOOL_ENABLE_TLS"], "ssl", enabled)
	for _, file := range []struct{ parameter, variable facts.Key }{
		{"ssl_cert", "PGPOOL_TLS_CERT_FILE"}, {"ssl_key", "PGPOOL_TLS_KEY_FILE"}, {"ssl_ca_cert", "PGPOOL_TLS_CA_FILE"},
	} {
		switch value := w.get(file.variable); {
		case !enabled.Known():
			w.settings[file.parameter] = derived(enabled, file.parameter)
		case enabled.Norm == "on" && value.State != facts.Absent:
			w.settings[file.parameter] = derived(value, file.parameter)
		}
	}
	// ssl_prefer_server_ciphers is only ever written to be off, which is pgpool's default.
}

// userConf reads the file that the image appends to its pgpool.conf, nil when there is none or it is not among the inputs.
func (w *writer) userConf() *facts.ConfFile {
	const key = facts.Key("PGPOOL_USER_CONF_FILE")
	named := w.get(key)
	if named.State == facts.Absent || named.Known() && named.Text == "" {
		return nil
	}
	source, err := w.open(named)
	if err != nil {
		if named.Known() {
			named.Why = "the file is not among the inputs, and what it sets is stronger than any variable"
			w.values[key] = named
		}
		return nil
	}
	return pgpoolconf.Read(source, w.ctx)
}

// backends writes the parameters of the backend nodes and gives the list entry by entry.
func (w *writer) backends() []facts.BackendEntry {
	nodes := w.get("PGPOOL_BACKEND_NODES")
	if !nodes.Known() || nodes.Text == "" {
		return nil
	}
	var names []facts.ListItem
	failback := w.get("PGPOOL_AUTO_FAILBACK")
	applications := w.get("PGPOOL_BACKEND_APPLICATION_NAMES")
	if failback.Norm == "on" && applications.Known() {
		names = List(applications)
	}
	entries := Entries(nodes)
	for i, entry := range entries {
		fields := taken(entry)
		if len(fields) < 2 {
			continue // the image does not start
		}
		index := fields[0].Text
		w.backend("backend_hostname"+index, fields, 1, "", true, nodes)
		w.backend("backend_port"+index, fields, 2, "5432", false, nodes)
		if w.addresses {
			continue
		}
		w.backend("backend_weight"+index, fields, 3, "1", false, nodes)
		w.backend("backend_data_directory"+index, fields, 4, "/opt/bitnami/pgpool/data", true, nodes)
		w.backend("backend_flag"+index, fields, 5, "ALLOW_TO_FAILOVER", true, nodes)
		switch {
		case i < len(names):
			w.backend("backend_application_name"+index, names[i:i+1], 0, "", true, applications)
		case unknown(failback) || failback.Norm == "on" && unknown(applications):
			why := failback
			if failback.Known() {
				why = applications
			}
			if key, ok := pgpoolconf.Key("backend_application_name" + index); ok {
				w.settings[key] = derived(why, key)
			}
		}
	}
	return entries
}

// unknown says whether a value is written that nobody knows.
func unknown(s facts.Setting) bool { return s.State == facts.Unresolved || s.State == facts.Secret }

// backend writes one parameter of a backend node out of field n of its entry.
func (w *writer) backend(name string, fields []facts.ListItem, n int, defaultValue string, quoted bool, list facts.Setting) {
	var setting facts.Setting
	var ok bool
	if n < len(fields) {
		given := facts.Setting{Text: fields[n].Text, State: list.State, Why: list.Why, Origin: fields[n].Origin, Via: list.Via}
		setting, ok = written(name, given, n, quoted, w.version)
	} else {
		setting, ok = w.generation.backend(name, func() (facts.Setting, bool) {
			return written(name, facts.Setting{Text: defaultValue, State: facts.Default, Why: imageDefault}, n, quoted, w.version)
		})
	}
	if !ok {
		return
	}
	setting.Overridden = hidden(w.settings, setting.Key)
	w.settings[setting.Key] = setting
}

// written is a parameter of a backend node as pgpool reads it. ok is false when the name is none, which the list's entry
// tells, or when pgpool does not start because of it and field n is not the one that says so.
func written(name string, setting facts.Setting, n int, quoted bool, version string) (as facts.Setting, ok bool) {
	if setting.Key, ok = pgpoolconf.Key(name); !ok {
		return setting, false
	}
	line := setting.Text
	if quoted {
		line = "'" + line + "'"
	}
	if note, found := pgpoolconf.Note(name, version); found && note.Kind == facts.NoteRefused {
		setting.Bad = note.Why
		return setting, n == 1 // once said is enough
	}
	setting.Norm, setting.Bad = fromLine(name, line, setting.Text, version)
	return setting, true
}

// sortRefusals puts refusals in the order of the places where they point.
func sortRefusals(refusals []facts.Refusal) {
	slices.SortStableFunc(refusals, func(a, b facts.Refusal) int {
		if a.Origin.Source == nil || b.Origin.Source == nil || a.Origin.Source != b.Origin.Source {
			return 0
		}
		return cmp.Compare(a.Origin.Span.Start, b.Origin.Span.Start)
	})
}
