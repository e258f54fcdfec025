package compose

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv/traced"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
	"github.com/bbdoctor/bbdoctor/checks/offline/yamltext"
)

// environment is what a service says under environment:.
type environment struct {
	given bool
	// mapping says that it is written as NAME: value. Only then can another file reset a single name.
	mapping bool
	entries []variable
}

type variable struct {
	facts.Assignment
	// inherited says that there is a name only, whose value comes from whoever runs docker compose.
	inherited bool
}

// environment reads environment:, a list or a mapping.
func (d *document) environment(field yamltext.Field, path []string) environment {
	switch field.Value.Kind {
	case yaml.MappingNode:
		fields := d.fields(field.Value)
		if !d.spend(len(fields), d.origin(field.Value)) {
			return environment{}
		}
		result := environment{given: true, mapping: true, entries: make([]variable, 0, len(fields))}
		for _, entry := range fields {
			if d.resetAt(entry.Value, append(path[:len(path):len(path)], entry.Key.Value)) {
				continue
			}
			entry.Aliases = append(field.Aliases[:len(field.Aliases):len(field.Aliases)], entry.Aliases...)
			result.entries = append(result.entries, d.mapped(entry))
		}
		return result
	case yaml.SequenceNode:
		items := d.items(field.Value)
		if !d.spend(len(items), d.origin(field.Value)) {
			return environment{}
		}
		result := environment{given: true, entries: make([]variable, 0, len(items))}
		for _, item := range items {
			if item.Value.Tag == tagReset {
				continue
			}
			item.Aliases = append(field.Aliases[:len(field.Aliases):len(field.Aliases)], item.Aliases...)
			if entry, ok := d.listed(item); ok {
				result.entries = append(result.entries, entry)
			}
		}
		return result
	}
	if !null(field.Value) {
		d.problem(d.origin(field.Value), "environment must be a mapping or a list and docker compose refuses the file; write NAME: value, one in a line")
	}
	return environment{}
}

// mapped reads NAME: value.
func (d *document) mapped(entry yamltext.Field) variable {
	name := entry.Key.Value
	keySpan := d.file.Span(entry.Key)
	if entry.Key.Kind != yaml.ScalarNode || entry.Key.ShortTag() != "!!str" {
		d.problem(d.origin(entry.Key), fmt.Sprintf("the name %s is no text and docker compose refuses the file; put it into quotes", input.Shown(name)))
	}
	if null(entry.Value) {
		at := facts.Origin{Source: d.file.Source, Span: d.file.Span(entry.Value), Key: name, KeySpan: keySpan, Format: facts.Compose}
		return d.inherited(name, at, d.aliases(entry))
	}
	value := d.value(entry, name, keySpan)
	return variable{Assignment: facts.Assignment{Name: name, Value: value}}
}

// listed reads an item NAME=value, or NAME. ok is false when not even the name is known.
func (d *document) listed(item yamltext.Field) (variable, bool) {
	whole, written := d.read(item, "", facts.Span{})
	if item.Value.Kind != yaml.ScalarNode {
		return variable{}, false
	}
	span, text := whole.Origin.Span, whole.Text
	if !whole.Known() {
		// The text is then as written, so that a variable in the value leaves the name known, and one in the name does not.
		name, _, _ := strings.Cut(text, "=")
		if strings.ContainsAny(name, "${") {
			d.note(whole.Origin, "the name of this variable is not known, so neither is which one is set")
			return variable{}, false
		}
	}
	name, _, found := strings.Cut(text, "=")
	keySpan := span
	valueSpan := facts.Span{Start: span.End, End: span.End}
	if found {
		valueSpan = span
		if at, ok := equals(whole, written); ok {
			keySpan.End, valueSpan.Start = at.Start, at.End
		}
	}
	if name != "" && unicode.IsSpace(rune(name[len(name)-1])) {
		d.problem(facts.Origin{Source: d.file.Source, Span: keySpan, Format: facts.Compose}, fmt.Sprintf("the name %s ends with a blank and docker compose refuses the file; write %s= without blanks around the equals sign", input.Shown(name), input.Shown(strings.TrimSpace(name))))
	}
	whole.Origin.Key, whole.Origin.KeySpan, whole.Key = name, keySpan, facts.Key(name)
	if !found {
		if !whole.Known() {
			return variable{Assignment: facts.Assignment{Name: name, Value: whole}}, true
		}
		whole.Origin.Span, whole.Origin.Runs = valueSpan, []facts.Run{}
		return d.inherited(name, whole.Origin, whole.Via), true
	}
	if whole.Known() {
		whole = sub(whole, len(name)+1, valueSpan)
	} else {
		whole.Text, whole.Origin.Span = text[len(name)+1:], valueSpan
	}
	hide(whole)
	return variable{Assignment: facts.Assignment{Name: name, Value: whole}}, true
}

// equals finds the byte of the file that is the equals sign behind the name. written is the item before variables were put
// in; it is empty when there are none. ok is false when the name came through a variable.
func equals(whole facts.Setting, written traced.Text) (at facts.Span, ok bool) {
	text, origin := whole.Text, whole.Origin
	if len(written.Bytes) > 0 {
		text, origin.Runs = string(written.Bytes), written.Runs
		if written.Lost {
			return at, false
		}
	}
	index := strings.IndexByte(text, '=')
	if index < 0 || strings.IndexByte(text[:index], '$') >= 0 {
		return at, false
	}
	places, ok := origin.Places(index, index+1)
	if !ok || len(places) != 1 || places[0].Source != whole.Origin.Source {
		return at, false
	}
	return places[0].Span, true
}

// inherited is a variable with a name only. It has what the project's variables say.
func (d *document) inherited(name string, at facts.Origin, via []facts.Origin) variable {
	at.Runs = []facts.Run{}
	result := variable{inherited: true, Assignment: facts.Assignment{Name: name, Value: facts.Setting{
		Key: facts.Key(name), State: facts.Unresolved, Why: "it is taken from the environment of whoever runs docker compose", Origin: at, Via: via,
	}}}
	if found, ok := d.scope.lookup(name); ok {
		value := &result.Value
		value.Text, value.State, value.Why = found.Text, found.State, found.Why
		value.Via = append(append([]facts.Origin{found.Origin}, found.Via...), via...)
		value.Via = value.Via[:min(len(value.Via), maxVia)]
		// A change of the value is one of the place that it comes from.
		value.Origin.Runs = traced.Inherited(found, at).Origin.Runs
		result.inherited = !found.Known()
		hide(*value)
	}
	return result
}

// envFile is one entry of env_file:.
type envFile struct {
	path     facts.Setting
	optional bool
	format   string
	// from is the document that names it.
	from *document
}

// envFileKey is what makes two entries the same file for docker compose, which then reads it once.
func envFileKey(file envFile) string {
	return file.from.base.Path + "\x00" + file.path.Text
}

// envFileList reads env_file:, a path, a list of paths, or of mappings with a path.
func (d *document) envFileList(field yamltext.Field) []envFile {
	var files []envFile
	if field.Value.Kind != yaml.SequenceNode {
		if !null(field.Value) {
			files = append(files, d.envFile(field))
		}
		return files
	}
	for _, item := range d.items(field.Value) {
		if item.Value.Tag != tagReset {
			files = append(files, d.envFile(item))
		}
	}
	return files
}

func (d *document) envFile(field yamltext.Field) envFile {
	file := envFile{from: d}
	if field.Value.Kind != yaml.MappingNode {
		file.path = d.text(field, "env_file")
		return file
	}
	for _, entry := range d.fields(field.Value) {
		switch entry.Key.Value {
		case "path":
			file.path = d.text(entry, "env_file")
		case "required":
			file.optional = strings.EqualFold(d.text(entry, "required").Text, "false")
		case "format":
			file.format = d.text(entry, "format").Text
		}
	}
	if !file.path.Origin.Known() {
		d.problem(d.origin(field.Value), "an entry of env_file has no path and docker compose refuses the file; give it one")
	}
	return file
}

// effective gives all variables of a service in the order of rising strength: those of its env files, then its own. scope
// is the project's, for what is included as well.
func (r *reader) effective(service *service, scope *scope) []facts.Assignment {
	own := service.environment.entries
	var all []facts.Assignment
	for _, file := range service.envFiles {
		if read := r.envFile(file, service, scope, all); all == nil {
			all = read
		} else {
			all = append(all, read...)
		}
	}
	if !r.spend(len(all)+len(own), service.origin) {
		return nil
	}
	all = slices.Grow(all, len(own))
	for _, entry := range own {
		all = append(all, entry.Assignment)
	}
	return all
}

// envFile reads the variables of one env file for one service, which may name the service's own.
func (r *reader) envFile(file envFile, service *service, scope *scope, earlier []facts.Assignment) []facts.Assignment {
	at := file.path.Origin
	switch {
	case !at.Known() || file.path.Text == "" && file.path.Known():
		return nil
	case !file.path.Known():
		r.problem(at, fmt.Sprintf("which env_file this is is not known (%s), so neither is what it sets; give its variables with --env", file.path.Why))
		return unknownVariables("which env_file is meant is not known: "+file.path.Why, at)
	}
	dialect := facts.ComposeEnv
	switch file.format {
	case "", ".env":
	case "raw":
		dialect = facts.DockerEnv
	default:
		r.problem(at, fmt.Sprintf("the format %s of an env_file is not known; what the file sets is not read", input.Shown(file.format)))
		return unknownVariables("the format of the env_file is not known", at)
	}
	if file.optional {
		if _, err := r.context.Open(file.from.base, file.path.Text); errors.Is(err, input.ErrMissing) {
			return nil
		}
	}
	source := file.from.open(at, file.path.Text, "what it sets")
	if source == nil {
		return unknownVariables("the env_file "+input.Shown(file.path.Text)+" is not read", at)
	}
	if r.envFiles += len(source.Text); r.envFiles > maxEnvFiles || r.expanded > maxExpanded {
		r.spend(maxWork, at)
		return nil
	}
	read, problems := dotenv.ReadAfter(earlier, source, dialect, service.variables(scope), len(service.environment.entries))
	for _, problem := range problems {
		r.tell(problem.Origin, problem.Message, problem.Note)
	}
	if !r.spend(len(read), at) {
		return nil
	}
	via := []facts.Origin{at}
	for i := range read {
		r.expanded += len(read[i].Value.Text)
		if len(read[i].Value.Via) == 0 {
			read[i].Value.Via = via[:1:1]
			continue
		}
		read[i].Value.Via = addVia(read[i].Value.Via, at)
	}
	return read
}

// unknownVariables stands for what an env file would set that is not read: no rule may take a default for certain then.
func unknownVariables(why string, at facts.Origin) []facts.Assignment {
	return []facts.Assignment{facts.UnknownVariables(why, at)}
}

// variables gives the look-up for env files: the project's variables, then what the service says under environment:.
func (s *service) variables(scope *scope) input.Variables {
	var own map[string]facts.Setting
	return func(name string) (facts.Setting, bool) {
		if setting, ok := scope.lookup(name); ok {
			return setting, true
		}
		if own == nil {
			own = make(map[string]facts.Setting, len(s.environment.entries))
			for _, entry := range s.environment.entries {
				if entry.inherited {
					delete(own, entry.Name)
					continue
				}
				own[entry.Name] = entry.Value
			}
		}
		setting, ok := own[name]
		return setting, ok
	}
}
