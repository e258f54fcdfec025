package report

import (
	"fmt"
	"io"
	"strings"
)

// Format is one way to say a report.
type Format struct {
	// Name is what --format takes.
	Name string
	// About says in half a line who reads it.
	About string
	// Settings says that it shows settings of deployments and not only what was found: an outline is not enough for it, see
	// [facts.Deployment.Outline].
	Settings bool
	write    func(w io.Writer, report *Report, options Options) error
}

// Formats are all output formats, in the order in which help and documentation name them.
var Formats = []Format{
	{"pretty", "for people at a terminal", false, pretty},
	{"short", "one line a finding, for a chat or an editor", false, short},
	{"json", "everything, for programs (docs/report.schema.json)", false, writeJSON},
	{"sarif", "SARIF 2.1.0, for GitHub code scanning and editors", false, writeSARIF},
	{"junit", "test results: one case a rule and deployment", false, writeJUnit},
	{"code-insights", "Bitbucket's Code Insights, Data Center and Cloud; \"bbdoctor publish\" sends it", false, writeInsights},
	{"github", "GitHub workflow commands; the step summary too, when there is one", false, writeGitHub},
	{"gitlab", "GitLab code quality", false, writeGitLab},
	{"checkstyle", "Checkstyle's XML, for Jenkins and apps of Bitbucket", false, writeCheckstyle},
	{"rdjson", "reviewdog, with the safe fixes as suggestions", false, writeRDJSON},
	{"markdown", "a comment for a pull request", false, writeMarkdown},
	{"html", "one page for the meeting before go-live: verdict, topology, connections, findings", true, writeHTML},
	{"openmetrics", "figures for the node exporter's textfile collector", false, writeOpenMetrics},
}

// FormatNames lists the names of all formats, separated by commas.
func FormatNames() string {
	names := make([]string, len(Formats))
	for i, format := range Formats {
		names[i] = format.Name
	}
	return strings.Join(names, ", ")
}

// Named gives the format of a name; ok is false when there is none.
func Named(name string) (format Format, ok bool) {
	for _, format := range Formats {
		if format.Name == name {
			return format, true
		}
	}
	return Format{}, false
}

// Write says the report in a format. It fails only when the writer does, or for an unknown format.
func Write(w io.Writer, name string, report *Report, options Options) error {
	format, ok := Named(name)
	if !ok {
		return fmt.Errorf("unknown format %q; there are %s", name, FormatNames())
	}
	return format.write(w, report, options)
}
