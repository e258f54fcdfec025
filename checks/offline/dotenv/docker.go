package dotenv

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// maxDockerLine is the length in bytes, without the line feed, that docker accepts: its scanner's buffer of 64 KiB must
// hold the line and its end.
const maxDockerLine = 64<<10 - 1

// docker reads the file as docker run --env-file does.
func (r *reader) docker() {
	if bytes.HasPrefix(r.src.Text, []byte("\xff\xfe")) || bytes.HasPrefix(r.src.Text, []byte("\xfe\xff")) {
		r.problemAt(0, 2, "the file is in UTF-16 and docker refuses it; save it as UTF-8")
		return
	}
	for start := 0; start < len(r.text); {
		end, next := len(r.text), len(r.text)
		if n := strings.IndexByte(r.text[start:], '\n'); n >= 0 {
			end, next = start+n, start+n+1
		}
		if !r.dockerLine(start, end) {
			return
		}
		start = next
	}
}

// dockerLine reads one line. It returns false when nothing more is to be read.
func (r *reader) dockerLine(start, end int) bool {
	if end-start > maxDockerLine {
		r.problemAt(start, end, "the line has 64 KiB or more and docker refuses the file; make it shorter")
		return true
	}
	if end > start && r.text[end-1] == '\r' {
		end--
	}
	line := r.text[start:end]
	if !utf8.ValidString(line) {
		r.problemAt(start, end, "the line is not UTF-8 and docker refuses the file; save it as UTF-8")
		return true
	}
	if start == 0 {
		line = strings.TrimPrefix(line, "\ufeff")
	}
	line = strings.TrimLeftFunc(line, unicode.IsSpace)
	if line == "" || line[0] == '#' {
		return true
	}
	start = end - len(line)
	name, _, assigned := strings.Cut(line, "=")
	switch {
	case name == "":
		r.problemAt(start, end, "there is no name in front of \"=\" and docker refuses the file; write NAME=value")
		return true
	case strings.ContainsAny(name, " \t"):
		r.problemAt(start, start+len(name), "the name contains white space and docker refuses the file; write NAME=value without \"export\" and without blanks around \"=\"")
		return true
	}
	key := facts.Span{Start: start, End: start + len(name)}
	if !assigned {
		return r.assign(r.inherited(key, "docker"))
	}
	origin := r.origin(key, facts.Span{Start: key.End + 1, End: end})
	return r.assign(facts.Setting{Key: facts.Key(name), Text: r.text[key.End+1 : end], State: facts.Set, Origin: origin})
}
