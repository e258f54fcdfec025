package rules

import (
	"fmt"
	"path"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/spelling"
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
func Matching(all []*Rule, pattern string) (named []*Rule) {
	for _, rule := range all {
		if Matches(pattern, rule.ID) {
			named = append(named, rule)
		}
	}
	return named
}

// Suggest names the rule that a wrong name may mean: "; did you mean ...?", or where to look.
func Suggest(all []*Rule, name string) string {
	ids := make([]string, len(all))
	for i, rule := range all {
		ids[i] = rule.ID
	}
	if best := spelling.Nearest(name, ids); best != "" {
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
