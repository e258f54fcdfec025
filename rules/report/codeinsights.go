package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/bbdoctor/bbdoctor/rules"
)

// InsightsSchema names version 1 of the document that --format code-insights writes and "bbdoctor publish" reads.
const InsightsSchema = "bbdoctor.code-insights/v1"

// InsightsKey is the report's key: a second run on a commit replaces the first one's report.
const InsightsKey = "com.github.bbdoctor"

// The limits of Code Insights, text in characters.
const (
	InsightsAnnotations = 1000 // a report; Data Center's default, which an administrator may change
	CloudAnnotations    = 100  // a call, on Cloud
	insightsTitle       = 450  // title, reporter, an annotation's id, a summary on Cloud
	insightsText        = 2000 // details of a report or an annotation, a message on Data Center
)

// Insights is what is sent to Bitbucket's Code Insights, for Data Center and for Cloud.
type Insights struct {
	Schema     string             `json:"schema"`
	Key        string             `json:"key"`
	DataCenter InsightsDataCenter `json:"dataCenter"`
	Cloud      InsightsCloud      `json:"cloud"`
}

// InsightsDataCenter are the bodies of the requests to Data Center.
type InsightsDataCenter struct {
	Report      DataCenterReport      `json:"report"`
	Annotations DataCenterAnnotations `json:"annotations"`
}

// InsightsCloud are the bodies of the requests to Cloud; every element of Annotations is one call's.
type InsightsCloud struct {
	Report      CloudReport         `json:"report"`
	Annotations [][]CloudAnnotation `json:"annotations"`
}

// DataCenterReport is a report on Data Center.
type DataCenterReport struct {
	Title    string         `json:"title"`
	Details  string         `json:"details"`
	Result   string         `json:"result"` // PASS, FAIL
	Reporter string         `json:"reporter"`
	Link     string         `json:"link"`
	Data     []InsightsData `json:"data"`
}

// InsightsData is one figure of a report.
type InsightsData struct {
	Title string `json:"title"`
	Type  string `json:"type"`
	Value int    `json:"value"`
}

// DataCenterAnnotations are the annotations of a report on Data Center.
type DataCenterAnnotations struct {
	Annotations []DataCenterAnnotation `json:"annotations"`
}

// DataCenterAnnotation is a finding on Data Center. Without a path it belongs to the report as a whole; line 0 is the file as
// a whole.
type DataCenterAnnotation struct {
	ExternalID string `json:"externalId"`
	Path       string `json:"path,omitempty"`
	Line       int    `json:"line"`
	Message    string `json:"message"`
	Severity   string `json:"severity"` // LOW, MEDIUM, HIGH
	Type       string `json:"type"`     // VULNERABILITY, CODE_SMELL, BUG
	Link       string `json:"link,omitempty"`
}

// CloudReport is a report on Cloud.
type CloudReport struct {
	Title      string         `json:"title"`
	Details    string         `json:"details"`
	ReportType string         `json:"report_type"`
	Result     string         `json:"result"` // PASSED, FAILED
	Reporter   string         `json:"reporter"`
	Link       string         `json:"link"`
	Data       []InsightsData `json:"data"`
}

// CloudAnnotation is a finding on Cloud.
type CloudAnnotation struct {
	ExternalID     string `json:"external_id"`
	AnnotationType string `json:"annotation_type"`
	Path           string `json:"path,omitempty"`
	Line           int    `json:"line,omitempty"`
	Summary        string `json:"summary"`
	Details        string `json:"details"`
	Severity       string `json:"severity"`
	Link           string `json:"link,omitempty"`
}

func writeInsights(w io.Writer, report *Report, options Options) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(newInsights(report, options))
}

func newInsights(report *Report, options Options) Insights {
	all := worstFirst(report.remarks(options))
	details := sumLine(report, newPaint(false)) + "."
	if left := len(all) - InsightsAnnotations; left > 0 {
		all = all[:InsightsAnnotations]
		details += fmt.Sprintf(" Only the %d worst are annotated; %d more are left out.", InsightsAnnotations, left)
	}
	if report.Verdict(options.FailOn) == Incomplete {
		details += " Something could not be read or judged, so this is not the whole picture."
	}
	result := map[Verdict]string{Clean: "PASS"}[report.Verdict(options.FailOn)]
	result = cmp.Or(result, "FAIL")
	sum := report.Sum()
	head := DataCenterReport{
		Title: "bbdoctor: Bitbucket behind Pgpool-II", Details: shortened(details, insightsText), Result: result,
		Reporter: shortened("bbdoctor "+report.Version, insightsTitle), Link: Home,
		Data: []InsightsData{
			{"Errors", "NUMBER", sum.Errors}, {"Warnings", "NUMBER", sum.Warnings}, {"Advice", "NUMBER", sum.Infos},
			{"Passed", "NUMBER", sum.Pass}, {"Skipped", "NUMBER", sum.Skip}, {"Not judged", "NUMBER", sum.Error + unread(report.Problems)},
		},
	}
	out := Insights{
		Schema: InsightsSchema, Key: InsightsKey,
		DataCenter: InsightsDataCenter{Report: head, Annotations: DataCenterAnnotations{[]DataCenterAnnotation{}}},
		Cloud: InsightsCloud{
			Report:      CloudReport{head.Title, head.Details, "BUG", head.Result + "ED", head.Reporter, head.Link, head.Data},
			Annotations: [][]CloudAnnotation{},
		},
	}
	names := fingerprints{}
	for _, one := range all {
		out.add(one, names.next(one))
	}
	return out
}

// Limit leaves out annotations beyond a number, for a server that allows fewer than the default, and says so.
func (i *Insights) Limit(most int) {
	left := len(i.DataCenter.Annotations.Annotations) - most
	if left <= 0 {
		return
	}
	i.DataCenter.Annotations.Annotations = i.DataCenter.Annotations.Annotations[:most]
	for n, call := range i.Cloud.Annotations {
		i.Cloud.Annotations[n] = call[:min(len(call), max(0, most-n*CloudAnnotations))]
	}
	i.Cloud.Annotations = slices.DeleteFunc(i.Cloud.Annotations, func(call []CloudAnnotation) bool { return len(call) == 0 })
	note := fmt.Sprintf(" %d more annotations are left out.", left)
	i.DataCenter.Report.Details = shortened(i.DataCenter.Report.Details, insightsText-len(note)) + note
	i.Cloud.Report.Details = i.DataCenter.Report.Details
}

// add writes a finding down for both.
func (i *Insights) add(one remark, id string) {
	severity := map[rules.Severity]string{rules.Error: "HIGH", rules.Warning: "MEDIUM", rules.Info: "LOW"}[one.severity]
	kind := "CODE_SMELL"
	switch {
	case one.rule != nil && one.rule.Family() == "secrets":
		kind = "VULNERABILITY"
	case one.severity == rules.Error:
		kind = "BUG"
	}
	summary, text := printable(one.first()), one.text()
	if one.deployment != "" && one.deployment != "." {
		summary = printable(one.deployment) + ": " + summary
		text = printable(one.deployment) + ": " + text
	}
	file, line := one.file(), 0
	if one.region() != nil {
		line = one.line()
	}
	if file != "" && !inRepository(file) {
		summary, text = printable(place(one.at))+": "+summary, printable(place(one.at))+": "+text
		file, line = "", 0
	}
	i.DataCenter.Annotations.Annotations = append(i.DataCenter.Annotations.Annotations, DataCenterAnnotation{
		ExternalID: id, Path: file, Line: line, Message: shortened(text+"\n["+one.check()+"]", insightsText),
		Severity: severity, Type: kind, Link: one.url(),
	})
	annotation := CloudAnnotation{
		ExternalID: id, AnnotationType: kind, Path: file, Line: line, Summary: shortened(summary, insightsTitle),
		Details: shortened(text+"\n["+one.check()+"]", insightsText), Severity: severity, Link: one.url(),
	}
	last := len(i.Cloud.Annotations) - 1
	if last < 0 || len(i.Cloud.Annotations[last]) == CloudAnnotations {
		i.Cloud.Annotations = append(i.Cloud.Annotations, nil)
		last++
	}
	i.Cloud.Annotations[last] = append(i.Cloud.Annotations[last], annotation)
}

// inRepository says whether a name can be that of a file in the repository.
func inRepository(name string) bool {
	clean := path.Clean(name)
	return !path.IsAbs(clean) && clean != ".." && !strings.HasPrefix(clean, "../") && clean != "-" && clean != "."
}
