package facts

import (
	"strings"
	"testing"
)

// The value of a manifest is a file of its own: what stands in that file is found again in the manifest, wherever the
// manifest's escapes and indentation put it.
func TestLocated(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		raw    string // the file
		start  int    // where the value is written
		text   string // the value
		runs   []Run
		inner  string // what is looked for in the value
		want   string // what is found in the file
		traced bool
	}{
		"verbatim": {"k: a = 'b'\n", 3, "a = 'b'", nil, "'b'", "'b'", true},
		// A block has each of its lines indented.
		"a line of a block": {"k: |\n  a = 1\n  b = 22\n", 7, "a = 1\nb = 22\n", []Run{{Value: 0, N: 6, Raw: 7, RawN: 6}, {Value: 6, N: 7, Raw: 15, RawN: 7}}, "22", "22", true},
		"across lines":      {"k: |\n  a = 1\n  b = 22\n", 7, "a = 1\nb = 22\n", []Run{{Value: 0, N: 6, Raw: 7, RawN: 6}, {Value: 6, N: 7, Raw: 15, RawN: 7}}, "1\nb", "1\n  b", true},
		"behind an escape":  {`k: "a\tb = c"`, 4, "a\tb = c", []Run{{Value: 0, N: 1, Raw: 4, RawN: 1}, {Value: 1, N: 1, Raw: 5, RawN: 2}, {Value: 2, N: 5, Raw: 7, RawN: 5}}, "c", "c", true},
		"an escape":         {`k: "a\tb = c"`, 4, "a\tb = c", []Run{{Value: 0, N: 1, Raw: 4, RawN: 1}, {Value: 1, N: 1, Raw: 5, RawN: 2}, {Value: 2, N: 5, Raw: 7, RawN: 5}}, "\t", `\t`, true},
		// What base64 says is known as a whole only.
		"untraceable": {"k: YSA9IDE=", 3, "a = 1", []Run{}, "1", "YSA9IDE=", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := NewSource("k.yaml", []byte(test.raw))
			end := len(test.raw)
			switch {
			case test.runs == nil:
				end = test.start + len(test.text)
			case len(test.runs) > 0:
				last := test.runs[len(test.runs)-1]
				end = last.Raw + last.RawN
			}
			within := NewEmbedded(Setting{Text: test.text, State: Set, Origin: Origin{Source: file, Span: Span{test.start, end}, Format: Kubernetes, Runs: test.runs}})
			at := strings.Index(test.text, test.inner)
			got := Origin{Source: within, Span: Span{at, at + len(test.inner)}, Format: PgpoolConf}.Located()
			if got.Source != file || got.Format != PgpoolConf || got.Within != Kubernetes {
				t.Errorf("it is in %s as %s within %s", got.Source.Name, got.Format, got.Within)
			}
			if found := test.raw[got.Span.Start:got.Span.End]; found != test.want {
				t.Errorf("found %q, want %q", found, test.want)
			}
			places, ok := got.Places(0, len(test.inner))
			if ok != test.traced {
				t.Fatalf("traced is %v: %+v", ok, got)
			}
			written := ""
			for _, place := range places {
				written += test.raw[place.Span.Start:place.Span.End]
			}
			if want := test.want; ok && name != "across lines" && written != want {
				t.Errorf("the places say %q, want %q", written, want)
			}
			if outer := (Origin{Source: file, Span: Span{1, 2}}); outer.Located().Span != outer.Span {
				t.Error("what is in no value of a file is moved")
			}
		})
	}
}
