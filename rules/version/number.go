package version

import (
	"slices"
	"strconv"
	"strings"
)

// number is a version as numbers: 4.5.5 is [4 5 5], the tag "17" is [17]. What is not known of it is missing.
type number []int

// parse reads the numbers that a version begins with: "v10.2.1-ubuntu" is 10.2.1. It is empty when there are none.
func parse(text string) number {
	var n number
	for part := range strings.SplitSeq(strings.TrimPrefix(text, "v"), ".") {
		end := 0
		for end < len(part) && part[end] >= '0' && part[end] <= '9' {
			end++
		}
		value, err := strconv.Atoi(part[:end])
		if err != nil {
			break
		}
		n = append(n, value)
		if end < len(part) {
			break
		}
	}
	return n
}

// compare orders versions; one of which less is known comes before the others that begin alike.
func (n number) compare(other number) int { return slices.Compare(n, other) }

// series is the first two numbers of a Pgpool-II version; nil when not so much is known.
func (n number) series() number {
	if len(n) < 2 {
		return nil
	}
	return n[:2]
}

func (n number) String() string {
	parts := make([]string, len(n))
	for i, part := range n {
		parts[i] = strconv.Itoa(part)
	}
	return strings.Join(parts, ".")
}
