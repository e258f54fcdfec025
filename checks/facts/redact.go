package facts

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/bbdoctor/bbdoctor/checks/jdbcurl"
)

// The patterns are compiled when they are first needed: most runs of the program start without.
var (
	urlPassword = lazy(`(?i)((?:^|[?&;\s])[a-z]*(?:password|passwd|pwd|passphrase)\s*=)[^&\s"']*`)
	urlUserInfo = lazy(`(//[^/@:\s?]*:)[^@/\s]+@`)
	linePattern = lazy(`(?i)((?:password|passwd|secret|token|passphrase|aes_key|credential|[_.-]pass|[_.-]pw|pgpass)[a-z0-9_.-]*["']?\s*[=:]\s*)(\S.*)$`)
)

func lazy(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}

// RedactURL hides what must not be shown in a JDBC URL or a text that contains one: the password parameters and
// whatever stands between "user:" and "@" in front of a host. The driver reads a password up to the next "&"; what follows
// that and is not meant as a parameter is taken for the rest of the password.
func RedactURL(text string) string {
	spans := SecretsInURL(text)
	if len(spans) == 0 {
		return text
	}
	return Mask([]byte(text), Span{End: len(text)}, spans)
}

// SecretsInURL gives the byte ranges that [RedactURL] hides, in order, none of which overlap. A password that is empty has
// an empty one.
func SecretsInURL(text string) []Span {
	var spans []Span
	end := 0
	if strings.IndexByte(text, '=') >= 0 && maybePassword(text) {
		for _, match := range urlPassword().FindAllStringSubmatchIndex(text, -1) {
			if match[3] < end {
				continue // behind a password that goes on behind an "&"
			}
			end = passwordEnd(text, match[1])
			spans = append(spans, Span{match[3], end})
		}
	}
	if strings.IndexByte(text, '@') >= 0 {
		for _, match := range urlUserInfo().FindAllStringSubmatchIndex(text, -1) {
			spans = append(spans, Span{match[3], match[1] - 1})
		}
	}
	return joinSpans(spans)
}

// maybePassword is false for most texts in which urlPassword finds nothing: each of its words has PAS or PWD in it. What it
// takes for an S need not be ASCII.
func maybePassword(text string) bool {
	for i := 1; i < len(text); i++ {
		if c := text[i] | 0x20; text[i-1]|0x20 == 'p' && (c == 'a' || c == 'w') {
			return true
		}
	}
	return false
}

// passwordEnd is where a password ends for which the driver finds an end at an "&".
func passwordEnd(text string, end int) int {
	for end < len(text) && text[end] == '&' {
		rest := text[end+1:]
		if next := strings.IndexAny(rest, "& \t\r\n\"'"); next >= 0 {
			rest = rest[:next]
		}
		name, _, hasValue := strings.Cut(rest, "=")
		if rest == "" && end+1 < len(text) && text[end+1] == '&' {
			end++
			continue
		}
		if rest == "" || jdbcurl.Meant(jdbcurl.Driver427, name, hasValue) || SensitiveName(name) && hasValue {
			break
		}
		end += 1 + len(rest)
	}
	return end
}

// joinSpans sorts ranges and joins those that overlap.
func joinSpans(spans []Span) []Span {
	slices.SortFunc(spans, func(a, b Span) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End)) })
	joined := spans[:0]
	for _, span := range spans {
		if n := len(joined); n > 0 && span.Start <= joined[n-1].End {
			joined[n-1].End = max(joined[n-1].End, span.End)
			continue
		}
		joined = append(joined, span)
	}
	return joined
}

// Masked is a range of the source as text for people, every secret in it replaced by "***". What the readers marked with
// [Source.Hide] is hidden exactly; on top of that, whatever follows a word like "password" and a separator is hidden to
// the end of the line, because an excerpt may show lines that no reader understood.
func (s *Source) Masked(span Span) string {
	return RedactText(Mask(s.Text, span, s.Hidden()))
}

// Mask is a range of a text with the hidden ranges, which are in order and do not overlap, replaced by "***".
func Mask(text []byte, span Span, hidden []Span) string {
	var out strings.Builder
	at := span.Start
	for _, h := range hidden {
		if h.End <= at || h.Start >= span.End {
			continue
		}
		if h.Start > at {
			out.Write(text[at:h.Start])
		}
		out.WriteString("***")
		at = h.End
	}
	if at < span.End {
		out.Write(text[at:span.End])
	}
	return out.String()
}

// RedactText hides secrets in text of unknown origin: error messages of libraries, lines that no reader understood.
func RedactText(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		line = RedactURL(line)
		if !strings.ContainsAny(line, "=:") || !maybeSensitive(line) {
			lines[i] = line
			continue
		}
		if match := linePattern().FindStringSubmatchIndex(line); match != nil && !strings.HasPrefix(line[match[4]:], "***") {
			line = line[:match[4]] + "***"
		}
		lines[i] = line
	}
	return strings.Join(lines, "\n")
}
