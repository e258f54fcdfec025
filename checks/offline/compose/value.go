package compose

import (
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv/traced"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
	"github.com/bbdoctor/bbdoctor/checks/offline/yamltext"
)

// The tags with which docker compose removes what an earlier file says, and puts something else in its place.
const (
	tagReset    = "!reset"
	tagOverride = "!override"
)

// null says whether a value is nothing: null, ~ or not written.
func null(node *yaml.Node) bool { return node.Kind == yaml.ScalarNode && node.ShortTag() == "!!null" }

// text gives a scalar as docker compose passes it on: typed, then as text again, with the variables put in. An empty
// setting is null's.
func (d *document) text(field yamltext.Field, key string) facts.Setting {
	return d.value(field, key, facts.Span{})
}

// value gives a scalar as text does, with the place of its name.
func (d *document) value(field yamltext.Field, key string, keySpan facts.Span) facts.Setting {
	setting, _ := d.read(field, key, keySpan)
	hide(setting)
	return setting
}

// read gives a scalar as value does, but leaves secrets for the caller to hide. written is its decoded text before
// variables are put in, with the bytes of each character; it is empty when there are none.
func (d *document) read(field yamltext.Field, key string, keySpan facts.Span) (setting facts.Setting, written traced.Text) {
	node := field.Value
	setting = facts.Setting{Key: facts.Key(key), State: facts.Set, Origin: facts.Origin{
		Source: d.file.Source, Key: key, KeySpan: keySpan, Format: facts.Compose,
	}}
	if node.Kind != yaml.ScalarNode {
		setting.Origin.Span, setting.Origin.Runs = d.file.Span(node), []facts.Run{}
		d.noText(&setting)
		return setting, written
	}
	scalar := d.file.Scalar(node)
	setting.Origin.Span, setting.Origin.Style, setting.Origin.Runs = scalar.Span, scalar.Style, scalar.Runs
	setting.Via = d.aliases(field)
	if setting.Text = node.Value; node.Tag != "!!str" {
		text, ok := typed(node)
		if !ok {
			setting.State, setting.Why, setting.Origin.Runs = facts.Unresolved, "it is no value of its type "+input.Shown(node.Tag), []facts.Run{}
			d.problem(setting.Origin, input.Shown(key)+" is no value of its type "+input.Shown(node.Tag)+" and docker compose refuses the file")
			return setting, written
		}
		if text != node.Value {
			setting.Text, setting.Origin.Runs = text, []facts.Run{}
		}
	}
	if strings.IndexByte(setting.Text, '$') < 0 && !templated(setting.Text) {
		return setting, written
	}
	return d.substitute(setting)
}

// noText makes a value of what is a mapping or a list. A placeholder of a template without quotes looks like one.
func (d *document) noText(setting *facts.Setting) {
	setting.State, setting.Why = facts.Unresolved, "it is a mapping or a list"
	if at := setting.Origin.Span.Start; strings.HasPrefix(string(d.file.Source.Text[at:min(at+2, len(d.file.Source.Text))]), "{{") {
		setting.Why = templateReason
		return
	}
	d.problem(setting.Origin, fmt.Sprintf("%s must be a text and docker compose refuses the file; write the value behind the name", input.Shown(setting.Origin.Key)))
}

// substitute puts the variables into a text.
func (d *document) substitute(setting facts.Setting) (facts.Setting, traced.Text) {
	written := traced.Text{Bytes: []byte(setting.Text), Budget: &d.runs}
	written.Runs, written.Lost = traced.Runs(setting)
	if templated(setting.Text) {
		written.Unknown(templateReason)
		return d.finish(written, setting, ""), written
	}
	if d.expanded > maxExpanded {
		written.Unknown("variables make the values of the project longer than 32 MiB")
		return d.finish(written, setting, ""), written
	}
	missing := ""
	expanded, refusal, at := dotenv.Expand(written, d.scope.watch(&missing))
	if refusal != "" {
		origin := setting.Origin
		d.problem(origin.Sub(at.Start, at.End), fmt.Sprintf("%s: %s", input.Shown(origin.Key), refusal))
		expanded = traced.Text{}
		expanded.Unknown("docker compose refuses it: " + refusal)
	}
	d.expanded += len(expanded.Bytes)
	return d.finish(expanded, setting, missing), written
}

// finish makes a setting of a text into which variables were put; written is the setting before.
func (d *document) finish(text traced.Text, written facts.Setting, missing string) facts.Setting {
	setting := text.Setting(written.Origin, written.Text)
	setting.Key = written.Key
	setting.Via = append(setting.Via[:len(setting.Via):len(setting.Via)], written.Via...)
	if setting.Known() && missing != "" {
		setting.Why = defaulted(missing)
	}
	return setting
}

// addVia adds a place to the way that a value took.
func addVia(via []facts.Origin, at facts.Origin) []facts.Origin {
	if len(via) >= maxVia {
		return via
	}
	return append(via[:len(via):len(via)], at)
}

// aliases gives the places of the aliases through which a value came, nearest first.
func (d *document) aliases(field yamltext.Field) []facts.Origin {
	if len(field.Aliases) == 0 {
		return nil
	}
	via := make([]facts.Origin, 0, len(field.Aliases))
	for i := len(field.Aliases) - 1; i >= 0; i-- {
		via = append(via, facts.Origin{Source: d.file.Source, Span: d.file.Span(field.Aliases[i]), Format: facts.Compose})
	}
	return via
}

// typed gives the text that docker compose makes of a scalar that is no string: YAML's idea of its value, printed.
func typed(node *yaml.Node) (text string, ok bool) {
	defer func() {
		if recover() != nil {
			text, ok = "", false
		}
	}()
	plain := *node
	if plain.Tag == tagOverride {
		return plain.Value, true
	}
	var value any
	if err := plain.Decode(&value); err != nil {
		return "", false
	}
	switch value := value.(type) {
	case nil:
		return "", true
	case string:
		return value, true
	case int, int64, uint64:
		// docker compose's YAML library, of a later version, knows the sign of zero and fewer numbers in base 2 and 8.
		digits := strings.ReplaceAll(node.Value, "_", "")
		_, signed := strconv.ParseInt(digits, 0, 64)
		_, unsigned := strconv.ParseUint(digits, 0, 64)
		if node.Value == "-0" || signed != nil && unsigned != nil {
			return node.Value, true
		}
	}
	return fmt.Sprint(value), true
}

const templateReason = "it is a template that another program fills in"

// templated says whether a text has a placeholder of Jinja, Go templates, Helm or Railway in it.
func templated(text string) bool {
	for _, marks := range [][2]string{{"{{", "}}"}, {"{%", "%}"}} {
		if at := strings.Index(text, marks[0]); at >= 0 && strings.Contains(text[at+2:], marks[1]) {
			return true
		}
	}
	return false
}

// hide marks what must not be shown of a value, wherever it is written, and of a secret the variables it came through.
func hide(setting facts.Setting) {
	setting.Hide()
	if len(setting.Via) == 0 || !setting.Sensitive() {
		return
	}
	for _, via := range setting.Via {
		// A variable, not an alias or the name of a file.
		if via.Source != nil && via.Key != "" && via.Format != facts.Compose {
			via.Source.Hide(via.Span)
		}
	}
}

// sub gives the part of a value behind an offset, which is written in the span of the file.
func sub(setting facts.Setting, from int, span facts.Span) facts.Setting {
	if setting.Origin.Runs == nil {
		setting.Origin.Span.Start += from
	} else {
		text := traced.Text{Bytes: []byte(setting.Text)}
		text.Runs, text.Lost = traced.Runs(setting)
		part := text.Slice(from, len(setting.Text))
		origin := setting.Origin
		origin.Span = span
		setting.Origin = part.Setting(origin, "").Origin
	}
	setting.Text = setting.Text[from:]
	return setting
}
