package dotenv

import (
	"strconv"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv/traced"
)

// quotedValue reads the value whose opening quote is at an offset. It may have several lines.
func (r *reader) quotedValue(key facts.Span, at int) (facts.Setting, int) {
	quote := r.text[at]
	end := closingQuote(r.text, at)
	if end < 0 {
		end = r.lineEnd(at)
		r.problemAt(at, end, "the quote is never closed and docker compose refuses the file; close it")
		text := r.newText()
		text.Unknown("its quote is not closed")
		return text.Setting(r.origin(key, facts.Span{Start: at + 1, End: end}), r.text[at+1:end]), end
	}
	origin := r.origin(key, facts.Span{Start: at + 1, End: end})
	origin.Style = facts.DoubleQuoted
	if quote == '\'' {
		origin.Style = facts.SingleQuoted
	}
	written := r.text[at+1 : end]
	if strings.IndexByte(written, '\\') < 0 && (quote == '\'' || strings.IndexByte(written, '$') < 0) {
		return facts.Setting{Key: facts.Key(origin.Key), Text: written, State: facts.Set, Origin: origin}, end + 1
	}
	var text traced.Text
	if quote == '\'' {
		text = r.singleQuoted(at+1, end)
	} else {
		text = r.substitute(r.doubleQuoted(at+1, end), origin)
	}
	return text.Setting(origin, written), end + 1
}

// closingQuote finds the quote that closes the one at an offset, or -1.
func closingQuote(text string, at int) int {
	for i := at + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case text[at]:
			return i
		}
	}
	return -1
}

// singleQuoted decodes text between single quotes: a backslash only guards the quote.
func (r *reader) singleQuoted(start, end int) traced.Text {
	text := r.newText()
	verbatim := start
	for i := start; i < end; i++ {
		if r.text[i] != '\\' {
			continue
		}
		if r.text[i+1] == '\'' {
			text.Verbatim(r.text[verbatim:i], r.src, verbatim, facts.SingleQuoted)
			text.Escape("'", r.src, facts.Span{Start: i, End: i + 2}, facts.SingleQuoted)
			verbatim = i + 2
		}
		i++
	}
	text.Verbatim(r.text[verbatim:end], r.src, verbatim, facts.SingleQuoted)
	return text
}

// doubleQuoted decodes the escapes between double quotes. What guards a dollar sign becomes "$$", which means one dollar
// sign to what puts the variables in.
func (r *reader) doubleQuoted(start, end int) traced.Text {
	text := r.newText()
	verbatim := start
	for i := start; i < end; {
		if r.text[i] != '\\' {
			i++
			continue
		}
		decoded, next := escape(r.text[:end], i)
		if decoded == "" {
			i = next
			continue
		}
		text.Verbatim(r.text[verbatim:i], r.src, verbatim, facts.DoubleQuoted)
		text.Escape(decoded, r.src, facts.Span{Start: i, End: next}, facts.DoubleQuoted)
		i, verbatim = next, next
	}
	text.Verbatim(r.text[verbatim:end], r.src, verbatim, facts.DoubleQuoted)
	return text
}

// escape decodes the escape at an offset of text between double quotes. decoded is empty when the backslash stands for
// itself; next is then behind what cannot begin another escape.
func escape(text string, at int) (decoded string, next int) {
	next = at + 2
	switch c := text[at+1]; c {
	case '"', '\\':
		return string(c), next
	case '$':
		return "$$", next
	case 'a', 'b', 'f', 'n', 'r', 't', 'v':
		char, _, _, err := strconv.UnquoteChar(text[at:next], '"')
		if err != nil {
			return "", next
		}
		return string(char), next
	case '0':
		for next < len(text) && next < at+5 && text[next] >= '0' && text[next] <= '9' {
			next++
		}
		// "\0" and three octal digits are a character. Of any other number of digits, or of digits that are not octal,
		// docker compose loses the zero and keeps the rest.
		if code, err := strconv.ParseUint(text[at+2:next], 8, 8); err == nil && next == at+5 {
			return string(rune(code)), next
		}
		return `\` + text[at+2:next], next
	}
	return "", next
}
