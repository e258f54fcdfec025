package report

import (
	"cmp"
	"encoding/xml"
	"io"
)

type checkstyleReport struct {
	XMLName xml.Name         `xml:"checkstyle"`
	Version string           `xml:"version,attr"`
	Files   []checkstyleFile `xml:"file"`
}

type checkstyleFile struct {
	Name   string            `xml:"name,attr"`
	Errors []checkstyleError `xml:"error"`
}

type checkstyleError struct {
	Line     int    `xml:"line,attr"`
	Column   int    `xml:"column,attr,omitempty"`
	Severity string `xml:"severity,attr"`
	Message  string `xml:"message,attr"`
	Source   string `xml:"source,attr"`
}

// writeCheckstyle writes Checkstyle's XML, which nearly every CI system and many apps of Bitbucket read. Findings stand
// with their file, the files in the order of the report.
func writeCheckstyle(w io.Writer, report *Report, options Options) error {
	out := checkstyleReport{Version: "4.3"}
	index := map[string]int{}
	for _, one := range report.remarks(options) {
		name := cmp.Or(printable(one.file()), ".")
		i, ok := index[name]
		if !ok {
			i = len(out.Files)
			index[name] = i
			out.Files = append(out.Files, checkstyleFile{Name: name})
		}
		entry := checkstyleError{Line: one.line(), Severity: one.severity.String(), Message: one.text(), Source: one.check()}
		if region := one.region(); region != nil {
			entry.Column = region.Column
		}
		out.Files[i].Errors = append(out.Files[i].Errors, entry)
	}
	return writeXML(w, out)
}
