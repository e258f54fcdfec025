package properties

import (
	"errors"
	"strings"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

func TestEncode(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text    string
		start   bool
		encoded string
	}{
		{"jdbc:postgresql://h/db?a=b&c=#!", true, "jdbc:postgresql://h/db?a=b&c=#!"},
		{"", true, ""},
		{" x y ", true, `\ x y `},
		{" x y ", false, " x y "},
		{`C:\users`, false, `C:\\users`},
		{"\t\n\r\f", true, `\t\n\r\f`},
		{"\x00\x1b\x7f\u0085", false, `\u0000\u001B\u007F\u0085`},
		{"ü€😀", false, `\u00FC\u20AC\uD83D\uDE00`},
		{"a\xffb", false, `a\uFFFDb`},
	} {
		if got := Encode(test.text, test.start); got != test.encoded {
			t.Errorf("Encode(%q, %v) = %s, want %s", test.text, test.start, got, test.encoded)
		}
	}
}

// TestReplace shows what the file is after a part of its last value was replaced.
func TestReplace(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text, part, by, want string
	}{
		{"a part", "u=h/db?a=b&c=d\r\nv=w", "", "", "u=h/db?a=b&c=d\r\nv=w"},
		{"verbatim", "u=h/db?a=b&c=d\r\n", "a=b&", "", "u=h/db?c=d\r\n"},
		{"escaped", `u=jdbc\:x?a\=b&c\=d`, "a=b&", "", `u=jdbc\:x?c\=d`},
		{"beside umlauts", "u=\xfca=b\xfc", "a=b", "", "u=\xfc\xfc"},
		{"an umlaut", "u=a\xfcb", "ü", "", "u=ab"},
		{"an umlaut behind a backslash", "u=a\\\xfcb", "ü", "ö", `u=a\u00F6b`},
		{"a pair of surrogates", `u=a\uD83D\uDE00b`, "😀", "", "u=ab"},
		{"through continuations", "u=h?a=b\\\n  &c=d\\\n  &e=f\n", "b&c=d&", "", "u=h?a=\\\n  \\\n  e=f\n"},
		{"through a continuation, by a new text", "u=h?a=b\\\n  &c=d\n", "a=b&c=d", "x=y", "u=h?x=y\\\n  \n"},
		{"before a blank", "u=a b\n", "a", "", "u=\\ b\n"},
		{"before a blank on a continuing line", "u=x\\\n  a b\n", "a", "", "u=x\\\n  \\ b\n"},
		{"all of a last line between CR and LF", "u=x\\\ra\n", "a", "", "u=x\\\r \n"},
		{"led by a blank, at the start", "u=a\n", "a", " b", "u=\\ b\n"},
		{"led by a blank, on a continuing line", "u=x\\\n  a\n", "a", " b", "u=x\\\n  \\ b\n"},
		{"led by a blank, inside", "u=xa\n", "a", " b", "u=x b\n"},
		{"led by a separator, behind a blank", "u a\n", "a", "=b", "u ==b\n"},
		{"led by a separator, behind a separator", "u=a\n", "a", "=b", "u==b\n"},
		{"a separator follows, behind a blank", "u a:b\n", "a", "", "u =:b\n"},
		{"all of it, behind a blank", "u a\n", "a", "", "u \n"},
		{"a bare key", "u\nv", "", "", "u\nv"},
		{"into a bare key", "x=y\nu\n", "", "a", "x=y\nu=a\n"},
		{"into a bare key and blanks", "u  \n", "", "a", "u  a\n"},
		{"into a bare key that goes on", "u\\\n   \n", "", "a", "u=a\\\n   \n"},
		{"into a key and its separator", "u = \n", "", "a", "u = a\n"},
		{"into nothing", "\\", "", "a", "=a\\"},
	} {
		file := Read(facts.NewSource("", []byte(test.text)))
		entry := file.Entries[len(file.Entries)-1]
		start := strings.Index(entry.Value.Text, test.part)
		edits, err := Replace(entry.Value, start, start+len(test.part), test.by)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if got := string(Apply([]byte(test.text), edits)); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

func TestReplaceRefuses(t *testing.T) {
	t.Parallel()
	value := Read(facts.NewSource("", []byte("u=a\xfcb"))).Entries[0].Value
	for _, test := range [][2]int{{-1, 0}, {0, 5}, {2, 1}, {2, 3}, {1, 2}} {
		if edits, err := Replace(value, test[0], test[1], "x"); !errors.Is(err, ErrRange) {
			t.Errorf("%v: %v, %v", test, edits, err)
		}
	}
	other := value
	other.Origin.Format = facts.ComposeEnv
	if edits, err := Replace(other, 0, 1, "x"); !errors.Is(err, ErrUntraceable) {
		t.Errorf("a setting of an env file: %v, %v", edits, err)
	}
	long := Read(facts.NewSource("", []byte("u="+strings.Repeat("\xfc", maxRuns+1)+"\nv=\xfc"))).Entries
	if edits, err := Replace(long[0].Value, 0, 2, "x"); !errors.Is(err, ErrUntraceable) {
		t.Errorf("a value of too many runs: %v, %v", edits, err)
	}
	if _, err := Replace(long[1].Value, 0, 2, "x"); err != nil {
		t.Errorf("the value behind it: %v", err)
	}
}
