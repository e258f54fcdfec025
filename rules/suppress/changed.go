package suppress

import (
	"fmt"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// Before is what was found in an earlier state of the files.
type Before struct {
	found tally
	worst map[Fingerprint]rules.Severity
}

// NewBefore takes down what was found in the earlier state, whether it counted or not.
func NewBefore(results []*rules.Result, printer *Printer) *Before {
	b := &Before{tally{}, map[Fingerprint]rules.Severity{}}
	for _, result := range results {
		for _, finding := range result.Findings {
			f := printer.Of(result, finding)
			b.found.add(f, finding)
			b.worst[f] = max(b.worst[f], finding.Severity)
		}
	}
	return b
}

// Changed gives the results with only those findings that the change touched, a line of one of whose places it changed, or
// caused: that were not there before, or were worth less. What was measured has nothing to do with a change of files and
// stays. since names the earlier state in the reason of a result that is left without a finding. The results and findings
// that are given are not changed.
func Changed(results []*rules.Result, before *Before, printer *Printer, touched func(facts.Origin) bool, since string) []*rules.Result {
	counted := tally{}
	kept := make([]*rules.Result, len(results))
	for i, result := range results {
		kept[i] = result
		if len(result.Findings) == 0 {
			continue
		}
		var reported, rest []*rules.Finding
		for _, finding := range result.Findings {
			if concerns(finding, touched) {
				reported = append(reported, finding)
			} else {
				rest = append(rest, finding)
			}
		}
		left := 0
		for _, finding := range rest {
			f := printer.Of(result, finding)
			if counted.add(f, finding) > before.found.count(f) || finding.Severity > before.worst[f] {
				reported = append(reported, finding)
			} else {
				left++
			}
		}
		if left == 0 {
			continue
		}
		copied := *result
		copied.Findings = inOrder(result.Findings, reported)
		if len(reported) == 0 && result.Outcome == rules.Failed {
			copied.Outcome, copied.Reason = rules.Skipped, fmt.Sprintf("%s, which the change since %s neither touched nor caused", findings(left), since)
		}
		copied.Discount()
		kept[i] = &copied
	}
	return kept
}

func findings(n int) string {
	if n == 1 {
		return "1 finding"
	}
	return fmt.Sprintf("%d findings", n)
}

// concerns says whether the change touched one of a finding's places.
func concerns(finding *rules.Finding, touched func(facts.Origin) bool) bool {
	if finding.At.Query() != "" || finding.At.Source != nil && touched(finding.At) {
		return true
	}
	for _, note := range finding.Related {
		if note.At.Source != nil && touched(note.At) {
			return true
		}
	}
	return false
}

// inOrder gives those of all that are among some, in their order.
func inOrder(all, some []*rules.Finding) []*rules.Finding {
	among := make(map[*rules.Finding]bool, len(some))
	for _, finding := range some {
		among[finding] = true
	}
	var sorted []*rules.Finding
	for _, finding := range all {
		if among[finding] {
			sorted = append(sorted, finding)
		}
	}
	return sorted
}
