package pgpoolconf

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/spelling"
)

// Nearest is the parameter whose name is most like the given one, in the spelling that a file would use; empty when none
// is alike enough. A name that differs only in case, or by a byte order mark before it, is always found.
func Nearest(name string) string {
	name = strings.TrimPrefix(name, "\uFEFF")
	base := strings.TrimRight(name, "0123456789")
	index := name[len(base):]
	best, bestDistance := "", 1+min(3, max(1, len(base)/6))
	for _, candidate := range parameters().names {
		p := parameters().byName[candidate]
		if p.Fate == Removed {
			continue
		}
		distance := spelling.Distance(strings.ToLower(base), strings.ToLower(candidate), bestDistance)
		if distance < bestDistance {
			best, bestDistance = candidate, distance
			if p.Index != NoIndex {
				best += index
			}
		}
	}
	if best == "" && len(base) >= 8 {
		best = shortestWith(strings.ToLower(base), index)
	}
	return best
}

// shortestWith is the shortest parameter that begins with a text: load_balance_mode for load_balance.
func shortestWith(beginning, index string) string {
	best := ""
	for _, name := range parameters().names {
		p := parameters().byName[name]
		if p.Fate != Removed && strings.HasPrefix(name, beginning) && (best == "" || len(name) < len(best)) {
			best = name
		}
	}
	if best != "" && parameters().byName[best].Index != NoIndex {
		best += index
	}
	return best
}
