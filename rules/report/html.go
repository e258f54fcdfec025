package report

import (
	"bufio"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
	"sync"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

//go:embed html/page.tmpl
var pageTemplate string

//go:embed html/page.css
var pageStyle string

// htmlPage is parsed when it is first needed: most runs of the program write no HTML.
var htmlPage = sync.OnceValue(func() *template.Template { return template.Must(template.New("page").Parse(pageTemplate)) })

// htmlHead is the part of the page before the deployments.
type htmlHead struct {
	Style  template.CSS
	Policy string
	// Class is "clean", "findings" or "incomplete"; Sign a mark that says the same without colour.
	Class, Sign, Verdict string
	Sum                  string
	Facts                []string
	Several              []htmlRow
	Problems             []htmlProblem
}

// htmlRow is one deployment in the table of all.
type htmlRow struct {
	ID, Name string
	Sum      Summary
	Class    string
	Verdict  string
}

type htmlProblem struct {
	Place, Message string
	Note           bool
}

// htmlDeployment is one deployment's part of the page.
type htmlDeployment struct {
	ID, Name, Described string
	Several             bool
	Verdict             string
	Sum                 Summary
	Drawing             *drawing
	Members             []htmlTier
	Chart               *chart
	Budget              []budgetGroup
	Findings            []htmlFinding
	Suppressed          []htmlFinding
	Skipped             []htmlRule
	Passed              []htmlRule
}

type htmlTier struct {
	Name    string
	Members []member
}

type htmlRule struct{ ID, Title, URL, Reason string }

// htmlFinding is what is wrong by one rule: one place, or several that need the same help.
type htmlFinding struct {
	ID, Severity, Sign string
	Rule, Title, URL   string
	Heading            []htmlPiece
	Items              []htmlItem
	Help               [][]htmlPiece
	Fix                string
	Suppressed         string
}

// htmlItem is one place.
type htmlItem struct {
	// Message is empty when the heading says it.
	Message  []htmlPiece
	Place    string
	Measured string
	Line     *sourceLine
	More     [][]htmlPiece
	Related  []htmlNote
}

// htmlPiece is a piece of text; what messages put between backticks is code.
type htmlPiece struct {
	Text string
	Code bool
}

type htmlNote struct{ Place, Message string }

// htmlPassed bounds in how many deployments the rules that passed are named one by one; beyond it they are counted.
const htmlPassed = 20

// writeHTML writes one page that needs nothing else: for the meeting before go-live, and to keep. A deployment that is only
// assembled while it is judged is assembled once more, one at a time.
func writeHTML(w io.Writer, report *Report, options Options) error {
	out := bufio.NewWriter(w)
	groups := byDeployment(report)
	if err := htmlPage().ExecuteTemplate(out, "head", newHTMLHead(report, options, groups)); err != nil {
		return err
	}
	anchors := report.anchors()
	finding := 0
	for i, group := range groups {
		part := newHTMLDeployment(group, i, options, anchors, &finding, len(groups))
		if err := htmlPage().ExecuteTemplate(out, "deployment", part); err != nil {
			return err
		}
	}
	if err := htmlPage().ExecuteTemplate(out, "foot", "bbdoctor "+report.Version); err != nil {
		return err
	}
	return out.Flush()
}

// deploymentResults are what the rules say of one deployment.
type deploymentResults struct {
	name       string
	deployment *facts.Deployment // nil when nothing but its name is known
	results    []*rules.Result
}

func byDeployment(report *Report) []deploymentResults {
	known := map[string]*facts.Deployment{}
	if report.Collection != nil {
		for _, deployment := range report.Collection.Deployments {
			known[deployment.Name] = deployment
		}
	}
	var groups []deploymentResults
	for _, result := range report.Results {
		if n := len(groups); n == 0 || groups[n-1].name != result.Deployment {
			groups = append(groups, deploymentResults{result.Deployment, known[result.Deployment], nil})
		}
		last := &groups[len(groups)-1]
		last.results = append(last.results, result)
	}
	return groups
}

func newHTMLHead(report *Report, options Options, groups []deploymentResults) htmlHead {
	hash := sha256.Sum256([]byte(pageStyle))
	verdict := report.Verdict(options.FailOn)
	head := htmlHead{
		Style:  template.CSS(pageStyle),
		Policy: "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'; base-uri 'none'; form-action 'none'",
		Class:  verdict.class(), Sign: verdict.sign(), Verdict: verdict.sentence(options.FailOn), Sum: sumLine(report, newPaint(false)) + ".",
	}
	if !options.Now.IsZero() {
		head.Facts = append(head.Facts, "Made on "+options.Now.UTC().Format("2006-01-02 15:04")+" UTC.")
	}
	measured := false
	for _, group := range groups {
		if group.deployment != nil && group.deployment.Live != nil {
			live := group.deployment.Live
			measured = true
			head.Facts = append(head.Facts, printable(fmt.Sprintf("Measured at %s, database %s, as %s.", facts.Address(live.Endpoint.Host, live.Endpoint.Port), live.Endpoint.Database, live.Endpoint.User)))
		}
	}
	if !measured {
		head.Facts = append(head.Facts, "Nothing was measured: this is what files declare, not what is running.")
	}
	if sum := report.Sum(); sum.Skip > 0 {
		head.Facts = append(head.Facts, fmt.Sprintf("%s skipped because something was not known; each says why.", was(sum.Skip)))
	}
	if options.MinSeverity > rules.Info {
		head.Facts = append(head.Facts, "Findings below "+options.MinSeverity.String()+" are left out.")
	}
	for i, group := range groups {
		if len(groups) < 2 {
			break
		}
		one := &Report{Results: group.results}
		verdict := one.Verdict(options.FailOn)
		head.Several = append(head.Several, htmlRow{ID: fmt.Sprintf("d%d", i+1), Name: printable(group.name), Sum: one.Sum(), Class: verdict.class(), Verdict: verdict.sign() + " " + verdict.word()})
	}
	for _, problem := range report.Problems {
		head.Problems = append(head.Problems, htmlProblem{printable(problemPlace(problem)), printable(problem.Message), problem.Note})
	}
	return head
}

func was(n int) string {
	if n == 1 {
		return "1 rule was"
	}
	return fmt.Sprintf("%d rules were", n)
}

func newHTMLDeployment(group deploymentResults, i int, options Options, anchors map[string]facts.Origin, number *int, of int) htmlDeployment {
	one := &Report{Results: group.results}
	verdict := one.Verdict(options.FailOn)
	out := htmlDeployment{
		ID: fmt.Sprintf("d%d", i+1), Name: printable(group.name), Several: of > 1, Sum: one.Sum(), Verdict: verdict.sign() + " " + verdict.word(),
	}
	if d := group.deployment; d != nil {
		release := func() {}
		if d.Assemble != nil {
			release = d.Assemble()
		}
		out.picture(d)
		release()
	}
	var remarks []remark
	for _, result := range group.results {
		entry := htmlRule{ID: result.Rule.ID, Title: result.Rule.Title, URL: pageURL(result.Rule), Reason: printable(result.Reason)}
		switch result.Outcome {
		case rules.Passed:
			if of <= htmlPassed {
				out.Passed = append(out.Passed, entry)
			}
		case rules.Skipped:
			out.Skipped = append(out.Skipped, entry)
		case rules.Errored:
			remarks = append(remarks, remark{rule: result.Rule, severity: rules.Error, message: "not judged: " + result.Reason})
		}
		for _, finding := range shown(result, options) {
			remarks = append(remarks, newRemark(result, finding, anchors))
		}
	}
	for all := worstFirst(remarks); len(all) > 0; {
		group := alike(all)
		all = all[len(group):]
		*number++
		card := newHTMLFinding(group, *number)
		if card.Suppressed != "" {
			out.Suppressed = append(out.Suppressed, card)
			continue
		}
		out.Findings = append(out.Findings, card)
	}
	return out
}

// picture draws what is known of a deployment.
func (h *htmlDeployment) picture(d *facts.Deployment) {
	if t := newTopology(d); !t.empty() {
		picture := t.draw()
		h.Drawing = &picture
		for _, tier := range []htmlTier{{"Bitbucket", t.Bitbucket}, {"Pgpool-II", t.Pgpool}, {"PostgreSQL", t.Nodes}} {
			if len(tier.Members) > 0 {
				h.Members = append(h.Members, tier)
			}
		}
	}
	if b := newBudget(d); len(b.Groups) > 0 {
		bars := b.draw()
		h.Chart, h.Budget = &bars, b.Groups
	}
}

func newHTMLFinding(group []remark, number int) htmlFinding {
	first := group[0]
	out := htmlFinding{
		ID: fmt.Sprintf("f%d", number), Severity: first.severity.String(), Sign: map[rules.Severity]string{rules.Error: "✗", rules.Warning: "!", rules.Info: "i"}[first.severity],
		Rule: first.check(), URL: first.url(), Title: first.rule.Title, Heading: pieces(first.first()), Help: paragraphs(first.help),
	}
	if len(group) > 1 {
		out.Heading = pieces(fmt.Sprintf("Not so in %d places: %s", len(group), first.rule.Title))
	}
	for _, one := range group {
		item := newHTMLItem(one)
		if len(group) > 1 {
			item.Message = pieces(one.first())
		}
		out.Items = append(out.Items, item)
	}
	if first.finding == nil {
		return out
	}
	if len(group) == 1 && first.finding.Fix != nil {
		out.Fix = printable(fixLine(first.finding.Fix))
	}
	out.Suppressed = printable(first.suppressed())
	return out
}

func newHTMLItem(one remark) htmlItem {
	_, rest, _ := strings.Cut(one.message, "\n")
	out := htmlItem{Measured: printable(one.measured), More: paragraphs(rest)}
	if one.finding == nil {
		return out
	}
	if one.measured == "" {
		out.Place = printable(place(one.finding.At))
		out.Line = excerptLine(one.finding.At)
	}
	for _, note := range one.finding.Related {
		out.Related = append(out.Related, htmlNote{printable(place(note.At)), printable(note.Message)})
	}
	return out
}

func paragraphs(text string) [][]htmlPiece {
	var out [][]htmlPiece
	for line := range strings.SplitSeq(text, "\n") {
		if line != "" {
			out = append(out, pieces(line))
		}
	}
	return out
}

// pieces takes a line apart at its backticks, if they come in pairs.
func pieces(line string) []htmlPiece {
	parts := strings.Split(printable(line), "`")
	if len(parts)%2 == 0 {
		return []htmlPiece{{printable(line), false}}
	}
	var out []htmlPiece
	for i, part := range parts {
		if part != "" {
			out = append(out, htmlPiece{part, i%2 == 1})
		}
	}
	return out
}

// sourceLine is a line of an excerpt; Mark is the part that the finding is about.
type sourceLine struct {
	Number              int
	Before, Mark, After string
}

// excerptLine gives the source line of a place, secrets masked; nil when there is none. The lines around it are not shown:
// what no reader understood may be a secret that nothing on its own line tells of.
func excerptLine(at facts.Origin) *sourceLine {
	text, from, length, ok := excerpt(at)
	if !ok {
		return nil
	}
	number, _ := at.Source.Position(at.Span.Start)
	characters := []rune(text)
	from = min(from, len(characters))
	end := min(from+length, len(characters))
	return &sourceLine{number, string(characters[:from]), string(characters[from:end]), string(characters[end:])}
}

func (v Verdict) class() string { return [...]string{"clean", "findings", "incomplete"}[v] }

func (v Verdict) sign() string { return [...]string{"✓", "✗", "?"}[v] }

func (v Verdict) word() string { return [...]string{"passed", "failed", "incomplete"}[v] }
