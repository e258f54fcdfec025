package properties

import (
	"strconv"
	"unicode/utf16"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// springDiffers says whether Spring Boot takes a key for something else than Java does: it trims keys, drops empty ones,
// and makes a list of one that ends in "[]".
func springDiffers(key string) bool {
	n := len(key)
	return n == 0 || key[0] <= ' ' || key[n-1] <= ' ' || n >= 2 && key[n-2:] == "[]"
}

// readSpring reads the file as Spring Boot's OriginTrackedPropertiesLoader does (2.7.12 and later, 3.x). It differs from
// java.util.Properties in these:
//
//   - keys are trimmed of everything up to U+0020 after their escapes were decoded; empty ones are dropped
//   - "key[]=a,b" is key[0] and key[1]
//   - a line that starts with an escaped "#" or "!" is a comment
//   - the first characters of a comment are read as if they were a key, in search of "#---": an escape among them is
//     decoded, so that a comment may swallow the next line, or a \u in it make the whole file unreadable
//   - a continuation inside \uXXXX makes the whole file unreadable
//
// The documents that "#---" separates are taken together: a later one is stronger, as a later assignment is in one
// document. An unreadable file has no readings. ok is false when there are too many.
func readSpring(file *facts.PropertiesFile) (readings []reading, ok bool) {
	origins := make(map[int]facts.Origin, len(file.Entries))
	for _, entry := range file.Entries {
		origins[entry.Value.Origin.KeySpan.Start] = entry.Value.Origin
	}
	s := springReader{text: file.Source.Text, column: -1}
	for s.read() {
		if s.char == '#' || s.char == '!' {
			if prefix := s.char; !s.isNewDocument() {
				s.comment = prefix
				s.skipComment()
			}
			continue
		}
		s.comment = 0
		start := s.start
		key := s.key()
		origin, known := origins[start]
		if !known {
			origin = facts.Origin{Source: file.Source, Span: facts.Span{Start: start, End: start}, Key: key, Format: facts.Properties}
		}
		readings = s.values(readings, key, origin)
		if len(readings) > MaxEntries {
			return nil, false
		}
	}
	if s.malformed {
		return nil, true
	}
	return readings, true
}

// endOfFile is springReader's character behind the last one.
const endOfFile = -1

// springReader gives the characters of a file one after the other, escapes decoded and continuations taken out.
type springReader struct {
	text      []byte
	at        int  // the next byte
	start     int  // the first byte of char
	column    int  // of char in its natural line, from 0; -1 behind a line end
	char      rune // a UTF-16 unit, or endOfFile
	escaped   bool
	comment   rune // the first character of the comment on the line before, 0 if that was none
	malformed bool // a \u without four digits was read: the file has ended
	buffer    []uint16
}

// next takes one character of the file. CR and CRLF count as LF.
func (s *springReader) next() {
	s.start = s.at
	if s.at >= len(s.text) {
		s.char = endOfFile
		return
	}
	s.char = rune(s.text[s.at])
	s.at++
	if s.char == '\r' {
		s.char = '\n'
		if s.at < len(s.text) && s.text[s.at] == '\n' {
			s.at++
		}
	}
}

// read goes to the next character; false at the end of the file.
func (s *springReader) read() bool {
	for {
		s.escaped = false
		s.next()
		s.column++
		if s.column == 0 {
			s.skipWhitespace()
		}
		start := s.start
		switch s.char {
		case '\n':
			s.column = -1
		case '\\':
			s.escaped = true
			s.next()
			switch s.char {
			case 't':
				s.char = '\t'
			case 'r':
				s.char = '\r'
			case 'n':
				s.char = '\n'
			case 'f':
				s.char = '\f'
			case 'u':
				s.readUnicode()
			case '\n':
				s.column = -1
				continue // a continuation
			}
		}
		s.start = start
		return s.char != endOfFile
	}
}

// readUnicode reads the digits of \uXXXX straight from the file.
func (s *springReader) readUnicode() {
	var char rune
	for range 4 {
		s.next()
		digit, ok := rune(0), false
		if s.char != endOfFile {
			digit, ok = hexDigit(byte(s.char))
		}
		if !ok {
			s.malformed, s.at, s.char = true, len(s.text), endOfFile
			return
		}
		char = char<<4 | digit
	}
	s.char = char
}

func (s *springReader) skipWhitespace() {
	for s.isWhitespace() {
		s.next()
		s.column++
	}
}

func (s *springReader) isWhitespace() bool {
	return !s.escaped && (s.char == ' ' || s.char == '\t' || s.char == '\f')
}

func (s *springReader) isEndOfLine() bool {
	return s.char == endOfFile || !s.escaped && s.char == '\n'
}

func (s *springReader) isSeparator() bool {
	return !s.escaped && (s.char == '=' || s.char == ':')
}

// isNewDocument looks for "#---". It reads past what it looks at.
func (s *springReader) isNewDocument() bool {
	if s.comment == s.char {
		return false
	}
	is := s.column == 0
	for range 3 {
		if is {
			s.read()
			is = s.char == '-'
		}
	}
	if !s.isEndOfLine() {
		s.read()
		s.skipWhitespace()
	}
	return is && s.isEndOfLine()
}

func (s *springReader) skipComment() {
	for s.char != '\n' && s.char != endOfFile {
		s.next()
	}
	s.column = -1
}

// key reads up to and including the separator, or up to what follows the blanks behind the key.
func (s *springReader) key() string {
	s.buffer = s.buffer[:0]
	for behindBlank := false; !s.isEndOfLine(); s.read() {
		if s.isSeparator() {
			s.read()
			break
		}
		if behindBlank && !s.isWhitespace() {
			break
		}
		behindBlank = s.isWhitespace()
		s.buffer = append(s.buffer, uint16(s.char))
	}
	trimmed := s.buffer
	for len(trimmed) > 0 && trimmed[0] <= ' ' {
		trimmed = trimmed[1:]
	}
	for len(trimmed) > 0 && trimmed[len(trimmed)-1] <= ' ' {
		trimmed = trimmed[:len(trimmed)-1]
	}
	return string(utf16.Decode(trimmed))
}

// values reads the value, or the values of a list, and appends what becomes of them.
func (s *springReader) values(readings []reading, key string, origin facts.Origin) []reading {
	n := len(key)
	if n < 2 || key[n-2:] != "[]" {
		if value := s.value(false); key != "" {
			readings = append(readings, reading{key, value, origin})
		}
		return readings
	}
	for index := 0; ; index++ {
		value := s.value(true)
		readings = append(readings, reading{key[:n-1] + strconv.Itoa(index) + "]", value, origin})
		if !s.isEndOfLine() {
			s.read()
		}
		if s.isEndOfLine() || len(readings) > MaxEntries {
			return readings
		}
	}
}

// value reads to the end of the line, or to the next comma.
func (s *springReader) value(list bool) string {
	s.buffer = s.buffer[:0]
	for s.isWhitespace() {
		s.read()
	}
	for ; !s.isEndOfLine() && !(list && !s.escaped && s.char == ','); s.read() {
		s.buffer = append(s.buffer, uint16(s.char))
	}
	return string(utf16.Decode(s.buffer))
}
