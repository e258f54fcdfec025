package pgpool

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// DeadSetting guards against variables that examples still show and the image no longer reads. Atlassian's page has two
// of them.
var DeadSetting = &rules.Rule{
	ID:       "pgpool/dead-setting",
	Title:    "no variable is set that the image has stopped reading",
	Severity: rules.Warning,
	Needs:    []facts.Key{facts.PgpoolEnvironment},
	Check: func(p *rules.Pass) {
		for _, i := range p.Images() {
			p.OK()
			notes := i.Declared(facts.PgpoolEnvironment).Notes
			for _, name := range namesInOrder(notes) {
				note := notes[name]
				if !onceRead(note) {
					continue
				}
				var finding *rules.Finding
				switch since := note.Since; {
				case note.Kind == facts.NoteConstant:
					finding = p.Failf(nameAt(note.Origin), "%s has no effect: the image overwrites it when it starts", name)
				case note.Kind == facts.NoteIneffective:
					finding = p.Failf(nameAt(note.Origin), "%s has no effect: %s", name, note.Why)
					if strings.Contains(note.Why, "only with") { // not dead, but waiting for a switch
						finding.As(rules.Info)
					}
				case since != "":
					finding = p.Failf(nameAt(note.Origin), "%s has had no effect since %s: the image does not read it", name, since)
				default:
					finding = p.Failf(nameAt(note.Origin), "%s has no effect: the image does not read it any more", name)
				}
				switch {
				case finding.Severity == rules.Info:
					finding.Helpf("Remove it, or set what it needs.")
				case note.Replacement == "":
					finding.Helpf("Remove it.")
				default:
					finding.Helpf("Remove it and set %s, which took its place.", note.Replacement)
				}
			}
		}
	},
}
