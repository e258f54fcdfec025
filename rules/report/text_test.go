package report

import (
	"strings"
	"testing"
	"unicode/utf16"
)

func TestPlainMarkdown(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"num_init_children=32":              "num_init_children=32",
		"run `repmgr node rejoin` there":    "run `repmgr node rejoin` there",
		"one ` only":                        "one \\` only",
		"``":                                "\\`\\`",
		"`a` and `b":                        "\\`a\\` and \\`b",
		"<img src=x onerror=1>":             "\\<img src=x onerror=1\\>",
		"[a](javascript:b) | c":             "\\[a\\](javascript:b) \\| c",
		"tell @everyone now":                "tell `@everyone` now",
		"a `@b`@c":                          "a `@b``@c`",
		"# not a heading\n1. not a list":    "\\# not a heading\n1\\. not a list",
		"- no item":                         "\\- no item",
		"__init__ and *x* and ~~y~~":        "\\_\\_init\\_\\_ and \\*x\\* and \\~\\~y\\~\\~",
		"a\u202eb\x1b[31m":                  "a\\\\u202eb\\\\u001b\\[31m",
		"x&lt;y":                            "x\\&lt;y",
		"![x](http://example.com/pixel.gif": "\\!\\[x\\](http://example.com/pixel.gif",
	} {
		if got := plainMarkdown(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string]string{"a": "`a`", "a`b": "`` a`b ``", "a\nb": "`a b`"} {
		if got := code(text); got != want {
			t.Errorf("code %q: %q, want %q", text, got, want)
		}
	}
}

func TestShortened(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "abcdefghij", "abcdefghijk", strings.Repeat("ä", 12), strings.Repeat("🐘", 9), "abcdefgh🐘🐘"} {
		for most := 3; most < 15; most++ {
			got := shortened(text, most)
			units := len(utf16.Encode([]rune(got)))
			whole := len(utf16.Encode([]rune(text)))
			if units > most || (whole <= most) != (got == text) || whole > most && (units < most-1 || !strings.HasSuffix(got, "...")) {
				t.Errorf("%q to %d: %q", text, most, got)
			}
		}
	}
}
