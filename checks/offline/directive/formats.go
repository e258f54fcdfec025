package directive

import (
	"bytes"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
	"github.com/bbdoctor/bbdoctor/checks/offline/pgpoolconf"
	"github.com/bbdoctor/bbdoctor/checks/offline/postgresqlconf"
	"github.com/bbdoctor/bbdoctor/checks/offline/shell"
	"github.com/bbdoctor/bbdoctor/checks/offline/yamltext"
)

// properties takes logical lines for extents: in a value a # is a character like others, and behind a continued line
// what looks like a comment belongs to the value.
func (s *scanner) properties() { s.logicalLines("#!") }

// units reads what is written like units of systemd: comments stand alone on their lines.
func (s *scanner) units() { s.logicalLines("#;") }

func (s *scanner) logicalLines(signs string) {
	s.signs = signs
	text := s.source.Text
	for line, start := 1, -1; ; line++ {
		span := s.source.Line(line)
		if span.Start >= len(text) {
			if start >= 0 {
				s.extents = append(s.extents, extent{facts.Span{Start: start, End: len(text)}, true})
			}
			return
		}
		natural := bytes.TrimLeft(text[span.Start:span.End], " \t\f")
		backslashes := len(natural) - len(bytes.TrimRight(natural, `\`))
		switch {
		case start < 0 && (len(natural) == 0 || strings.IndexByte(signs, natural[0]) >= 0):
			continue
		case start < 0 && len(natural) == 1 && natural[0] == '\\':
			continue // nothing but a backslash: the next line is like any first one
		case start < 0:
			start = span.Start
		}
		if backslashes%2 == 0 {
			s.extents = append(s.extents, extent{facts.Span{Start: start, End: span.End}, true})
			start = -1
		}
	}
}

func (s *scanner) dotenv(format facts.Format) {
	s.inline = format == facts.ComposeEnv
	assignments, _ := dotenv.Read(quiet(s.source), format, nil)
	for i := range assignments {
		assignments[i].Value.Origin.Source = s.source
	}
	s.assignments(assignments)
}

// quiet is the source for another reading, so that nothing is marked in the source itself.
func quiet(source *facts.Source) *facts.Source {
	return &facts.Source{Name: source.Name, Text: source.Text}
}

func (s *scanner) conf(format facts.Format) {
	s.inline = true
	var file *facts.ConfFile
	if format == facts.PgpoolConf {
		file = pgpoolconf.Read(s.source, input.Context{})
	} else {
		file = postgresqlconf.Read(s.source, input.Context{})
	}
	s.assignments(file.Assignments)
}

func (s *scanner) shell() {
	s.inline, s.parsed = true, true
	var commands []facts.Span
	s.comments, commands = shell.Comments(s.source)
	for _, command := range commands {
		s.extents = append(s.extents, extent{Span: command})
	}
}

// yaml takes scalars for extents in which no comment begins, and small items of lists for what a comment above them speaks
// of: the name and the value of a variable stand on two lines. It returns false when the file cannot be read.
func (s *scanner) yaml() bool {
	s.inline = true
	file, err := yamltext.Parse(s.source)
	if err != nil {
		return false
	}
	for _, document := range file.Documents {
		s.node(file, document)
	}
	return true
}

func (s *scanner) node(file *yamltext.File, node *yaml.Node) {
	switch node.Kind {
	case yaml.ScalarNode:
		span := file.Scalar(node).Span
		start := file.Offset(node)
		if start < 0 || span.End < start {
			return
		}
		// The header of a block scalar may have a comment; its text may not.
		if node.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
			s.extents = append(s.extents, extent{Span: facts.Span{Start: start, End: span.End}}, extent{span, true})
			return
		}
		s.extents = append(s.extents, extent{facts.Span{Start: start, End: span.End}, true})
	case yaml.SequenceNode:
		for _, item := range node.Content {
			s.node(file, item)
			if item.Kind == yaml.MappingNode && item.Style&yaml.FlowStyle == 0 && scalars(item) {
				last := item.Content[len(item.Content)-1]
				start, end := file.Offset(item.Content[0]), file.Scalar(last).Span.End
				if 0 <= start && start <= end {
					s.extents = append(s.extents, extent{Span: facts.Span{Start: start, End: end}})
				}
			}
		}
	default:
		for _, child := range node.Content {
			s.node(file, child)
		}
	}
}

// scalars says whether a mapping has nothing but scalars.
func scalars(node *yaml.Node) bool {
	for _, child := range node.Content {
		if child.Kind != yaml.ScalarNode {
			return false
		}
	}
	return len(node.Content) > 0
}

// withEmbedded gives the directives of a YAML file and of the files that it holds as block scalars, as a ConfigMap does:
// each line of a literal block is a line of the embedded file.
func (s *scanner) withEmbedded() []facts.Directive {
	found := s.find()
	file, err := yamltext.Parse(s.source)
	if err != nil {
		return found
	}
	var visit func(node *yaml.Node)
	visit = func(node *yaml.Node) {
		for i, child := range node.Content {
			if node.Kind == yaml.MappingNode && i%2 == 1 && child.Kind == yaml.ScalarNode && child.Style&yaml.LiteralStyle != 0 && Mentioned([]byte(child.Value)) {
				found = append(found, s.embedded(node.Content[i-1].Value, child)...)
			}
			visit(child)
		}
	}
	for _, document := range file.Documents {
		visit(document)
	}
	return sorted(found)
}

func (s *scanner) embedded(name string, block *yaml.Node) (found []facts.Directive) {
	format, ok := embeddedFormat(name)
	if !ok {
		return nil
	}
	inner := facts.NewSource(s.source.Name, []byte(block.Value))
	for _, d := range Find(inner, format) {
		line, _ := inner.Position(d.Origin.Span.Start)
		// The header of the block is one line above the text.
		span := s.source.Line(block.Line + line)
		n := bytes.Index(s.source.Text[span.Start:span.End], []byte(facts.Marker))
		if n < 0 {
			continue
		}
		d.Origin.Source, d.Origin.Span = s.source, facts.Span{Start: span.Start + n, End: span.End}
		if d.First == 1 {
			d.First = 0 // what is missing in the file as a whole is reported where its name is, in the header
		}
		d.First += block.Line
		d.Last += block.Line
		found = append(found, d)
	}
	return found
}

// embeddedFormat tells by its name what a file in a ConfigMap is.
func embeddedFormat(name string) (facts.Format, bool) {
	switch base := strings.ToLower(name); {
	case path.Ext(base) == ".properties":
		return facts.Properties, true
	case base == "postgresql.conf", base == "postgresql.auto.conf":
		return facts.PostgreSQLConf, true
	case path.Ext(base) == ".conf" && strings.Contains(base, "pgpool"):
		return facts.PgpoolConf, true
	case path.Ext(base) == ".sh":
		return facts.Shell, true
	case path.Ext(base) == ".env":
		return facts.ComposeEnv, true
	}
	return 0, false
}
