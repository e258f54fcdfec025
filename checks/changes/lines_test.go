package changes

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestCompareLines(t *testing.T) {
	t.Parallel()
	for title, c := range map[string]struct{ before, after, want string }{
		"the same":            {"a\nb\n", "a\nb\n", ""},
		"nothing before":      {"", "a\nb\n", "1-2"},
		"nothing after":       {"a\n", "", ""},
		"replaced":            {"a\nb\nc\n", "a\nx\nc\n", "2-2"},
		"removed":             {"a\nb\nc\n", "a\nc\n", ""},
		"inserted":            {"a\nc\n", "a\nb\nb2\nc\n", "2-3"},
		"two places":          {"a\nb\nc\nd\n", "x\nb\nc\ny\nd\n", "1-1 4-4"},
		"removed in front":    {"a\nb\nc\nd\n", "c\nx\n", "2-2"},
		"line ends":           {"a\nb\n", "a\r\nb\r\n", ""},
		"CR alone":            {"a\rb\r", "a\rx\r", "2-2"},
		"no end of the last":  {"a\nb", "a\nb\n", ""},
		"an end that is new":  {"a", "a\nb", "2-2"},
		"an empty line":       {"a\nb\n", "a\n\nb\n", "2-2"},
		"moved within a file": {"a\nb\nc\nd\ne\n", "b\nc\nd\ne\na\n", "5-5"},
	} {
		var got []string
		for _, r := range compareLines([]byte(c.before), []byte(c.after)).ranges {
			got = append(got, fmt.Sprintf("%d-%d", r[0], r[1]))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %s", title, got, c.want)
		}
	}
}

// TestWhatIsNotChangedWasThere says of random texts that the lines that do not count as changed were there before, in the
// same order.
func TestWhatIsNotChangedWasThere(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	text := func() (lines []string) {
		for range r.IntN(12) {
			lines = append(lines, string(rune('a'+r.IntN(4))))
		}
		return lines
	}
	for range 20_000 {
		before, after := text(), text()
		changed := compareLines([]byte(strings.Join(before, "\n")), []byte(strings.Join(after, "\n")))
		at := 0
		for i, line := range after {
			if changed.Touch(i+1, i+1) {
				continue
			}
			for at < len(before) && before[at] != line {
				at++
			}
			if at == len(before) {
				t.Fatalf("%q after %q: line %d does not count as changed, by %v", after, before, i+1, changed.ranges)
			}
			at++
		}
	}
}

func TestIdentity(t *testing.T) {
	t.Parallel()
	// printf 'hello\n' | git hash-object --stdin, also in a repository with --object-format=sha256.
	for length, want := range map[int]string{40: "ce013625030ba8dba906f756967f9e9ca394464a", 64: "2cf8d83d9ee29543b34a87727421fdecb7e3f3a183d337639025de576db9ebb4"} {
		if got := identity([]byte("hello\n"), length); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
