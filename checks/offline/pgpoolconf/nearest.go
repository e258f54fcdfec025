package pgpoolconf

import "strings"

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
		distance := Distance(strings.ToLower(base), strings.ToLower(candidate), bestDistance)
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

// Distance is how many letters must be inserted, removed, replaced or swapped with their neighbour to make b of a. It
// gives up at limit, which is then the result.
func Distance(a, b string, limit int) int {
	if abs(len(a)-len(b)) >= limit || len(a) > 100 || len(b) > 100 {
		if a == b {
			return 0
		}
		return limit
	}
	var before, last, current [101]int
	for j := range len(b) + 1 {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		current[0] = i
		lowest := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			current[j] = min(last[j]+1, current[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				current[j] = min(current[j], before[j-2]+1)
			}
			lowest = min(lowest, current[j])
		}
		if lowest >= limit {
			return limit
		}
		before, last, current = last, current, before
	}
	return min(last[len(b)], limit)
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
