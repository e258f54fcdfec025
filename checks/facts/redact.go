package facts

import (
	"regexp"
	"strings"
	"sync"
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
// whatever stands between "user:" and "@" in front of a host.
func RedactURL(text string) string {
	if !strings.ContainsAny(text, "=@") {
		return text
	}
	return urlUserInfo().ReplaceAllString(urlPassword().ReplaceAllString(text, "${1}***"), "${1}***@")
}

// SecretsInURL gives the byte ranges that [RedactURL] hides.
func SecretsInURL(text string) []Span {
	var spans []Span
	for _, match := range urlPassword().FindAllStringSubmatchIndex(text, -1) {
		spans = append(spans, Span{match[3], match[1]})
	}
	for _, match := range urlUserInfo().FindAllStringSubmatchIndex(text, -1) {
		spans = append(spans, Span{match[3], match[1] - 1})
	}
	return spans
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
		if match := linePattern().FindStringSubmatchIndex(line); match != nil && !strings.HasPrefix(line[match[4]:], "***") {
			line = line[:match[4]] + "***"
		}
		lines[i] = line
	}
	return strings.Join(lines, "\n")
}
