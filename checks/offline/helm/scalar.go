package helm

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// kind is the type that Helm's YAML library gives a scalar: that of YAML 1.1, in which yes and off are booleans.
type kind uint8

const (
	null kind = iota
	boolean
	number
	text
)

// typed gives a scalar's type and the text that a template prints for it.
func typed(node *yaml.Node) (kind, string) {
	if node.Kind != yaml.ScalarNode {
		return text, ""
	}
	plain := node.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
	tag := ""
	if node.Style&yaml.TaggedStyle != 0 {
		tag = node.ShortTag()
	}
	switch {
	case !plain && tag == "", tag == "!!str", tag == "!":
		return text, node.Value
	}
	switch node.Value {
	case "", "~", "null", "Null", "NULL":
		return null, ""
	case "true", "True", "TRUE", "y", "Y", "yes", "Yes", "YES", "on", "On", "ON":
		return boolean, "true"
	case "false", "False", "FALSE", "n", "N", "no", "No", "NO", "off", "Off", "OFF":
		return boolean, "false"
	}
	if printed, ok := numeral(node.Value); ok {
		return number, printed
	}
	return text, node.Value
}

// numeral gives a number as a template prints it: Helm keeps every number as a float.
func numeral(written string) (string, bool) {
	if written == "" || !strings.ContainsAny(written[:1], "0123456789+-.") {
		return "", false
	}
	digits := strings.ReplaceAll(written, "_", "")
	if n, err := strconv.ParseInt(digits, 0, 64); err == nil {
		return fmt.Sprint(float64(n)), true
	}
	if n, err := strconv.ParseUint(digits, 0, 64); err == nil {
		return fmt.Sprint(float64(n)), true
	}
	for _, base := range []struct {
		prefix string
		base   int
	}{{"0b", 2}, {"-0b", 2}, {"0o", 8}, {"-0o", 8}} {
		rest, ok := strings.CutPrefix(digits, base.prefix)
		if n, err := strconv.ParseInt(rest, base.base, 64); ok && err == nil {
			if base.prefix[0] == '-' {
				n = -n
			}
			return fmt.Sprint(float64(n)), true
		}
	}
	if !yamlFloat(digits) {
		return "", false
	}
	n, err := strconv.ParseFloat(digits, 64)
	if err != nil || math.IsInf(n, 0) || math.IsNaN(n) {
		return "", false
	}
	return fmt.Sprint(n), true
}

// yamlFloat says whether a text has the form of a float in YAML: [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
func yamlFloat(s string) bool {
	digits := func() int {
		n := 0
		for n < len(s) && s[n] >= '0' && s[n] <= '9' {
			n++
		}
		s = s[n:]
		return n
	}
	if s != "" && (s[0] == '-' || s[0] == '+') {
		s = s[1:]
	}
	whole := digits()
	if strings.HasPrefix(s, ".") {
		s = s[1:]
		if digits()+whole == 0 {
			return false
		}
	} else if whole == 0 {
		return false
	}
	if s != "" && (s[0] == 'e' || s[0] == 'E') {
		s = s[1:]
		if s != "" && (s[0] == '-' || s[0] == '+') {
			s = s[1:]
		}
		if digits() == 0 {
			return false
		}
	}
	return s == ""
}

// truthy says whether a template's "if" takes a value for true; ok is false when that is not known.
func (v *value) truthy() bool {
	switch {
	case v == nil:
		return false
	case v.fields != nil:
		return len(v.fields) > 0
	case v.node.Kind == yaml.SequenceNode:
		return len(v.node.Content) > 0
	}
	switch kind, printed := typed(v.node); kind {
	case null:
		return false
	case boolean:
		return printed == "true"
	case number:
		return printed != "0" && printed != "-0"
	default:
		return printed != ""
	}
}

// The reasons for which a value is not known.
const (
	whyTemplate = "it is a template that another program fills in"
	whyFlux     = "Flux fills in a part of it"
	whyLarge    = "Helm may print a number this large as a power of ten; put it into quotes"
	whyNoText   = "it is a mapping or a list"
)

// templated says whether a text has a placeholder of a template in it.
func templated(text string) bool {
	at := strings.Index(text, "{{")
	return at >= 0 && strings.Contains(text[at:], "}}")
}

// setting makes a setting of a scalar as a template prints it, under the name of a variable.
func (v *value) setting(name string) facts.Setting {
	origin := v.origin()
	s := facts.Setting{Key: facts.Key(name), State: facts.Set, Origin: origin}
	for _, alias := range v.aliases {
		s.Via = append([]facts.Origin{{Source: v.file.Source, Span: v.file.Span(alias), Format: facts.Helm}}, s.Via...)
	}
	if v.node.Kind != yaml.ScalarNode {
		s.State, s.Why = facts.Unresolved, whyNoText
		start := v.file.Span(v.node).Start
		if rest := v.file.Source.Text[start:]; len(rest) > 1 && string(rest[:2]) == "{{" {
			s.Why = whyTemplate // without quotes it looks like a mapping
			s.Origin.Span = v.file.Source.Line(lineOf(v.file.Source, start))
			s.Origin.Span.Start = start
		}
		return s
	}
	written := v.node
	if v.written != nil {
		written = v.written
	}
	scalar := v.file.Scalar(written)
	s.Origin.Span, s.Origin.Style, s.Origin.Runs = scalar.Span, scalar.Style, scalar.Runs
	kind, printed := typed(v.node)
	s.Text = printed
	if printed != v.node.Value {
		s.Origin.Runs = []facts.Run{}
	}
	switch {
	case kind == number && strings.ContainsAny(printed, "e"):
		s.State, s.Why, s.Origin.Runs = facts.Unresolved, whyLarge, []facts.Run{}
	case kind == text && templated(printed):
		s.State, s.Why = facts.Unresolved, whyTemplate
	case v.substituted:
		s.State, s.Why = facts.Unresolved, whyFlux
	}
	return s
}

func lineOf(source *facts.Source, offset int) int {
	line, _ := source.Position(offset)
	return line
}

// switched makes a setting of a boolean for which the chart prints yes or no.
func (v *value) switched(name string) facts.Setting {
	s := v.setting(name)
	if kind, _ := typed(v.node); s.State == facts.Set && kind != boolean {
		s.State, s.Why, s.Origin.Runs = facts.Unresolved, "it is neither true nor false, and Helm refuses it", []facts.Run{}
		return s
	}
	return asYesNo(s)
}

func asYesNo(s facts.Setting) facts.Setting {
	switch {
	case s.State != facts.Set:
		return s
	case s.Text == "true":
		s.Text = "yes"
	case s.Text == "false":
		s.Text = "no"
	default:
		return s
	}
	s.Origin.Style = facts.YesNo
	s.Origin.Runs = []facts.Run{{N: len(s.Text), Raw: s.Origin.Span.Start, RawN: s.Origin.Span.Len(), Style: facts.YesNo}}
	return s
}
