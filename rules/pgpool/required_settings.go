package pgpool

import (
	"slices"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// RequiredSettings guards what the image asks for before it starts Pgpool-II. It prints all that is missing and ends.
var RequiredSettings = &rules.Rule{
	ID:       "pgpool/required-settings",
	Title:    "the image has all that it needs to start",
	Severity: rules.Error,
	Needs:    []facts.Key{facts.PgpoolEnvironment},
	Check: func(p *rules.Pass) {
		for _, i := range p.Images() {
			undecided := false
			for _, refusal := range i.Declared(facts.PgpoolEnvironment).Refusals {
				if !required(refusal) {
					continue
				}
				if refusal.Undecided {
					p.Skipf("%s %s", refusal.Keys[0], refusal.Reason)
					undecided = true
					continue
				}
				finding := p.Failf(refusal.Origin, "%s %s: the image does not start", refusal.Keys[0], refusal.Reason)
				if refusal.Kind == facts.RefusalMissing {
					finding.Helpf("Set %s.", list(refusal.Keys, "or")).Lacks(refusal.Keys[0])
				} else {
					finding.Helpf("%s", remedy(refusal))
				}
			}
			if !undecided {
				p.OK()
			}
		}
	},
}

// required says whether a check of the image belongs here. What a value looks like is pgpool/setting-value's to judge,
// and the entries of the backend list are pgpool/backend-nodes'.
func required(refusal facts.Refusal) bool {
	return refusal.Kind != facts.RefusalValue && refusal.Kind != facts.RefusalEntry
}

func remedy(refusal facts.Refusal) string {
	switch refusal.Kind {
	case facts.RefusalFile:
		return "Mount the file at that path, or remove " + string(refusal.Keys[0]) + "."
	case facts.RefusalCount:
		return "Write as many elements in " + list(refusal.Keys, "and") + "; a comma, a semicolon or a blank inside an element splits it in two."
	}
	return "Write " + string(refusal.Keys[0]) + "=yes, or change " + list(refusal.Keys[1:], "and") + "."
}

// list is "A", "A and B", "A, B and C", or the same with or.
func list(keys []facts.Key, conjunction string) string {
	words := make([]string, 0, len(keys))
	for _, key := range keys {
		if !slices.Contains(words, string(key)) {
			words = append(words, string(key))
		}
	}
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " " + conjunction + " " + words[len(words)-1]
}
