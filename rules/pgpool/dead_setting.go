package pgpool

import (
	"maps"
	"slices"

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
			for _, name := range slices.Sorted(maps.Keys(notes)) {
				note := notes[name]
				if !onceRead(note) {
					continue
				}
				var finding *rules.Finding
				switch since := note.Since; {
				case note.Kind == facts.NoteConstant:
					finding = p.Failf(note.Origin, "%s has no effect: the image overwrites it when it starts", name)
				case note.Kind == facts.NoteIneffective:
					finding = p.Failf(note.Origin, "%s has no effect: %s", name, note.Why).As(rules.Info)
				case since != "":
					finding = p.Failf(note.Origin, "%s has had no effect since %s: the image does not read it", name, since)
				default:
					finding = p.Failf(note.Origin, "%s has no effect: the image does not read it any more", name)
				}
				if note.Replacement == "" {
					finding.Helpf("Remove it.")
				} else {
					finding.Helpf("Remove it and set %s, which took its place.", note.Replacement)
				}
			}
		}
	},
}
