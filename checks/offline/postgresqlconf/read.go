// Package postgresqlconf reads postgresql.conf as PostgreSQL does: its grammar, and what it makes of the few parameters
// that decide whether Bitbucket keeps its connections. The grammar is that of src/backend/utils/misc/guc-file.l.
package postgresqlconf

import (
	"errors"
	"fmt"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
)

const (
	// maxDepth is how deep PostgreSQL lets files include each other.
	maxDepth = 10
	// maxIncludes and maxAssignments bound what a hostile file can make of a little text.
	maxIncludes    = 200
	maxAssignments = 50_000
)

// Read reads a postgresql.conf with the files that it includes. Assignments come in the order in which PostgreSQL makes
// them, under their names in lower case; of two for one parameter the last wins. PostgreSQL does not start with a line
// that it cannot read; reading goes on behind it, so that the rest can be judged as well. Included files that ctx cannot
// open, and included directories, are listed in Unread.
func Read(src *facts.Source, ctx input.Context) *facts.ConfFile {
	r := &reader{ctx: ctx, file: &facts.ConfFile{Source: src}}
	r.read(src, 0, nil)
	if src.Within != nil {
		r.file.Locate()
	}
	return r.file
}

type reader struct {
	ctx      input.Context
	file     *facts.ConfFile
	included int
}

func (r *reader) read(src *facts.Source, depth int, via []facts.Origin) {
	s := &scanner{text: src.Text}
	text := string(src.Text)
	for {
		switch kind := s.next(); kind {
		case endOfFile:
			return
		case endOfLine:
			continue
		case identifier, qualified:
			if !r.line(src, s, text, depth, via) {
				return
			}
		default:
			r.syntaxError(src, s, text)
		}
	}
}

// line reads what follows a name, to the end of the line. It gives false when no more is to be read.
func (r *reader) line(src *facts.Source, s *scanner, text string, depth int, via []facts.Origin) bool {
	keySpan := facts.Span{Start: s.start, End: s.at}
	name := text[keySpan.Start:keySpan.End]
	kind := s.next()
	if kind == equals {
		kind = s.next()
	}
	if kind == endOfFile || kind == endOfLine {
		r.refuse("syntax error: the value is missing", facts.Origin{Source: src, Span: keySpan, Key: name, KeySpan: keySpan, Format: facts.PostgreSQLConf, Runs: []facts.Run{}})
		return kind == endOfLine
	}
	// Two words with one point between them are a name to the scanner, never a value.
	if kind == equals || kind == other || kind == qualified {
		r.syntaxError(src, s, text)
		return true
	}
	value := facts.Setting{
		Key: facts.Key(lower(name)), State: facts.Set, Via: via, Text: text[s.start:s.at],
		Origin: facts.Origin{Source: src, Span: facts.Span{Start: s.start, End: s.at}, Key: name, KeySpan: keySpan, Format: facts.PostgreSQLConf},
	}
	if kind == quoted {
		value.Origin.Style = facts.SingleQuoted
		value.Origin.Span.Start++
		value.Origin.Span.End--
		value.Text, value.Origin.Runs = decode(text[s.start+1:s.at-1], s.start+1)
	}
	switch kind = s.next(); kind {
	case endOfLine, endOfFile:
	default:
		r.syntaxError(src, s, text)
		return true
	}
	return r.assign(src, value, depth) && kind == endOfLine
}

// lower is a name as PostgreSQL compares it: only the letters A to Z are folded.
func lower(name string) string {
	for i := range len(name) {
		if name[i] >= 'A' && name[i] <= 'Z' {
			folded := []byte(name)
			for ; i < len(folded); i++ {
				if folded[i] >= 'A' && folded[i] <= 'Z' {
					folded[i] |= 0x20
				}
			}
			return string(folded)
		}
	}
	return name
}

// syntaxError notes the token that PostgreSQL stumbles over and goes on with the next line, as it does itself.
func (r *reader) syntaxError(src *facts.Source, s *scanner, text string) {
	span := facts.Span{Start: s.start, End: s.at}
	reason := "syntax error"
	if strings.HasPrefix(text[span.Start:span.End], ".") {
		reason = "syntax error: an address must stand in single quotes"
	}
	r.refuse(reason, facts.Origin{Source: src, Span: span, Format: facts.PostgreSQLConf, Runs: []facts.Run{}})
	for s.at < len(s.text) && s.text[s.at] != '\n' {
		s.at++
	}
}

func (r *reader) assign(src *facts.Source, value facts.Setting, depth int) bool {
	switch string(value.Key) {
	case "include":
		r.include(src, value, depth, true)
		return true
	case "include_if_exists":
		r.include(src, value, depth, false)
		return true
	case "include_dir":
		r.unread(value.Origin, value.Text, "the files of an included directory are not read")
		return true
	}
	if len(r.file.Assignments) >= maxAssignments {
		r.unread(value.Origin, src.Name, fmt.Sprintf("has more than %d settings; the rest was not read", maxAssignments))
		return false
	}
	r.file.Assignments = append(r.file.Assignments, facts.Assignment{Name: string(value.Key), Value: value})
	return true
}

// include reads the named file in the place of the include. required is false for include_if_exists; even then a file that
// is not among the inputs may be there where PostgreSQL runs.
func (r *reader) include(src *facts.Source, value facts.Setting, depth int, required bool) {
	path := value.Text
	if depth+1 > maxDepth {
		r.refuse(fmt.Sprintf("files include each other more than %d deep", maxDepth), value.Origin)
		return
	}
	if r.included++; r.included > maxIncludes {
		r.unread(value.Origin, path, fmt.Sprintf("is the include number %d; no more were read", r.included))
		return
	}
	if strings.TrimSpace(path) == "" {
		if required {
			r.refuse("include names no file", value.Origin)
		}
		return
	}
	included, err := r.ctx.Open(src, path)
	if err != nil {
		r.unread(value.Origin, path, unreadReason(err))
		return
	}
	r.read(included, depth+1, append([]facts.Origin{value.Origin}, value.Via...))
}

// unreadReason is the reason of an error of input.Files without the file's name before it.
func unreadReason(err error) string {
	for _, reason := range []error{input.ErrOutside, input.ErrMissing, input.ErrTooLarge, input.ErrNotRegular, input.ErrUnreadable} {
		if errors.Is(err, reason) {
			return reason.Error()
		}
	}
	return "cannot be read"
}

func (r *reader) unread(at facts.Origin, path, reason string) {
	if len(r.file.Unread) < maxIncludes {
		r.file.Unread = append(r.file.Unread, facts.Unread{Path: path, Reason: reason, Origin: at})
	}
}

// refuse notes why PostgreSQL does not start with the file; the first reason is kept.
func (r *reader) refuse(reason string, at facts.Origin) {
	if r.file.Refused == "" {
		r.file.Refused, r.file.RefusedAt = reason, at
	}
}
