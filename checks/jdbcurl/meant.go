package jdbcurl

import (
	"strconv"
	"strings"
	"unicode"
)

// Meant says whether what stands between two "&" of a URL is meant as a parameter: it has the name of one, or a value and a
// name that is like that of one. Behind a password, what is not meant so is the rest of a password with an "&" in it.
func Meant(driver Driver, name string, hasValue bool) bool {
	if _, known := Known(driver, name); known {
		return true
	}
	if !hasValue {
		return false
	}
	_, _, like := Nearest(driver, Intended(name))
	return like
}

// Intended is a name without what other syntaxes do to it: percent encoding, "&amp;" for "&", blanks.
func Intended(name string) string {
	name = strings.TrimPrefix(name, "amp;")
	var plain strings.Builder
	for i := 0; i < len(name); i++ {
		if name[i] == '%' && i+2 < len(name) {
			if decoded, err := strconv.ParseUint(name[i+1:i+3], 16, 8); err == nil {
				plain.WriteByte(byte(decoded))
				i += 2
				continue
			}
		}
		plain.WriteByte(name[i])
	}
	return strings.TrimFunc(plain.String(), func(c rune) bool { return unicode.IsSpace(c) || c == '\u200b' || c == '\ufeff' })
}
