// Package systemd reads unit files of systemd with their drop-ins, and Podman's quadlets: the environment that they give to
// what they start, and the containers that they start with docker run or podman run. It is compared with systemd's own
// parser and with podman's.
//
// systemd.syntax(7), systemd.exec(5), systemd.service(5) and podman-systemd.unit(5) describe the grammar; where they leave
// something open, it is that of src/shared/conf-parser.c, src/basic/extract-word.c and src/basic/env-file.c of systemd.
package systemd

import (
	"bytes"
	"path"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// maxLine is how long systemd lets a line be, the lines that are continued in it included.
const maxLine = 1 << 20

// The sections that are read.
const (
	sectionService   = "Service"
	sectionContainer = "Container"
)

// entry is one "Key=Value" of a unit file.
type entry struct {
	source  *facts.Source
	section string
	key     string
	keySpan facts.Span
	// value is the text behind the equals sign, lines joined and blanks at both ends removed; at has the offset in the source
	// of each byte. A byte that stands for a line break points at it.
	value []byte
	at    []int32
	end   int // behind the value
	// line is where the last line of it ends, without its line end.
	line int
}

// span is the place of the whole value.
func (e *entry) span() facts.Span {
	if len(e.at) == 0 {
		return facts.Span{Start: e.end, End: e.end}
	}
	return facts.Span{Start: int(e.at[0]), End: int(e.at[len(e.at)-1]) + 1}
}

// dialect is which of the two programs reads a file.
type dialect uint8

const (
	ofSystemd dialect = iota
	ofPodman          // quadlet
)

// scan reads the entries of a unit file. tooLong gives the place of a line that is too long for systemd.
func scan(source *facts.Source, by dialect) (entries []entry, tooLong []facts.Span) {
	text := source.Text
	s := scanner{source: source, dialect: by}
	start := 0
	if bytes.HasPrefix(text, []byte("\ufeff")) {
		start = 3
	}
	for start < len(text) {
		end, next := len(text), len(text)
		if n := bytes.IndexByte(text[start:], '\n'); n >= 0 {
			end, next = start+n, start+n+1
		}
		s.line(start, end)
		start = next
	}
	s.finish(len(text))
	return s.entries, s.tooLong
}

type scanner struct {
	source  *facts.Source
	dialect dialect
	section string
	entries []entry
	tooLong []facts.Span
	// The line so far, when it is continued on the next one.
	value     []byte
	at        []int32
	escaped   bool
	continued bool
}

// line takes one line of the file.
func (s *scanner) line(start, end int) {
	text := s.source.Text
	first := start
	for first < end && isBlank(text[first]) {
		first++
	}
	if first < end && (text[first] == '#' || text[first] == ';') {
		return // a comment, also between lines that are continued
	}
	if s.dialect == ofPodman {
		start = first
		for end > start && isBlank(text[end-1]) {
			end--
		}
	}
	if len(s.value)+end-start > maxLine {
		s.tooLong = append(s.tooLong, facts.Span{Start: start, End: end})
		s.value, s.at, s.escaped, s.continued = nil, nil, false, false
		return
	}
	if !s.continued && s.dialect == ofSystemd && !worthwhile(text[first:end]) {
		return
	}
	for i := start; i < end; i++ {
		s.value, s.at = append(s.value, text[i]), append(s.at, int32(i))
		s.escaped = !s.escaped && text[i] == '\\'
	}
	continues := s.escaped
	if s.dialect == ofPodman {
		continues = end > start && text[end-1] == '\\'
	}
	if continues {
		last := len(s.value) - 1
		if s.dialect == ofPodman {
			s.value, s.at = s.value[:last], s.at[:last]
		} else {
			s.value[last] = ' '
		}
		s.escaped, s.continued = false, true
		return
	}
	s.finish(end)
}

// worthwhile says whether a line is a section or an assignment, so that it need not be copied to find out.
func worthwhile(line []byte) bool {
	return len(line) > 0 && (line[0] == '[' || bytes.IndexByte(line, '=') >= 0 || line[len(line)-1] == '\\')
}

// finish takes the line that is complete.
func (s *scanner) finish(end int) {
	value, at := trim(s.value, s.at)
	s.value, s.at, s.escaped, s.continued = nil, nil, false, false
	if len(value) == 0 {
		return
	}
	if value[0] == '[' {
		s.section = strings.TrimSuffix(string(value[1:]), "]")
		return
	}
	equals := bytes.IndexByte(value, '=')
	if equals <= 0 || s.section == "" {
		return
	}
	key, keyAt := trim(value[:equals], at[:equals])
	e := entry{source: s.source, section: s.section, key: string(key), line: end}
	e.keySpan = facts.Span{Start: int(keyAt[0]), End: int(keyAt[len(keyAt)-1]) + 1}
	e.end = int(at[equals]) + 1
	e.value, e.at = trim(value[equals+1:], at[equals+1:])
	s.entries = append(s.entries, e)
}

func trim(value []byte, at []int32) ([]byte, []int32) {
	for len(value) > 0 && isBlank(value[0]) {
		value, at = value[1:], at[1:]
	}
	for len(value) > 0 && isBlank(value[len(value)-1]) {
		value, at = value[:len(value)-1], at[:len(at)-1]
	}
	return value, at
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// unitSuffixes are the endings of the files that are read.
var unitSuffixes = []string{".service", ".container"}

// Name says whether a file is a unit that is read, or a drop-in of one. unit is the path of the unit to which it belongs,
// which need not be there: pgpool.service of pgpool.service.d/10-env.conf.
func Name(file string) (unit string, dropIn, ok bool) {
	base := path.Base(file)
	for _, suffix := range unitSuffixes {
		if strings.HasSuffix(base, suffix) && base != suffix {
			return file, false, true
		}
		dir := path.Dir(file)
		if strings.HasSuffix(base, ".conf") && strings.HasSuffix(dir, suffix+".d") {
			return strings.TrimSuffix(dir, ".d"), true, true
		}
	}
	return "", false, false
}

// entries gives what the files of one unit say, the unit first, then its drop-ins in the order of their names, and tells
// of lines that are too long.
func (r *reader) entries(sources []*facts.Source) []entry {
	by := ofSystemd
	if r.quadlet {
		by = ofPodman
	}
	var all []entry
	for _, source := range sources {
		entries, tooLong := scan(source, by)
		for _, span := range tooLong {
			r.problem(facts.Origin{Source: source, Span: span, Format: facts.Systemd}, "the line is longer than 1 MiB and systemd does not read it; make it shorter")
		}
		all = append(all, entries...)
	}
	return all
}

// list gives the values of a key in a section: an empty one takes back all before it.
func list(entries []entry, section string, keys ...string) []entry {
	var kept []entry
	for _, e := range entries {
		for _, key := range keys {
			switch {
			case e.section != section || e.key != key:
			case len(e.value) == 0:
				kept = removeKey(kept, key)
			default:
				kept = append(kept, e)
			}
		}
	}
	return kept
}

func removeKey(entries []entry, key string) []entry {
	var kept []entry
	for _, e := range entries {
		if e.key != key {
			kept = append(kept, e)
		}
	}
	return kept
}

// last gives the last value of a key; ok is false when there is none or it is empty.
func last(entries []entry, section, key string) (e entry, ok bool) {
	for _, one := range entries {
		if one.section == section && one.key == key {
			e, ok = one, len(one.value) > 0
		}
	}
	return e, ok
}
