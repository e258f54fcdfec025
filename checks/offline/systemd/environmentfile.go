package systemd

import (
	"bytes"
	"errors"
	"path"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv/traced"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
)

// environmentFile reads the file of an EnvironmentFile=. A dash in front says that it may be missing.
func (r *reader) environmentFile(e entry) []facts.Assignment {
	s := splitter{entry: &e, unit: r.unit}
	at := e.origin()
	name := traced.Text{}
	optional := e.value[0] == '-'
	if optional {
		s.next = 1
	}
	for s.next < len(s.value) { // one word, whatever is in it
		if s.value[s.next] == '%' {
			n, _ := s.specifier(&name, facts.Plain)
			s.next += n
			continue
		}
		s.copy(&name, s.next, s.next+1, facts.Plain)
		s.next++
	}
	file := string(name.Bytes)
	switch {
	case !name.Known():
		r.problem(at, "which file EnvironmentFile=%s is is not known (%s); check the file by itself", file, name.Why)
		return []facts.Assignment{facts.UnknownVariables("the file of EnvironmentFile= is not read", at)}
	case strings.ContainsAny(file, "*?["):
		r.problem(at, "EnvironmentFile=%s may be several files, which are not read; check them by themselves", file)
		return []facts.Assignment{facts.UnknownVariables("the files of EnvironmentFile= are not read", at)}
	case !path.IsAbs(file):
		r.problem(at, "systemd ignores EnvironmentFile=%s, because it is no absolute path; write the whole path", file)
		return nil
	}
	source, err := r.context.Open(e.source, file)
	if err != nil {
		r.tell(at, optional && errors.Is(err, input.ErrMissing), "EnvironmentFile=%s is not read, so its variables are not known: %s", file, reason(err))
		return []facts.Assignment{facts.UnknownVariables("the file of EnvironmentFile= is not read", at)}
	}
	if r.limits.FileBytes -= len(source.Text); r.limits.FileBytes < 0 {
		r.problem(at, "EnvironmentFile=%s is not read, because the env files are too large; check it by itself", file)
		return []facts.Assignment{facts.UnknownVariables("the file of EnvironmentFile= is not read", at)}
	}
	assignments := readEnvironment(source)
	for i := range assignments {
		assignments[i].Value.Via = append(assignments[i].Value.Via, at)
	}
	return assignments[:min(len(assignments), maxVariables)]
}

// rooted opens files by their absolute path: as it is, or below the directory that holds the unit's own path, as in a
// repository with etc/systemd/system/pgpool.service and etc/pgpool.env.
type rooted struct{ input.Context }

// homes are where units lie.
var homes = []string{"/etc/systemd/", "/usr/lib/systemd/", "/lib/systemd/", "/etc/containers/systemd/", "/usr/share/containers/systemd/"}

// path is where a file of the machine lies among the inputs.
func (r rooted) path(unit *facts.Source, file string) string {
	if !path.IsAbs(file) || unit == nil {
		return file
	}
	for _, home := range homes {
		if root, _, ok := strings.Cut(filepath.ToSlash(unit.Path), home); ok && root != "" && r.Context.Exists(unit, root+file) {
			return root + file
		}
	}
	return file
}

func (r rooted) Open(unit *facts.Source, file string) (*facts.Source, error) {
	return r.Context.Open(unit, r.path(unit, file))
}

func (r rooted) Exists(unit *facts.Source, file string) bool {
	return r.Context.Exists(unit, r.path(unit, file))
}

// The states of the reader of an environment file, those of parse_env_file_internal in src/basic/env-file.c.
type state uint8

const (
	beforeName state = iota
	inName
	beforeValue
	inValue
	inValueEscape
	inSingleQuotes
	inDoubleQuotes
	inDoubleQuotesEscape
	inComment
	inCommentEscape
)

// readEnvironment reads a file of EnvironmentFile=. Of several variables of one name the last wins. Names that are none
// are left out, as systemd does.
func readEnvironment(source *facts.Source) []facts.Assignment {
	p := environmentParser{source: source}
	start := 0
	if bytes.HasPrefix(source.Text, []byte("\ufeff")) {
		start = 3 // systemd takes it for part of the first name, which is then none
		p.name.Start = 0
	}
	for i := start; i < len(source.Text); i++ {
		p.step(i, source.Text[i])
	}
	switch p.state {
	case beforeValue, inValue, inValueEscape, inSingleQuotes, inDoubleQuotes, inDoubleQuotesEscape:
		p.chomp()
		p.push(len(source.Text))
	}
	return p.assignments
}

type environmentParser struct {
	source      *facts.Source
	state       state
	name        facts.Span
	value       traced.Text
	start       int // of the value: behind the equals sign
	blanks      int // length of the value without the blanks at its end; -1 when it has none
	assignments []facts.Assignment
}

func (p *environmentParser) step(i int, c byte) {
	newline := c == '\n' || c == '\r'
	switch p.state {
	case beforeName:
		switch {
		case c == '#' || c == ';':
			p.state = inComment
		case !isBlank(c):
			p.state, p.name = inName, facts.Span{Start: i, End: i + 1}
		}
	case inName:
		switch {
		case newline:
			p.state = beforeName
		case c == '=':
			p.state, p.value, p.start, p.blanks = beforeValue, traced.Text{}, i+1, -1
		default:
			p.name.End = i + 1
		}
	case beforeValue:
		switch {
		case newline:
			p.push(i)
		case c == '\'':
			p.state = inSingleQuotes
		case c == '"':
			p.state = inDoubleQuotes
		case c == '\\':
			p.state = inValueEscape
		case !isBlank(c):
			p.state = inValue
			p.add(i, facts.Plain)
		}
	case inValue:
		switch {
		case newline:
			p.chomp()
			p.push(i)
		case c == '\\':
			p.state, p.blanks = inValueEscape, -1
		case isBlank(c):
			if p.blanks < 0 {
				p.blanks = len(p.value.Bytes)
			}
			p.add(i, facts.Plain)
		default:
			p.blanks = -1
			p.add(i, facts.Plain)
		}
	case inValueEscape:
		p.state = inValue
		if !newline {
			p.value.Escape(string([]byte{c}), p.source, facts.Span{Start: i - 1, End: i + 1}, facts.Plain)
		}
	case inSingleQuotes:
		if c == '\'' {
			p.state = beforeValue
			return
		}
		p.add(i, facts.SingleQuoted)
	case inDoubleQuotes:
		switch c {
		case '"':
			p.state = beforeValue
		case '\\':
			p.state = inDoubleQuotesEscape
		default:
			p.add(i, facts.DoubleQuoted)
		}
	case inDoubleQuotesEscape:
		p.state = inDoubleQuotes
		switch {
		case strings.IndexByte("\"\\`$", c) >= 0:
			p.value.Escape(string([]byte{c}), p.source, facts.Span{Start: i - 1, End: i + 1}, facts.DoubleQuoted)
		case c != '\n':
			p.add(i-1, facts.DoubleQuoted)
			p.add(i, facts.DoubleQuoted)
		}
	case inComment:
		switch {
		case c == '\\':
			p.state = inCommentEscape
		case newline:
			p.state = beforeName
		}
	case inCommentEscape:
		// Up to 253 the comment went on in the next line.
		p.state = inComment
		if newline {
			p.state = beforeName
		}
	}
}

// add adds a byte that stands for itself.
func (p *environmentParser) add(i int, style facts.Style) {
	p.value.Verbatim(string(p.source.Text[i:i+1]), p.source, i, style)
}

// chomp takes the blanks at the end of a value away that is not in quotes.
func (p *environmentParser) chomp() {
	if p.state == inValue && p.blanks >= 0 {
		p.value = p.value.Slice(0, p.blanks)
	}
}

// push takes the variable that is complete at an offset.
func (p *environmentParser) push(end int) {
	p.state = beforeName
	name := strings.TrimRight(string(p.source.Text[p.name.Start:p.name.End]), " \t\r\n")
	if !validName(name) || !utf8.Valid(p.value.Bytes) || len(p.assignments) >= maxVariables {
		return
	}
	at := facts.Origin{
		Source: p.source, Key: name, KeySpan: facts.Span{Start: p.name.Start, End: p.name.Start + len(name)}, Format: facts.SystemdEnv,
		Span: part(p.value, facts.Span{Start: p.start, End: p.start}, 0, len(p.value.Bytes)),
	}
	if len(p.value.Bytes) == 0 && len(bytes.TrimSpace(p.source.Text[p.start:end])) > 0 {
		at.Span.End = end // quotes around nothing
	}
	setting := p.value.Setting(at, "")
	traced.Hide(setting)
	p.assignments = append(p.assignments, facts.Assignment{Name: name, Value: setting})
}
