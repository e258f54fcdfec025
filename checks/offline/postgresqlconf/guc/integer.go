// Package guc reads the values of PostgreSQL's settings as PostgreSQL's guc.c does: integers with units, boolean words.
// Pgpool-II took the same functions over in 4.2 (src/config/pool_config_variables.c), so both readers use them.
package guc

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// Unit is the unit in which a setting counts.
type Unit uint8

// The units. A setting without one takes no unit in its value either.
const (
	None Unit = iota
	Byte
	Kilobyte
	Millisecond
	Second
	Minute
)

// String is the unit as people write it.
func (u Unit) String() string {
	return [...]string{"", "B", "kB", "ms", "s", "min"}[u]
}

// The reasons why a text is no integer setting.
var (
	ErrNoInteger   = errors.New("not an integer")
	ErrTakesNoUnit = errors.New("takes no unit")
	ErrUnknownUnit = errors.New("unknown unit")
	ErrRange       = errors.New("out of range")
)

// factor is one step of a conversion: how much one of the named unit is in the base unit.
type factor struct {
	name   string
	factor float64
}

// The conversions, from the largest unit to the smallest: a fraction is rounded to a multiple of the next smaller one.
var (
	bytesIn        = []factor{{"TB", 1 << 40}, {"GB", 1 << 30}, {"MB", 1 << 20}, {"kB", 1 << 10}, {"B", 1}}
	kilobytesIn    = []factor{{"TB", 1 << 30}, {"GB", 1 << 20}, {"MB", 1 << 10}, {"kB", 1}, {"B", 1.0 / 1024}}
	millisecondsIn = []factor{{"d", 86400000}, {"h", 3600000}, {"min", 60000}, {"s", 1000}, {"ms", 1}, {"us", 1.0 / 1000}}
	secondsIn      = []factor{{"d", 86400}, {"h", 3600}, {"min", 60}, {"s", 1}, {"ms", 1.0 / 1000}, {"us", 1.0 / (1000 * 1000)}}
	minutesIn      = []factor{{"d", 1440}, {"h", 60}, {"min", 1}, {"s", 1.0 / 60}, {"ms", 1.0 / (1000 * 60)}, {"us", 1.0 / (1000 * 1000 * 60)}}
)

// conversions gives the steps to a base unit; nil for a setting without one.
func conversions(unit Unit) []factor {
	switch unit {
	case Byte:
		return bytesIn
	case Kilobyte:
		return kilobytesIn
	case Millisecond:
		return millisecondsIn
	case Second:
		return secondsIn
	case Minute:
		return minutesIn
	}
	return nil
}

// Integer reads a value of an integer setting that counts in unit: decimal, octal with a leading 0, hexadecimal with 0x,
// or a fraction, which is rounded, to the even neighbour when it lies in the middle; then, if the setting has a unit, one
// of ms, s, min, h, d, us or B, kB, MB, GB, TB in exactly this spelling. The result is in the setting's own unit. maximum
// is the largest value of the setting's type.
func Integer(text string, unit Unit, maximum int64) (int64, error) {
	number, rest, err := number(text)
	if err != nil {
		return 0, err
	}
	rest = strings.TrimLeft(rest, space)
	if rest != "" {
		if unit == None {
			return 0, ErrTakesNoUnit
		}
		var ok bool
		if number, ok = convert(number, rest, unit); !ok {
			return 0, ErrUnknownUnit
		}
	}
	number = math.RoundToEven(number)
	// The comparison is made in floating point, as in guc.c, where the largest 64-bit integer is not representable: what
	// passes it and does not fit becomes a negative number, which no setting takes.
	if number > float64(maximum) || number < math.MinInt32 || number >= math.MaxInt64 {
		return 0, ErrRange
	}
	return int64(number), nil
}

// space is what isspace accepts in the C locale.
const space = " \t\n\v\f\r"

// number reads what strtol takes at the start of text, or strtod when that stops at a fraction or does not fit.
func number(text string) (value float64, rest string, err error) {
	trimmed := strings.TrimLeft(text, space)
	whole, end, fits := leadingInteger(trimmed)
	rest = trimmed[end:]
	if end > 0 && fits && (rest == "" || rest[0] != '.' && rest[0] != 'e' && rest[0] != 'E') {
		return whole, rest, nil
	}
	if end == 0 && (trimmed == "" || trimmed[0] != '.' && trimmed[0] != 'e' && trimmed[0] != 'E') {
		// strtol gives up before anything was read; only when it stands at a point or an e is strtod asked. It stands at
		// the very start of the text then, so no space and no sign may come first.
		return 0, "", ErrNoInteger
	}
	if end == 0 && len(trimmed) != len(text) {
		return 0, "", ErrNoInteger
	}
	end = leadingFloat(trimmed)
	if end == 0 {
		return 0, "", ErrNoInteger
	}
	value = parseFloat(trimmed[:end])
	if math.IsInf(value, 0) || underflow(trimmed[:end], value) {
		return 0, "", ErrNoInteger
	}
	return value, trimmed[end:], nil
}

// Float reads the number that text begins with as C's atof does, 0 when there is none. whole says that the text is a
// number and nothing else.
func Float(text string) (value float64, whole bool) {
	trimmed := strings.TrimLeft(text, space)
	end := leadingFloat(trimmed)
	if end == 0 {
		return words(trimmed)
	}
	return parseFloat(trimmed[:end]), end == len(trimmed)
}

// words reads the names of infinity, which strtod takes in any case. No number is 0 here: every comparison with it is
// false, as is every comparison with a bound for a number inside.
func words(text string) (value float64, whole bool) {
	sign, rest := 1, text
	if rest != "" && (rest[0] == '+' || rest[0] == '-') {
		if rest[0] == '-' {
			sign = -1
		}
		rest = rest[1:]
	}
	for _, word := range []string{"infinity", "inf"} {
		if len(rest) >= len(word) && strings.EqualFold(rest[:len(word)], word) {
			return math.Inf(sign), len(rest) == len(word)
		}
	}
	return 0, false
}

// parseFloat reads what leadingFloat found; too large a number is infinity.
func parseFloat(text string) float64 {
	if strings.ContainsAny(text, "xX") && !strings.ContainsAny(text, "pP") {
		text += "p0" // Go wants the exponent that C leaves out
	}
	value, _ := strconv.ParseFloat(text, 64)
	return value
}

// underflow says whether strtod would report ERANGE for a text that became nothing or a denormal number.
func underflow(text string, value float64) bool {
	const smallestNormal = 0x1p-1022
	if math.Abs(value) >= smallestNormal {
		return false
	}
	mantissa, _, _ := strings.Cut(strings.ToLower(text), "e")
	if strings.HasPrefix(strings.TrimLeft(mantissa, "+-"), "0x") {
		mantissa, _, _ = strings.Cut(strings.ToLower(text), "p")
		mantissa = strings.TrimPrefix(strings.TrimLeft(mantissa, "+-"), "0x")
	}
	return strings.Trim(mantissa, "+-0.") != ""
}

// leadingInteger is strtol with base 0: its value, where it stops, and whether it fits into 64 bits.
func leadingInteger(text string) (value float64, end int, fits bool) {
	i, negative := 0, false
	if i < len(text) && (text[i] == '+' || text[i] == '-') {
		negative = text[i] == '-'
		i++
	}
	base := uint64(10)
	switch {
	case i+2 < len(text) && text[i] == '0' && (text[i+1] == 'x' || text[i+1] == 'X') && digit(text[i+2]) < 16:
		base = 16
		i += 2
	case i < len(text) && text[i] == '0':
		base = 8
	}
	first := i
	var sum uint64
	fits = true
	limit := uint64(math.MaxInt64)
	if negative {
		limit++
	}
	for ; i < len(text) && uint64(digit(text[i])) < base; i++ {
		next := uint64(digit(text[i]))
		if sum > (limit-next)/base {
			fits = false
			continue
		}
		sum = sum*base + next
	}
	if i == first {
		return 0, 0, true
	}
	value = float64(sum)
	if negative {
		value = -value
	}
	return value, i, fits
}

func digit(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	}
	return 255
}

// leadingFloat is how far strtod reads a number, decimal or hexadecimal, but not the words for infinity and no number.
func leadingFloat(text string) int {
	i := 0
	if i < len(text) && (text[i] == '+' || text[i] == '-') {
		i++
	}
	if i+1 < len(text) && text[i] == '0' && (text[i+1] == 'x' || text[i+1] == 'X') {
		return leadingHexFloat(text, i+2)
	}
	digits := 0
	for ; i < len(text) && text[i] >= '0' && text[i] <= '9'; i++ {
		digits++
	}
	if i < len(text) && text[i] == '.' {
		for i++; i < len(text) && text[i] >= '0' && text[i] <= '9'; i++ {
			digits++
		}
	}
	if digits == 0 {
		return 0
	}
	return exponent(text, i, 'e', 'E')
}

func leadingHexFloat(text string, i int) int {
	zero := i - 1 // without digits behind it, "0x" is the number 0 followed by an x
	digits := 0
	for ; i < len(text) && digit(text[i]) < 16; i++ {
		digits++
	}
	if i < len(text) && text[i] == '.' {
		for i++; i < len(text) && digit(text[i]) < 16; i++ {
			digits++
		}
	}
	if digits == 0 {
		return zero
	}
	return exponent(text, i, 'p', 'P')
}

// exponent is where a number ends whose mantissa ends at i: behind its exponent if that has digits.
func exponent(text string, i int, lower, upper byte) int {
	if i >= len(text) || text[i] != lower && text[i] != upper {
		return i
	}
	j := i + 1
	if j < len(text) && (text[j] == '+' || text[j] == '-') {
		j++
	}
	start := j
	for j < len(text) && text[j] >= '0' && text[j] <= '9' {
		j++
	}
	if j == start {
		return i
	}
	return j
}

// convert turns a number of the named unit into the base unit.
func convert(number float64, name string, unit Unit) (float64, bool) {
	name = strings.TrimRight(name, space)
	table := conversions(unit)
	for i, entry := range table {
		if entry.name != name {
			continue
		}
		number *= entry.factor
		if i+1 < len(table) {
			number = math.RoundToEven(number/table[i+1].factor) * table[i+1].factor
		}
		return number, true
	}
	return 0, false
}
