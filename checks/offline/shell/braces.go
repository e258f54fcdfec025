package shell

import (
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// maxAlternatives is how many words braces may make of one.
const maxAlternatives = 1000

// token is the smallest part of a word for the expansion of braces: a character without quotes, or something that is
// passed through whole.
type token struct {
	piece
	char byte // 0 for what is passed through
}

// hasBraces says whether braces make several words of one, or another one.
func (e *evaluator) hasBraces(pieces []piece) bool {
	alternatives, ok := e.expandBraces(pieces)
	return !ok || len(alternatives) != 1 || slices.ContainsFunc(alternatives[0], func(p piece) bool { return p.part == nil })
}

// expandBraces gives the words that bash makes of one by expanding its braces; ok is false when they are too many. bash
// does that before anything else, and only to characters without quotes.
func (e *evaluator) expandBraces(pieces []piece) (alternatives [][]piece, ok bool) {
	braces := false
	for _, p := range pieces {
		if _, isLiteral := p.part.(*syntax.Lit); isLiteral && strings.IndexByte(e.file.text[p.start:p.end], '{') >= 0 {
			braces = true
		}
	}
	if !braces {
		return [][]piece{pieces}, true
	}
	var tokens []token
	for _, p := range pieces {
		if _, isLiteral := p.part.(*syntax.Lit); isLiteral {
			tokens = append(tokens, tokensOf(p, e.file.text)...)
		} else {
			tokens = append(tokens, token{piece: p})
		}
	}
	expanded, ok := expandTokens(tokens, 0)
	if !ok {
		return nil, false
	}
	for _, tokens := range expanded {
		alternatives = append(alternatives, joined(tokens))
	}
	return alternatives, true
}

// tokensOf takes a literal apart. A backslash and what it guards are passed through; one that continues the line is
// dropped.
func tokensOf(literal piece, text string) (tokens []token) {
	for i := literal.start; i < literal.end; i++ {
		t := token{piece: piece{part: literal.part, start: i, end: i + 1}, char: text[i]}
		if text[i] == '\\' && i+1 < literal.end {
			i++
			if text[i] == '\n' || text[i] == '\r' && strings.HasPrefix(text[i+1:], "\n") {
				if text[i] == '\r' {
					i++
				}
				continue
			}
			t.char, t.end = 0, i+1
		}
		tokens = append(tokens, t)
	}
	return tokens
}

// joined puts tokens that stand beside each other in the source together.
func joined(tokens []token) (pieces []piece) {
	for _, t := range tokens {
		if n := len(pieces); n > 0 && t.part != nil && t.part == pieces[n-1].part && t.start == pieces[n-1].end && t.end > t.start {
			pieces[n-1].end = t.end
			continue
		}
		pieces = append(pieces, t.piece)
	}
	return pieces
}

// expandTokens follows brace_expand of bash.
func expandTokens(tokens []token, depth int) (words [][]token, ok bool) {
	if depth > 50 {
		return nil, false
	}
	open := 0
	var end int
	for {
		open = seek(tokens, open, '{')
		if open == len(tokens) {
			return [][]token{tokens}, true
		}
		if end = seek(tokens, open+1, '}'); end < len(tokens) {
			break
		}
		open++
	}
	inside, rest := tokens[open+1:end], tokens[end+1:]
	var middle [][]token
	list := false
	for _, t := range inside {
		list = list || t.char == ','
	}
	if list {
		for start := 0; start <= len(inside); {
			comma := seek(inside, start, ',')
			expanded, ok := expandTokens(inside[start:comma], depth+1)
			if !ok {
				return nil, false
			}
			middle = append(middle, expanded...)
			start = comma + 1
		}
	} else {
		numbers, ok := sequence(inside)
		switch {
		case !ok:
			return nil, false
		case numbers != nil:
			for _, number := range numbers {
				middle = append(middle, []token{{piece: piece{made: number, start: tokens[open].start, end: tokens[end].end}}})
			}
		default:
			middle = [][]token{tokens[open : end+1]}
		}
	}
	tails, ok := expandTokens(rest, depth+1)
	if !ok || len(middle)*len(tails) > maxAlternatives {
		return nil, false
	}
	for _, m := range middle {
		for _, tail := range tails {
			word := append(append(append([]token{}, tokens[:open]...), m...), tail...)
			words = append(words, word)
		}
	}
	return words, true
}

// seek follows brace_gobbler of bash: it finds a character from an offset on that is in no braces of its own, or the end. A
// closing brace counts only behind a comma or "..".
func seek(tokens []token, at int, char byte) int {
	level, commas := 0, char != '}'
	for i := at; i < len(tokens); i++ {
		switch c := tokens[i].char; {
		case c == 0:
		case c == char && level == 0 && commas:
			if c == '{' && i == 0 && (len(tokens) == 1 || tokens[1].char == '}') {
				continue
			}
			return i
		case c == '{':
			level++
		case c == '}' && level > 0:
			level--
		case char == '}' && c == ',' && level == 0:
			commas = true
		case char == '}' && c == '.' && level == 0 && i+2 < len(tokens) && tokens[i+1].char == '.' && tokens[i+2].char != char:
			commas = true
		}
	}
	return len(tokens)
}

// sequence gives the members of {1..3}, {01..10..2} or {a..e}; nil if the braces hold no sequence.
func sequence(tokens []token) (members []string, ok bool) {
	var text strings.Builder
	for _, t := range tokens {
		if t.char == 0 {
			return nil, true
		}
		text.WriteByte(t.char)
	}
	parts := strings.Split(text.String(), "..")
	if len(parts) != 2 && len(parts) != 3 {
		return nil, true
	}
	step := int64(1)
	if len(parts) == 3 {
		var err error
		if step, err = strconv.ParseInt(parts[2], 10, 64); err != nil || step < -maxAlternatives || step > maxAlternatives {
			return nil, err != nil
		}
		step = max(step, -step, 1)
	}
	letter := func(s string) bool {
		return len(s) == 1 && (s[0]|0x20 >= 'a' && s[0]|0x20 <= 'z')
	}
	if letter(parts[0]) && letter(parts[1]) {
		return count(int64(parts[0][0]), int64(parts[1][0]), step, func(n int64) string { return string(rune(n)) })
	}
	first, err1 := strconv.ParseInt(parts[0], 10, 64)
	last, err2 := strconv.ParseInt(parts[1], 10, 64)
	if err1 != nil || err2 != nil {
		return nil, true
	}
	width := 0
	for _, part := range parts[:2] {
		if digits := strings.TrimLeft(part, "+-"); len(digits) > 1 && digits[0] == '0' {
			width = max(width, len(parts[0]), len(parts[1]))
		}
	}
	return count(first, last, step, func(n int64) string {
		digits := strconv.FormatInt(max(n, -n), 10)
		sign := ""
		if n < 0 {
			sign = "-"
		}
		return sign + strings.Repeat("0", max(0, width-len(digits)-len(sign))) + digits
	})
}

func count(first, last, step int64, text func(int64) string) (members []string, ok bool) {
	if distance := last - first; distance > maxAlternatives*step || distance < -maxAlternatives*step || (distance < 0) != (last < first) {
		return nil, false
	}
	if last < first {
		step = -step
	}
	for n := first; ; n += step {
		if step > 0 && n > last || step < 0 && n < last {
			return members, true
		}
		members = append(members, text(n))
	}
}
