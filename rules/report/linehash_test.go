package report

import (
	"slices"
	"strings"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// TestLineHashes compares with what the tests of github/codeql-action (src/fingerprints.test.ts) expect.
func TestLineHashes(t *testing.T) {
	t.Parallel()
	greetings := []string{"e9496ae3ebfced30:1", "fb7c023a8b9ccb3f:1", "ce8ba1a563dcdaca:1", "e20e36e16fcb0cc8:1", "b3edc88f2938467e:1", "c8e28b0b4002a3a0:1", "c129715d7a2bc9a3:1"}
	for text, want := range map[string][]string{
		"":                   {"c129715d7a2bc9a3:1"},
		" a\nb\n  \t\tc\n d": {"271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"},
		" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End":               {"8b7cf3e952e7aeb2:1", "b1ae1287ec4718d9:1", "bff680108adb0fcc:1", "c6805c5e1288b612:1", "b86d3392aea1be30:1", "e6ceba753e1a442:1"},
		" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n":             greetings,
		" hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r":             greetings,
		" hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n": greetings,
		" hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n":         greetings,
		strings.Repeat("Lorem ipsum dolor sit amet.\n", 10): {
			"a7f2ff13bc495cf2:1", "a7f2ff13bc495cf2:2", "a7f2ff13bc495cf2:3", "a7f2ff13bc495cf2:4", "a7f2ff13bc495cf2:5", "a7f2ff13bc495cf2:6",
			"a7f2ff1481e87703:1", "a9cf91f7bbf1862b:1", "55ec222b86bcae53:1", "cc97dc7b1d7d8f7b:1", "c129715d7a2bc9a3:1",
		},
	} {
		if got := lineHashes(text); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// TestHashable: what is hashed is the file, line by line, and no secret.
func TestHashable(t *testing.T) {
	t.Parallel()
	text := "a=1\r\npassword=Kx7-winter-Okapi\rb=Kx7-\\\n  Okapi\n\nc=2"
	source := facts.NewSource("x", []byte(text))
	start := strings.Index(text, "Kx7-\\")
	source.Hide(facts.Span{Start: start, End: strings.Index(text, "\n\nc")})
	got := hashable(source)
	if want := "a=1\npassword=***\nb=***\n***\n\nc=2"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	for _, plain := range []string{"", "a", "a\n", "a\n\n", "a\r\nb\r\n", "x\ry"} {
		if got, want := lineHashes(hashable(facts.NewSource("x", []byte(plain)))), lineHashes(plain); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", plain, got, want)
		}
	}
}
