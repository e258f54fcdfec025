package guc

import "strings"

// Boolean reads true, false, yes, no, on, off, 1, 0 in any case, and every beginning of these words that is not both of
// on and off. ok is false for anything else, the empty text included.
func Boolean(text string) (value, ok bool) {
	if text == "" {
		return false, false
	}
	begins := func(word string) bool {
		return len(text) <= len(word) && strings.EqualFold(text, word[:len(text)])
	}
	switch text[0] | 0x20 {
	case 't':
		return true, begins("true")
	case 'f':
		return false, begins("false")
	case 'y':
		return true, begins("yes")
	case 'n':
		return false, begins("no")
	case 'o':
		if len(text) < 2 {
			return false, false
		}
		return begins("on"), begins("on") || begins("off")
	}
	return text == "1", text == "1" || text == "0"
}
