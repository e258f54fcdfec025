package postgresqlconf

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// decode takes the escapes out of a quoted text, which stands between the quotes at raw: a doubled quote, \b \f \n \r \t,
// up to three octal digits, and any other character behind a backslash as itself. runs is nil when there is no escape.
func decode(text string, raw int) (value string, runs []facts.Run) {
	if !strings.ContainsAny(text, `'\`) {
		return text, nil
	}
	var out strings.Builder
	plain := 0
	flush := func(end int) {
		if end > plain {
			runs = append(runs, facts.Run{Value: out.Len(), N: end - plain, Raw: raw + plain, RawN: end - plain, Style: facts.SingleQuoted})
			out.WriteString(text[plain:end])
		}
	}
	escape := func(start, end int, c byte) {
		runs = append(runs, facts.Run{Value: out.Len(), N: 1, Raw: raw + start, RawN: end - start, Style: facts.SingleQuoted})
		out.WriteByte(c)
		plain = end
	}
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c != '\'' && c != '\\' || i+1 == len(text) {
			continue
		}
		flush(i)
		if c == '\'' {
			escape(i, i+2, '\'')
			i++
			continue
		}
		start := i
		i++
		switch text[i] {
		case 'b':
			escape(start, i+1, '\b')
		case 'f':
			escape(start, i+1, '\f')
		case 'n':
			escape(start, i+1, '\n')
		case 'r':
			escape(start, i+1, '\r')
		case 't':
			escape(start, i+1, '\t')
		case '0', '1', '2', '3', '4', '5', '6', '7':
			octal, end := 0, i
			for ; end < len(text) && end < i+3 && text[end] >= '0' && text[end] <= '7'; end++ {
				octal = octal<<3 + int(text[end]-'0')
			}
			escape(start, end, byte(octal))
			i = end - 1
		default:
			escape(start, i+1, text[i])
		}
	}
	flush(len(text))
	if runs == nil {
		runs = []facts.Run{}
	}
	return out.String(), runs
}
