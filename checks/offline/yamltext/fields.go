package yamltext

import "go.yaml.in/yaml/v3"

// maxWalked bounds how many fields and items one file gives. Aliases let a file of a few lines say a billion things.
const maxWalked = 1_000_000

// Field is an entry of a mapping.
type Field struct {
	Key *yaml.Node
	// Value is never an alias.
	Value *yaml.Node
	// Aliases are the aliases through which the value is reached from the mapping: those of merge keys first, then the one
	// that stands for the value.
	Aliases []*yaml.Node
}

// Fields gives the entries of a mapping in the order of the file: its own, then those that merge keys (<<) add, of which
// the first with a name counts. duplicate is a key that the mapping has twice, which YAML forbids; both are given. An
// alias to a mapping is followed; of what is no mapping there are no fields.
func (f *File) Fields(node *yaml.Node) (fields []Field, duplicate *yaml.Node) {
	node, aliases := Follow(node, nil)
	if node == nil || node.Kind != yaml.MappingNode || !f.walk(len(node.Content)/2) {
		return nil, nil
	}
	fields = make([]Field, 0, len(node.Content)/2)
	merges := false
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		if isMerge(key) {
			merges = true
			continue
		}
		fields = append(fields, field(key, node.Content[i+1], aliases))
	}
	duplicate = findDuplicate(node)
	if merges {
		merge := merger{file: f, fields: fields, seen: map[string]bool{}, visited: map[*yaml.Node]bool{node: true}}
		for _, own := range fields {
			merge.seen[own.Key.Value] = true
		}
		merge.mapping(node, aliases)
		fields = merge.fields
	}
	return fields, duplicate
}

// Items gives the items of a list, aliases followed. Of what is no list there are no items.
func (f *File) Items(node *yaml.Node) []Field {
	node, aliases := Follow(node, nil)
	if node == nil || node.Kind != yaml.SequenceNode || !f.walk(len(node.Content)) {
		return nil
	}
	items := make([]Field, len(node.Content))
	for i, item := range node.Content {
		items[i] = field(nil, item, aliases)
	}
	return items
}

// Exhausted says that the file gave so many fields and items that no more are given.
func (f *File) Exhausted() bool { return f.walked > maxWalked }

func (f *File) walk(n int) bool {
	f.walked += n + 1
	return !f.Exhausted()
}

// Follow gives the node that an alias stands for, and adds the alias to a copy of the list. Any other node is itself.
func Follow(node *yaml.Node, aliases []*yaml.Node) (*yaml.Node, []*yaml.Node) {
	for node != nil && node.Kind == yaml.AliasNode {
		aliases = append(aliases[:len(aliases):len(aliases)], node)
		node = node.Alias
	}
	return node, aliases
}

func field(key, value *yaml.Node, aliases []*yaml.Node) Field {
	value, aliases = Follow(value, aliases)
	return Field{Key: key, Value: value, Aliases: aliases}
}

// isMerge says whether a key is the merge key. In quotes it is a key like others.
func isMerge(key *yaml.Node) bool {
	return key.Kind == yaml.ScalarNode && key.Value == "<<" && (key.Tag == "" || key.Tag == "!" || key.ShortTag() == "!!merge")
}

// findDuplicate gives the first key of a mapping that an earlier one equals.
func findDuplicate(node *yaml.Node) *yaml.Node {
	if len(node.Content) <= 32 {
		for i := 2; i < len(node.Content); i += 2 {
			for j := 0; j < i; j += 2 {
				if sameKey(node.Content[i], node.Content[j]) {
					return node.Content[i]
				}
			}
		}
		return nil
	}
	seen := make(map[string]bool, len(node.Content)/2)
	for i := 0; i < len(node.Content); i += 2 {
		key := node.Content[i]
		if key.Kind != yaml.ScalarNode {
			continue
		}
		if seen[key.Value] {
			return key
		}
		seen[key.Value] = true
	}
	return nil
}

func sameKey(a, b *yaml.Node) bool {
	return a.Kind == yaml.ScalarNode && b.Kind == yaml.ScalarNode && a.Value == b.Value
}

// merger adds the fields of mappings named by merge keys. A mapping that was already merged adds nothing, which also ends
// mappings that contain themselves.
type merger struct {
	file    *File
	fields  []Field
	seen    map[string]bool
	visited map[*yaml.Node]bool
}

// mapping adds what the merge keys of a mapping name.
func (m *merger) mapping(node *yaml.Node, aliases []*yaml.Node) {
	for i := 0; i+1 < len(node.Content); i += 2 {
		if !isMerge(node.Content[i]) {
			continue
		}
		value, through := Follow(node.Content[i+1], aliases)
		if value == nil {
			continue
		}
		if value.Kind == yaml.SequenceNode {
			for _, item := range value.Content {
				item, through := Follow(item, through)
				m.merged(item, through)
			}
			continue
		}
		m.merged(value, through)
	}
}

// merged adds a mapping that is merged: its own fields, then those that it merges itself.
func (m *merger) merged(node *yaml.Node, aliases []*yaml.Node) {
	if node == nil || node.Kind != yaml.MappingNode || m.visited[node] || !m.file.walk(len(node.Content)/2) {
		return
	}
	m.visited[node] = true
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		if isMerge(key) || m.seen[key.Value] {
			continue
		}
		m.seen[key.Value] = true
		m.fields = append(m.fields, field(key, node.Content[i+1], aliases))
	}
	m.mapping(node, aliases)
}
