// Package jsontext parses JSON and keeps the bytes that wrote each value. It accepts what encoding/json accepts; of a name
// that stands twice in an object the last counts.
package jsontext

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// What one text may make the parser do.
const (
	maxDepth  = 100
	maxValues = 500_000
)

// Kind is the type of a value.
type Kind uint8

// The types.
const (
	Null Kind = iota
	Bool
	Number
	String
	Array
	Object
)

// Value is a value with its place.
type Value struct {
	Kind Kind
	// Span is the value as written, of a string without its quotes.
	Span facts.Span
	// Text is a string decoded, or a number or boolean as written.
	Text string
	// Runs map Text to bytes, as in [facts.Origin]; nil where it stands verbatim.
	Runs   []facts.Run
	Items  []Value
	Fields []Field
}

// Field is an entry of an object.
type Field struct {
	Name     string
	NameSpan facts.Span
	Value    Value
}

// Get gives the value at a path of names; a Null without a place when there is none.
func (v Value) Get(path ...string) Value {
	for _, name := range path {
		found := Value{}
		for _, field := range v.Fields {
			if field.Name == name {
				found = field.Value
			}
		}
		v = found
	}
	return v
}

// Origin is the place of a value.
func (v Value) Origin(source *facts.Source, format facts.Format) facts.Origin {
	origin := facts.Origin{Source: source, Span: v.Span, Format: format, Runs: v.Runs}
	if v.Kind == String {
		origin.Style = facts.DoubleQuoted
	}
	return origin
}

// Parse parses a text that is one JSON value.
func Parse(source *facts.Source) (Value, error) {
	p := &parser{text: source.Text}
	if strings.HasPrefix(string(p.text[:min(3, len(p.text))]), "\ufeff") {
		p.at = 3
	}
	p.blanks()
	value, err := p.value(0)
	if err != nil {
		line, column := source.Position(p.at)
		return value, fmt.Errorf("line %d, column %d: %w", line, column, err)
	}
	p.blanks()
	if p.at < len(p.text) {
		line, column := source.Position(p.at)
		return value, fmt.Errorf("line %d, column %d: something follows the value", line, column)
	}
	return value, nil
}

var errSyntax = errors.New("it is no JSON")

type parser struct {
	text   []byte
	at     int
	values int
}

func (p *parser) blanks() {
	for p.at < len(p.text) && (p.text[p.at] == ' ' || p.text[p.at] == '\t' || p.text[p.at] == '\n' || p.text[p.at] == '\r') {
		p.at++
	}
}

// next gives the next byte that is no blank, 0 at the end.
func (p *parser) next() byte {
	p.blanks()
	if p.at == len(p.text) {
		return 0
	}
	return p.text[p.at]
}

func (p *parser) value(depth int) (v Value, err error) {
	if p.values++; p.values > maxValues {
		return v, fmt.Errorf("it has more than %d values", maxValues)
	}
	if depth > maxDepth {
		return v, fmt.Errorf("values are nested more than %d deep", maxDepth)
	}
	v.Span.Start = p.at
	switch c := p.next(); {
	case c == '{':
		v.Kind, err = Object, p.object(&v, depth)
	case c == '[':
		v.Kind, err = Array, p.array(&v, depth)
	case c == '"':
		return p.quoted()
	case c == '-' || c >= '0' && c <= '9':
		v.Kind, err = Number, p.number()
		v.Text = string(p.text[v.Span.Start:p.at])
	default:
		v.Kind, err = p.word()
		v.Text = string(p.text[v.Span.Start:p.at])
	}
	v.Span.End = p.at
	return v, err
}

func (p *parser) object(v *Value, depth int) error {
	p.at++
	if p.next() == '}' {
		p.at++
		return nil
	}
	for {
		if p.next() != '"' {
			return errSyntax
		}
		name, err := p.quoted()
		if err != nil {
			return err
		}
		if p.next() != ':' {
			return errSyntax
		}
		p.at++
		p.blanks()
		value, err := p.value(depth + 1)
		if err != nil {
			return err
		}
		v.Fields = append(v.Fields, Field{name.Text, name.Span, value})
		switch p.next() {
		case ',':
			p.at++
		case '}':
			p.at++
			return nil
		default:
			return errSyntax
		}
	}
}

func (p *parser) array(v *Value, depth int) error {
	p.at++
	if p.next() == ']' {
		p.at++
		return nil
	}
	for {
		p.blanks()
		item, err := p.value(depth + 1)
		if err != nil {
			return err
		}
		v.Items = append(v.Items, item)
		switch p.next() {
		case ',':
			p.at++
		case ']':
			p.at++
			return nil
		default:
			return errSyntax
		}
	}
}

func (p *parser) word() (Kind, error) {
	for word, kind := range map[string]Kind{"null": Null, "true": Bool, "false": Bool} {
		if strings.HasPrefix(string(p.text[p.at:min(p.at+5, len(p.text))]), word) {
			p.at += len(word)
			return kind, nil
		}
	}
	return Null, errSyntax
}

// number reads -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?
func (p *parser) number() error {
	digits := func() int {
		start := p.at
		for p.at < len(p.text) && p.text[p.at] >= '0' && p.text[p.at] <= '9' {
			p.at++
		}
		return p.at - start
	}
	is := func(chars string) bool {
		return p.at < len(p.text) && strings.IndexByte(chars, p.text[p.at]) >= 0
	}
	if is("-") {
		p.at++
	}
	start := p.at
	if n := digits(); n == 0 || n > 1 && p.text[start] == '0' {
		return errSyntax
	}
	if is(".") {
		p.at++
		if digits() == 0 {
			return errSyntax
		}
	}
	if is("eE") {
		p.at++
		if is("+-") {
			p.at++
		}
		if digits() == 0 {
			return errSyntax
		}
	}
	return nil
}

// quoted reads a string. What is no UTF-8 becomes the replacement character, as in encoding/json.
func (p *parser) quoted() (v Value, err error) {
	v.Kind = String
	p.at++
	v.Span.Start = p.at
	// The many strings that stand verbatim.
	for i := p.at; i < len(p.text); i++ {
		switch c := p.text[i]; {
		case c == '"':
			v.Span.End, v.Text = i, string(p.text[p.at:i])
			p.at = i + 1
			return v, nil
		case c < ' ':
			p.at = i
			return v, errSyntax
		}
		if p.text[i] == '\\' || p.text[i] >= utf8.RuneSelf {
			break
		}
	}
	var text []byte
	v.Runs = []facts.Run{}
	add := func(decoded string, n int, verbatim bool) {
		last := len(v.Runs) - 1
		switch {
		case verbatim && last >= 0 && v.Runs[last].N == v.Runs[last].RawN && v.Runs[last].Raw+v.Runs[last].RawN == p.at:
			v.Runs[last].N += n
			v.Runs[last].RawN += n
		default:
			v.Runs = append(v.Runs, facts.Run{Value: len(text), N: len(decoded), Raw: p.at, RawN: n, Style: facts.DoubleQuoted})
		}
		text = append(text, decoded...)
		p.at += n
	}
	for p.at < len(p.text) {
		switch c := p.text[p.at]; {
		case c == '"':
			v.Span.End, v.Text = p.at, string(text)
			p.at++
			if len(v.Runs) == 1 && v.Runs[0].N == v.Span.Len() && v.Runs[0].RawN == v.Span.Len() {
				v.Runs = nil
			}
			return v, nil
		case c < ' ':
			return v, errSyntax
		case c == '\\':
			decoded, n := p.escape()
			if n == 0 {
				return v, errSyntax
			}
			add(decoded, n, false)
		default:
			r, n := utf8.DecodeRune(p.text[p.at:])
			if r == utf8.RuneError && n == 1 {
				add("\ufffd", 1, false)
				continue
			}
			add(string(p.text[p.at:p.at+n]), n, true)
		}
	}
	return v, errSyntax
}

// escape decodes the escape at the next byte and gives its length, 0 if it is none.
func (p *parser) escape() (decoded string, n int) {
	rest := p.text[p.at:]
	if len(rest) < 2 {
		return "", 0
	}
	if i := strings.IndexByte(`"\/bfnrt`, rest[1]); i >= 0 {
		return "\"\\/\b\f\n\r\t"[i : i+1], 2
	}
	first, ok := hex4(rest)
	if !ok {
		return "", 0
	}
	if utf16.IsSurrogate(first) {
		if second, ok := hex4(rest[6:]); ok {
			if r := utf16.DecodeRune(first, second); r != utf8.RuneError {
				return string(r), 12
			}
		}
		return "\ufffd", 6
	}
	return string(first), 6
}

// hex4 reads \uXXXX.
func hex4(text []byte) (rune, bool) {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	value, err := strconv.ParseUint(string(text[2:6]), 16, 32)
	return rune(value), err == nil
}
