package report

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// ReadInsights reads what --format code-insights wrote, or makes the same of what --format json wrote.
func ReadInsights(text []byte) (Insights, error) {
	var head struct {
		Schema string `json:"schema"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return Insights{}, fmt.Errorf("not a report of bbdoctor: %w", err)
	}
	switch head.Schema {
	case InsightsSchema:
		var insights Insights
		if err := json.Unmarshal(text, &insights); err != nil {
			return Insights{}, fmt.Errorf("not a report of bbdoctor: %w", err)
		}
		if insights.DataCenter.Report.Title == "" || insights.Cloud.Report.Title == "" {
			return Insights{}, fmt.Errorf("not a whole report: it has no title")
		}
		return insights, nil
	case Schema:
		var document jsonReport
		if err := json.Unmarshal(text, &document); err != nil {
			return Insights{}, fmt.Errorf("not a report of bbdoctor: %w", err)
		}
		var decisions jsonDecisions
		if err := json.Unmarshal(text, &decisions); err != nil {
			return Insights{}, fmt.Errorf("not a report of bbdoctor: %w", err)
		}
		report := document.report()
		decisions.apply(report)
		return newInsights(report, Options{FailOn: rules.Error}), nil
	}
	return Insights{}, fmt.Errorf("the schema is %q; give what --format code-insights or --format json wrote", shortened(head.Schema, 60))
}

// jsonDecisions are the suppressions in a document.
type jsonDecisions struct {
	Results []struct {
		Findings []struct {
			Suppressed *struct {
				Kind          string `json:"kind"`
				Justification string `json:"justification"`
			} `json:"suppressed"`
		} `json:"findings"`
	} `json:"results"`
}

// apply marks the findings of a report, which has the same results and findings, that do not count.
func (d jsonDecisions) apply(report *Report) {
	for i, result := range d.Results {
		for j, finding := range result.Findings {
			if s := finding.Suppressed; s != nil {
				report.Results[i].Findings[j].Suppressed = &rules.Suppression{Kind: s.Kind, Justification: s.Justification}
			}
		}
	}
}

// readLines bounds the line of a finding that is read back; a file with more lines is pointed at as a whole.
const readLines = 10_000

// report gives what a document says as far as an annotation shows it: of a place its file and line.
func (document jsonReport) report() *Report {
	out := &Report{Version: document.Tool.Version, Collection: &facts.Collection{}}
	sources := map[string]*facts.Source{}
	place := func(file string, line int, key string) facts.Origin {
		source, ok := sources[file]
		if !ok {
			source = facts.NewSource(file, bytes.Repeat([]byte{'\n'}, readLines))
			sources[file] = source
		}
		if line < 1 || line > readLines {
			return facts.Origin{Source: source}
		}
		return facts.Origin{Source: source, Span: facts.Span{Start: line - 1, End: line - 1}, Key: key + " "}
	}
	outcomes := map[string]rules.Outcome{}
	for _, outcome := range []rules.Outcome{rules.Passed, rules.Failed, rules.Skipped, rules.Errored} {
		outcomes[outcome.String()] = outcome
	}
	for _, result := range document.Results {
		one := &rules.Result{
			Rule: &rules.Rule{ID: result.Rule, Title: result.Title}, Deployment: result.Deployment,
			Outcome: outcomes[result.Outcome], Reason: result.Reason,
		}
		for _, finding := range result.Findings {
			severity, _ := rules.ParseSeverity(finding.Severity)
			read := &rules.Finding{Message: finding.Message, Help: finding.Help, Severity: severity}
			if finding.Location != nil {
				read.At = place(finding.Location.File, finding.Location.Line, finding.Location.Key)
			} else if finding.Measured != nil {
				read.At, read.Measured = rules.Measured(finding.Measured.Query, finding.Measured.Value), finding.Measured.Value
			}
			one.Findings = append(one.Findings, read)
		}
		out.Results = append(out.Results, one)
	}
	for _, problem := range document.Problems {
		read := facts.Problem{File: problem.File, Message: problem.Message, Note: problem.Note}
		if problem.File != "" && problem.Line > 0 {
			read.Origin = place(problem.File, problem.Line, "")
		}
		out.Problems = append(out.Problems, read)
	}
	return out
}
