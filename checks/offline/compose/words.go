package compose

import "strings"

// split takes a command line apart as docker compose does, with github.com/mattn/go-shellwords: quotes and backslashes
// as in a shell, nothing else expanded, and the end at the first of ; & | < > outside of quotes.
func split(line string) (words []string, ok bool) {
	var word strings.Builder
	begun := false
	var escaped, single, double, backtick, dollar bool
	end := func() {
		if begun {
			words = append(words, word.String())
		}
		word.Reset()
		begun = false
	}
	previous := rune(0) // the character before, if it is in the word
scan:
	for _, c := range line {
		switch {
		case escaped:
			escaped = false
			word.WriteRune(c)
			begun, previous = true, c
			continue
		case c == '\\':
			if single {
				word.WriteRune(c)
				previous = c
			} else {
				escaped = true
			}
			continue
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			if single || double || backtick || dollar {
				word.WriteRune(c)
				previous = c
			} else {
				end()
				previous = 0
			}
			continue
		}
		switch c {
		case '`':
			if !single && !double && !dollar {
				backtick = !backtick
			}
		case ')':
			if !single && !double && !backtick {
				dollar = !dollar
			}
		case '(':
			if !single && !double && !backtick {
				if dollar || previous != '$' {
					return nil, false
				}
				dollar = true
				word.WriteRune(c)
				previous = c
				continue
			}
		case '"':
			if !single && !dollar {
				begun = begun || double
				double = !double
				continue
			}
		case '\'':
			if !double && !dollar {
				begun = begun || single
				single = !single
				continue
			}
		case ';', '&', '|', '<', '>':
			if !single && !double && !backtick && !dollar {
				// "2>" is a redirection, not a word.
				if text := word.String(); c == '>' && text != "" && text[0] >= '0' && text[0] <= '9' {
					begun = false
				}
				break scan
			}
		}
		word.WriteRune(c)
		begun, previous = true, c
	}
	end()
	return words, !escaped && !single && !double && !backtick && !dollar
}
