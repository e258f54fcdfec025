package report

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/bbdoctor/bbdoctor/rules"
)

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Skipped  int          `xml:"skipped,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	File    string        `xml:"file,attr,omitempty"`
	Line    int           `xml:"line,attr,omitempty"`
	Failure *junitProblem `xml:"failure"`
	Error   *junitProblem `xml:"error"`
	Skipped *junitSkip    `xml:"skipped"`
	Output  string        `xml:"system-out,omitempty"`
}

type junitProblem struct {
	Type    string `xml:"type,attr"`
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

type junitSkip struct {
	Message string `xml:"message,attr"`
}

// writeJUnit writes one test case a rule and deployment, and one for every input that could not be read. Failures come
// first, because Bitbucket Pipelines shows a hundred.
func writeJUnit(w io.Writer, report *Report, options Options) error {
	out := junitSuites{Name: "bbdoctor"}
	anchors := report.anchors()
	for i := 0; i < len(report.Results); {
		j := i
		suite := junitSuite{Name: printable(report.Results[i].Deployment)}
		for ; j < len(report.Results) && report.Results[j].Deployment == report.Results[i].Deployment; j++ {
			var remarks []remark
			for _, finding := range shown(report.Results[j], options) {
				if finding.Suppressed == nil {
					remarks = append(remarks, newRemark(report.Results[j], finding, anchors))
				}
			}
			suite.Cases = append(suite.Cases, newJUnitCase(report.Results[j], remarks))
		}
		out.Suites = append(out.Suites, suite)
		i = j
	}
	var unread junitSuite
	for _, problem := range report.Problems {
		if !problem.Note {
			where := cmp.Or(printable(problemPlace(problem)), "inputs")
			message := printable(problem.Message)
			unread.Cases = append(unread.Cases, junitCase{Class: "bbdoctor.inputs", Name: where, Error: &junitProblem{"not read", message, where + ": " + message}})
		}
	}
	if len(unread.Cases) > 0 {
		unread.Name = "inputs"
		out.Suites = append(out.Suites, unread)
	}
	for i := range out.Suites {
		suite := &out.Suites[i]
		slices.SortStableFunc(suite.Cases, func(a, b junitCase) int { return cmp.Compare(a.rank(), b.rank()) })
		for _, one := range suite.Cases {
			suite.Tests++
			suite.Failures += one.counts(one.Failure != nil)
			suite.Errors += one.counts(one.Error != nil)
			suite.Skipped += one.counts(one.Skipped != nil)
		}
		out.Tests, out.Failures = out.Tests+suite.Tests, out.Failures+suite.Failures
		out.Errors, out.Skipped = out.Errors+suite.Errors, out.Skipped+suite.Skipped
	}
	slices.SortStableFunc(out.Suites, func(a, b junitSuite) int { return cmp.Compare(a.Cases[0].rank(), b.Cases[0].rank()) })
	return writeXML(w, out)
}

// rank orders test cases: failures by their severity, errors, skips, and what is well.
func (c junitCase) rank() int {
	switch {
	case c.Failure != nil:
		severity, _ := rules.ParseSeverity(c.Failure.Type)
		return int(rules.Error - severity)
	case c.Error != nil:
		return 3
	case c.Skipped != nil:
		return 4
	}
	return 5
}

func (junitCase) counts(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func newJUnitCase(result *rules.Result, remarks []remark) junitCase {
	class := "bbdoctor." + result.Rule.Family()
	if result.Deployment != "." {
		// A dot in a class name separates packages.
		class = "bbdoctor." + strings.ReplaceAll(printable(result.Deployment), ".", "_") + "." + result.Rule.Family()
	}
	out := junitCase{Class: class, Name: result.Rule.ID}
	switch {
	case result.Outcome == rules.Skipped:
		out.Skipped = &junitSkip{printable(result.Reason)}
	case result.Outcome == rules.Errored:
		out.Error = &junitProblem{"not judged", printable(result.Reason), printable(result.Reason)}
	case len(remarks) > 0:
		worst := worstFirst(slices.Clone(remarks))[0]
		out.File, out.Line = printable(worst.file()), worst.line()
		if out.File == "" {
			out.Line = 0
		}
		message := worst.first()
		if n := len(remarks) - 1; n > 0 {
			message += fmt.Sprintf(" (and %d more)", n)
		}
		out.Failure = &junitProblem{worst.severity.String(), printable(message), junitText(result, remarks)}
	case result.Outcome == rules.Failed:
		out.Skipped = &junitSkip{notCounted(result)}
	default:
		out.Output = result.Rule.Title
	}
	return out
}

// notCounted says why a rule that found something fails nothing.
func notCounted(result *rules.Result) string {
	for _, finding := range result.Findings {
		if finding.Suppressed != nil {
			return strings.TrimRight("suppressed ("+finding.Suppressed.Kind+"): "+printable(finding.Suppressed.Justification), ": ")
		}
	}
	return "below --min-severity"
}

// junitText lists all findings of a rule.
func junitText(result *rules.Result, remarks []remark) string {
	var out strings.Builder
	fmt.Fprintf(&out, "right when: %s\n", result.Rule.Title)
	for _, one := range remarks {
		where := place(one.at)
		if where != "" {
			where += ": "
		}
		fmt.Fprintf(&out, "\n%s%s: %s\n", printable(where), one.severity, one.text())
	}
	fmt.Fprintf(&out, "\n%s", pageURL(result.Rule))
	return out.String()
}
