package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/bbdoctor/bbdoctor/rules"
)

// metricLabel escapes the value of a label.
var metricLabel = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// writeOpenMetrics writes figures for monitoring. The text is right for OpenMetrics and for the older Prometheus format,
// which is what the textfile collector of the node exporter reads.
func writeOpenMetrics(w io.Writer, report *Report, options Options) error {
	out := bufio.NewWriter(w)
	family := func(name, help string) { fmt.Fprintf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name) }
	labels := func(pairs ...string) string {
		if len(pairs) == 0 {
			return ""
		}
		var text strings.Builder
		for i := 0; i < len(pairs); i += 2 {
			if i > 0 {
				text.WriteByte(',')
			}
			fmt.Fprintf(&text, `%s="%s"`, pairs[i], metricLabel.Replace(strings.ToValidUTF8(pairs[i+1], "�")))
		}
		return "{" + text.String() + "}"
	}
	// A collector refuses a file in which a series stands twice.
	written := map[string]bool{}
	series := func(name string, value int, pairs ...string) {
		if text := name + labels(pairs...); !written[text] {
			written[text] = true
			fmt.Fprintf(out, "%s %d\n", text, value)
		}
	}
	family("bbdoctor_build_info", "The bbdoctor that ran.")
	series("bbdoctor_build_info", 1, "version", report.Version)
	family("bbdoctor_verdict", "0 clean, 1 findings that fail, 3 incomplete.")
	series("bbdoctor_verdict", map[Verdict]int{Clean: 0, Findings: 1, Incomplete: 3}[report.Verdict(options.FailOn)])
	if len(report.Results) > 0 {
		family("bbdoctor_check_outcome", "What a rule says of a deployment; the value is always 1.")
		for _, result := range report.Results {
			series("bbdoctor_check_outcome", 1, "deployment", result.Deployment, "rule", result.Rule.ID, "outcome", result.Outcome.String(), "severity", result.Severity().String())
		}
		family("bbdoctor_findings", "Findings that count, by severity.")
		for i := 0; i < len(report.Results); {
			counts := map[rules.Severity]int{}
			j := i
			for ; j < len(report.Results) && report.Results[j].Deployment == report.Results[i].Deployment; j++ {
				for _, finding := range report.Results[j].Findings {
					if finding.Suppressed == nil {
						counts[finding.Severity]++
					}
				}
			}
			for _, severity := range []rules.Severity{rules.Error, rules.Warning, rules.Info} {
				series("bbdoctor_findings", counts[severity], "deployment", report.Results[i].Deployment, "severity", severity.String())
			}
			i = j
		}
	}
	problems := 0
	for _, problem := range report.Problems {
		if !problem.Note {
			problems++
		}
	}
	family("bbdoctor_problems", "Inputs that could not be read, or not wholly.")
	series("bbdoctor_problems", problems)
	if !options.Now.IsZero() {
		family("bbdoctor_last_run_timestamp_seconds", "When bbdoctor ran.")
		series("bbdoctor_last_run_timestamp_seconds", int(options.Now.Unix()))
	}
	fmt.Fprintln(out, "# EOF")
	return out.Flush()
}
