// Package spelling measures how alike two names are, to suggest the known name that an unknown one may mean.
package spelling

// maxName is the length in bytes of the longest name that is compared; longer ones are alike only when they are equal.
const maxName = 100

// Distance is how many letters must be inserted, removed, replaced or swapped with their neighbour to make b of a. It
// gives up at limit, which is then the result.
func Distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit || len(a) > maxName || len(b) > maxName {
		if a == b {
			return 0
		}
		return limit
	}
	var before, last, current [maxName + 1]int
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
