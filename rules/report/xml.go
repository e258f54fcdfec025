package report

import (
	"encoding/xml"
	"io"
)

// writeXML writes a whole document: header, indented, with a line end.
func writeXML(w io.Writer, out any) error {
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(out); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
