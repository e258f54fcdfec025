// Package pgpoolconf reads pgpool.conf as Pgpool-II does: its scanner and its table of parameters, with their defaults by
// version and with what it makes of each value. The grammar is that of src/config/pool_config.l; where the manual tells
// another story, the program is followed.
package pgpoolconf

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
)

const (
	// maxDepth is how deep pgpool lets files include each other.
	maxDepth = 10
	// maxIncludes and maxAssignments bound what a hostile file can make of a little text; real files stay far below.
	maxIncludes    = 200
	maxAssignments = 50_000
)

// Read reads a pgpool.conf with the files that it includes. Assignments come in the order in which pgpool makes them; of
// two for one parameter the last wins. Behind the place where pgpool refuses the file, reading goes on with the next line,
// so that the rest can be judged as well. An included file that ctx cannot open is listed in Unread: pgpool refuses to
// start without it, but it may well lie where the inputs do not reach.
//
// The grammar is that of 4.2 to 4.7. Before 4.3 include was no word of its own, and 4.1 ended a number before its unit;
// what tells the version of a file is not in the file.
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
	full     bool
}

// read reads one file; via leads to the include that named it.
func (r *reader) read(src *facts.Source, depth int, via []facts.Origin) {
	s := &scanner{text: src.Text}
	// One copy of the text serves all names and values, which are parts of it.
	text := string(src.Text)
	for {
		switch kind := s.next(); kind {
		case endOfFile:
			return
		case endOfLine:
			continue
		case key:
			if r.full || !r.pair(src, s, text, depth, via) {
				return
			}
		default:
			at := facts.Span{Start: s.start, End: s.at}
			r.refuse(reasonOf(kind, text[s.start:s.at]), facts.Origin{Source: src, Span: at, Format: facts.PgpoolConf, Runs: []facts.Run{}})
			s.at = lineEnd(s.text, s.at)
		}
	}
}

// pair reads what follows a key: an optional equals sign, and the next token, which is the value whatever it is. The end
// of the line, too, is taken for a value.
func (r *reader) pair(src *facts.Source, s *scanner, text string, depth int, via []facts.Origin) bool {
	keySpan := facts.Span{Start: s.start, End: s.at}
	kind, before := s.next(), keySpan.End
	if kind == equals {
		before = s.at
		kind = s.next()
	}
	name := text[keySpan.Start:keySpan.End]
	value := facts.Setting{
		Key: facts.Key(name), State: facts.Set, Via: via,
		Origin: facts.Origin{
			Source: src, Span: facts.Span{Start: s.start, End: s.at}, Key: name, KeySpan: keySpan, Format: facts.PgpoolConf,
		},
	}
	switch kind {
	case quoted:
		value.Origin.Style = facts.SingleQuoted
		value.Origin.Span.Start++
		value.Origin.Span.End--
		// pgpool copies the token up to a zero byte and cuts off the last character, thinking it is the quote.
		if nul := bytes.IndexByte(s.text[s.start:s.at], 0); nul >= 0 {
			value.Origin.Span.End = max(value.Origin.Span.Start, s.start+nul-1)
		}
		value.Text = text[value.Origin.Span.Start:value.Origin.Span.End]
	case endOfFile, endOfLine:
		value.Text = text[s.start:s.at]
		value.Origin.Span, value.Origin.Runs = facts.Span{Start: before, End: before}, []facts.Run{}
	case other:
		value.Text = text[s.start:s.at]
		if value.Text == "\x00" {
			value.Text, value.Origin.Runs = "", []facts.Run{}
		}
	default:
		value.Text = text[s.start:s.at]
	}
	if name == "include" {
		r.include(src, value, depth)
		return true
	}
	if len(r.file.Assignments) >= maxAssignments {
		r.full = true
		r.unread(value.Origin, src.Name, fmt.Sprintf("has more than %d settings; the rest was not read", maxAssignments))
		return false
	}
	r.file.Assignments = append(r.file.Assignments, facts.Assignment{Name: name, Value: value})
	return true
}

// include reads the named file in the place of the include.
func (r *reader) include(src *facts.Source, value facts.Setting, depth int) {
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
		r.refuse("include names no file", value.Origin)
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

// refuse notes why pgpool does not accept the file; the first reason is the one that it gives.
func (r *reader) refuse(reason string, at facts.Origin) {
	if r.file.Refused == "" {
		r.file.Refused, r.file.RefusedAt = reason, at
	}
}

func reasonOf(kind token, text string) string {
	switch {
	case kind == number && strings.HasPrefix(text, "."):
		return "syntax error: an address or a number with several points must stand in single quotes"
	case kind == quoted:
		return "syntax error: a value stands where a name is expected; a quote inside a value cannot be doubled"
	case kind == other && text == "#":
		return "syntax error: the last line is a comment and has no line end"
	case kind == other && text == ",":
		return "syntax error: a list must stand in single quotes"
	case kind == other && text == "\x00":
		return "syntax error: a zero byte"
	}
	return "syntax error: a name is expected here"
}
