// Package directive finds the comments that speak to bbdoctor, in every format that is read. What stands in a value and
// only looks like a comment is none: a continued line of a properties file, a quoted text of several lines, a
// here-document, a block scalar of YAML.
package directive

import (
	"bytes"
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// What one file may make the scanner do; what is more is left out. Real files have a few directives.
const (
	maxDirectives = 1000
	maxWork       = 20_000_000 // extents, lines and bytes that are looked at
)

// Mentioned says whether a text has the marker at all. Only then it is worth to look closer.
func Mentioned(text []byte) bool { return bytes.Contains(text, []byte(facts.Marker)) }

// extent is a piece of a file that belongs together, such as a key with its value over several lines.
type extent struct {
	facts.Span
	// opaque says that no comment begins in it.
	opaque bool
}

// scanner looks for directives in one file, of which the reader of the format knows what is no comment.
type scanner struct {
	source *facts.Source
	// signs begin a comment.
	signs string
	// inline says that a comment may follow something on its line.
	inline  bool
	extents []extent
	// comments, when the format's parser gives them, are where comments begin; else extents and signs tell.
	comments []facts.Span
	parsed   bool
	work     int
}

// Find gives the directives of a file in their order.
func Find(source *facts.Source, format facts.Format) []facts.Directive {
	if !Mentioned(source.Text) {
		return nil
	}
	s := &scanner{source: source, signs: "#", work: maxWork}
	switch format {
	case facts.Properties:
		s.properties()
	case facts.DockerEnv, facts.ComposeEnv:
		s.dotenv(format)
	case facts.PgpoolConf, facts.PostgreSQLConf:
		s.conf(format)
	case facts.Shell:
		s.shell()
	default:
		if extension := path.Ext(source.Name); format != facts.Compose && extension != ".yml" && extension != ".yaml" {
			s.units()
			break
		}
		if !s.yaml() {
			return nil
		}
		return s.withEmbedded()
	}
	return s.find()
}

// find looks at every marker.
func (s *scanner) find() (found []facts.Directive) {
	text, code := s.source.Text, s.firstCode()
	for at := 0; len(found) < maxDirectives && s.work > 0; {
		n := bytes.Index(text[at:], []byte(facts.Marker))
		if n < 0 {
			break
		}
		at += n
		start := at
		at += len(facts.Marker)
		sign, ok := s.comment(start)
		if !ok {
			continue
		}
		found = append(found, s.directive(sign, start, code))
	}
	return found
}

// comment says where the comment begins whose first word is the marker at an offset.
func (s *scanner) comment(marker int) (sign int, ok bool) {
	text := s.source.Text
	sign = marker
	for sign > 0 && (text[sign-1] == ' ' || text[sign-1] == '\t') {
		sign--
	}
	for sign > 0 && strings.IndexByte(s.signs, text[sign-1]) >= 0 {
		sign--
	}
	if sign == marker || strings.IndexByte(s.signs, text[sign]) < 0 {
		return 0, false
	}
	if s.parsed {
		s.work -= len(s.comments)
		return sign, slices.ContainsFunc(s.comments, func(c facts.Span) bool { return c.Start == sign })
	}
	i, inside := s.extentAt(sign)
	if inside && s.extents[i].opaque {
		return 0, false
	}
	return sign, s.inline && (sign == 0 || strings.IndexByte(" \t\r\n\f", text[sign-1]) >= 0) || s.alone(sign)
}

// extentAt finds the innermost extent that holds an offset.
func (s *scanner) extentAt(at int) (index int, ok bool) {
	index = -1
	s.work -= len(s.extents)
	for i, e := range s.extents {
		if e.Start <= at && at < e.End && (index < 0 || e.Len() <= s.extents[index].Len()) {
			index = i
		}
	}
	return index, index >= 0
}

// alone says whether nothing but blanks is in front of an offset on its line.
func (s *scanner) alone(at int) bool {
	before := bytes.TrimRight(s.source.Text[:at], " \t\f")
	return len(before) == 0 || before[len(before)-1] == '\n' || before[len(before)-1] == '\r' || string(before) == "\ufeff"
}

// directive makes one of a comment; code is the first line with anything but comments.
func (s *scanner) directive(sign, marker, code int) facts.Directive {
	line, column := s.source.Position(marker)
	s.work -= column
	end := s.source.Line(line).End
	d := facts.Directive{
		Text:   strings.TrimSpace(string(s.source.Text[marker+len(facts.Marker) : end])),
		Origin: facts.Origin{Source: s.source, Span: facts.Span{Start: marker, End: end}, Runs: []facts.Run{}},
		First:  line, Last: line,
	}
	if !s.alone(sign) {
		d.First, d.Last = s.grow(line, true)
		return d
	}
	if line < code {
		d.First = 1
	}
	// Several comments may follow one another above what they speak of.
	next := line + 1
	for s.work > 0 && s.isComment(next) {
		s.work--
		next++
	}
	_, d.Last = s.grow(next, false)
	return d
}

// grow gives the lines of what begins on a line or, when back is set, of what lies on it.
func (s *scanner) grow(line int, back bool) (first, last int) {
	first, last = line, line
	span := s.source.Line(line)
	s.work -= len(s.extents)
	for _, e := range s.extents {
		begins := span.Start <= e.Start && e.Start <= span.End
		if !begins && !(back && e.Start < span.End && span.Start < e.End) {
			continue
		}
		from, _ := s.source.Position(e.Start)
		to, _ := s.source.Position(max(e.Start, e.End-1))
		first, last = min(first, from), max(last, to)
	}
	return first, last
}

// isComment says whether a line is nothing but a comment.
func (s *scanner) isComment(line int) bool {
	span := s.source.Line(line)
	text := bytes.TrimLeft(s.source.Text[span.Start:span.End], " \t\f")
	return len(text) > 0 && strings.IndexByte(s.signs, text[0]) >= 0
}

// firstCode is the first line with anything but comments and blanks.
func (s *scanner) firstCode() int {
	for line := 1; ; line++ {
		span := s.source.Line(line)
		if span.Start >= len(s.source.Text) {
			return line
		}
		text := bytes.TrimLeft(s.source.Text[span.Start:span.End], " \t\f\ufeff")
		if len(text) > 0 && strings.IndexByte(s.signs, text[0]) < 0 && !bytes.Equal(bytes.TrimSpace(text), []byte("---")) {
			return line
		}
	}
}

// assignments takes keys with their values for extents in which no comment begins.
func (s *scanner) assignments(all []facts.Assignment) {
	for i := range all {
		origin := &all[i].Value.Origin
		if origin.Source != s.source {
			continue
		}
		start := origin.KeySpan.Start
		if origin.KeySpan.Len() == 0 {
			start = origin.Span.Start
		}
		s.extents = append(s.extents, extent{facts.Span{Start: start, End: max(start, origin.Span.End)}, true})
	}
}

// sorted gives directives in the order of the file.
func sorted(all []facts.Directive) []facts.Directive {
	slices.SortStableFunc(all, func(a, b facts.Directive) int { return cmp.Compare(a.Origin.Span.Start, b.Origin.Span.Start) })
	return all[:min(len(all), maxDirectives)]
}
