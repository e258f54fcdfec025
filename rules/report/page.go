package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// Page writes a Markdown page for the terminal: headings stand out, code is set apart, and the marks of Markdown that say
// nothing to a reader are left out.
func Page(w io.Writer, markdown string, colour bool) error {
	out := bufio.NewWriter(w)
	paint := newPaint(colour)
	fenced := false
	for line := range strings.Lines(markdown) {
		line = strings.TrimRight(line, "\r\n")
		heading := strings.TrimLeft(line, "#")
		switch {
		case strings.HasPrefix(line, "```"):
			fenced = !fenced
		case fenced:
			fmt.Fprintf(out, "    %s\n", paint.dim(line))
		case heading != line && strings.HasPrefix(heading, " "):
			fmt.Fprintln(out, paint.bold(strings.TrimSpace(heading)))
		default:
			fmt.Fprintln(out, strings.ReplaceAll(strings.ReplaceAll(line, "`", ""), "**", ""))
		}
	}
	return out.Flush()
}
