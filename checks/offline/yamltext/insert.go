package yamltext

import (
	"bytes"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/edit"
)

// Entry is an entry of a mapping or a list.
type Entry struct {
	// Collection is the mapping or list.
	Collection *yaml.Node
	// Index is where in the collection's Content the entry begins: a key, or an item.
	Index int
}

// Mapping says that the entry is a key with its value, not an item of a list.
func (e Entry) Mapping() bool { return e.Collection.Kind == yaml.MappingNode }

// Flow says that the collection is written between brackets or braces.
func (e Entry) Flow() bool { return e.Collection.Style&yaml.FlowStyle != 0 }

// First is the node that the entry begins with, and Last the one that it ends with: key and value, or the item twice.
func (e Entry) First() *yaml.Node { return e.Collection.Content[e.Index] }

// Last is described at First.
func (e Entry) Last() *yaml.Node {
	if e.Mapping() {
		return e.Collection.Content[e.Index+1]
	}
	return e.First()
}

// Of parses a file for a writer; parsed keeps it for the next call. What is no YAML has no documents.
func Of(parsed *edit.Parsed, source *facts.Source) *File {
	return edit.Of(parsed, source, func() *File {
		file, err := Parse(source)
		if err != nil {
			return &File{Source: source}
		}
		return file
	})
}

// Entries gives the entries around the scalar at an offset, the innermost first; none when no scalar is there.
func (f *File) Entries(at int) []Entry {
	for _, document := range f.Documents {
		if entries, found := f.entries(document, at); found {
			return entries
		}
	}
	return nil
}

func (f *File) entries(node *yaml.Node, at int) (entries []Entry, found bool) {
	if node.Kind == yaml.ScalarNode {
		span := f.Span(node)
		return nil, span.Start <= at && at < max(span.End, span.Start+1)
	}
	for i, child := range node.Content {
		if i+1 < len(node.Content) && f.Offset(node.Content[i+1]) <= at {
			continue // what is looked for stands behind this one
		}
		if entries, found := f.entries(child, at); found {
			if node.Kind == yaml.MappingNode {
				i &^= 1
			}
			return append(entries, Entry{node, i}), true
		}
	}
	return nil, false
}

// Insert gives the insertion of a new entry behind another of the same collection. The lines are the entry as it is
// written in block style, without indentation and dash; inside brackets and braces it must be one line. ok is false where
// there is no place for it that leaves everything else as it reads.
func (f *File) Insert(beside Entry, lines ...string) (insertion edit.Insertion, ok bool) {
	text := f.Source.Text
	end, ok := f.end(beside.Last())
	if !ok {
		return insertion, false
	}
	collection := beside.Collection
	scope := facts.Span{Start: f.Offset(collection.Content[0]), End: f.scopeEnd(collection, end)}
	if beside.Flow() {
		if len(lines) != 1 || beside.Mapping() && f.Span(beside.Last()).Len() == 0 {
			return insertion, false
		}
		return edit.Insertion{At: end, Text: "," + f.layout(beside) + lines[0], Scope: scope}, true
	}
	indent, ok := f.indent(beside)
	if !ok || !restIsComment(text[end:]) {
		return insertion, false
	}
	insertion, ok = edit.LinesBehind(text, end, indented(indent, !beside.Mapping(), lines)...)
	insertion.Scope = scope
	return insertion, ok
}

// layout is what stands between the entries of brackets and braces: a blank, or a line each as JSON has it.
func (f *File) layout(beside Entry) string {
	at := f.Offset(beside.First())
	start := bytes.LastIndexByte(f.Source.Text[:at], '\n')
	if start < 0 || len(bytes.Trim(f.Source.Text[start:at], " \t\n")) > 0 {
		return " "
	}
	if start > 0 && f.Source.Text[start-1] == '\r' {
		start--
	}
	return string(f.Source.Text[start:at])
}

// Into gives the insertion of a new entry at the end of the mapping or list that an entry of a mapping has as its value,
// be it empty or not written yet. The lines are the entry as [File.Insert] takes them, flow is the same on one line. ok is
// false where there is no place for it, and where the value is given a name by which others may take it too.
func (f *File) Into(owner Entry, list bool, lines []string, flow string) (insertion edit.Insertion, ok bool) {
	text, node := f.Source.Text, owner.Last()
	kind := yaml.MappingNode
	if list {
		kind = yaml.SequenceNode
	}
	switch {
	case !owner.Mapping() || node.Anchor != "" || node.Kind == yaml.AliasNode:
		return insertion, false
	case node.Kind == kind && len(node.Content) > 0:
		return f.Append(node, lines, flow)
	case node.Kind == kind && node.Style&yaml.FlowStyle != 0:
		end, ok := f.end(node)
		if !ok {
			return insertion, false
		}
		at := f.Span(node).End
		return edit.Insertion{At: at, Text: flow, Scope: facts.Span{Start: f.Offset(owner.First()), End: end}}, true
	case node.Kind != yaml.ScalarNode || node.ShortTag() != "!!null" || f.Span(node).Len() > 0 || owner.Flow():
		return insertion, false
	}
	indent, ok := f.indent(owner)
	at := f.Span(node).End
	if !ok || !restIsComment(text[at:]) {
		return insertion, false
	}
	insertion, ok = edit.LinesBehind(text, at, indented(indent+2, list, lines)...)
	insertion.Scope = facts.Span{Start: f.Offset(owner.First()), End: at}
	return insertion, ok
}

// Append gives the insertion of a new entry at the end of a mapping or list that has some: lines in block style, flow
// inside brackets and braces.
func (f *File) Append(collection *yaml.Node, lines []string, flow string) (insertion edit.Insertion, ok bool) {
	last := Entry{Collection: collection, Index: len(collection.Content) - 1}
	if last.Mapping() {
		last.Index--
	}
	if last.Index < 0 {
		return insertion, false
	}
	if last.Flow() {
		lines = []string{flow}
	}
	return f.Insert(last, lines...)
}

func indented(indent int, list bool, lines []string) []string {
	written := make([]string, len(lines))
	for i, line := range lines {
		prefix := strings.Repeat(" ", indent)
		switch {
		case !list:
		case i == 0:
			prefix += "- "
		default:
			prefix += "  "
		}
		written[i] = prefix + line
	}
	return written
}

// scopeEnd is about where a collection ends: at its last scalar.
func (f *File) scopeEnd(collection *yaml.Node, least int) int {
	return max(least, f.End(collection))
}

// End is about where a node ends: at its last scalar.
func (f *File) End(node *yaml.Node) int {
	for len(node.Content) > 0 {
		node = node.Content[len(node.Content)-1]
	}
	return f.Span(node).End
}

// end is where a node ends, quotes and brackets included.
func (f *File) end(node *yaml.Node) (end int, ok bool) {
	text := f.Source.Text
	last, brackets := node, 0
	for len(last.Content) > 0 {
		if last.Style&yaml.FlowStyle != 0 {
			brackets++
		}
		last = last.Content[len(last.Content)-1]
	}
	end = f.Span(last).End
	switch {
	case last.Kind != yaml.ScalarNode && last.Kind != yaml.AliasNode:
		if last.Style&yaml.FlowStyle == 0 {
			return 0, false
		}
		brackets++ // an empty list or mapping
	case last.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0:
		if end == len(text) || text[end] != '\'' && text[end] != '"' {
			return 0, false
		}
		end++
	case last.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		// What keeps its empty lines at the end would lose them.
		header, _, _ := bytes.Cut(text[f.Offset(last):], []byte("\n"))
		if bytes.IndexByte(header, '+') >= 0 {
			return 0, false
		}
	}
	for ; brackets > 0 && end < len(text); end++ {
		switch text[end] {
		case ']', '}':
			brackets--
		case ' ', '\t', '\r', '\n', ',':
		default:
			return 0, false
		}
	}
	return end, brackets == 0
}

// restIsComment says whether nothing but blanks and a comment is left of the line that a text begins in.
func restIsComment(text []byte) bool {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	rest := bytes.TrimRight(bytes.TrimLeft(line, " \t"), "\r")
	return len(rest) == 0 || rest[0] == '#' && len(rest) < len(bytes.TrimRight(line, "\r"))
}

// indent is how far an entry of a block collection is indented: its key, or the dash of its item.
func (f *File) indent(e Entry) (indent int, ok bool) {
	at := f.Offset(e.First())
	start := bytes.LastIndexByte(f.Source.Text[:at], '\n') + 1
	before := f.Source.Text[start:at]
	if !e.Mapping() {
		dash := bytes.LastIndexByte(before, '-')
		if dash < 0 || len(bytes.Trim(before[dash+1:], " ")) > 0 {
			return 0, false
		}
		before = before[:dash]
	}
	return len(before), len(bytes.Trim(before, " -")) == 0
}
