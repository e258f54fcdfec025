package report

import (
	"slices"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// Verdict is what a run comes to. The exit code and every format that names a result go by it.
type Verdict uint8

// The verdicts, in rising order: of two that fit, the later counts.
const (
	Clean      Verdict = iota // nothing at or above the severity that fails
	Findings                  // something at or above it
	Incomplete                // something could not be read or judged
)

// Verdict works out what the results come to, shown or not; a finding below failOn fails nothing.
func (r *Report) Verdict(failOn rules.Severity) Verdict {
	verdict := Clean
	for _, result := range r.Results {
		switch {
		case result.Outcome == rules.Errored:
			return Incomplete
		case result.Outcome == rules.Failed && result.Severity() >= max(failOn, rules.Info):
			verdict = Findings
		}
	}
	if slices.ContainsFunc(r.Problems, func(p facts.Problem) bool { return !p.Note }) {
		return Incomplete
	}
	return verdict
}

// sentence says the verdict in a few words.
func (v Verdict) sentence(failOn rules.Severity) string {
	switch v {
	case Clean:
		return "Passed: nothing at or above " + max(failOn, rules.Info).String()
	case Findings:
		return "Failed: something is wrong that must be mended"
	case Incomplete:
		return "Incomplete: something could not be read or judged"
	}
	return ""
}
