package jdbcurl

import (
	"math"
	"strconv"
	"strings"
)

// unit says what a number counts, for messages.
func unit(name string) string {
	switch name {
	case "connectTimeout", "socketTimeout", "cancelSignalTimeout", "hostRecheckSeconds", "queryTimeout":
		return "a whole number of seconds without a unit"
	case "sslResponseTimeout", "gssResponseTimeout":
		return "a whole number of milliseconds without a unit"
	}
	return "a whole number"
}

// checkInt is PGProperty.getInt, and what the driver does with the number.
func checkInt(driver Driver, name, value string, around surroundings) Verdict {
	number, ok := parseInt(value)
	// Some are not looked at, or not by every release.
	elsewhere := ""
	switch name {
	case "hostRecheckSeconds":
		if !around.severalHosts {
			elsewhere = "the driver does not look at it as long as the URL has one host, and would not connect with several"
		}
	case "sslResponseTimeout":
		if around.sslmode == "disable" || around.sslmode == "allow" {
			elsewhere = "the driver does not look at it with this sslmode, and would not connect with another"
		}
	case "gssResponseTimeout":
		elsewhere = "the driver does not look at it unless gssEncMode is prefer or require, and 42.7.14 would not connect then"
		if around.gssEncMode == "prefer" || around.gssEncMode == "require" {
			elsewhere = "42.7.14 does not connect, earlier releases do not look at it"
		}
	case "scramMaxIterations":
		elsewhere = "the driver does not connect when the server asks for a password by SCRAM"
	}
	refuse := func(reason, write string) Verdict {
		if elsewhere != "" {
			return Verdict{Outcome: Misread, Reason: reason + ": " + elsewhere, Write: write}
		}
		return Verdict{Outcome: Refused, Reason: reason + ", and the driver does not connect", Write: write}
	}
	if !ok {
		return refuse("it is not a whole number", unit(name))
	}
	switch name {
	case "defaultRowFetchSize", "queryTimeout", "sslResponseTimeout", "gssResponseTimeout", "scramMaxIterations":
		if number < 0 {
			return refuse("it is negative", "0 or more")
		}
	case "maxSendBufferSize":
		if number < 4 {
			return refuse("it is less than 4", "a number of bytes, 8192 if in doubt")
		}
	case "socketTimeout":
		return checkSocketTimeout(number)
	case "connectTimeout":
		return checkConnectTimeout(driver, number)
	}
	return Verdict{As: strconv.Itoa(number)}
}

// largestSeconds is the largest number of seconds that are an int of milliseconds.
const largestSeconds = math.MaxInt32 / 1000

// checkSocketTimeout: the driver multiplies seconds by 1000 in 32 bits.
func checkSocketTimeout(seconds int) Verdict {
	milliseconds := int32(seconds) * 1000
	switch {
	case seconds < 0:
		return Verdict{Outcome: Misread, As: "0", Reason: "it is negative, and the driver takes it for no limit at all", Write: "0 for no limit, or a number of seconds"}
	case milliseconds < 0:
		return Verdict{Outcome: Refused, Reason: "it is too large, and the driver does not connect", Write: "a number of seconds up to " + strconv.Itoa(largestSeconds)}
	case seconds > largestSeconds:
		return tooLarge(milliseconds)
	}
	return Verdict{As: strconv.Itoa(int(milliseconds))}
}

// checkConnectTimeout: since 42.7.14 a product below zero is no exception any more, but ends every attempt at once.
func checkConnectTimeout(driver Driver, seconds int) Verdict {
	milliseconds := int32(seconds) * 1000
	write := "a number of seconds from 0 to " + strconv.Itoa(largestSeconds)
	switch {
	case 0 <= seconds && seconds <= largestSeconds:
		return Verdict{As: strconv.Itoa(int(milliseconds))}
	case milliseconds >= 0:
		verdict := tooLarge(milliseconds)
		verdict.Write = write
		return verdict
	case driver == Driver4215:
		return Verdict{Outcome: Refused, Reason: "it is out of range, and the driver does not connect", Write: write}
	}
	return Verdict{Outcome: Misread, As: "1", Reason: "it is out of range: 42.7.14 gives up after one millisecond, earlier releases do not connect", Write: write}
}

func tooLarge(milliseconds int32) Verdict {
	as := strconv.Itoa(int(milliseconds))
	reason := "it is out of range, and the driver makes " + as + " milliseconds of it"
	if milliseconds == 0 {
		reason = "it is out of range, and the driver takes it for no limit at all"
	}
	return Verdict{Outcome: Misread, As: as, Reason: reason, Write: "a number of seconds up to " + strconv.Itoa(largestSeconds)}
}

// checkLoginTimeout: a text that Float.parseFloat does not take is ignored.
func checkLoginTimeout(value string) Verdict {
	seconds, ok := parseFloat(value, 32)
	if !ok || math.IsNaN(seconds) {
		return Verdict{Outcome: Misread, As: "0", Reason: "it is not a number, and the driver takes it for no limit at all", Write: "a number of seconds without a unit"}
	}
	// float32 multiplication and Java's conversion to long, which stops at its limits
	product := float64(float32(seconds) * 1000)
	switch {
	case product >= math.MaxInt64:
		return Verdict{As: strconv.FormatInt(math.MaxInt64, 10)}
	case product <= math.MinInt64:
		return Verdict{As: strconv.FormatInt(math.MinInt64, 10)}
	}
	return Verdict{As: strconv.FormatInt(int64(product), 10)}
}

// parseFloat is Java's Float.parseFloat (32 bits) or Double.parseDouble (64).
func parseFloat(text string, bits int) (float64, bool) {
	text = strings.TrimFunc(text, func(r rune) bool { return r <= ' ' })
	unsigned := strings.TrimLeft(text, "+-")
	if len(text)-len(unsigned) > 1 {
		return 0, false
	}
	switch unsigned {
	case "NaN":
		return math.NaN(), true
	case "Infinity":
		return math.Inf(1 - 2*strings.Count(text, "-")), true
	case "":
		return 0, false
	}
	if last := unsigned[len(unsigned)-1] | 0x20; last == 'f' || last == 'd' {
		if hexadecimal := len(unsigned) > 1 && unsigned[1]|0x20 == 'x'; !hexadecimal || strings.ContainsAny(unsigned, "pP") {
			text = text[:len(text)-1]
		}
	}
	for _, char := range unsigned {
		if char == '_' || char == 'i' || char == 'I' || char == 'n' || char == 'N' { // words and separators that only Go knows
			return 0, false
		}
	}
	value, err := strconv.ParseFloat(text, bits)
	if err != nil && !math.IsInf(value, 0) {
		return 0, false
	}
	return value, true
}

// isLong says whether Java's Long.parseLong takes a text that begins with a digit.
func isLong(text string) bool {
	for _, char := range text {
		if value := digit(char); value < 0 || value > 9 {
			return false
		}
	}
	return text != "" && fitsLong(text)
}

// fitsLong says whether digits of any script are a number of 64 bits.
func fitsLong(digits string) bool {
	plain := make([]byte, 0, len(digits))
	for _, char := range digits {
		plain = append(plain, '0'+byte(digit(char)))
	}
	_, err := strconv.ParseInt(string(plain), 10, 64)
	return err == nil
}

// checkMaxResultBuffer is PGPropertyMaxResultBufferParser: bytes, thousands of them with K, M, G or T, or percent of the
// heap with p, pct or percent.
func checkMaxResultBuffer(value string) Verdict {
	const write = "a number of bytes, with K, M, G or T behind it if wanted, or a percentage such as 10percent"
	refused := Verdict{Outcome: Refused, Reason: "the driver cannot read it and does not connect", Write: write}
	if value == "" {
		return Verdict{}
	}
	for _, phrase := range []string{"p", "pct", "percent"} {
		if number, ok := strings.CutSuffix(value, phrase); ok && number != "" {
			if _, ok := parseFloat(number, 64); !ok {
				return refused
			}
			return Verdict{}
		}
	}
	switch last := value[len(value)-1]; {
	case last == '%':
		return Verdict{Outcome: Misread, As: "-1", Reason: "the driver takes a value with % for no limit at all", Write: write}
	case strings.IndexByte("KkMmGgTt", last) >= 0:
		if _, ok := parseInt(value[:len(value)-1]); !ok {
			return refused
		}
	case last < '0' || last > '9':
		return refused
	default:
		digits := value
		if digits[0] == '-' || digits[0] == '+' {
			digits = digits[1:]
		}
		if !isLong(digits) {
			return refused
		}
	}
	return Verdict{}
}

// checkServerVersion is ServerVersion.from: up to three numbers with dots between, everything behind them ignored.
func checkServerVersion(value string) Verdict {
	const write = "a version such as 9.0 or 15"
	refused := Verdict{Outcome: Refused, Reason: "the driver cannot read this version and does not connect", Write: write}
	var parts [3]int
	count, rest := 0, value
	for count < len(parts) {
		length := 0
		number := int64(0)
		for i, char := range rest {
			value := digit(char)
			if value < 0 || value > 9 {
				break
			}
			number = min(number, 1e15)*10 + int64(value)
			length = i + len(string(char))
		}
		if length == 0 {
			break
		}
		parts[count], rest = int(int32(number)), rest[length:]
		if !strings.HasPrefix(rest, ".") {
			break
		}
		rest = rest[1:]
		count++
	}
	count++
	version := 0
	switch {
	case parts[0] >= 10000:
		if rest != "" || count != 1 {
			return refused
		}
		version = parts[0]
	case count >= 3:
		if parts[1] > 99 || parts[2] > 99 {
			return refused
		}
		version = (parts[0]*100+parts[1])*100 + parts[2]
	case count == 2 && parts[0] >= 10:
		version = parts[0]*10000 + parts[1]
	case count == 2:
		if parts[1] > 99 {
			return refused
		}
		version = (parts[0]*100 + parts[1]) * 100
	case parts[0] >= 10:
		version = parts[0] * 10000
	}
	if version == 0 && value != "" && value != "0" {
		return Verdict{Outcome: Misread, As: "0", Reason: "the driver cannot read this version and assumes nothing", Write: write}
	}
	return Verdict{As: strconv.Itoa(version)}
}
