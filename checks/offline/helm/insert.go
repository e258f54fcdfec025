package helm

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/edit"
	"github.com/bbdoctor/bbdoctor/checks/offline/yamltext"
)

// Place is a place in one of the files of a release, where a value is written.
type Place struct {
	Source *facts.Source
	edit.Insertion
}

// Declare gives the places where a variable of a container can be set by a value of the chart, or in the list that the
// chart has for variables without one. The best is first: where the mapping is that it belongs to, in the strongest file
// that has it. There is none where no file has a clean place.
func Declare(container *facts.Container, name, text string, parsed *edit.Parsed) (places []Place) {
	chart := container.Chart
	p := putter{path: strings.Split(chart.Extra, "."), list: true}
	if behind, ok := chart.Values[name]; ok {
		p.path, p.list = strings.Split(behind.Path, "."), false
		style := facts.DoubleQuoted
		if behind.Boolean {
			style = facts.YesNo
		}
		if p.text, ok = scalar(style, text); !ok {
			return nil
		}
	} else {
		quoted, ok := scalar(facts.DoubleQuoted, text)
		if !ok || chart.Extra == "" {
			return nil
		}
		p.lines, p.flow = []string{"name: " + name, "value: " + quoted}, "{name: "+name+", value: "+quoted+"}"
	}
	deepest := 0
	for _, values := range slices.Backward(chart.Files) {
		place, depth, ok := p.in(yamltext.Of(parsed, values.Source), values.Span.Start)
		whole := depth == len(p.path)
		if whole {
			places = nil // a list in a weaker file does not count, and one in a stronger would take its place
		}
		switch here := (Place{values.Source, place}); {
		case !ok:
		case depth > deepest:
			places, deepest = append([]Place{here}, places...), depth
		default:
			places = append(places, here)
		}
		if whole {
			break
		}
	}
	return places
}

func scalar(style facts.Style, text string) (string, bool) {
	if style != facts.YesNo && strings.Trim(text, "0123456789") == "" && len(text) < 7 && text != "" {
		return text, true // a number
	}
	encoded, ok := Encode(style, text)
	if style == facts.DoubleQuoted {
		encoded = `"` + encoded + `"`
	}
	return encoded, ok
}

// putter writes one value, or one item of a list.
type putter struct {
	path []string
	list bool
	// text is the value; lines and flow are the item of the list.
	text  string
	lines []string
	flow  string
}

// in gives the place in the values that begin at an offset of a file. depth is how much of the path is there.
func (p *putter) in(file *yamltext.File, start int) (place edit.Insertion, depth int, ok bool) {
	at := root(file, start)
	var owner *yamltext.Entry
	for at != nil && at.Kind == yaml.MappingNode && depth < len(p.path) {
		entry := field(at, p.path[depth])
		if entry == nil {
			break
		}
		owner, at = entry, entry.Last()
		depth++
	}
	switch {
	case at == nil:
		return place, depth, false
	case depth < len(p.path):
		lines, flow := p.nested(depth)
		if owner == nil {
			if at.Kind != yaml.MappingNode || len(at.Content) == 0 || at.Anchor != "" {
				return place, depth, false
			}
			place, ok = file.Append(at, lines, flow)
			return place, depth, ok
		}
		place, ok = file.Into(*owner, false, lines, flow)
		return place, depth, ok
	case p.list:
		place, ok = file.Into(*owner, true, p.lines, p.flow)
		return place, depth, ok
	}
	return place, depth, false // a value that is there is replaced, not added
}

// nested writes what is missing of the path, from an index on.
func (p *putter) nested(from int) (lines []string, flow string) {
	last := p.path[len(p.path)-1]
	if p.list {
		lines, flow = []string{last + ":", "  - " + p.lines[0], "    " + p.lines[1]}, last+": ["+p.flow+"]"
	} else {
		flow = last + ": " + p.text
		lines = []string{flow}
	}
	for _, name := range slices.Backward(p.path[from : len(p.path)-1]) {
		for i := range lines {
			lines[i] = "  " + lines[i]
		}
		lines, flow = append([]string{name + ":"}, lines...), name+": {"+flow+"}"
	}
	return lines, flow
}

// root gives the mapping that the values are: the outermost that begins at an offset, or the first document.
func root(file *yamltext.File, start int) *yaml.Node {
	if len(file.Documents) == 0 {
		return nil
	}
	if start == 0 {
		return file.Documents[0]
	}
	for _, document := range file.Documents {
		if found := beginning(file, document, start); found != nil {
			return found
		}
	}
	return nil
}

func beginning(file *yamltext.File, node *yaml.Node, start int) *yaml.Node {
	if node.Kind == yaml.MappingNode && file.Span(node).Start == start {
		return node
	}
	for i, child := range node.Content {
		if i+1 < len(node.Content) && file.Offset(node.Content[i+1]) <= start {
			continue
		}
		if found := beginning(file, child, start); found != nil {
			return found
		}
	}
	return nil
}

// field gives the entry of a mapping with a name. Of two, Helm takes the last.
func field(mapping *yaml.Node, name string) (found *yamltext.Entry) {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == name {
			found = &yamltext.Entry{Collection: mapping, Index: i}
		}
	}
	return found
}
