package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/bbdoctor/bbdoctor/rules"
)

// Workflow commands are lines; what would end the line or a property is written as %XX.
var (
	githubData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// writeGitHub writes one workflow command a finding, the worst first, because GitHub shows ten of each kind in a step. The
// last line is the sum.
func writeGitHub(w io.Writer, report *Report, options Options) error {
	out := bufio.NewWriter(w)
	for _, one := range worstFirst(report.remarks(options)) {
		kind := map[rules.Severity]string{rules.Error: "error", rules.Warning: "warning", rules.Info: "notice"}[one.severity]
		fmt.Fprintf(out, "::%s ", kind)
		property := func(name, value string) {
			fmt.Fprintf(out, "%s=%s,", name, githubProperty.Replace(printable(value)))
		}
		if file := one.file(); file != "" {
			property("file", file)
			property("line", fmt.Sprint(one.line()))
			if region := one.region(); region != nil {
				property("endLine", fmt.Sprint(region.EndLine))
				// GitHub takes columns only within one line.
				if region.Line == region.EndLine {
					property("col", fmt.Sprint(region.Column))
					property("endColumn", fmt.Sprint(region.EndColumn))
				}
			}
		}
		title := one.check()
		if one.deployment != "" && one.deployment != "." {
			title += " (" + one.deployment + ")"
		}
		fmt.Fprintf(out, "title=%s::%s\n", githubProperty.Replace(printable(title)), githubData.Replace(one.text()))
	}
	fmt.Fprintln(out, sumLine(report, newPaint(false)))
	return out.Flush()
}
