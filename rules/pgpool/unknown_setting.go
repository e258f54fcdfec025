package pgpool

import (
	"cmp"
	"maps"
	"slices"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// UnknownSetting guards against names that nothing reads. Neither the image nor Pgpool-II says a word about them: the
// setting is simply not made.
var UnknownSetting = &rules.Rule{
	ID:       "pgpool/unknown-setting",
	Title:    "every setting has a name that is read",
	Severity: rules.Warning,
	Needs:    []facts.Key{facts.PgpoolEnvironment, facts.PgpoolFiles, facts.PgpoolVersion, facts.LiveServer},
	Check: func(p *rules.Pass) {
		for _, pgpool := range p.DeclaredPgpools(facts.PgpoolEnvironment, facts.PgpoolFiles, facts.PgpoolVersion) {
			running := runningRelease(p, pgpool)
			p.OK()
			for _, name := range namesInOrder(pgpool.Notes) {
				if note := pgpool.Notes[name]; !onceRead(note) && !stillRead(note, running) {
					judgeName(p, name, note)
				}
			}
		}
	},
}

// runningRelease is the release that is measured where the files do not tell theirs: the names in a pgpool.conf are then held
// against the newest, of which the running one may know nothing.
func runningRelease(p *rules.Pass, declared *facts.Pgpool) *release {
	server := p.AnyServer()
	if declared.Version.Known() || server.Kind != facts.KindPgpool {
		return nil
	}
	if running, ok := releaseOf(facts.Setting{Text: server.Version, State: facts.Set}); ok {
		return &running
	}
	return nil
}

// stillRead says whether a name of pgpool.conf lost its meaning only in a release behind the one that runs.
func stillRead(note facts.VariableNote, running *release) bool {
	if running == nil || note.Origin.Format != facts.PgpoolConf || note.Kind == facts.NoteTooNew {
		return false
	}
	since, ok := releaseOf(facts.Setting{Text: note.Since, State: facts.Set})
	return ok && running.before(since.major, since.minor)
}

// namesInOrder lists the names of notes in the order of the places where they are written.
func namesInOrder(notes map[string]facts.VariableNote) []string {
	names := slices.Sorted(maps.Keys(notes))
	slices.SortStableFunc(names, func(a, b string) int { return byPlace(notes[a].Origin, notes[b].Origin) })
	return names
}

// onceRead says whether a note is of a variable that the image read in earlier days or overwrites, which is
// pgpool/dead-setting's to judge.
func onceRead(note facts.VariableNote) bool {
	if note.Origin.Format == facts.PgpoolConf {
		return false
	}
	switch note.Kind {
	case facts.NoteRemoved, facts.NoteConstant, facts.NoteIneffective:
		return true
	}
	return false
}

func judgeName(p *rules.Pass, name string, note facts.VariableNote) {
	at, reader := nameAt(note.Origin), "the image"
	if note.Origin.Format == facts.PgpoolConf {
		reader = "Pgpool-II"
	}
	since := ""
	if note.Since != "" {
		since = " since " + note.Since
	}
	switch note.Kind {
	case facts.NoteUnknown:
		finding := p.Failf(at, "%s is no name that %s reads: the setting has no effect", name, reader)
		if note.Nearest != "" {
			finding.Helpf("Write %s if that is meant, else remove it.", note.Nearest)
		} else {
			finding.Helpf("Remove it, or look its name up.")
		}
	case facts.NoteOtherImage:
		finding := p.Failf(at, "%s is not read by this image: %s", name, note.Why)
		if instead := cmp.Or(note.Replacement, note.Nearest); instead != "" {
			finding.Helpf("Write %s.", instead)
		} else {
			finding.Helpf("Remove it here; set what this image reads, or a line of the file that PGPOOL_USER_CONF_FILE names.")
		}
	case facts.NoteTooNew:
		finding := p.Failf(at, "%s is read by %s only from %s on: here it has no effect", name, reader, note.Since)
		if note.Replacement != "" {
			finding.Helpf("Set %s itself, or move to an image of %s or later.", note.Replacement, note.Since)
		} else {
			finding.Helpf("Move to %s or later, or remove it.", note.Since)
		}
	case facts.NoteRemoved:
		finding := p.Failf(at, "%s has no effect%s: %s does not read it any more", name, since, reader)
		if note.Replacement != "" {
			finding.Helpf("Write %s, which does its work now.", note.Replacement)
		} else {
			finding.Helpf("Remove it; nothing took its place.")
		}
	case facts.NoteDeprecated:
		p.Failf(at, "%s is the old name of %s%s; it is still read, but may go in a later version", name, note.Replacement, since).
			As(rules.Info).Helpf("Write %s.", note.Replacement)
	case facts.NoteIneffective, facts.NoteConstant:
		finding := p.Failf(at, "%s has no effect%s: %s", name, since, note.Why)
		if note.Replacement != "" {
			finding.Helpf("Write %s.", note.Replacement)
		} else {
			finding.Helpf("Remove it.")
		}
	case facts.NoteRefused:
		p.Failf(at, "%s: %s", name, note.Why).As(rules.Error).Helpf("Correct the name.")
	}
}
