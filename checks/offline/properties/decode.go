package properties

import (
	"unicode/utf16"
	"unicode/utf8"

	"github.com/magiconair/properties"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// charset is how the bytes of a file become characters.
type charset bool

const (
	latin1  charset = false // ISO-8859-1, what java.util.Properties makes of an InputStream
	unicode charset = true  // UTF-8, what it is given by a Reader that decodes so
)

// decoder makes keys and values out of parts of logical lines.
type decoder struct {
	*lines
	charset charset
	whole   string // the file as one string, of which verbatim keys and values are parts
	piece   int    // the piece of the line that the last byte asked for lies in
	out     []byte // "v=" and the part in UTF-8, with those escapes still in it that the library decodes
	runs    int    // how many runs may still be made
	bytes8  bool   // a key or value had a byte outside ASCII
	split   bool   // a \uXXXX had a continuation inside
}

// loader reads what decoder gives it. Nothing is to be expanded: ${...} means nothing to java.util.Properties.
var loader = properties.Loader{Encoding: properties.UTF8, DisableExpansion: true}

// prefix makes a property of a part of a line.
const prefix = "v="

// decode gives the characters of line[start:end]. bad is the offset of the backslash of an escape that Java does not
// accept, else -1. runs is nil if trace is false or if the part is written verbatim.
//
// The escapes are measured here, because the place of every one is wanted, and because a malformed one must be found
// before the library sees it: it leaks a goroutine for each text that it refuses, and its error quotes the text. The
// library decodes them, but for surrogates, which it does not join to one character.
func (d *decoder) decode(start, end int, trace bool) (text string, runs []facts.Run, bad int) {
	part := d.line[start:end]
	d.piece = 0
	if verbatim(part) {
		if len(d.pieces) == 1 {
			raw := d.raw(start)
			return d.whole[raw : raw+len(part)], nil, -1
		}
		if trace {
			runs = d.tracePieces(start, end)
		}
		return string(part), runs, -1
	}
	t := tracer{decoder: d, on: trace}
	d.out = append(d.out[:0], prefix...)
	escaped := false
	for i := start; i < end; {
		from := i
		switch c := d.line[i]; {
		case c == '\\' && d.line[i+1] == 'u':
			char, next, ok := unicodeEscape(d.line[:end], i)
			if !ok {
				return "", nil, i
			}
			if utf16.IsSurrogate(char) {
				char, next = surrogate(d.line[:end], char, next)
				d.out = utf8.AppendRune(d.out, char)
			} else {
				d.out = append(d.out, d.line[i:next]...)
				escaped = true
			}
			i = next
			d.split = d.split || d.pieceEnd(from) < i
			t.unit(from, i, utf8.RuneLen(char))
		case c == '\\' && d.line[i+1] < utf8.RuneSelf:
			i += 2
			d.out = append(d.out, d.line[from:i]...)
			escaped = true
			t.unit(from, i, 1)
		case c < utf8.RuneSelf && c != '\\':
			piece := d.pieceEnd(i)
			for i < min(end, piece) && d.line[i] < utf8.RuneSelf && d.line[i] != '\\' {
				i++
			}
			d.out = append(d.out, d.line[from:i]...)
			t.verbatim(from, i)
		default:
			if c == '\\' {
				i++
			}
			d.bytes8 = true
			char, size := rune(d.line[i]), 1
			if d.charset == unicode {
				// A continuation ends a sequence: the bytes of one character are next to each other in the file.
				char, size = decodeUTF8(d.line[i:min(end, d.pieceEnd(i))])
			}
			d.out = utf8.AppendRune(d.out, char)
			i += size
			t.unit(from, i, utf8.RuneLen(char))
		}
	}
	text = string(d.out[len(prefix):])
	if escaped {
		loaded, err := loader.LoadBytes(d.out)
		if err != nil {
			// Cannot be: every escape has been looked at. If it is all the same, nothing is known of the text.
			return "", nil, start
		}
		text, _ = loaded.Get(prefix[:1])
	}
	return text, t.finish(len(text)), -1
}

// verbatim says whether a part of a line means what it says in every encoding: no escape, nothing but ASCII.
func verbatim(part []byte) bool {
	for _, c := range part {
		if c == '\\' || c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// unicodeEscape reads \uXXXX at offset i of line. next is the offset behind it.
func unicodeEscape(line []byte, i int) (char rune, next int, ok bool) {
	if i+6 > len(line) || line[i] != '\\' || line[i+1] != 'u' {
		return 0, i, false
	}
	for _, c := range line[i+2 : i+6] {
		digit, ok := hexDigit(c)
		if !ok {
			return 0, i, false
		}
		char = char<<4 | digit
	}
	return char, i + 6, true
}

// surrogate makes one character of two surrogates, the second of which must be the escape at offset next. A surrogate
// without its other half is U+FFFD: there is no character that it could be.
func surrogate(line []byte, first rune, next int) (char rune, behind int) {
	second, behind, ok := unicodeEscape(line, next)
	if char = utf16.DecodeRune(first, second); !ok || char == utf8.RuneError {
		return utf8.RuneError, next
	}
	return char, behind
}

func hexDigit(c byte) (rune, bool) {
	switch {
	case '0' <= c && c <= '9':
		return rune(c - '0'), true
	case 'a' <= c && c <= 'f':
		return rune(c-'a') + 10, true
	case 'A' <= c && c <= 'F':
		return rune(c-'A') + 10, true
	}
	return 0, false
}

// decodeUTF8 decodes the first character of text as Java's decoder does, which puts one U+FFFD in the place of a maximal
// piece of a sequence that is cut short, and one in the place of a surrogate encoded in three bytes. Go's own decoder
// puts one in the place of every byte.
func decodeUTF8(text []byte) (char rune, size int) {
	if char, size = utf8.DecodeRune(text); char != utf8.RuneError || size > 1 {
		return char, size
	}
	need, low, high := 1, byte(0x80), byte(0xBF)
	switch lead := text[0]; {
	case lead == 0xE0:
		need, low = 3, 0xA0
	case 0xE1 <= lead && lead <= 0xEF: // ED too: a surrogate is refused as a whole
		need = 3
	case lead == 0xF0:
		need, low = 4, 0x90
	case 0xF1 <= lead && lead <= 0xF3:
		need = 4
	case lead == 0xF4:
		need, high = 4, 0x8F
	}
	for size = 1; size < need && size < len(text) && low <= text[size] && text[size] <= high; size++ {
		low, high = 0x80, 0xBF
	}
	return utf8.RuneError, size
}
