package postgresqlconf

// token is what PostgreSQL's scanner (src/backend/utils/misc/guc-file.l) calls the kinds of text it finds.
type token uint8

const (
	endOfFile token = iota
	identifier
	qualified // two identifiers with a point between
	number    // an integer with an optional unit, or a fraction
	quoted
	word // an unquoted text with - . : / in it
	equals
	endOfLine
	other
)

// scanner cuts text into tokens; the longest match wins.
type scanner struct {
	text  []byte
	at    int // behind the last token
	start int // of the last token
}

// next finds the next token, which is then text[start:at].
func (s *scanner) next() token {
	for s.at < len(s.text) {
		s.start = s.at
		switch c := s.text[s.at]; {
		case c == ' ' || c == '\t' || c == '\r':
			s.at++
		case c == '#':
			for s.at < len(s.text) && s.text[s.at] != '\n' {
				s.at++
			}
		case c == '\n':
			s.at++
			return endOfLine
		case c == '=':
			s.at++
			return equals
		case c == '\'':
			return s.string()
		case letter(c):
			return s.word()
		default:
			if end := numberEnd(s.text, s.at); end > s.at {
				s.at = end
				return number
			}
			s.at++
			return other
		}
	}
	s.start = s.at
	return endOfFile
}

func (s *scanner) word() token {
	s.identifier()
	plain := s.at
	if s.at+1 < len(s.text) && s.text[s.at] == '.' && letter(s.text[s.at+1]) {
		s.at++
		s.identifier()
	}
	afterPoint := s.at
	for s.at < len(s.text) && (letter(s.text[s.at]) || decimal(s.text[s.at]) || inWord(s.text[s.at])) {
		s.at++
	}
	switch {
	case s.at == plain:
		return identifier
	case s.at == afterPoint:
		return qualified
	}
	return word
}

func (s *scanner) identifier() {
	for s.at < len(s.text) && (letter(s.text[s.at]) || decimal(s.text[s.at])) {
		s.at++
	}
}

// string reads a quoted text: a doubled quote is a quote, a backslash takes the next character with it, the line ends it.
func (s *scanner) string() token {
	for i := s.at + 1; i < len(s.text) && s.text[i] != '\n'; i++ {
		switch s.text[i] {
		case '\\':
			if i++; i < len(s.text) && s.text[i] == '\n' {
				i = len(s.text)
			}
		case '\'':
			if i+1 < len(s.text) && s.text[i+1] == '\'' {
				if s.closes(i + 2) {
					i++
					continue
				}
			}
			s.at = i + 1
			return quoted
		}
	}
	s.at++
	return other
}

// closes says whether a text that goes on at i has an end in its line. Where it has none, the first of two quotes was the
// end, as the longest match wins.
func (s *scanner) closes(i int) bool {
	for ; i < len(s.text) && s.text[i] != '\n'; i++ {
		switch s.text[i] {
		case '\\':
			if i+1 < len(s.text) && s.text[i+1] != '\n' {
				i++
				continue
			}
			return false
		case '\'':
			return true
		}
	}
	return false
}

// numberEnd is where the number that begins at i ends, i when none begins there.
func numberEnd(text []byte, i int) int {
	at := i
	if text[at] == '+' || text[at] == '-' {
		at++
	}
	digits := at
	for digits < len(text) && decimal(text[digits]) {
		digits++
	}
	if digits < len(text) && text[digits] == '.' {
		end := digits + 1
		for end < len(text) && decimal(text[end]) {
			end++
		}
		return exponentEnd(text, end)
	}
	if digits == at {
		return i
	}
	end := digits
	if digits == at+1 && text[at] == '0' && digits+1 < len(text) && text[digits] == 'x' && hexadecimal(text[digits+1]) {
		for end = digits + 1; end < len(text) && hexadecimal(text[end]); end++ {
		}
	}
	for end < len(text) && ascii(text[end]) {
		end++
	}
	return end
}

func exponentEnd(text []byte, i int) int {
	if i >= len(text) || text[i]|0x20 != 'e' {
		return i
	}
	end := i + 1
	if end < len(text) && (text[end] == '+' || text[end] == '-') {
		end++
	}
	first := end
	for end < len(text) && decimal(text[end]) {
		end++
	}
	if end == first {
		return i
	}
	return end
}

func letter(c byte) bool      { return ascii(c) || c == '_' || c >= 0x80 }
func ascii(c byte) bool       { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func decimal(c byte) bool     { return c >= '0' && c <= '9' }
func hexadecimal(c byte) bool { return decimal(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }
func inWord(c byte) bool      { return c == '-' || c == '.' || c == ':' || c == '/' }
