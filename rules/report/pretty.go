package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/fatih/color"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// paint colours pieces of text for one writer.
type paint struct {
	bold, dim, red, yellow, blue, green, magenta func(...any) string
}

func newPaint(colour bool) paint {
	make := func(attributes ...color.Attribute) func(...any) string {
		c := color.New(attributes...)
		// Every writer decides for itself; the library's own guess looks at standard output only.
		if colour {
			c.EnableColor()
		} else {
			c.DisableColor()
		}
		return c.SprintFunc()
	}
	return paint{
		bold: make(color.Bold), dim: make(color.Faint), red: make(color.FgRed, color.Bold), yellow: make(color.FgYellow, color.Bold),
		blue: make(color.FgBlue, color.Bold), green: make(color.FgGreen), magenta: make(color.FgMagenta, color.Bold),
	}
}

// printer writes the report for people.
type printer struct {
	out     *bufio.Writer
	options Options
	paint
}

func pretty(w io.Writer, report *Report, options Options) error {
	p := &printer{out: bufio.NewWriter(w), options: options, paint: newPaint(options.Colour)}
	for i := 0; i < len(report.Results); {
		j := i
		for j < len(report.Results) && report.Results[j].Deployment == report.Results[i].Deployment {
			j++
		}
		p.deployment(report, report.Results[i:j])
		i = j
	}
	p.problems(report.Problems)
	p.sum(report)
	return p.out.Flush()
}

func (p *printer) line(indent int, format string, args ...any) {
	fmt.Fprintf(p.out, "%s%s\n", strings.Repeat(" ", indent), fmt.Sprintf(format, args...))
}

// mark gives one of bbdoctor's signs, or its ASCII stand-in.
func (p *printer) mark(sign, ascii string) string {
	if p.options.ASCII {
		return ascii
	}
	return sign
}

func (p *printer) deployment(report *Report, results []*rules.Result) {
	header := p.describe(report, results[0].Deployment)
	headed := false
	for i := 0; i < len(results); {
		j := i
		for j < len(results) && results[j].Rule.Family() == results[i].Rule.Family() {
			j++
		}
		if lines := p.family(results[i:j]); len(lines) > 0 {
			if !headed {
				p.line(0, "%s", header)
				headed = true
			}
			p.line(0, "")
			p.line(0, "%s", p.bold(results[i].Rule.Family()))
			for _, line := range lines {
				p.line(0, "%s", line)
			}
		}
		i = j
	}
	if headed {
		p.line(0, "")
	}
}

// describe is the headline of a deployment: its name and what it was read from.
func (p *printer) describe(report *Report, name string) string {
	parts := []string{p.bold("deployment " + printable(name))}
	for _, deployment := range report.Collection.Deployments {
		if deployment.Name != name {
			continue
		}
		if b := deployment.Bitbucket; b != nil {
			parts = append(parts, fmt.Sprintf("Bitbucket %s (version %s%s, %s%s)", printable(b.Name),
				b.Version.Text, assumed(b.Version), plural(b.Nodes.Text, "node"), assumed(b.Nodes)))
		}
		for _, pgpool := range deployment.Pgpools {
			parts = append(parts, "Pgpool-II "+printable(pgpool.Name))
		}
		for _, node := range deployment.Nodes {
			parts = append(parts, "PostgreSQL "+printable(node.Name))
		}
	}
	return strings.Join(parts, p.dim(p.mark(" · ", " | ")))
}

func assumed(setting facts.Setting) string {
	if setting.State == facts.Default {
		return " assumed"
	}
	return ""
}

func plural(n, word string) string {
	if n == "1" {
		return n + " " + word
	}
	return n + " " + word + "s"
}

// family gives the lines of one family's results; passes are folded into one line unless they are asked for.
func (p *printer) family(results []*rules.Result) []string {
	var lines []string
	passed, suppressed := 0, 0
	for _, result := range results {
		quiet := len(result.Findings) - len(result.Counting())
		suppressed += quiet
		switch result.Outcome {
		case rules.Passed:
			if p.options.Verbose {
				lines = append(lines, p.head(p.green(p.mark("✓", "+")), result, ""))
			}
			passed++
		case rules.Skipped:
			if !p.options.Quiet && (quiet == 0 || p.options.Verbose) {
				lines = append(lines, p.head(p.dim("-"), result, result.Reason))
			}
		case rules.Errored:
			lines = append(lines, p.head(p.magenta("?"), result, result.Reason))
		case rules.Failed:
			if findings := counting(result, p.options); len(findings) > 0 {
				lines = append(lines, p.failure(result, findings)...)
			}
		}
		if p.options.Verbose {
			lines = append(lines, p.suppressed(result)...)
		}
	}
	if suppressed > 0 && !p.options.Verbose && !p.options.Quiet {
		lines = append(lines, fmt.Sprintf("  %s %s", p.dim("-"), p.dim(fmt.Sprintf("%d suppressed", suppressed))))
	}
	if passed > 0 && !p.options.Verbose && !p.options.Quiet {
		lines = append(lines, fmt.Sprintf("  %s %s", p.green(p.mark("✓", "+")), p.dim(fmt.Sprintf("%d passed", passed))))
	}
	return lines
}

// suppressed gives a line for each finding that does not count: where it is, and who answers for it.
func (p *printer) suppressed(result *rules.Result) (lines []string) {
	for _, finding := range result.Findings {
		if finding.Suppressed == nil {
			continue
		}
		message, _, _ := strings.Cut(finding.Message, "\n")
		where := place(finding.At)
		if where != "" {
			where += ": "
		}
		lines = append(lines, fmt.Sprintf("      %s", p.dim(printable(fmt.Sprintf("%s%s (suppressed by %s: %s)", where, message, place(finding.Suppressed.At), finding.Suppressed.Justification)))))
	}
	return lines
}

func (p *printer) head(mark string, result *rules.Result, reason string) string {
	title := result.Rule.Title
	if reason != "" {
		title += ": " + p.dim(printable(reason))
	}
	return fmt.Sprintf("  %s %s  %s", mark, title, p.dim(result.Rule.ID))
}

func (p *printer) severity(severity rules.Severity) (mark string, coloured func(...any) string) {
	switch severity {
	case rules.Error:
		return p.mark("✗", "x"), p.red
	case rules.Warning:
		return "!", p.yellow
	}
	return "i", p.blue
}

func (p *printer) failure(result *rules.Result, findings []*rules.Finding) []string {
	mark, coloured := p.severity(result.Severity())
	lines := []string{p.head(coloured(mark), result, "")}
	for _, finding := range findings {
		lines = append(lines, p.finding(finding)...)
	}
	return lines
}

func (p *printer) finding(finding *rules.Finding) []string {
	_, coloured := p.severity(finding.Severity)
	var lines []string
	add := func(format string, args ...any) { lines = append(lines, "      "+fmt.Sprintf(format, args...)) }
	if where := place(finding.At); where != "" {
		add("%s", p.bold(printable(where)))
		if text, from, length, ok := excerpt(finding.At); ok {
			bar := p.dim(p.mark("│", "|"))
			add("%s %s", bar, text)
			if length > 0 {
				add("%s %s%s", bar, strings.Repeat(" ", from), coloured(strings.Repeat("~", length)))
			}
		}
	}
	for line := range strings.SplitSeq(printable(finding.Message), "\n") {
		add("%s", coloured(line))
	}
	for _, note := range finding.Related {
		add("%s %s", p.dim("see "+printable(place(note.At))+":"), printable(note.Message))
	}
	if finding.Help != "" {
		for i, line := range strings.Split(printable(finding.Help), "\n") {
			add("%s %s", p.bold([]string{"help:", "     "}[min(i, 1)]), line)
		}
	}
	if fix := finding.Fix; fix != nil {
		add("%s %s", p.bold("fix:"), printable(fixLine(fix)))
	}
	return lines
}

// fixLine says what a fix does and who does it.
func fixLine(fix *rules.Fix) string {
	why := ""
	if fix.Why != "" {
		why = ": " + fix.Why
	}
	switch {
	case len(fix.Edits) == 0:
		return fix.Title + " by hand" + why
	case fix.Unsafe:
		return fix.Title + " (--fix --unsafe-fixes does it" + why + ")"
	}
	return fix.Title + " (--fix does it)"
}

func (p *printer) problems(problems []facts.Problem) {
	if len(problems) == 0 {
		return
	}
	topic, headed := "", false
	for _, problem := range byTopic(problems) {
		mark := p.magenta("?")
		if problem.Note {
			if p.options.Quiet {
				continue
			}
			mark = p.blue("i")
		}
		if !headed || topic != problem.Topic {
			if headed {
				p.line(0, "")
			}
			topic, headed = problem.Topic, true
			p.line(0, "%s", p.bold(cmp.Or(topic, "not read, or not wholly")))
		}
		if where := problemPlace(problem); where != "" {
			p.line(2, "%s %s: %s", mark, p.bold(printable(where)), printable(problem.Message))
			continue
		}
		p.line(2, "%s %s", mark, printable(problem.Message))
	}
	if headed {
		p.line(0, "")
	}
}

// byTopic puts problems of one heading together and leaves their order otherwise.
func byTopic(problems []facts.Problem) []facts.Problem {
	sorted := slices.Clone(problems)
	slices.SortStableFunc(sorted, func(a, b facts.Problem) int { return cmp.Compare(a.Topic, b.Topic) })
	return sorted
}

func (p *printer) sum(report *Report) {
	p.line(0, "%s", sumLine(report, p.paint))
}

// sumLine is the last line of every run for people.
func sumLine(report *Report, paint paint) string {
	sum := report.Sum()
	part := func(n int, word string, coloured func(...any) string) string {
		if n == 0 {
			return count(n, word)
		}
		return coloured(count(n, word))
	}
	parts := []string{
		part(sum.Errors, "error", paint.red), part(sum.Warnings, "warning", paint.yellow), part(sum.Infos, "info", paint.blue),
		fmt.Sprintf("%d passed", sum.Pass), fmt.Sprintf("%d skipped", sum.Skip),
	}
	if sum.Suppressed > 0 {
		parts = append(parts, fmt.Sprintf("%d suppressed", sum.Suppressed))
	}
	if sum.Error > 0 {
		parts = append(parts, paint.magenta(fmt.Sprintf("%d could not be judged", sum.Error)))
	}
	if n := unread(report.Problems); n > 0 {
		parts = append(parts, paint.magenta(count(n, "input")+" not read"))
	}
	if n := len(report.Collection.Deployments); n > 1 {
		parts = append(parts, fmt.Sprintf("%d deployments", n))
	}
	return strings.Join(parts, ", ")
}

// unread counts the problems that left something out of the verdict.
func unread(problems []facts.Problem) int {
	n := 0
	for _, problem := range problems {
		if !problem.Note && problem.File != "" {
			n++
		}
	}
	return n
}
