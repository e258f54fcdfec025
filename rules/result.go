package rules

import (
	"fmt"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// Outcome is a rule's answer for one deployment.
type Outcome uint8

// The outcomes. Errored is the tool's own failure to find out and is never counted as a pass.
const (
	Passed Outcome = iota + 1
	Failed
	Skipped
	Errored
)

// String is the outcome's name in JSON.
func (o Outcome) String() string {
	return [...]string{"", "pass", "fail", "skip", "error"}[o]
}

// Result is what one rule says of one deployment.
type Result struct {
	Rule       *Rule
	Deployment string
	Outcome    Outcome
	// Reason says why the rule was skipped, or what went wrong in the tool.
	Reason   string
	Findings []*Finding
}

// Severity is the worst of the findings that count, 0 without any.
func (r *Result) Severity() Severity {
	var worst Severity
	for _, finding := range r.Findings {
		if finding.Suppressed == nil {
			worst = max(worst, finding.Severity)
		}
	}
	return worst
}

// Counting are the findings that count.
func (r *Result) Counting() (findings []*Finding) {
	for _, finding := range r.Findings {
		if finding.Suppressed == nil {
			findings = append(findings, finding)
		}
	}
	return findings
}

// Discount gives a failed result of which no finding counts the outcome that is left: it is skipped, with what was said of
// the first finding as the reason. It is no pass, for the title is not true. The findings stay.
func (r *Result) Discount() {
	if r.Outcome != Failed || len(r.Findings) == 0 || len(r.Counting()) > 0 {
		return
	}
	why := r.Findings[0].Suppressed.Justification
	r.Outcome, r.Reason = Skipped, "suppressed: "+why
	if n := len(r.Findings); n > 1 {
		r.Reason = fmt.Sprintf("%d findings suppressed: %s", n, why)
	}
}

// Finding is one thing that is wrong, in one place.
type Finding struct {
	// Message names key, value and place; its first line is enough to act.
	Message string
	// Help tells in the imperative what to do.
	Help     string
	Severity Severity
	At       facts.Origin
	Related  []Note
	Fix      *Fix
	// Missing is the setting that nobody wrote, when At is what should have it.
	Missing facts.Key
	// Measured is the value that a live query gave, when At is a query.
	Measured string
	// Suppressed says why the finding does not count, although it stays visible; nil for one that counts.
	Suppressed *Suppression
}

// Suppression is somebody's decision that a finding does not count.
type Suppression struct {
	// Kind says where the decision is kept: SuppressedInSource or SuppressedByBaseline.
	Kind string
	// Justification is the reason that was given.
	Justification string
	// At is the comment or the baseline's entry.
	At facts.Origin
}

// The kinds of suppressions.
const (
	SuppressedInSource   = "comment"  // bbdoctor:ignore beside the value
	SuppressedByBaseline = "baseline" // a known finding
)

// Note is another place that has to do with a finding.
type Note struct {
	Message string
	At      facts.Origin
}

// Fix is a change that mends a finding.
type Fix struct {
	// Title says in the imperative what the change does: "Remove targetServerType".
	Title string
	// Unsafe fixes change what works today or touch a place that serves others; they need --unsafe-fixes.
	Unsafe bool
	// Why says what makes an unsafe fix unsafe, or why Edits is empty.
	Why string
	// Changes are in terms of decoded values; the rule gives them.
	Changes []Change
	// Edits are the changes in bytes of files; package fix works them out. Empty when a change cannot be written.
	Edits []Edit
}

// Change replaces bytes [Start, End) of a setting's decoded value by New; or, with a name to Add, it writes a setting of
// that name, which is written nowhere yet, with the value New.
type Change struct {
	Setting    facts.Setting
	Start, End int
	New        string
	Add        string
	// Container or Files are what the setting is added to: beside one of the variables, or of the parameters, that are
	// written there.
	Container *facts.Container
	Files     []*facts.ConfFile
}

// Edit replaces bytes [Start, End) of a file.
type Edit struct {
	Source     *facts.Source
	Start, End int
	New        string
	// Whole says that New is a whole setting that is added, so that others can be added at the same place.
	Whole bool
}

// Helpf sets the help text.
func (f *Finding) Helpf(format string, args ...any) *Finding {
	f.Help = fmt.Sprintf(format, args...)
	return f
}

// As sets the severity when it is not the rule's.
func (f *Finding) As(severity Severity) *Finding {
	f.Severity = severity
	return f
}

// Also names another place that has to do with the finding. A place that is not known is left out.
func (f *Finding) Also(at facts.Origin, format string, args ...any) *Finding {
	if at.Known() {
		f.Related = append(f.Related, Note{fmt.Sprintf(format, args...), at})
	}
	return f
}

// Lacks names the setting that is missing where the finding points.
func (f *Finding) Lacks(key facts.Key) *Finding {
	f.Missing = key
	return f
}

// Mend attaches a fix.
func (f *Finding) Mend(fix Fix) *Finding {
	f.Fix = &fix
	return f
}
