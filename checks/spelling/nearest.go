package spelling

import "strings"

// Nearest gives the known name that is most alike, "" when none is alike enough: a third of its letters may differ, or two.
// Case does not matter. Of several it is the first by name.
func Nearest(name string, known []string) string {
	limit := max(2, len(name)/3) + 1
	best, distance := "", limit
	for _, candidate := range known {
		if n := Distance(strings.ToLower(name), strings.ToLower(candidate), limit); n < distance || n == distance && n < limit && candidate < best {
			best, distance = candidate, n
		}
	}
	return best
}
