package report

import (
	"encoding/json"
	"io"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

type rdResult struct {
	Source      rdSource       `json:"source"`
	Severity    string         `json:"severity,omitempty"`
	Diagnostics []rdDiagnostic `json:"diagnostics"`
}

type rdSource struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

type rdDiagnostic struct {
	Message     string         `json:"message"`
	Location    *rdLocation    `json:"location,omitempty"`
	Severity    string         `json:"severity"`
	Code        rdCode         `json:"code"`
	Suggestions []rdSuggestion `json:"suggestions,omitempty"`
}

type rdCode struct {
	Value string `json:"value"`
	URL   string `json:"url,omitempty"`
}

type rdLocation struct {
	Path  string   `json:"path"`
	Range *rdRange `json:"range,omitempty"`
}

type rdRange struct {
	Start rdPosition `json:"start"`
	End   rdPosition `json:"end"`
}

// rdPosition counts from 1, the column in bytes.
type rdPosition struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

type rdSuggestion struct {
	Range rdRange `json:"range"`
	Text  string  `json:"text"`
}

// writeRDJSON writes reviewdog's diagnostic format, with the safe fixes as suggestions that a reviewer takes by one click.
func writeRDJSON(w io.Writer, report *Report, options Options) error {
	out := rdResult{Source: rdSource{"bbdoctor", Home}, Diagnostics: []rdDiagnostic{}}
	var worst rules.Severity
	for _, one := range report.remarks(options) {
		entry := rdDiagnostic{Message: one.text(), Severity: rdSeverity(one.severity), Code: rdCode{one.check(), one.url()}}
		worst = max(worst, one.severity)
		if file := one.file(); file != "" {
			entry.Location = &rdLocation{Path: file}
			if one.region() != nil {
				entry.Location.Range = rdRangeOf(one.at.Source, one.at.Span)
			}
		}
		if one.finding != nil && one.finding.At.Source != nil {
			entry.Suggestions = suggestions(one.finding)
			if len(entry.Suggestions) > 0 && entry.Location != nil && entry.Location.Range == nil {
				// What is said of the file as a whole is shown where the fix would be.
				entry.Location.Range = &entry.Suggestions[0].Range
			}
		}
		out.Diagnostics = append(out.Diagnostics, entry)
	}
	if worst > 0 {
		out.Severity = rdSeverity(worst)
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(out)
}

func rdSeverity(severity rules.Severity) string { return strings.ToUpper(severity.String()) }

func rdRangeOf(source *facts.Source, span facts.Span) *rdRange {
	position := func(offset int) rdPosition {
		line, _ := source.Position(offset)
		return rdPosition{line, offset - source.Line(line).Start + 1}
	}
	return &rdRange{position(span.Start), position(span.End)}
}

// suggestions gives a fix as one replacement, for half a fix is none: from the first to the last of its edits. There is
// none for an unsafe fix, for one that changes another file, and when a secret stands between the edits.
func suggestions(finding *rules.Finding) []rdSuggestion {
	fix := finding.Fix
	if fix == nil || fix.Unsafe || len(fix.Edits) == 0 {
		return nil
	}
	source := finding.At.Source
	span := facts.Span{Start: fix.Edits[0].Start, End: fix.Edits[0].Start}
	var text strings.Builder
	for _, edit := range fix.Edits {
		if edit.Source != source || edit.Start < span.End {
			return nil
		}
		for _, hidden := range source.Hidden() {
			if hidden.Start < edit.Start && hidden.End > span.End {
				return nil
			}
		}
		text.Write(source.Text[span.End:edit.Start])
		text.WriteString(edit.New)
		span.End = edit.End
	}
	return []rdSuggestion{{*rdRangeOf(source, span), text.String()}}
}
