package config

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/bbdoctor/bbdoctor/rules"
)

// Matches says whether a name or a family/* glob names a rule.
func Matches(pattern, id string) bool {
	if pattern == id {
		return true
	}
	matched, err := path.Match(pattern, id)
	return err == nil && matched
}

// Matching gives the rules that a name or a glob names.
func Matching(all []*rules.Rule, pattern string) (named []*rules.Rule) {
	for _, rule := range all {
		if Matches(pattern, rule.ID) {
			named = append(named, rule)
		}
	}
	return named
}

// SuggestRule names the rule that a wrong name may mean: "; did you mean ...?", or where to look.
func SuggestRule(all []*rules.Rule, name string) string {
	ids := make([]string, len(all))
	for i, rule := range all {
		ids[i] = rule.ID
	}
	if best := Nearest(name, ids); best != "" {
		return fmt.Sprintf("; did you mean %q?", best)
	}
	if _, short, found := strings.Cut(name, "/"); found && short != "" {
		name = short
	}
	for _, id := range ids {
		if _, short, _ := strings.Cut(id, "/"); short == name {
			return fmt.Sprintf("; did you mean %q?", id)
		}
	}
	return "; \"bbdoctor rules\" lists them"
}

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
				if (said.Pattern == rule.ID) != exact || !Matches(said.Pattern, rule.ID) {
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
