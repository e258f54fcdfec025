package dotenv

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// compose reads the file as docker compose reads .env and env_file.
func (r *reader) compose() {
	at := 0
	if strings.HasPrefix(r.text, "\ufeff") {
		at = len("\ufeff")
	}
	for at >= 0 {
		at = r.statementStart(at)
		if at == len(r.text) {
			return
		}
		at = r.statement(at)
	}
}

// statementStart skips white space and comments.
func (r *reader) statementStart(at int) int {
	for at < len(r.text) {
		if r.text[at] == '#' {
			at = r.lineEnd(at)
			continue
		}
		char, size := utf8.DecodeRuneInString(r.text[at:])
		if !unicode.IsSpace(char) {
			return at
		}
		at += size
	}
	return at
}

// lineEnd is the offset of the next line feed, or of the end of the file.
func (r *reader) lineEnd(at int) int {
	if n := strings.IndexByte(r.text[at:], '\n'); n >= 0 {
		return at + n
	}
	return len(r.text)
}

// statement reads one variable and returns where the next may begin, or -1 when nothing more is to be read.
func (r *reader) statement(at int) int {
	key, delimiter, ok := r.composeKey(r.skipExport(at))
	if !ok {
		return r.lineEnd(at)
	}
	name := r.text[key.Start:key.End]
	switch {
	case delimiter == len(r.text):
		r.lastWord(key)
		return len(r.text)
	case strings.Contains(name, " "):
		r.problemAt(key.Start, key.End, "the name contains a blank and docker compose refuses the file; write NAME=value")
		return r.lineEnd(delimiter)
	case r.text[delimiter] == '\n':
		if name != "" && !r.assign(r.inherited(key, "docker compose")) {
			return -1
		}
		return delimiter + 1
	}
	value, next := r.composeValue(key, delimiter+1)
	if name == "" {
		r.problemAt(key.Start, delimiter+1, "there is no name in front of the value and docker refuses to start the container; write NAME=value")
		return next
	}
	if !r.assign(value) {
		return -1
	}
	return next
}

// skipExport skips the word "export" that a shell would want.
func (r *reader) skipExport(at int) int {
	const word = "export"
	if strings.HasPrefix(r.text[at:], word) && at+len(word) < len(r.text) && strings.IndexByte("\t\n\f\r ", r.text[at+len(word)]) >= 0 {
		return skipBlanks(r.text, at+len(word))
	}
	return at
}

// composeKey finds the name that begins at an offset and what ends it: "=", ":" or a line feed. At the end of the file,
// delimiter is its length. ok is false when there can be no name.
func (r *reader) composeKey(at int) (key facts.Span, delimiter int, ok bool) {
	for i := at; i < len(r.text); {
		char, size := utf8.DecodeRuneInString(r.text[i:])
		switch {
		case char == '=' || char == ':' || char == '\n':
			end := at + len(strings.TrimRightFunc(r.text[at:i], unicode.IsSpace))
			return facts.Span{Start: at, End: end}, i, true
		case !isBlank(char) && !strings.ContainsRune("_.-[]", char) && !unicode.IsLetter(char) && !unicode.IsNumber(char) || char == utf8.RuneError && size == 1:
			r.problemAt(i, i+size, fmt.Sprintf("a name must not contain %q and docker compose refuses the file; write NAME=value, and put a value of several lines into double quotes", r.text[i:i+size]))
			return facts.Span{}, 0, false
		}
		i += size
	}
	return facts.Span{Start: at, End: len(r.text)}, len(r.text), true
}

// lastWord tells of a name that nothing follows, not even a line feed: docker compose then takes it for a value.
func (r *reader) lastWord(key facts.Span) {
	name := strings.TrimRightFunc(r.text[key.Start:key.End], unicode.IsSpace)
	key.End = key.Start + len(name)
	if name == "" {
		r.problemAt(key.Start, key.Start, "nothing follows \"export\" and docker compose refuses the file; write NAME=value")
		return
	}
	r.problemAt(key.Start, key.End, "docker compose takes the last word for a value without a name, because no line end follows it; write NAME=value or end the line")
	if !strings.ContainsFunc(name, isBlank) {
		text := r.newText()
		text.Unknown("no line end follows its name")
		r.assign(text.Setting(r.origin(key, facts.Span{Start: key.End, End: key.End}), ""))
	}
}

// composeValue reads the value that begins behind the delimiter at an offset, or behind blanks there, and returns where the
// next statement may begin.
func (r *reader) composeValue(key facts.Span, behind int) (facts.Setting, int) {
	at := skipBlanks(r.text, behind)
	if at < len(r.text) && (r.text[at] == '"' || r.text[at] == '\'') {
		return r.quotedValue(key, at)
	}
	end := r.lineEnd(at)
	next := min(end+1, len(r.text))
	value, _, _ := strings.Cut(r.text[at:end], " #")
	value = strings.TrimRightFunc(value, unicode.IsSpace)
	if value == "" {
		at = behind // a value that is written here must not stand behind a carriage return
	}
	end = at + len(value)
	origin := r.origin(key, facts.Span{Start: at, End: end})
	if strings.IndexByte(value, '$') < 0 {
		return facts.Setting{Key: facts.Key(origin.Key), Text: value, State: facts.Set, Origin: origin}, next
	}
	text := r.newText()
	text.Verbatim(value, r.src, at, facts.Plain)
	text = r.substitute(text, origin)
	return text.Setting(origin, value), next
}

// skipBlanks skips white space other than line feeds.
func skipBlanks(text string, at int) int {
	return len(text) - len(strings.TrimLeftFunc(text[at:], isBlank))
}

// isBlank says whether docker compose takes a character for white space inside a line.
func isBlank(char rune) bool {
	switch char {
	case '\t', '\v', '\f', '\r', ' ', 0x85, 0xA0:
		return true
	}
	return false
}
