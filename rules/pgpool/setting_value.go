package pgpool

import (
	"cmp"
	"slices"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// SettingValue guards against values that the image or Pgpool-II refuses, and against those that it takes for others.
var SettingValue = &rules.Rule{
	ID:       "pgpool/setting-value",
	Title:    "every value is one that the image and Pgpool-II understand",
	Severity: rules.Error,
	Needs:    []facts.Key{facts.PgpoolEnvironment, facts.PgpoolFiles},
	Check: func(p *rules.Pass) {
		for _, pgpool := range p.DeclaredPgpools(facts.PgpoolEnvironment, facts.PgpoolFiles) {
			p.OK()
			said := map[place]bool{}
			for _, file := range pgpool.Files {
				if file.Refused != "" {
					p.Failf(file.RefusedAt, "%s: Pgpool-II does not read the file and does not start", file.Refused).
						Helpf("Correct the line; a value with other characters than letters, digits and _ stands in single quotes.")
				}
			}
			bad := func(s facts.Setting) bool { return s.Bad != "" && s.State == facts.Set }
			for _, setting := range inOrder(bad, pgpool.Environment.Own, pgpool.Settings.Own) {
				if said[placeOf(setting.Origin)] || judgedElsewhere(setting.Key) {
					continue
				}
				said[placeOf(setting.Origin)] = true
				judgeBad(p, setting)
			}
		}
	},
}

// place tells findings about one written value apart from others.
type place struct {
	source *facts.Source
	at     facts.Span
}

func placeOf(origin facts.Origin) place { return place{origin.Source, origin.Span} }

// inOrder lists the settings that a rule asks for in the order of their places.
func inOrder(asked func(facts.Setting) bool, several ...facts.Settings) (all []facts.Setting) {
	for _, settings := range several {
		start := len(all)
		for _, setting := range settings {
			if asked(setting) {
				all = append(all, setting)
			}
		}
		slices.SortFunc(all[start:], func(a, b facts.Setting) int { return cmp.Compare(a.Key, b.Key) })
	}
	slices.SortStableFunc(all, func(a, b facts.Setting) int { return byPlace(a.Origin, b.Origin) })
	return all
}

// judgedElsewhere says whether a rule of its own looks at the values of a parameter.
func judgedElsewhere(key facts.Key) bool {
	return strings.HasPrefix(string(key), "backend_flag") || strings.HasPrefix(string(key), "backend_port") || key == "PGPOOL_BACKEND_NODES"
}

func judgeBad(p *rules.Pass, setting facts.Setting) {
	finding := p.Failf(setting.Origin, "%s=%s: %s", rules.NameOf(setting), setting.Shown(), setting.Bad)
	if setting.Norm != "" {
		finding.As(rules.Warning).Helpf("Write what is meant, in a word that the reader knows.")
		return
	}
	if !strings.Contains(setting.Bad, "does not start") {
		finding.Message += "; Pgpool-II does not start"
	}
	finding.Helpf("Write a proper value, or remove the setting to get its default.")
}
