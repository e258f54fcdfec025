package properties

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// fuzzSeeds adds a part of the corpus, which is enough of every construct to begin with.
func fuzzSeeds(f *testing.F, add func(text []byte)) {
	for i, sample := range readCorpus(f) {
		if i%4 == 0 && len(sample.text) < 200 {
			add(sample.text)
		}
	}
}

func FuzzRead(f *testing.F) {
	fuzzSeeds(f, func(text []byte) { f.Add(text) })
	f.Fuzz(func(t *testing.T, text []byte) {
		src := facts.NewSource("fuzz", text)
		file := Read(src)
		checkFile(t, file)
		for _, d := range file.Disagreements {
			if d.Missing && d.Extra || d.Key == "" && d.Reader == "" || file.Refused != "" {
				t.Errorf("disagreement %+v", d)
			}
		}
		if _, ok := readSpring(file); !ok {
			t.Skip("more entries than are compared")
		}
	})
}

// TestPlaces checks the places in every file of the corpus.
func TestPlaces(t *testing.T) {
	t.Parallel()
	for _, sample := range readCorpus(t) {
		checkFile(t, Read(facts.NewSource(sample.name, sample.text)))
	}
}

// checkFile checks what holds for every file: places are in order and inside the file, what lies between them says
// nothing, and the runs of a value make the value.
func checkFile(t *testing.T, file *facts.PropertiesFile) {
	t.Helper()
	text := file.Source.Text
	at := 0
	for n, entry := range file.Entries {
		origin := entry.Value.Origin
		key, value := origin.KeySpan, origin.Span
		if key.Start < at || key.End < key.Start || value.Start < key.End || value.End < value.Start || value.End > len(text) {
			t.Fatalf("entry %d: key %v, value %v behind %d in %d bytes", n, key, value, at, len(text))
		}
		if !isNothing(text[at:key.Start], n == 0) {
			t.Errorf("entry %d: %q is before its key", n, text[at:key.Start])
		}
		if gap := text[key.End:value.Start]; len(bytes.Trim(gap, " \t\f=:\\\r\n")) > 0 {
			t.Errorf("entry %d: %q is between key and value", n, gap)
		}
		checkRuns(t, text, entry.Value)
		at = value.End
	}
	switch {
	case file.Refused == "":
		if !isNothing(text[at:], len(file.Entries) == 0) {
			t.Errorf("%q is behind the last entry", text[at:])
		}
	case file.RefusedAt.Span.Start < at || file.RefusedAt.Span.End > len(text) || file.RefusedAt.Span.Len() < 2:
		t.Errorf("refused at %v, behind %d", file.RefusedAt.Span, at)
	case !bytes.HasPrefix(text[file.RefusedAt.Span.Start:], []byte(`\u`)):
		t.Errorf("refused at %q", text[file.RefusedAt.Span.Start:file.RefusedAt.Span.End])
	}
}

// isNothing says whether a text between two entries has only blank lines, comments and backslashes that continue a line.
// Unless it begins a file, its first line is what is left of the entry before, where there are no comments.
func isNothing(text []byte, begins bool) bool {
	lines := bytes.FieldsFunc(text, func(c rune) bool { return c == '\n' || c == '\r' })
	for i, line := range lines {
		line = bytes.Trim(line, " \t\f")
		rest := i == 0 && !begins && text[0] != '\n' && text[0] != '\r'
		if len(line) > 0 && string(line) != `\` && (rest || line[0] != '#' && line[0] != '!') {
			return false
		}
	}
	return true
}

// checkRuns checks that the bytes of every run are read as the piece of the value that the run says they are.
func checkRuns(t *testing.T, text []byte, value facts.Setting) {
	t.Helper()
	origin := value.Origin
	if origin.Runs == nil {
		if string(text[origin.Span.Start:origin.Span.End]) != value.Text {
			t.Errorf("%q is not written verbatim at %v", value.Text, origin.Span)
		}
		return
	}
	decoded, raw := 0, origin.Span.Start
	for i := 0; i < len(origin.Runs); i++ {
		run := origin.Runs[i]
		if run.Value != decoded || run.Raw < raw || run.In != nil || run.Style != facts.Plain {
			t.Fatalf("run %d of %q: %+v behind %d, %d", i, value.Text, run, decoded, raw)
		}
		if gap := text[raw:run.Raw]; len(gap) > 0 && (gap[0] != '\\' || len(bytes.Trim(gap, " \t\f\\\r\n")) > 0) {
			t.Errorf("run %d of %q: %q is before it", i, value.Text, gap)
		}
		written := text[run.Raw : run.Raw+run.RawN]
		decoded, raw = run.Value+run.N, run.Raw+run.RawN
		if i+1 < len(origin.Runs) && origin.Runs[i+1].RawN == 0 {
			i++ // the other byte of the character
			decoded += origin.Runs[i].N
		}
		piece := value.Text[run.Value:decoded]
		if run.N == run.RawN {
			if string(written) != piece {
				t.Errorf("run %d of %q: %q is not %q", i, value.Text, written, piece)
			}
			continue
		}
		if utf8.RuneCountInString(piece) != 1 {
			t.Errorf("run %d of %q: %q is not one character", i, value.Text, piece)
		}
		alone := Read(facts.NewSource("", slices.Concat([]byte("k="), written)))
		if len(alone.Entries) != 1 || alone.Entries[0].Value.Text != piece {
			t.Errorf("run %d of %q: %q is read as %+v, not as %q", i, value.Text, written, alone.Entries, piece)
		}
	}
	if decoded != len(value.Text) || raw != origin.Span.End {
		t.Errorf("the runs of %q end at %d, %d; the value at %d, %d", value.Text, decoded, raw, len(value.Text), origin.Span.End)
	}
}

func FuzzReplace(f *testing.F) {
	fuzzSeeds(f, func(text []byte) {
		f.Add(text, 0, 0, 3, "x")
		f.Add(text, 1, 1, 2, " ")
		f.Add(text, 0, 0, 1, "")
	})
	f.Fuzz(func(t *testing.T, text []byte, n, start, end int, by string) {
		before := Read(facts.NewSource("fuzz", text))
		if before.Refused != "" || n < 0 || n >= len(before.Entries) {
			t.Skip("no such entry")
		}
		value := before.Entries[n].Value
		edits, err := Replace(value, start, end, by)
		if err != nil {
			t.Skip(err)
		}
		for i, edit := range edits {
			if span := value.Origin.Span; edit.Span.Start < span.Start || edit.Span.End > span.End || i > 0 && edit.Span.Start < edits[i-1].Span.End {
				t.Errorf("edits %v of the value at %v", edits, span)
			}
		}
		written := Apply(text, edits)
		after := Read(facts.NewSource("fuzz", written))
		if after.Refused != "" || len(after.Entries) != len(before.Entries) {
			t.Fatalf("%q: [%d:%d] of value %d by %q gives %q: refused %q, %d entries instead of %d", text, start, end, n, by, written,
				after.Refused, len(after.Entries), len(before.Entries))
		}
		for i, entry := range after.Entries {
			want := before.Entries[i].Value.Text
			if i == n {
				if strings.Contains(want, "\uFFFD") {
					continue // two surrogates that were apart may be one character now
				}
				want = want[:start] + string([]rune(by)) + want[end:]
			}
			if entry.Name != before.Entries[i].Name || entry.Value.Text != want {
				t.Errorf("%q: [%d:%d] of value %d by %q gives %q: entry %d is %q=%q, not %q=%q", text, start, end, n, by, written,
					i, entry.Name, entry.Value.Text, before.Entries[i].Name, want)
			}
		}
		if len(before.Disagreements) == 0 && len(after.Disagreements) > 0 {
			t.Errorf("%q: [%d:%d] of value %d by %q gives %q: %+v", text, start, end, n, by, written, after.Disagreements)
		}
		checkFile(t, after)
	})
}
