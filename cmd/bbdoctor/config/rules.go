package config

import (
	"maps"
	"slices"

	"github.com/bbdoctor/bbdoctor/rules"
)

// Tune gives the rules as the config wants them. What names a rule itself is stronger than a glob that matches it; of two
// globs the later counts. A rule that is off stays when the command line names it.
func (c *Config) Tune(all []*rules.Rule, named []string) []*rules.Rule {
	if c == nil || len(c.Rules) == 0 {
		return all
	}
	tuned := make([]*rules.Rule, 0, len(all))
	for _, rule := range all {
		off, tuning := false, rules.Tuning{}
		for _, exact := range []bool{false, true} {
			for _, said := range c.Rules {
				if (said.Pattern == rule.ID) != exact || !rules.Matches(said.Pattern, rule.ID) {
					continue
				}
				off = said.Off
				if said.Tuning.Severity != 0 {
					tuning.Severity = said.Tuning.Severity
				}
				tuning.Bounds = merge(tuning.Bounds, said.Tuning.Bounds)
			}
		}
		if off && !slices.Contains(named, rule.ID) {
			continue
		}
		if tuning.Severity != 0 || len(tuning.Bounds) > 0 {
			rule = rule.Tuned(tuning)
		}
		tuned = append(tuned, rule)
	}
	return tuned
}

func merge(a, b map[string]int64) map[string]int64 {
	if len(a) == 0 {
		return b
	}
	merged := maps.Clone(a)
	maps.Copy(merged, b)
	return merged
}
