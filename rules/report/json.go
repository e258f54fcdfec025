package report

import (
	"encoding/json"
	"io"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// Schema names version 1 of the JSON report; docs/report.schema.json describes it.
const Schema = "bbdoctor.report/v1"

type jsonReport struct {
	Schema   string        `json:"schema"`
	Tool     jsonTool      `json:"tool"`
	Assumed  jsonAssumed   `json:"assumed"`
	Summary  Summary       `json:"summary"`
	Results  []jsonResult  `json:"results"`
	Problems []jsonProblem `json:"problems"`
}

type jsonTool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// jsonAssumed says what the judgement rests on beside the files. With several deployments it is the first one's.
type jsonAssumed struct {
	BitbucketVersion string `json:"bitbucketVersion"`
	BitbucketNodes   int    `json:"bitbucketNodes"`
}

type jsonResult struct {
	Rule       string        `json:"rule"`
	Title      string        `json:"title"`
	Deployment string        `json:"deployment"`
	Outcome    string        `json:"outcome"`
	Severity   string        `json:"severity"`
	Reason     string        `json:"reason"`
	Findings   []jsonFinding `json:"findings"`
}

type jsonFinding struct {
	Message  string              `json:"message"`
	Help     string              `json:"help"`
	Severity string              `json:"severity"`
	Location *facts.JSONLocation `json:"location"`
	Measured *jsonMeasured       `json:"measured,omitempty"`
	Related  []jsonNote          `json:"related"`
	Fix      *jsonFix            `json:"fix"`
	// Suppressed is there for a finding that does not count.
	Suppressed *jsonSuppression `json:"suppressed,omitempty"`
}

type jsonSuppression struct {
	Kind          string              `json:"kind"`
	Justification string              `json:"justification"`
	Location      *facts.JSONLocation `json:"location"`
}

type jsonMeasured struct {
	Query string `json:"query"`
	Value string `json:"value"`
}

type jsonNote struct {
	Message  string              `json:"message"`
	Location *facts.JSONLocation `json:"location"`
}

type jsonFix struct {
	Title string     `json:"title"`
	Safe  bool       `json:"safe"`
	Edits []jsonEdit `json:"edits"`
}

type jsonEdit struct {
	File      string `json:"file"`
	Offset    int    `json:"offset"`
	EndOffset int    `json:"endOffset"`
	Text      string `json:"text"`
}

type jsonProblem struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Message string `json:"message"`
	Note    bool   `json:"note"`
}

func writeJSON(w io.Writer, report *Report, options Options) error {
	document := jsonReport{
		Schema: Schema, Tool: jsonTool{"bbdoctor", report.Version}, Assumed: assumptions(report.Collection),
		Summary: report.Sum(), Results: make([]jsonResult, 0, len(report.Results)), Problems: make([]jsonProblem, 0, len(report.Problems)),
	}
	for _, result := range report.Results {
		document.Results = append(document.Results, newJSONResult(result, options))
	}
	for _, problem := range report.Problems {
		line := 0
		if problem.Origin.Source != nil {
			line, _ = problem.Origin.Source.Position(problem.Origin.Span.Start)
		}
		document.Problems = append(document.Problems, jsonProblem{problem.File, line, problem.Message, problem.Note})
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(document)
}

func assumptions(collection *facts.Collection) jsonAssumed {
	for _, deployment := range collection.Deployments {
		if b := deployment.Bitbucket; b != nil {
			nodes := 0
			if err := json.Unmarshal([]byte(b.Nodes.Norm), &nodes); err != nil {
				nodes = 1
			}
			return jsonAssumed{b.Version.Text, nodes}
		}
	}
	return jsonAssumed{BitbucketNodes: 1}
}

func newJSONResult(result *rules.Result, options Options) jsonResult {
	out := jsonResult{
		Rule: result.Rule.ID, Title: result.Rule.Title, Deployment: result.Deployment, Outcome: result.Outcome.String(),
		Severity: result.Severity().String(), Reason: result.Reason, Findings: []jsonFinding{},
	}
	for _, finding := range shown(result, options) {
		shown := jsonFinding{
			Message: finding.Message, Help: finding.Help, Severity: finding.Severity.String(),
			Location: facts.Location(finding.At), Related: []jsonNote{},
		}
		if finding.At.Query() != "" {
			shown.Measured = &jsonMeasured{finding.At.Query(), finding.Measured}
		}
		if s := finding.Suppressed; s != nil {
			shown.Suppressed = &jsonSuppression{s.Kind, s.Justification, facts.Location(s.At)}
		}
		for _, note := range finding.Related {
			shown.Related = append(shown.Related, jsonNote{note.Message, facts.Location(note.At)})
		}
		if fix := finding.Fix; fix != nil {
			shown.Fix = &jsonFix{Title: fix.Title, Safe: !fix.Unsafe, Edits: []jsonEdit{}}
			for _, edit := range fix.Edits {
				shown.Fix.Edits = append(shown.Fix.Edits, jsonEdit{edit.Source.Name, edit.Start, edit.End, edit.New})
			}
		}
		out.Findings = append(out.Findings, shown)
	}
	return out
}
