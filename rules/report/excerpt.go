package report

import (
	"strings"
	"unicode/utf8"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// excerptWidth is how many characters of a source line are shown.
const excerptWidth = 120

// longestLine bounds the line of which a part is shown, in bytes. To find the secrets in a line takes all of it, and no one
// reads a longer one.
const longestLine = 4096

// excerpt gives the source line of a place with the part to underline, counted in characters of the text. Secrets are
// masked; a long line is cut around the place.
func excerpt(at facts.Origin) (text string, from, length int, ok bool) {
	if at.Source == nil || len(at.Source.Text) == 0 || wholeFile(at) {
		return "", 0, 0, false
	}
	number, _ := at.Source.Position(at.Span.Start)
	line := at.Source.Line(number)
	if line.Len() > longestLine {
		return "", 0, 0, false
	}
	start, end := min(max(at.Span.Start, line.Start), line.End), min(max(at.Span.End, line.Start), line.End)
	before := printable(maskHidden(at.Source, facts.Span{Start: line.Start, End: start}))
	marked := printable(maskHidden(at.Source, facts.Span{Start: start, End: end}))
	after := printable(maskHidden(at.Source, facts.Span{Start: end, End: line.End}))
	text, from, length = before+marked+after, utf8.RuneCountInString(before), max(1, utf8.RuneCountInString(marked))
	if redacted := facts.RedactText(text); redacted != text {
		// Only what stands before the change can still be counted.
		if common := commonPrefix(text, redacted); common < from {
			from, length = 0, 0
		} else {
			length = max(1, min(length, utf8.RuneCountInString(redacted)-from))
		}
		text = redacted
	}
	return clip(text, from, length)
}

// maskHidden replaces the hidden ranges of a span by stars.
func maskHidden(source *facts.Source, span facts.Span) string {
	return strings.ToValidUTF8(facts.Mask(source.Text, span, source.Hidden()), "�")
}

func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return utf8.RuneCountInString(a[:n])
}

// clip cuts a long line so that the marked part stays in view.
func clip(text string, from, length int) (string, int, int, bool) {
	characters := []rune(text)
	if len(characters) <= excerptWidth {
		return text, from, length, true
	}
	start := max(0, min(from-excerptWidth/3, len(characters)-excerptWidth))
	end := min(len(characters), start+excerptWidth)
	clipped := string(characters[start:end])
	if start > 0 {
		clipped, from = "..."+clipped, from+3
	}
	if end < len(characters) {
		clipped += "..."
	}
	from -= start
	return clipped, from, min(length, excerptWidth-max(0, from-3)), true
}
