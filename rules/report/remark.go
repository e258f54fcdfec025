package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// Home is where the project and the pages of the rules can be read.
const Home = "https://github.com/bbdoctor/bbdoctor"

// pageURL is the address of a rule's page.
func pageURL(rule *rules.Rule) string { return Home + "/blob/main/docs/rules/" + rule.ID + ".md" }

// remark is one thing that a CI system shows beside a line: a finding that counts, a rule that could not judge, or an input
// that could not be read. The last two are among them so that no reader takes an incomplete report for a clean one.
type remark struct {
	// rule is nil for an input that could not be read.
	rule       *rules.Rule
	deployment string
	severity   rules.Severity
	// message is what is wrong, several lines perhaps; help what to do.
	message, help string
	// at is a place in a file, that of jdbc.url for what was measured; no source when there is none.
	at facts.Origin
	// measured says which query gave what; empty for what stands in a file.
	measured string
	finding  *rules.Finding // nil when nothing was judged
}

// unreadCheck names an input that could not be read, where a format wants the name of a rule.
const unreadCheck = "bbdoctor/not-read"

// check is the rule's name.
func (r remark) check() string {
	if r.rule == nil {
		return unreadCheck
	}
	return r.rule.ID
}

// url leads to more about the remark; empty when there is nothing.
func (r remark) url() string {
	if r.rule == nil {
		return ""
	}
	return pageURL(r.rule)
}

// first is the first line of the message, which is enough to act.
func (r remark) first() string {
	line, _, _ := strings.Cut(r.message, "\n")
	return line
}

// text is everything that the remark says, fit for any screen.
func (r remark) text() string {
	text := r.message
	if r.measured != "" {
		text += "\n(measured: " + r.measured + ")"
	}
	if r.help != "" {
		text += "\nHelp: " + r.help
	}
	return printable(text)
}

// file is the name of the file that the remark is about; empty when it is about none.
func (r remark) file() string {
	if r.at.Source == nil {
		return ""
	}
	return r.at.Source.Name
}

// region is where the remark stands in its file: nil when it is about no file, or a file as a whole.
func (r remark) region() *facts.JSONLocation {
	if r.at.Source == nil || wholeFile(r.at) {
		return nil
	}
	return facts.Location(r.at)
}

// line is the first line of the region, 1 for a file as a whole.
func (r remark) line() int {
	if region := r.region(); region != nil {
		return region.Line
	}
	return 1
}

// remarks lists everything that counts, in the order of the report.
func (r *Report) remarks(options Options) []remark {
	var all []remark
	anchors := r.anchors()
	for _, result := range r.Results {
		if result.Outcome == rules.Errored {
			all = append(all, remark{
				rule: result.Rule, deployment: result.Deployment, severity: rules.Error, at: anchors[result.Deployment],
				message: "not judged: " + result.Reason,
			})
		}
		for _, finding := range shown(result, options) {
			if finding.Suppressed == nil {
				all = append(all, newRemark(result, finding, anchors))
			}
		}
	}
	for _, problem := range r.Problems {
		if problem.Note {
			continue
		}
		at := problem.Origin
		if at.Source == nil && problem.File != "" {
			at.Source = facts.NewSource(problem.File, nil)
		}
		all = append(all, remark{severity: rules.Error, message: "not read, or not wholly: " + problem.Message, at: at})
	}
	return all
}

func newRemark(result *rules.Result, finding *rules.Finding, anchors map[string]facts.Origin) remark {
	one := remark{
		rule: result.Rule, deployment: result.Deployment, severity: finding.Severity,
		message: finding.Message, help: finding.Help, at: finding.At, finding: finding,
	}
	if one.at.Source == nil {
		one.at = anchors[result.Deployment]
		one.measured = measurement(finding)
	}
	return one
}

// measurement says which query gave what.
func measurement(finding *rules.Finding) string {
	if finding.At.Query() == "" {
		return ""
	}
	if finding.Measured == "" {
		return finding.At.Query()
	}
	return fmt.Sprintf("%s = %s", finding.At.Query(), finding.Measured)
}

// anchors gives for each deployment the place that named the server: what was measured there stands in no file.
func (r *Report) anchors() map[string]facts.Origin {
	anchors := map[string]facts.Origin{}
	if r.Collection == nil {
		return anchors
	}
	for _, deployment := range r.Collection.Deployments {
		if b := deployment.Bitbucket; b != nil && len(b.URLs) > 0 && b.URLs[0].Origin.Source != nil {
			anchors[deployment.Name] = b.URLs[0].Origin
		}
	}
	return anchors
}

// worstFirst puts errors in front of warnings, for formats of which only the beginning is shown.
func worstFirst(all []remark) []remark {
	slices.SortStableFunc(all, func(a, b remark) int { return cmp.Compare(b.severity, a.severity) })
	return all
}

// fingerprints name remarks so that the same one has the same name in the next run, although lines moved, and no two have
// one name in this run.
type fingerprints map[string]int

// next gives the name of a remark.
func (f fingerprints) next(r remark) string {
	hash := sha256.New()
	for _, part := range []string{r.check(), r.deployment, r.file(), r.at.Key, r.message} {
		fmt.Fprintf(hash, "%d:%s", len(part), part)
	}
	key := hex.EncodeToString(hash.Sum(nil)[:16])
	f[key]++
	if n := f[key]; n > 1 {
		return fmt.Sprintf("%s-%d", key, n)
	}
	return key
}

// mostAlike is how many remarks that are alike are taken together at most, so that no piece of a report is too big to fit.
const mostAlike = 20

// alike are the first remarks of a list that differ in place and message only.
func alike(all []remark) []remark {
	n := 1
	for n < min(len(all), mostAlike) && all[n].rule == all[0].rule && all[n].deployment == all[0].deployment &&
		all[n].severity == all[0].severity && all[n].help == all[0].help && all[0].help != "" &&
		all[n].fix() == nil && all[0].fix() == nil && all[n].suppressed() == all[0].suppressed() {
		n++
	}
	return all[:n]
}

// fix is the change that mends it; nil when there is none.
func (r remark) fix() *rules.Fix {
	if r.finding == nil {
		return nil
	}
	return r.finding.Fix
}

// suppressed is the reason why it does not count; empty for one that does.
func (r remark) suppressed() string {
	if r.finding == nil || r.finding.Suppressed == nil {
		return ""
	}
	return cmp.Or(r.finding.Suppressed.Justification, r.finding.Suppressed.Kind)
}
