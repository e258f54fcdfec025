package bitnami

import (
	"cmp"
	"slices"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
	"github.com/bbdoctor/bbdoctor/checks/offline/pgpoolconf"
)

// environment is a container's environment as the image sees it.
type environment struct {
	table      *variableTable
	generation *generation
	container  *facts.Container
	ctx        input.Context
	// version is Pgpool-II's version, "" when it is not known or the image is another.
	version string
	// values are those that are written; the defaults of the others are the generation's.
	values facts.Settings
	// written are the names in the order in which they are first given a value.
	written []string
	notes   map[string]facts.VariableNote
	// unknown says why there may be variables that nobody knows: an env_file that is not among the inputs. A container
	// tells it by an assignment without a name.
	unknown string
	// partial says why a variable that is not given may be given elsewhere, although nothing hints at it.
	partial string
	// searched counts the names for which the nearest was looked for.
	searched int
}

// newEnvironment reads a container's assignments: of several of one name the last wins, a file that NAME_FILE names wins
// over NAME, an alias stands in for an empty variable, and an empty variable has its default.
func newEnvironment(c *facts.Container, table *variableTable, version string, ctx input.Context) *environment {
	e := &environment{
		table: table, generation: table.generations.Of(version), container: c, ctx: ctx, version: version, notes: map[string]facts.VariableNote{},
	}
	switch {
	case c.Format == facts.ComposeEnv || c.Format == facts.DockerEnv:
		e.partial = "an env file need not be all that the container is given"
	case c.Image.State == facts.Absent && c.Image.Text == "":
		e.partial = "the container's own image may set it"
	}
	e.collect()
	for _, name := range e.written {
		if v := table.ofFile(name); v != nil && e.readsFile(v) {
			e.fromFile(v, e.values[facts.Key(name)])
		}
	}
	e.aliases()
	e.complete()
	e.noteNames()
	return e
}

// collect takes the last value of each name and hangs the others behind it.
func (e *environment) collect() {
	given := e.container.Environment
	e.values = make(facts.Settings, len(given))
	e.written = make([]string, 0, len(given))
	var repeated map[facts.Key][]facts.Setting // all values of names that are given several
	for i := range given {
		value := given[i].Value
		if given[i].Name == "" {
			if !value.Known() && e.unknown == "" {
				e.unknown = cmp.Or(value.Why, "a part of the environment is not among the inputs")
			}
			continue
		}
		value.Key, value.Norm, value.Bad = facts.Key(given[i].Name), value.Text, ""
		if before, again := e.values[value.Key]; again {
			if repeated == nil {
				repeated = map[facts.Key][]facts.Setting{}
			}
			if repeated[value.Key] == nil {
				repeated[value.Key] = []facts.Setting{before}
			}
			repeated[value.Key] = append(repeated[value.Key], value)
		} else {
			e.written = append(e.written, given[i].Name)
		}
		e.values[value.Key] = value
	}
	for key, values := range repeated {
		effective := values[len(values)-1]
		effective.Overridden = slices.Clip(effective.Overridden)
		for _, hidden := range slices.Backward(values[:len(values)-1]) {
			effective.Overridden = append(effective.Overridden, hidden)
		}
		e.values[key] = effective
	}
}

// reads says whether the image, in the declared version, reads the variable.
func (e *environment) reads(v *variable) bool { return e.generation.reads[v.index] }

// newLayout is the version before which only the four passwords are read from files. The scripts were rewritten in 2025;
// the last image known to have the old ones is 4.5.5.
const newLayout = "4.5.6"

func (e *environment) readsFile(v *variable) bool {
	return e.reads(v) && (v.file == "all" || v.file == "new" && !pgpoolconf.Before(e.version, newLayout))
}

// fromFile gives a variable the content of the file that NAME_FILE names. named is that variable.
func (e *environment) fromFile(v *variable, named facts.Setting) {
	if named.Known() && named.Text == "" {
		return
	}
	key := facts.Key(v.name)
	value := facts.Setting{Key: key, Origin: named.Origin, Via: named.Via, Overridden: hidden(e.values, key)}
	switch source, err := e.open(named); {
	case !named.Known():
		value.State, value.Why = named.State, "it is in a file whose name is not known: "+named.Why
	case err != nil:
		value.State, value.Why = facts.Secret, "it is in the file "+named.Text+", which is not among the inputs"
	default:
		value = e.content(v, source, named)
	}
	e.values[key] = value
}

// content is a file's content as the shell's $(< file) gives it: without line ends at its end, and without zero bytes.
func (e *environment) content(v *variable, source *facts.Source, named facts.Setting) facts.Setting {
	key := facts.Key(v.name)
	end := len(source.Text)
	for end > 0 && source.Text[end-1] == '\n' {
		end--
	}
	value := facts.Setting{
		Key: key, Text: string(source.Text[:end]), State: facts.Set, Overridden: hidden(e.values, key),
		Origin: facts.Origin{Source: source, Span: facts.Span{End: end}, Key: v.name, Format: facts.SecretFile},
		Via:    append([]facts.Origin{named.Origin}, named.Via...),
	}
	if strings.Contains(value.Text, "\x00") {
		value.Text, value.Origin.Runs = strings.ReplaceAll(value.Text, "\x00", ""), []facts.Run{}
	}
	if facts.SensitiveName(v.name) {
		source.Hide(value.Origin.Span)
	}
	value.Norm, value.Origin = value.Text, value.Origin.Located()
	return value
}

// hidden is what a new value of the key hides, the strongest first.
func hidden(settings facts.Settings, key facts.Key) []facts.Setting {
	old, ok := settings[key]
	if !ok || old.State == facts.Absent || old.State == facts.Default && !old.Origin.Known() {
		return nil
	}
	overridden := old.Overridden
	old.Overridden = nil
	return append([]facts.Setting{old}, overridden...)
}

// aliases puts aliases that are written in the place of the variables for which they stand.
func (e *environment) aliases() {
	var bases []string
	for key := range e.values {
		if v := e.table.byName[string(key)]; v != nil && v.alias != "" && !slices.Contains(bases, v.alias) {
			bases = append(bases, v.alias)
		}
	}
	for _, base := range bases {
		e.resolveAliases(base, e.table.aliases[base])
	}
}

// resolveAliases gives an empty variable the value of the strongest of its aliases that has one.
func (e *environment) resolveAliases(base string, aliases []*variable) {
	key := facts.Key(base)
	if set, ok := e.values[key]; ok && !(set.Known() && set.Text == "") {
		for _, alias := range aliases {
			if _, ok := e.values[facts.Key(alias.name)]; ok {
				set.Overridden = append(set.Overridden, e.take(alias, key)...)
			}
		}
		e.values[key] = set
		return
	}
	var chain []facts.Setting
	for _, alias := range aliases {
		if _, ok := e.values[facts.Key(alias.name)]; ok {
			chain = append(chain, e.take(alias, key)...)
		}
	}
	// An empty alias is passed over like an empty variable.
	slices.SortStableFunc(chain, func(a, b facts.Setting) int {
		return cmp.Compare(emptiness(a), emptiness(b))
	})
	if len(chain) == 0 {
		return
	}
	effective := chain[0]
	effective.Overridden = append(slices.Clone(chain[1:]), hidden(e.values, key)...)
	e.values[key] = effective
}

func emptiness(s facts.Setting) int {
	if s.Known() && s.Text == "" {
		return 1
	}
	return 0
}

// take removes an alias from the values and gives it, with what it hides, under the name for which it stands.
func (e *environment) take(alias *variable, key facts.Key) []facts.Setting {
	old := facts.Key(alias.name)
	chain := hidden(e.values, old)
	delete(e.values, old)
	for i := range chain {
		chain[i].Key = key
	}
	return chain
}

// complete says what the image makes of the values that are written.
func (e *environment) complete() {
	for key, set := range e.values {
		v := e.table.byName[string(key)]
		if v == nil || v.alias != "" || !e.reads(v) {
			continue
		}
		switch v.kind {
		case asText, asPath, asList:
			if set.Text != "" || !set.Known() {
				continue // it is what it says
			}
		}
		e.values[key] = e.completed(v, set)
	}
}

// parametric are the variables that stand for a parameter and that may have another value than the image's default.
func (e *environment) parametric() []*variable {
	if e.unknown != "" {
		return e.generation.parametric
	}
	own := make([]*variable, 0, len(e.values))
	for key := range e.values {
		if v := e.table.byName[string(key)]; v != nil && e.generation.writes[v.index] {
			own = append(own, v)
		}
	}
	slices.SortFunc(own, func(a, b *variable) int { return a.index - b.index })
	return own
}

// lookup gives a variable with its default filled in; ok is false when it has neither a value nor a default.
func (e *environment) lookup(key facts.Key) (setting facts.Setting, ok bool) {
	if setting, ok = e.values[key]; ok {
		return setting, true
	}
	if e.unknown == "" {
		setting, ok = e.generation.environment[key]
		return setting, ok
	}
	if v := e.table.byName[string(key)]; v != nil && v.alias == "" && e.reads(v) {
		return facts.Setting{Key: key, State: facts.Unresolved, Why: e.unknown}, true
	}
	return facts.Setting{}, false
}

// all are the variables with their defaults filled in.
func (e *environment) all() facts.Layers {
	if e.unknown == "" {
		return facts.Layers{Own: e.values, Common: e.generation.environment}
	}
	for _, v := range e.table.variables {
		if setting, ok := e.lookup(facts.Key(v.name)); ok {
			e.values[setting.Key] = setting
		}
	}
	return facts.Layers{Own: e.values}
}

// completed is a value that is written as the image takes it. An empty one has the variable's default.
func (e *environment) completed(v *variable, set facts.Setting) facts.Setting {
	if text := e.defaultOf(v); set.Known() && set.Text == "" && text != "" {
		set = facts.Setting{
			Key: facts.Key(v.name), Text: text, State: facts.Default, Why: imageDefault + ", because it is empty",
			Origin: set.Origin, Via: set.Via, Overridden: set.Overridden,
		}
	}
	return e.judge(v, set)
}

// defaultOf is the variable's default in the declared version: until image 4.3.1-debian-10-r67 passwords were sent as md5.
func (e *environment) defaultOf(v *variable) string {
	if v.name == "PGPOOL_AUTHENTICATION_METHOD" && pgpoolconf.Before(e.version, "4.3.1") {
		return "md5"
	}
	return v.defaultValue
}

// judge fills in what the image makes of a value, and why it refuses or misreads it. An empty text is no value. What it
// hides is judged along, so that the two can be compared.
func (e *environment) judge(v *variable, s facts.Setting) facts.Setting {
	s.Overridden = slices.Clone(s.Overridden)
	for i := range s.Overridden {
		s.Overridden[i] = e.judge(v, s.Overridden[i])
	}
	if !s.Known() {
		return s
	}
	s.Norm, s.Bad = s.Text, ""
	if s.Text == "" {
		return s
	}
	switch v.kind {
	case asYesNo:
		s.Norm = onOff(isYes(s.Text))
		if !isYesNo(s.Text) {
			s.Norm, s.Bad = "", "neither yes nor no: the image does not start"
		}
	case asBoolean:
		s.Norm = onOff(isYes(s.Text))
		if s.Norm == "off" && !meansNo(s.Text) {
			s.Bad = "only yes, true and 1 mean yes to the image: it reads no"
		}
	case asNumber:
		if !isPositiveInteger(s.Text) {
			s.Norm, s.Bad = "", "not an integer of 0 or more, without a unit: the image does not start"
		} else if n, ok := shellNumber(strings.Trim(s.Text, " \t\n")); ok {
			s.Norm = formatInteger(n)
		}
	case asWord:
		words := e.allowed(v)
		i := slices.IndexFunc(words, func(word string) bool { return strings.EqualFold(word, s.Text) })
		if i < 0 {
			s.Norm, s.Bad = "", "not one of "+strings.Join(words, ", ")+": the image does not start"
		} else {
			s.Norm = words[i]
		}
	}
	return s
}

func (e *environment) allowed(v *variable) []string { return v.words(e.version) }

// meansNo says whether somebody who wrote the word meant no.
func meansNo(text string) bool {
	switch strings.ToLower(text) {
	case "no", "false", "0", "off", "n", "f", "disabled", "disable", "none", "never":
		return true
	}
	return false
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// get gives a variable as the image sees it.
func (e *environment) get(name facts.Key) facts.Setting {
	if v := e.table.byName[string(name)]; v != nil && !e.reads(v) {
		return facts.Setting{Key: name}
	}
	if s, ok := e.lookup(name); ok {
		return s
	}
	if e.unknown != "" {
		return facts.Setting{Key: name, State: facts.Unresolved, Why: e.unknown}
	}
	return facts.Setting{Key: name}
}

// open opens the file in the container that a setting names, by way of the container's mounts.
func (e *environment) open(named facts.Setting) (*facts.Source, error) {
	if !named.Known() {
		return nil, errNoMount
	}
	return mounted(e.container, named.Text, e.ctx)
}
