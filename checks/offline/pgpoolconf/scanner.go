package pgpoolconf

import "github.com/bbdoctor/bbdoctor/checks/offline/postgresqlconf/guc"

// token is what pgpool's scanner (src/config/pool_config.l) calls the kinds of text it finds.
type token uint8

const (
	endOfFile token = iota
	key             // a word; also a bare value
	number          // an integer with an optional unit, or a fraction
	quoted
	word // a word with one of - . : / in it, a value only
	equals
	endOfLine
	other // a byte that begins none of the above
)

// scanner cuts text into tokens as flex does: the longest match wins.
type scanner struct {
	text  []byte
	at    int // behind the last token
	start int // of the last token
}

// next finds the next token, which is then text[start:at].
func (s *scanner) next() token {
	for s.at < len(s.text) {
		s.start = s.at
		c := s.text[s.at]
		switch {
		case c == ' ' || c == '\t' || c == '\r':
			s.at++
		case c == '#':
			end := lineEnd(s.text, s.at)
			if end == len(s.text) {
				// The rule for comments asks for the end of the line behind them, which the last line lacks: pgpool refuses
				// a file whose last line is a comment without one.
				s.at++
				return other
			}
			s.at = end
		default:
			return s.match(c)
		}
	}
	s.start = s.at
	return endOfFile
}

func (s *scanner) match(c byte) token {
	switch {
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
	}
	if end := guc.NumberEnd(s.text, s.at); end > s.at {
		s.at = end
		return number
	}
	s.at++
	return other
}

func (s *scanner) word() token {
	for s.at < len(s.text) && (guc.Letter(s.text[s.at]) || guc.Decimal(s.text[s.at])) {
		s.at++
	}
	plain := s.at
	for s.at < len(s.text) && (guc.Letter(s.text[s.at]) || guc.Decimal(s.text[s.at]) || guc.InWord(s.text[s.at])) {
		s.at++
	}
	if s.at > plain {
		return word
	}
	return key
}

// string reads a quoted text. A quote behind a backslash can be content or the end; the longest match decides, so it is
// content whenever another quote follows in the line. A doubled quote is an end and a new beginning.
func (s *scanner) string() token {
	end := -1
	for i := s.at + 1; i < len(s.text) && s.text[i] != '\n'; i++ {
		if s.text[i] != '\'' {
			continue
		}
		end = i + 1
		if s.text[i-1] != '\\' {
			break
		}
	}
	if end < 0 {
		s.at++
		return other
	}
	s.at = end
	return quoted
}

func lineEnd(text []byte, i int) int {
	for i < len(text) && text[i] != '\n' {
		i++
	}
	return i
}
