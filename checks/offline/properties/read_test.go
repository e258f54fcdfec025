package properties

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// TestReadPlaces shows for each entry what it says and how it is written: key=value <raw key> <raw value>.
func TestReadPlaces(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text string
		want []string
	}{
		{"a=b\nc d\ne : f\n", []string{`"a"="b" <a> <b>`, `"c"="d" <c> <d>`, `"e"="f" <e> <f>`}},
		{"a=1\na=2\n", []string{`"a"="1" <a> <1>`, `"a"="2" <a> <2>`}},
		{"jdbc.\\\n  url=x\\\r\n  y", []string{`"jdbc.url"="xy" <jdbc.\|  url> <x\||  y>`}},
		{"k=\\\n   v", []string{`"k"="v" <k> <v>`}},
		{"k=v\\\n   \nx=y", []string{`"k"="v" <k> <v>`, `"x"="y" <x> <y>`}},
		{"jdbc.password=s3cret  \r\n", []string{`"jdbc.password"="s3cret  " <jdbc.password> <s3cret  >`}},
		{"jdbc.url=jdbc\\:postgresql\\://db/b\n", []string{`"jdbc.url"="jdbc:postgresql://db/b" <jdbc.url> <jdbc\:postgresql\://db/b>`}},
		{"bare", []string{`"bare"="" <bare> <>`}},
		{"=v", []string{`""="v" <> <v>`}},
		{"k=\\u00\\\n41", []string{`"k"="A" <k> <\u00\|41>`}},
		{"k=\\uD83D\\uDE00\\uD83Dx", []string{`"k"="😀` + "\uFFFD" + `x" <k> <\uD83D\uDE00\uD83Dx>`}},
		{"k=\xfc", []string{`"k"="ü" <k> <` + "\xfc>"}},
		{"k==:v", []string{`"k"="=:v" <k> <=:v>`}},
		{"a\\=b\\ c=\\ v\\\\", []string{`"a=b c"=" v\\" <a\=b\ c> <\ v\\>`}},
		{"#c\\\n!d\n\\\n#e\n\\\n\nk=v", []string{`"k"="v" <k> <v>`}},
		{"\\", []string{`""="" <> <>`}},
		{"\\\n", []string{`""="" <> <>`}},
		{"\\\r\n", nil},
		{"", nil},
	} {
		src := facts.NewSource("bitbucket.properties", []byte(test.text))
		raw := func(span facts.Span) string {
			return strings.NewReplacer("\r", "|", "\n", "|").Replace(test.text[span.Start:span.End])
		}
		file := Read(src)
		if file.Refused != "" {
			t.Errorf("%q: refused: %s", test.text, file.Refused)
		}
		var got []string
		for _, entry := range file.Entries {
			got = append(got, fmt.Sprintf("%q=%q <%s> <%s>", entry.Name, entry.Value.Text,
				raw(entry.Value.Origin.KeySpan), raw(entry.Value.Origin.Span)))
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%q: (-want +got)\n%s", test.text, diff)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text, at, key string
		before        int
	}{
		{"a=b\nkeystore=C:\\users\nc=d\n", `\users`, "keystore", 1},
		{`k=\u`, `\u`, "k", 0},
		{`k=\u00g1`, `\u00g1`, "k", 0},
		{"k=\\u00\\\n4\nx=y", "\\u00\\\n4", "k", 0},
		{`\u00=x`, `\u00`, "", 0},
		{`k=\uuuu0041`, `\uuuu0`, "k", 0},
	} {
		file := Read(facts.NewSource("bitbucket.properties", []byte(test.text)))
		span := file.RefusedAt.Span
		if file.Refused != malformedEscape || test.text[span.Start:span.End] != test.at || file.RefusedAt.Key != test.key {
			t.Errorf("%q: refused %q at %q, key %q; want %q, key %q", test.text, file.Refused,
				test.text[span.Start:span.End], file.RefusedAt.Key, test.at, test.key)
		}
		if len(file.Entries) != test.before || file.Disagreements != nil {
			t.Errorf("%q: %d entries, want %d; disagreements %v", test.text, len(file.Entries), test.before, file.Disagreements)
		}
	}
	// A comment may say what it likes.
	if file := Read(facts.NewSource("", []byte("# C:\\users\nk=v"))); file.Refused != "" {
		t.Errorf("refused a comment: %s", file.Refused)
	}
}

func TestReadHidesSecrets(t *testing.T) {
	t.Parallel()
	text := "jdbc.password=one\nx=\\uZ\njdbc.password = t\\\n  wo\nsecret.token=\\uthree\n"
	src := facts.NewSource("bitbucket.properties", []byte(text))
	Read(src)
	var hidden []string
	for _, span := range src.Hidden() {
		hidden = append(hidden, text[span.Start:span.End])
	}
	if diff := cmp.Diff([]string{"one", "t\\\n  wo", "\\uthree"}, hidden); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestReadHostile reads files that are large and made to be slow or to fill the memory.
func TestReadHostile(t *testing.T) {
	t.Parallel()
	const size = 1 << 18
	for _, unit := range []string{
		"\n", "\\\n", "a\n", "=\n", "\r", "a\r", "#\r", "\\\r", "k=\\\n", "x\\\n", "\xfc", "\xe2", "\\u00fc", "\\uD83D", " ", "\\", "\\\\", "\\t\\\n", "\x00",
	} {
		src := facts.NewSource("hostile", []byte("k="+strings.Repeat(unit, size/len(unit))))
		file := Read(src)
		runs := 0
		for _, entry := range file.Entries {
			runs += len(entry.Value.Origin.Runs)
		}
		if len(file.Entries) > MaxEntries || runs > maxRuns {
			t.Errorf("%q: %d entries, %d runs", unit, len(file.Entries), runs)
		}
	}
}
