package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/bbdoctor/bbdoctor/rules"
)

// short writes one line a finding, for a chat or an editor: file:line:column: severity: message [rule].
func short(w io.Writer, report *Report, options Options) error {
	out := bufio.NewWriter(w)
	for _, result := range report.Results {
		for _, finding := range counting(result, options) {
			where := place(finding.At)
			if where == "" {
				where = result.Deployment
			}
			message, _, _ := strings.Cut(finding.Message, "\n")
			fmt.Fprintf(out, "%s: %s: %s [%s]\n", printable(where), finding.Severity, printable(message), result.Rule.ID)
		}
		if result.Outcome == rules.Errored {
			fmt.Fprintf(out, "%s: not judged: %s [%s]\n", printable(result.Deployment), printable(result.Reason), result.Rule.ID)
		}
	}
	for _, problem := range report.Problems {
		if problem.Note && options.Quiet {
			continue
		}
		kind := "not read"
		if problem.Note {
			kind = "note"
		}
		where := problemPlace(problem)
		if where != "" {
			where += ": "
		}
		fmt.Fprintf(out, "%s%s: %s\n", printable(where), kind, printable(problem.Message))
	}
	fmt.Fprintln(out, sumLine(report, newPaint(options.Colour)))
	return out.Flush()
}
