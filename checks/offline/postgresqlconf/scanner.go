package postgresqlconf

import "github.com/bbdoctor/bbdoctor/checks/offline/postgresqlconf/guc"

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
		case guc.Letter(c):
			return s.word()
		default:
			if end := guc.NumberEnd(s.text, s.at); end > s.at {
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
	if s.at+1 < len(s.text) && s.text[s.at] == '.' && guc.Letter(s.text[s.at+1]) {
		s.at++
		s.identifier()
	}
	afterPoint := s.at
	for s.at < len(s.text) && (guc.Letter(s.text[s.at]) || guc.Decimal(s.text[s.at]) || guc.InWord(s.text[s.at])) {
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
	for s.at < len(s.text) && (guc.Letter(s.text[s.at]) || guc.Decimal(s.text[s.at])) {
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
