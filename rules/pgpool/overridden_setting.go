package pgpool

import (
	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

const userConf = facts.Key("PGPOOL_USER_CONF_FILE")

// OverriddenSetting guards against a value that somebody wrote and that another place silently overrides.
var OverriddenSetting = &rules.Rule{
	ID:       "pgpool/overridden-setting",
	Title:    "no setting has two values",
	Severity: rules.Warning,
	Needs:    []facts.Key{facts.PgpoolEnvironment, facts.PgpoolFiles},
	Check: func(p *rules.Pass) {
		for _, pgpool := range p.DeclaredPgpools(facts.PgpoolEnvironment, facts.PgpoolFiles) {
			p.OK()
			if file := pgpool.Environment.Get(userConf); (!file.Known() || file.Text != "") && file.State != facts.Absent && len(pgpool.Files) == 0 {
				p.Skipf("%s names a file that is not among the inputs, and what it sets is stronger", userConf)
			}
			said := map[place]bool{}
			// A parameter knows what is stronger than the variable that stands for it; the variable does not.
			for _, settings := range []facts.Settings{pgpool.Settings.Own, pgpool.Environment.Own} {
				for _, setting := range inOrder(hides, settings) {
					judgeHidden(p, setting, said)
				}
			}
		}
	},
}

func hides(setting facts.Setting) bool { return len(setting.Overridden) > 0 }

// judgeHidden reports the values that a setting hides and that are other ones, each place once.
func judgeHidden(p *rules.Pass, setting facts.Setting, said map[place]bool) {
	for _, hidden := range setting.Overridden {
		if hidden.State != facts.Set || said[placeOf(hidden.Origin)] {
			continue
		}
		if !setting.Known() {
			p.Skipf("%s is not known: %s; it overrides another value", rules.NameOf(setting), setting.Why)
			return
		}
		if same(setting, hidden) {
			continue
		}
		said[placeOf(hidden.Origin)] = true
		p.Failf(hidden.Origin, "%s has no effect: %s is stronger", written(hidden), stronger(setting)).
			Helpf("Remove one of the two, so that the place where people look is the one that counts.").
			Also(setting.Origin, "this is what Pgpool-II gets")
	}
}

// same says whether two settings come to the same value.
func same(a, b facts.Setting) bool {
	if a.Norm != "" && b.Norm != "" {
		return a.Norm == b.Norm
	}
	return a.Text == b.Text
}

// stronger names a value by where it stands.
func stronger(setting facts.Setting) string {
	if setting.Origin.Source == nil {
		return written(setting)
	}
	return written(setting) + " in " + setting.Origin.Source.Name
}
