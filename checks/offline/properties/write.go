package properties

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// The reasons why [Replace] gives no edits. Each is wrapped with the key.
var (
	// ErrRange says that the range lies outside the value, or begins or ends inside a character.
	ErrRange = errors.New("not a range of whole characters of the value")
	// ErrUntraceable says that the value's bytes cannot be told apart: it is not from a properties file, or it is longer
	// than places are kept for.
	ErrUntraceable = errors.New("the place of every character is not known")
)

// Edit replaces the bytes in Span by Text.
type Edit struct {
	Span facts.Span
	Text string
}

// Apply makes the edits, which must be in order and not overlap, as those of one [Replace] are.
func Apply(text []byte, edits []Edit) []byte {
	var out []byte
	at := 0
	for _, edit := range edits {
		out = append(append(out, text[at:edit.Span.Start]...), edit.Text...)
		at = edit.Span.End
	}
	return append(out, text[at:]...)
}

// Encode gives text as it must be written inside a value: every reader, in ISO-8859-1 as in UTF-8, decodes it to the
// same. A backslash is doubled, line ends, tabs and form feeds get their escapes, other control characters and what is
// not ASCII become \uXXXX. At the start of a value a leading blank gets a backslash, for it would be passed over. "=",
// ":", "#" and "!" need no escape in a value that has its separator. Invalid UTF-8 becomes U+FFFD.
func Encode(text string, atValueStart bool) string {
	plain := !atValueStart || text == "" || text[0] != ' '
	for i := 0; i < len(text) && plain; i++ {
		plain = text[i] >= ' ' && text[i] < 0x7F && text[i] != '\\'
	}
	if plain {
		return text
	}
	var out strings.Builder
	for i, char := range text {
		switch {
		case char == ' ' && i == 0 && atValueStart, char == '\\':
			out.WriteByte('\\')
			out.WriteByte(byte(char))
		case char == '\t':
			out.WriteString(`\t`)
		case char == '\n':
			out.WriteString(`\n`)
		case char == '\r':
			out.WriteString(`\r`)
		case char == '\f':
			out.WriteString(`\f`)
		case char >= ' ' && char < 0x7F:
			out.WriteByte(byte(char))
		case char > 0xFFFF:
			high, low := utf16.EncodeRune(char)
			fmt.Fprintf(&out, `\u%04X\u%04X`, high, low)
		default:
			fmt.Fprintf(&out, `\u%04X`, char)
		}
	}
	return out.String()
}

// Replace gives the edits of the file that put text in the place of bytes [start, end) of a setting's value, and change
// nothing else: not the rest of the value, not another entry. The text takes the place of the first piece of the range;
// where the range goes through continuations, what it has on the other lines goes and the continuations stay. An empty
// range inserts.
//
// The edits are in order, and for the bytes that the setting was read from. Of several changes of one value, none may
// begin where another ends.
func Replace(s facts.Setting, start, end int, text string) ([]Edit, error) {
	value, origin := s.Text, s.Origin
	if start < 0 || start > end || end > len(value) || !boundary(value, start) || !boundary(value, end) {
		return nil, fmt.Errorf("%s: %w", origin.Key, ErrRange)
	}
	places, ok := origin.Places(start, end)
	if !ok || origin.Format != facts.Properties {
		return nil, fmt.Errorf("%s: %w", origin.Key, ErrUntraceable)
	}
	file := origin.Source.Text
	edits := make([]Edit, len(places))
	for i, place := range places {
		edit := Edit{Span: place.Span}
		// Behind a separator and at the start of a continuing line, blanks are passed over.
		fresh := start == 0 || startsPiece(origin, place.Span.Start)
		if i == 0 {
			edit.Text = Encode(text, fresh)
		}
		if fresh && edit.Text == "" {
			edit.Text = guard(file, edit.Span)
		}
		edits[i] = edit
	}
	if start == 0 && needsSeparator(file, origin, edits[0].Text, value[end:]) {
		edits[0].Text = "=" + edits[0].Text
	}
	return edits, nil
}

// boundary says whether a character begins or the value ends at offset i.
func boundary(value string, i int) bool { return i == len(value) || utf8.RuneStart(value[i]) }

// startsPiece says whether the value's first byte on its natural line is at raw.
func startsPiece(origin facts.Origin, raw int) bool {
	for i := 1; i < len(origin.Runs); i++ {
		if run := origin.Runs[i]; run.Raw == raw {
			return run.Raw != origin.Runs[i-1].Raw+origin.Runs[i-1].RawN
		}
	}
	return false
}

// guard is what must be left when the beginning of what a natural line gives to the value is removed.
func guard(file []byte, removed facts.Span) string {
	if removed.End == len(file) {
		return ""
	}
	switch next := file[removed.End]; {
	case isBlank(next):
		return `\` // it belongs to the value, but without the backslash it would be passed over
	case next == '\n' && removed.Start > 0 && file[removed.Start-1] == '\r':
		return " " // an empty last line: its LF must not become one line end with the CR before it
	}
	return ""
}

// needsSeparator says whether "=" must be written before the first text of a value. A blank is separator enough unless
// what follows would be taken for one, "=" or ":".
func needsSeparator(file []byte, origin facts.Origin, first, rest string) bool {
	gap := file[origin.KeySpan.End:origin.Span.Start]
	for _, c := range gap {
		if c == '=' || c == ':' {
			return false
		}
	}
	if first == "" {
		first = rest
	}
	return first != "" && (len(gap) == 0 || first[0] == '=' || first[0] == ':')
}
