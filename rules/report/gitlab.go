package report

import (
	"cmp"
	"encoding/json"
	"io"
	"path"

	"github.com/bbdoctor/bbdoctor/rules"
)

type gitlabIssue struct {
	Description string         `json:"description"`
	Check       string         `json:"check_name"`
	Fingerprint string         `json:"fingerprint"`
	Severity    string         `json:"severity"`
	Location    gitlabLocation `json:"location"`
}

type gitlabLocation struct {
	Path  string      `json:"path"`
	Lines gitlabLines `json:"lines"`
}

type gitlabLines struct {
	Begin int `json:"begin"`
	End   int `json:"end"`
}

// writeGitLab writes GitLab's code quality report.
func writeGitLab(w io.Writer, report *Report, options Options) error {
	issues := []gitlabIssue{}
	names := fingerprints{}
	for _, one := range report.remarks(options) {
		issue := gitlabIssue{
			Description: one.text(), Check: one.check(), Fingerprint: names.next(one),
			Severity: map[rules.Severity]string{rules.Error: "critical", rules.Warning: "major", rules.Info: "info"}[one.severity],
			// GitLab wants a path; what is about no file is shown at the root.
			Location: gitlabLocation{Path: path.Clean(cmp.Or(printable(one.file()), ".")), Lines: gitlabLines{one.line(), one.line()}},
		}
		if region := one.region(); region != nil {
			issue.Location.Lines.End = region.EndLine
		}
		issues = append(issues, issue)
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(issues)
}
