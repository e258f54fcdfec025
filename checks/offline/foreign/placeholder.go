package foreign

import (
	"bytes"
	"strings"
)

// marks are what templates put around what they fill in.
var marks = [][2]string{{"{{", "}}"}, {"{%", "%}"}, {"<%", "%>"}}

// Placeholder says whether a value has a place in it that another program fills in: {{ ... }}, <%= ... %>, @NAME@.
func Placeholder(text string) bool {
	for _, mark := range marks {
		if at := strings.Index(text, mark[0]); at >= 0 && strings.Contains(text[at+2:], mark[1]) {
			return true
		}
	}
	_, ok := atName(text)
	return ok
}

// IsPlaceholder says whether a value is nothing but one placeholder. A password may well have such characters inside.
func IsPlaceholder(text string) bool {
	text = strings.TrimSpace(text)
	for _, mark := range marks {
		if strings.HasPrefix(text, mark[0]) && strings.HasSuffix(text, mark[1]) {
			return true
		}
	}
	name, ok := atName(text)
	return ok && text == "@"+name+"@"
}

// atName finds the NAME of @NAME@, which configure scripts and the like fill in.
func atName(text string) (name string, ok bool) {
	for {
		at := strings.IndexByte(text, '@')
		if at < 0 {
			return "", false
		}
		text = text[at+1:]
		end := strings.IndexByte(text, '@')
		if end < 0 {
			return "", false
		}
		if name := text[:end]; len(name) >= 3 && name[0] >= 'A' && name[0] <= 'Z' && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == "" {
			return name, true
		}
	}
}

// Statements says whether a text has lines of a template that are no values, so that it cannot be read as what it looks
// like.
func Statements(text []byte) bool {
	for _, mark := range []string{"{%", "<%", "{{"} {
		for from := 0; ; {
			n := bytes.Index(text[from:], []byte(mark))
			if n < 0 {
				break
			}
			at := from + n
			if line := text[bytes.LastIndexByte(text[:at], '\n')+1 : at]; len(bytes.TrimSpace(line)) == 0 {
				return true
			}
			from = at + len(mark)
		}
	}
	return false
}

// Unquoted says whether a conf file has placeholders or variables of envsubst, ${NAME}, outside of comments. Most of them
// stand without quotes and would break its grammar.
func Unquoted(text []byte) bool {
	for line := range bytes.Lines(text) {
		line = bytes.TrimLeft(line, " \t")
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		if equals := bytes.IndexByte(line, '='); equals >= 0 && bytes.HasPrefix(bytes.TrimLeft(line[equals+1:], " \t'"), []byte("${")) {
			return true
		}
		if Placeholder(string(line)) {
			return true
		}
	}
	return false
}
