package bitnami

import (
	"math"
	"slices"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// isYes is the image's is_boolean_yes: 1, yes and true in any case; everything else means no, "on" included.
func isYes(text string) bool {
	return text == "1" || strings.EqualFold(text, "yes") || strings.EqualFold(text, "true")
}

// isYesNo is the image's is_yes_no_value. The case does not matter, because is_boolean_yes, which always runs before,
// leaves the shell's nocasematch on.
func isYesNo(text string) bool {
	return strings.EqualFold(text, "yes") || strings.EqualFold(text, "no")
}

// isPositiveInteger is the image's is_positive_int: a text that begins with a digit, or a minus and a digit, and that the
// shell's arithmetic finds to be 0 or more. A literal of the shell is meant: decimal, octal with a leading 0, hexadecimal
// with 0x, or base#digits, with blanks around it. For an expression ("10+5"), which the shell would compute, the result is
// false: pgpool refuses the text that the image then writes.
func isPositiveInteger(text string) bool {
	rest := strings.TrimPrefix(text, "-")
	if rest == "" || rest[0] < '0' || rest[0] > '9' {
		return false
	}
	value, ok := shellNumber(strings.TrimRight(rest, " \t\n"))
	if len(rest) < len(text) {
		value = -value
	}
	return ok && value >= 0
}

// shellNumber reads an integer literal as bash does. Too large a number wraps around.
func shellNumber(text string) (value int64, ok bool) {
	base, digits := int64(10), text
	switch before, after, based := strings.Cut(text, "#"); {
	case based:
		n, isDecimal := shellNumber(before)
		if !isDecimal || n < 2 || n > 64 || before[0] == '0' || after == "" {
			return 0, false
		}
		base, digits = n, after
	case strings.HasPrefix(text, "0x"), strings.HasPrefix(text, "0X"):
		// Without digits behind it, 0x is 0.
		base, digits = 16, text[2:]
	case len(text) > 1 && text[0] == '0':
		base, digits = 8, text[1:]
	case text == "":
		return 0, false
	}
	for i := range len(digits) {
		digit := shellDigit(digits[i], base)
		if digit >= base {
			return 0, false
		}
		value = value*base + digit
	}
	return value, true
}

// shellDigit is the worth of a digit: 0 to 9, a to z, A to Z, @, _; up to base 36 the case does not matter.
func shellDigit(c byte, base int64) int64 {
	switch {
	case c >= '0' && c <= '9':
		return int64(c - '0')
	case c >= 'a' && c <= 'z':
		return int64(c-'a') + 10
	case c >= 'A' && c <= 'Z' && base <= 36:
		return int64(c-'A') + 10
	case c >= 'A' && c <= 'Z':
		return int64(c-'A') + 36
	case c == '@':
		return 62
	case c == '_':
		return 63
	}
	return math.MaxInt64
}

// greaterThanZero is the shell's [[ text -gt 0 ]] for a text that is an integer literal with an optional sign; a text that
// is none, a word for example, counts as 0.
func greaterThanZero(text string) bool {
	text = strings.Trim(text, " \t\n")
	rest := strings.TrimPrefix(strings.TrimPrefix(text, "-"), "+")
	value, ok := shellNumber(rest)
	if strings.HasPrefix(text, "-") {
		value = -value
	}
	return ok && value > 0
}

// List takes a list variable apart as the image does.
func List(value facts.Setting) []facts.ListItem { return value.Items() }

// entry takes one entry of PGPOOL_BACKEND_NODES apart at its colons.
func entry(value facts.Setting, item facts.ListItem, start int) facts.BackendEntry {
	backend := facts.BackendEntry{
		Text: item.Text, Origin: item.Origin, Fields: make([]facts.ListItem, 0, strings.Count(item.Text, ":")+1),
	}
	for at := 0; ; {
		end := strings.IndexByte(item.Text[at:], ':')
		last := end < 0
		if last {
			end = len(item.Text) - at
		}
		backend.Fields = append(backend.Fields, facts.ListItem{Text: item.Text[at : at+end], Origin: value.Origin.Sub(start+at, start+at+end)})
		if last {
			return backend
		}
		at += end + 1
	}
}

// Entries takes PGPOOL_BACKEND_NODES apart, entry by entry, with the empty fields.
func Entries(value facts.Setting) []facts.BackendEntry {
	items := List(value)
	entries := make([]facts.BackendEntry, 0, len(items))
	at := 0
	for _, item := range items {
		at += strings.Index(value.Text[at:], item.Text)
		entries = append(entries, entry(value, item, at))
		at += len(item.Text)
	}
	return entries
}

// taken are the fields that the image gets out of an entry: empty ones vanish, and those behind them move up.
func taken(entry facts.BackendEntry) []facts.ListItem {
	if !slices.ContainsFunc(entry.Fields, func(field facts.ListItem) bool { return field.Text == "" }) {
		return entry.Fields
	}
	var fields []facts.ListItem
	for _, field := range entry.Fields {
		if field.Text != "" {
			fields = append(fields, field)
		}
	}
	return fields
}
