package jdbcurl

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// decoding is a part of the URL's text on its way through java.net.URLDecoder for UTF-8.
type decoding struct {
	out []byte
	// traced asks for origin: for every byte of out the offset in the text at which its character begins, and one more
	// for the end.
	traced bool
	origin []int
	run    []byte // the bytes of neighbouring escapes, which are decoded together
	starts []int  // where each of them begins
}

// decode gives the decoded text[span.Start:span.End]. bad is the escape that the driver does not accept, if !ok.
func decode(text string, span Span) (value string, bad Span, ok bool) {
	part := text[span.Start:span.End]
	if strings.IndexByte(part, '%') < 0 && strings.IndexByte(part, '+') < 0 {
		return part, Span{}, true
	}
	d := decoding{out: make([]byte, 0, len(part))}
	if bad, ok = d.decode(text, span); !ok {
		return part, bad, false
	}
	return string(d.out), Span{}, true
}

func (d *decoding) decode(text string, span Span) (bad Span, ok bool) {
	for i := span.Start; i < span.End; {
		switch text[i] {
		case '%':
			d.run, d.starts = d.run[:0], d.starts[:0]
			for i < span.End && text[i] == '%' {
				value, size, good := hexPair(text[i+1 : span.End])
				if !good {
					return Span{i, i + 1 + size}, false
				}
				d.run, d.starts = append(d.run, value), append(d.starts, i)
				i += 1 + size
			}
			d.flush()
			continue
		case '+':
			d.out = append(d.out, ' ')
		default:
			d.out = append(d.out, text[i])
		}
		if d.traced {
			d.origin = append(d.origin, i)
		}
		i++
	}
	if d.traced {
		d.origin = append(d.origin, span.End)
	}
	return Span{}, true
}

// flush appends the characters that the escaped bytes stand for.
func (d *decoding) flush() {
	for i := 0; i < len(d.run); {
		from := len(d.out)
		char, size := javaUTF8(d.run[i:])
		d.out = utf8.AppendRune(d.out, char)
		if d.traced {
			for range len(d.out) - from {
				d.origin = append(d.origin, d.starts[i])
			}
		}
		i += size
	}
}

// hexPair reads the two characters behind a "%" as Integer.parseInt(two, 16) does: "%+1" is one, "%-0" is zero, and every
// decimal digit of Unicode's basic plane is a digit. size is how many bytes they are, also when !ok.
func hexPair(text string) (value byte, size int, ok bool) {
	if len(text) >= 2 && text[0] < utf8.RuneSelf && text[1] < utf8.RuneSelf {
		high, low := digit(rune(text[0])), digit(rune(text[1]))
		switch {
		case low < 0:
			return 0, 2, false
		case text[0] == '+', text[0] == '-' && low == 0:
			return byte(low), 2, true
		case high < 0:
			return 0, 2, false
		}
		return byte(high<<4 | low), 2, true
	}
	first, size1 := utf8.DecodeRuneInString(text)
	second, size2 := utf8.DecodeRuneInString(text[size1:])
	high, low := digit(first), digit(second)
	switch size = size1 + size2; {
	case size2 == 0 || low < 0:
		return 0, size, false
	case first == '+', first == '-' && low == 0:
		return byte(low), size, true
	case high < 0:
		return 0, size, false
	}
	return byte(high<<4 | low), size, true
}

// digit is Java's Character.digit(char, 16); -1 for what is no digit.
func digit(char rune) int {
	switch {
	case '0' <= char && char <= '9':
		return int(char - '0')
	case 'a' <= char && char <= 'f':
		return int(char-'a') + 10
	case 'A' <= char && char <= 'F':
		return int(char-'A') + 10
	case char < utf8.RuneSelf:
		return -1
	case '\uFF21' <= char && char <= '\uFF26': // full-width A to F
		return int(char-'\uFF21') + 10
	case '\uFF41' <= char && char <= '\uFF46':
		return int(char-'\uFF41') + 10
	}
	for _, numbers := range unicode.Nd.R16 { // the basic plane: Java looks at one UTF-16 unit at a time
		if char < rune(numbers.Lo) {
			break
		}
		if char <= rune(numbers.Hi) { // tens of digits, one behind the other
			return int(char-rune(numbers.Lo)) % 10
		}
	}
	return -1
}

// parseInt is Java's Integer.parseInt: a sign, then decimal digits of any script.
func parseInt(text string) (number int, ok bool) {
	sign := int64(1)
	if text != "" && (text[0] == '-' || text[0] == '+') {
		if text[0] == '-' {
			sign = -1
		}
		text = text[1:]
	}
	if text == "" {
		return 0, false
	}
	value := int64(0)
	for _, char := range text {
		next := digit(char)
		if next < 0 || next > 9 {
			return 0, false
		}
		if value = value*10 + int64(next); value > -math.MinInt32 {
			return 0, false
		}
	}
	if value *= sign; value > math.MaxInt32 {
		return 0, false
	}
	return int(value), true
}

// javaUTF8 decodes the first character of a non-empty text as Java's String(bytes, UTF_8) does. It differs from Go in how
// many bytes one U+FFFD stands for.
func javaUTF8(text []byte) (char rune, size int) {
	if char, size = utf8.DecodeRune(text); char != utf8.RuneError || size == 3 {
		return char, size
	}
	continues := func(i int) bool { return text[i]&0xC0 == 0x80 }
	switch lead := text[0]; {
	case lead&0xF0 == 0xE0:
		switch {
		case len(text) == 1:
			return utf8.RuneError, 1
		case lead == 0xE0 && text[1]&0xE0 == 0x80, !continues(1):
			return utf8.RuneError, 1
		case len(text) == 2 || !continues(2):
			return utf8.RuneError, 2
		}
		return utf8.RuneError, 3 // a surrogate
	case lead&0xF8 == 0xF0:
		switch {
		case lead > 0xF4 || len(text) == 1,
			lead == 0xF0 && (text[1] < 0x90 || text[1] > 0xBF),
			lead == 0xF4 && text[1]&0xF0 != 0x80,
			!continues(1):
			return utf8.RuneError, 1
		case len(text) == 2 || !continues(2):
			return utf8.RuneError, 2
		}
		return utf8.RuneError, 3
	}
	return utf8.RuneError, 1
}
