package report

import (
	"encoding/json"
	"io"
	"net/url"
	"path"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/docs"
	"github.com/bbdoctor/bbdoctor/rules"
	"github.com/bbdoctor/bbdoctor/rules/catalog"
)

// sarifSchema is where the schema of SARIF 2.1.0 with its first errata is published.
const sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

// sarifText bounds a description in characters; GitHub takes no more.
const sarifText = 1024

// writeSARIF writes the report as SARIF 2.1.0, with what GitHub's code scanning asks for beyond the standard.
func writeSARIF(w io.Writer, report *Report, options Options) error {
	s := &sarifWriter{anchors: report.anchors(), index: map[string]int{}, hashes: map[*facts.Source][]string{}}
	run := sarifRun{
		Tool:             sarifTool{Driver: sarifDriver{Name: "bbdoctor", Version: report.Version, InformationURI: Home}},
		AutomationDetail: sarifID{"bbdoctor/"},
		ColumnKind:       "unicodeCodePoints",
		// java.util.Properties ends a line at a lone CR, too.
		NewlineSequences: []string{"\r\n", "\n", "\r"},
		Results:          []sarifResult{},
	}
	for _, result := range report.Results {
		rule := s.rule(result.Rule)
		for _, finding := range shown(result, options) {
			run.Results = append(run.Results, s.result(result, finding, rule))
		}
	}
	run.Tool.Driver.Rules = s.rules
	run.Invocations = []sarifInvocation{s.invocation(report)}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(sarifLog{sarifSchema, "2.1.0", []sarifRun{run}})
}

// sarifWriter keeps what several results share.
type sarifWriter struct {
	anchors map[string]facts.Origin
	rules   []sarifRule
	index   map[string]int // of a rule by its name
	hashes  map[*facts.Source][]string
	// overrides are the rules of which the user has changed the severity.
	overrides []sarifOverride
}

// rule gives the index of a rule in the list of all.
func (s *sarifWriter) rule(rule *rules.Rule) int {
	if i, ok := s.index[rule.ID]; ok {
		return i
	}
	s.index[rule.ID] = len(s.rules)
	usual := usualSeverity(rule)
	if usual != rule.Severity {
		s.overrides = append(s.overrides, sarifOverride{sarifReference{rule.ID, len(s.rules)}, sarifConfiguration{sarifLevel(rule.Severity)}})
	}
	entry := sarifRule{
		ID: rule.ID, Name: sarifName(rule.ID), HelpURI: pageURL(rule),
		Short: sarifMessage{Text: rule.Title}, Full: sarifMessage{Text: rule.Title},
		Configuration: sarifConfiguration{sarifLevel(usual)},
		Properties:    sarifRuleProperties{Tags: []string{rule.Family()}, Precision: "high", Problem: sarifProblem(rule.Severity)},
	}
	if rule.Family() == "secrets" {
		entry.Properties.Tags = append(entry.Properties.Tags, "security")
		entry.Properties.Security = map[rules.Severity]string{rules.Error: "8.0", rules.Warning: "5.0", rules.Info: "2.0"}[rule.Severity]
	}
	if page, ok := docs.Rule(rule.ID); ok {
		var text strings.Builder
		_ = Page(&text, page, false) // a strings.Builder takes everything
		entry.Help = &sarifHelp{Text: text.String(), Markdown: page}
		if text := about(page); text != "" && !strings.HasPrefix(text, "#") {
			entry.Full.Text = shortened(text, sarifText)
		}
	}
	s.rules = append(s.rules, entry)
	return len(s.rules) - 1
}

// usualSeverity is the severity that a rule has when nobody changes it.
func usualSeverity(rule *rules.Rule) rules.Severity {
	for _, known := range catalog.All() {
		if known.ID == rule.ID {
			return known.Severity
		}
	}
	return rule.Severity
}

// sarifName is a rule's name in the form that viewers expect: JdbcTargetServerType.
func sarifName(id string) string {
	var name strings.Builder
	for _, word := range strings.FieldsFunc(id, func(r rune) bool { return r == '/' || r == '-' }) {
		name.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return name.String()
}

func (s *sarifWriter) result(result *rules.Result, finding *rules.Finding, rule int) sarifResult {
	one := newRemark(result, finding, s.anchors)
	out := sarifResult{
		RuleID: result.Rule.ID, RuleIndex: rule, Level: sarifLevel(finding.Severity), Message: sarifMessage{Text: one.text()},
		Properties: &sarifProperties{Deployment: printable(result.Deployment), Measured: printable(one.measured)},
	}
	if one.at.Source != nil {
		out.Locations = []sarifLocation{{Physical: sarifPlace(one.at)}}
		out.Fingerprints = map[string]string{"primaryLocationLineHash": s.lineHash(one)}
	}
	for _, note := range finding.Related {
		if note.At.Source != nil {
			out.Related = append(out.Related, sarifLocation{ID: len(out.Related) + 1, Physical: sarifPlace(note.At), Message: &sarifMessage{Text: printable(note.Message)}})
		}
	}
	if fix := finding.Fix; fix != nil && len(fix.Edits) > 0 {
		out.Fixes = []sarifFix{newSARIFFix(fix)}
	}
	if suppressed := finding.Suppressed; suppressed != nil {
		entry := sarifSuppression{Kind: "external", Status: "accepted", Justification: printable(suppressed.Justification)}
		if suppressed.Kind == rules.SuppressedInSource {
			entry.Kind = "inSource"
		}
		if suppressed.At.Source != nil {
			entry.Location = &sarifLocation{Physical: sarifPlace(suppressed.At)}
		}
		out.Suppressions = []sarifSuppression{entry}
	}
	return out
}

func (s *sarifWriter) lineHash(one remark) string {
	hashes, ok := s.hashes[one.at.Source]
	if !ok {
		hashes = lineHashes(hashable(one.at.Source))
		s.hashes[one.at.Source] = hashes
	}
	return hashes[min(one.line(), len(hashes))-1]
}

func newSARIFFix(fix *rules.Fix) sarifFix {
	title := fix.Title
	if fix.Unsafe {
		title += " (unsafe: " + fix.Why + ")"
	}
	out := sarifFix{Description: sarifMessage{Text: printable(title)}}
	for _, edit := range fix.Edits {
		file := sarifFile(edit.Source.Name)
		replacement := sarifReplacement{Deleted: sarifRegionOf(edit.Source, facts.Span{Start: edit.Start, End: edit.End})}
		if edit.New != "" {
			replacement.Inserted = &sarifMessage{Text: edit.New}
		}
		if n := len(out.Changes); n > 0 && out.Changes[n-1].File == file {
			out.Changes[n-1].Replacements = append(out.Changes[n-1].Replacements, replacement)
			continue
		}
		out.Changes = append(out.Changes, sarifChange{file, []sarifReplacement{replacement}})
	}
	return out
}

// invocation says what could not be read or judged, and which rules another severity was chosen for.
func (s *sarifWriter) invocation(report *Report) sarifInvocation {
	out := sarifInvocation{Successful: report.Verdict(rules.Error) != Incomplete, Notifications: []sarifNotification{}, Overrides: s.overrides}
	for _, problem := range report.Problems {
		notification := sarifNotification{Level: "error", Message: sarifMessage{Text: printable(problem.Message)}}
		if problem.Note {
			notification.Level = "note"
		}
		switch {
		case problem.Origin.Source != nil:
			notification.Locations = []sarifLocation{{Physical: sarifPlace(problem.Origin)}}
		case problem.File != "":
			notification.Locations = []sarifLocation{{Physical: sarifPhysical{File: sarifFile(problem.File)}}}
		}
		out.Notifications = append(out.Notifications, notification)
	}
	for _, result := range report.Results {
		if result.Outcome == rules.Errored {
			out.Notifications = append(out.Notifications, sarifNotification{
				Level: "error", Message: sarifMessage{Text: printable(result.Deployment + ": not judged: " + result.Reason)},
				Rule: &sarifReference{result.Rule.ID, s.index[result.Rule.ID]},
			})
		}
	}
	return out
}

func sarifLevel(severity rules.Severity) string {
	switch severity {
	case rules.Error:
		return "error"
	case rules.Warning:
		return "warning"
	}
	return "note"
}

// sarifProblem is GitHub's name for a severity.
func sarifProblem(severity rules.Severity) string {
	if severity == rules.Info {
		return "recommendation"
	}
	return sarifLevel(severity)
}

func sarifPlace(at facts.Origin) sarifPhysical {
	place := sarifPhysical{File: sarifFile(at.Source.Name), Region: &sarifRegion{StartLine: 1}}
	if !wholeFile(at) {
		region := sarifRegionOf(at.Source, at.Span)
		place.Region = &region
	}
	return place
}

func sarifRegionOf(source *facts.Source, span facts.Span) sarifRegion {
	l := facts.Location(facts.Origin{Source: source, Span: span})
	return sarifRegion{StartLine: l.Line, StartColumn: l.Column, EndLine: l.EndLine, EndColumn: l.EndColumn}
}

// sarifFile makes a file's name a URI: relative to the root of the repository where that is possible.
func sarifFile(name string) sarifArtifact {
	if path.IsAbs(name) {
		return sarifArtifact{URI: (&url.URL{Scheme: "file", Path: name}).String()}
	}
	return sarifArtifact{URI: (&url.URL{Path: path.Clean(name)}).String(), Base: "%SRCROOT%"}
}

// about is the first paragraph of a rule's page, as plain text on one line.
func about(page string) string {
	_, rest, _ := strings.Cut(page, "\n\n")
	paragraph, _, _ := strings.Cut(rest, "\n\n")
	return strings.Join(strings.Fields(strings.NewReplacer("`", "", "**", "").Replace(paragraph)), " ")
}
