// Package report says what the rules found: one file an output format, and formats.go has the list of them.
package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// Report is what a run has to say.
type Report struct {
	// Version is bbdoctor's own.
	Version    string
	Collection *facts.Collection
	// Results are in the order in which they are shown: by deployment, then by family.
	Results []*rules.Result
	// Problems are inputs that could not be read, or not wholly, those of single deployments included.
	Problems []facts.Problem
}

// Options say how it is said.
type Options struct {
	// MinSeverity is the severity below which findings are not shown.
	MinSeverity rules.Severity
	// Quiet shows failures only; Verbose shows every pass on a line of its own.
	Quiet, Verbose bool
	// Colour is for this writer: it is a terminal, or the user asked for colour.
	Colour bool
	// ASCII avoids every character outside ASCII in bbdoctor's own marks.
	ASCII bool
	// FailOn is the severity from which on a finding fails the run.
	FailOn rules.Severity
	// Now is when the run took place, for the formats that say it; zero when nobody told.
	Now time.Time
}

// Summary counts results by outcome, and failures by severity.
type Summary struct {
	Pass     int `json:"pass"`
	Fail     int `json:"fail"`
	Skip     int `json:"skip"`
	Error    int `json:"error"`
	Errors   int `json:"errors"`
	Warnings int `json:"warnings"`
	Infos    int `json:"infos"`
	// Suppressed counts findings that do not count, whatever the outcome of their rule.
	Suppressed int `json:"suppressed"`
}

// Sum counts all results, shown or not.
func (r *Report) Sum() Summary {
	var sum Summary
	for _, result := range r.Results {
		sum.Suppressed += len(result.Findings) - len(result.Counting())
		switch result.Outcome {
		case rules.Passed:
			sum.Pass++
		case rules.Skipped:
			sum.Skip++
		case rules.Errored:
			sum.Error++
		case rules.Failed:
			sum.Fail++
			switch result.Severity() {
			case rules.Error:
				sum.Errors++
			case rules.Warning:
				sum.Warnings++
			case rules.Info:
				sum.Infos++
			}
		}
	}
	return sum
}

// shown are the findings of a result that the options let through.
func shown(result *rules.Result, options Options) []*rules.Finding {
	return slices.DeleteFunc(slices.Clone(result.Findings), func(f *rules.Finding) bool { return f.Severity < options.MinSeverity })
}

// counting are those of the shown findings that count.
func counting(result *rules.Result, options Options) []*rules.Finding {
	return slices.DeleteFunc(shown(result, options), func(f *rules.Finding) bool { return f.Suppressed != nil })
}

// place is "file:line:column", or the query of a live fact, or what is known of it.
func place(at facts.Origin) string {
	if at.Source == nil {
		return at.Query()
	}
	if wholeFile(at) {
		return at.Source.Name
	}
	line, column := at.Source.Position(at.Span.Start)
	return at.Source.Name + ":" + strconv.Itoa(line) + ":" + strconv.Itoa(column)
}

// wholeFile says that an origin stands for a file as a whole: something that is missing in it.
func wholeFile(at facts.Origin) bool { return at.Span == facts.Span{} && at.Key == "" }

// problemPlace is where a problem is, as far as is known.
func problemPlace(problem facts.Problem) string {
	if problem.Origin.Source != nil {
		return place(problem.Origin)
	}
	return problem.File
}

// printable makes text from files fit for a terminal: nothing in it can move the cursor, change colours or turn the
// direction of writing.
func printable(text string) string {
	if plain(text) {
		return text
	}
	clean := func(r rune) bool {
		return r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029')
	}
	if !strings.ContainsFunc(text, clean) && !strings.ContainsRune(text, '�') {
		return text
	}
	var out strings.Builder
	for _, r := range text {
		switch {
		case r == '\t':
			out.WriteByte(' ')
		case clean(r):
			fmt.Fprintf(&out, "\\u%04x", r)
		default:
			out.WriteRune(r)
		}
	}
	return out.String()
}

// plain says whether a text is printable as it is, for most are.
func plain(text string) bool {
	for i := range len(text) {
		if c := text[i]; (c < ' ' && c != '\n') || c > '~' {
			return false
		}
	}
	return true
}

// count is "1 error", "2 errors".
func count(n int, word string) string {
	if n == 1 {
		return fmt.Sprintf("1 %s", word)
	}
	return fmt.Sprintf("%d %ss", n, word)
}
