package report

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/bbdoctor/bbdoctor/rules"
)

// markdownMost bounds the Markdown in characters: a comment in Bitbucket has at most 32,768, one in GitHub twice as many.
const markdownMost = 32_000

// writeMarkdown writes a comment for a pull request: the verdict, then the findings, the worst first, then what was not
// judged. What does not fit is counted.
func writeMarkdown(w io.Writer, report *Report, options Options) error {
	out := &markdown{}
	verdict := report.Verdict(options.FailOn)
	out.add(fmt.Sprintf("## bbdoctor\n\n**%s.** %s.\n", verdict.sentence(options.FailOn), sumLine(report, newPaint(false))))
	all := worstFirst(report.remarks(options))
	last := rules.Severity(0)
	several := report.Collection != nil && len(report.Collection.Deployments) > 1
	for i := 0; i < len(all); {
		group := alike(all[i:])
		heading := ""
		if all[i].severity != last {
			heading = "\n### " + map[rules.Severity]string{rules.Error: "Errors", rules.Warning: "Warnings", rules.Info: "Advice"}[all[i].severity] + "\n\n"
			last = all[i].severity
		}
		if !out.add(heading + markdownItem(group, several)) {
			out.end(fmt.Sprintf("\n%d more do not fit here.\n", len(all)-i))
			break
		}
		i += len(group)
	}
	if !options.Quiet {
		out.skips(report.Results, several)
	}
	for _, problem := range report.Problems {
		if problem.Note && !out.add(fmt.Sprintf("\nNote: %s: %s\n", code(problemPlace(problem)), plainMarkdown(problem.Message))) {
			break
		}
	}
	_, err := io.WriteString(w, out.text.String())
	return err
}

// markdown is the text so far; it never grows beyond the limit.
type markdown struct {
	text strings.Builder
	used int // characters
	full bool
}

// markdownReserve is kept for the line that counts what does not fit.
const markdownReserve = 100

// add appends a piece if it fits; after one that does not, nothing does.
func (m *markdown) add(piece string) bool {
	length := utf8.RuneCountInString(piece)
	if m.full || m.used+length > markdownMost-markdownReserve {
		m.full = true
		return false
	}
	m.used += length
	m.text.WriteString(piece)
	return true
}

// end appends a last line, for which there is always room.
func (m *markdown) end(line string) { m.text.WriteString(line) }

func (m *markdown) skips(results []*rules.Result, several bool) {
	first := true
	for _, result := range results {
		reason := result.Reason
		switch {
		case result.Outcome == rules.Failed && result.Severity() == 0:
			reason = notCounted(result)
		case result.Outcome != rules.Skipped:
			continue
		}
		line := fmt.Sprintf("- %s: %s\n", ruleLink(result.Rule), plainMarkdown(reason))
		if several {
			line = "- " + code(result.Deployment) + " " + line[2:]
		}
		if first {
			line = "\n### Skipped\n\n" + line
			first = false
		}
		if !m.add(line) {
			return
		}
	}
}

// markdownItem is one item of the list; remarks that are alike stand below what they have in common.
func markdownItem(group []remark, several bool) string {
	var out strings.Builder
	first := group[0]
	link := ""
	if first.rule != nil {
		link = " (" + ruleLink(first.rule) + ")"
	}
	help := ""
	if first.help != "" {
		help = "*Help:* " + plainMarkdown(first.help)
	}
	where := ""
	if several && first.deployment != "" {
		where = code(first.deployment) + " "
	}
	if len(group) == 1 {
		markdownLines(&out, 0, where+said(first)+link, help)
		return out.String()
	}
	markdownLines(&out, 0, where+plainMarkdown("not so: "+first.rule.Title)+link, help)
	for _, one := range group {
		markdownLines(&out, 1, said(one))
	}
	return out.String()
}

// said is place, message and measurement.
func said(one remark) string {
	text := plainMarkdown(one.message)
	if where := place(one.at); where != "" {
		text = code(where) + " " + text
	}
	if one.measured != "" {
		text += "\n" + code("measured: "+one.measured)
	}
	return text
}

// markdownLines writes an item of a list; all its lines but the first are indented, and every line stays one.
func markdownLines(out *strings.Builder, depth int, texts ...string) {
	indent := strings.Repeat("  ", depth)
	lines := strings.Split(strings.TrimRight(strings.Join(texts, "\n"), "\n"), "\n")
	for i, line := range lines {
		mark := "  "
		if i == 0 {
			mark = "- "
		}
		end := "  \n"
		if i == len(lines)-1 {
			end = "\n"
		}
		out.WriteString(indent + mark + line + end)
	}
}

func ruleLink(rule *rules.Rule) string { return "[" + rule.ID + "](" + pageURL(rule) + ")" }

// code sets text apart so that nothing in it is Markdown.
func code(text string) string {
	text = strings.ReplaceAll(printable(text), "\n", " ")
	longest, run := 0, 0
	for _, r := range text {
		if r == '`' {
			run++
			longest = max(longest, run)
		} else {
			run = 0
		}
	}
	fence := strings.Repeat("`", longest+1)
	if longest > 0 {
		return fence + " " + text + " " + fence
	}
	return fence + text + fence
}

// plainMarkdown makes text say itself: nothing in it is a mark of Markdown, HTML, or the name of somebody who would be
// notified. What stands between backticks is code, as in messages.
func plainMarkdown(text string) string {
	lines := strings.Split(printable(text), "\n")
	for i, line := range lines {
		pieces := strings.Split(strings.TrimSpace(line), "`")
		paired := len(pieces)%2 == 1
		var out strings.Builder
		for j, piece := range pieces {
			switch {
			case j%2 == 1 && paired && strings.TrimSpace(piece) != "":
				out.WriteString(code(piece))
			case j%2 == 1:
				out.WriteString("\\`" + escapeLine(piece, false))
				if paired {
					out.WriteString("\\`")
				}
			case j > 0 && !paired:
				out.WriteString("\\`" + escapeLine(piece, false))
			default:
				out.WriteString(escapeLine(piece, j == 0))
			}
		}
		lines[i] = out.String()
	}
	return strings.Join(lines, "\n")
}

func escapeLine(line string, first bool) string {
	words := strings.Split(line, " ")
	for i, word := range words {
		if strings.Contains(word, "@") {
			words[i] = code(word)
			continue
		}
		words[i] = escapeWord(word, first && i == 0)
	}
	return strings.Join(words, " ")
}

func escapeWord(word string, first bool) string {
	var out strings.Builder
	for i := 0; i < len(word); i++ {
		c := word[i]
		switch {
		case strings.IndexByte("\\`*[]<>|~&{}!", c) >= 0:
			out.WriteByte('\\')
		case c == '_' && !(i > 0 && i < len(word)-1 && alphanumeric(word[i-1]) && alphanumeric(word[i+1])):
			out.WriteByte('\\')
		case c == '#' && i+1 < len(word):
			out.WriteByte('\\')
		case first && i == 0 && strings.IndexByte("#+-=", c) >= 0:
			out.WriteByte('\\')
		case first && (c == '.' || c == ')') && i > 0 && strings.Trim(word[:i], "0123456789") == "":
			out.WriteByte('\\')
		}
		out.WriteByte(c)
	}
	return out.String()
}

func alphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}
