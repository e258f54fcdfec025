package guc

// NumberEnd is where the number that begins at i ends, i when none begins there: an optional sign, then decimal or 0x
// digits with letters behind them, or digits around a point with an exponent. The scanners of postgresql.conf and
// pgpool.conf (guc-file.l, pool_config.l) agree on it.
func NumberEnd(text []byte, i int) int {
	at := i
	if at < len(text) && (text[at] == '+' || text[at] == '-') {
		at++
	}
	digits := at
	for digits < len(text) && Decimal(text[digits]) {
		digits++
	}
	if digits < len(text) && text[digits] == '.' {
		end := digits + 1
		for end < len(text) && Decimal(text[end]) {
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
	for end < len(text) && unitLetter(text[end]) {
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
	for end < len(text) && Decimal(text[end]) {
		end++
	}
	if end == first {
		return i
	}
	return end
}

// Letter says whether a name may begin with the byte.
func Letter(c byte) bool { return unitLetter(c) || c == '_' || c >= 0x80 }

// Decimal says whether the byte is a decimal digit.
func Decimal(c byte) bool { return c >= '0' && c <= '9' }

// InWord says whether a value without quotes may hold the byte beside letters and digits.
func InWord(c byte) bool { return c == '-' || c == '.' || c == ':' || c == '/' }

func unitLetter(c byte) bool  { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func hexadecimal(c byte) bool { return Decimal(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }
