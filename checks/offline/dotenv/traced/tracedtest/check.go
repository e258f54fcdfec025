// Package tracedtest checks what readers say of where their values were written. It is for tests.
package tracedtest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// Check fails the test when a value's origin contradicts the bytes it points to.
func Check(t testing.TB, setting facts.Setting) {
	t.Helper()
	if err := Problem(setting); err != nil {
		t.Errorf("%s = %q: %v", setting.Origin.Key, setting.Text, err)
	}
}

// Problem says what is wrong with a value's origin.
func Problem(setting facts.Setting) error {
	origin := setting.Origin
	if origin.Source == nil {
		return fmt.Errorf("no source")
	}
	for _, span := range []facts.Span{origin.Span, origin.KeySpan} {
		if err := inside(origin.Source, span); err != nil {
			return err
		}
	}
	for _, via := range setting.Via {
		if via.Source == nil {
			return fmt.Errorf("a way without a source")
		}
		if err := inside(via.Source, via.Span); err != nil {
			return fmt.Errorf("way: %w", err)
		}
	}
	switch {
	case !setting.Known():
		if setting.Why == "" {
			return fmt.Errorf("state %s without a reason", setting.State)
		}
		if origin.Runs == nil || len(origin.Runs) > 0 {
			return fmt.Errorf("state %s with a trace", setting.State)
		}
		return nil
	case origin.Runs == nil:
		if written := string(origin.Source.Text[origin.Span.Start:origin.Span.End]); written != setting.Text {
			return fmt.Errorf("said to be verbatim, but %q is written", written)
		}
		return nil
	case len(origin.Runs) == 0:
		return nil
	}
	return runs(setting)
}

// runs checks that the runs cover the value without a gap and that verbatim ones are so.
func runs(setting facts.Setting) error {
	at := 0
	for _, run := range setting.Origin.Runs {
		source := run.In
		if source == nil {
			source = setting.Origin.Source
		} else if source == setting.Origin.Source {
			return fmt.Errorf("run %+v names the origin's own source", run)
		}
		if run.Value != at || run.N <= 0 {
			return fmt.Errorf("run %+v does not follow offset %d", run, at)
		}
		at += run.N
		if at > len(setting.Text) {
			return fmt.Errorf("run %+v is outside the value", run)
		}
		if err := inside(source, facts.Span{Start: run.Raw, End: run.Raw + run.RawN}); err != nil {
			return err
		}
		written, value := string(source.Text[run.Raw:run.Raw+run.RawN]), setting.Text[run.Value:at]
		if run.N == run.RawN && written != value && run.N > 1 {
			return fmt.Errorf("run %+v says that %q is written verbatim, but it is %q", run, value, written)
		}
	}
	if at != len(setting.Text) {
		return fmt.Errorf("the runs end at offset %d of %d", at, len(setting.Text))
	}
	return nil
}

func inside(source *facts.Source, span facts.Span) error {
	if span.Start < 0 || span.End < span.Start || span.End > len(source.Text) {
		return fmt.Errorf("span %v is outside the %d bytes of %s", span, len(source.Text), source.Name)
	}
	return nil
}

// Edit replaces bytes [start, end) of a value where they are written, as a fix does: the new text goes to the first place,
// the other places are emptied. encode says how a text is written at a place. The result has the new contents of the
// changed sources; ok is false when the value cannot be changed so.
func Edit(setting facts.Setting, start, end int, text string, encode func(facts.Place, string) (string, bool)) (map[*facts.Source][]byte, bool) {
	places, ok := setting.Origin.Places(start, end)
	if !ok || len(places) == 0 {
		return nil, false
	}
	type edit struct {
		facts.Place
		text string
	}
	edits := make([]edit, len(places))
	for i, place := range places {
		edits[i] = edit{Place: place}
	}
	if edits[0].text, ok = encode(places[0], text); !ok {
		return nil, false
	}
	// From the end of a file to its start, so that no edit moves the bytes of another.
	slices.SortStableFunc(edits, func(a, b edit) int { return b.Span.Start - a.Span.Start })
	changed := map[*facts.Source][]byte{}
	last := map[*facts.Source]int{}
	for _, e := range edits {
		content, again := changed[e.Source]
		if !again {
			content, last[e.Source] = e.Source.Text, len(e.Source.Text)
		}
		if e.Span.End > last[e.Source] {
			return nil, false // two places of one value are the same bytes
		}
		last[e.Source] = e.Span.Start
		edited := append([]byte{}, content[:e.Span.Start]...)
		edited = append(edited, e.text...)
		changed[e.Source] = append(edited, content[e.Span.End:]...)
	}
	return changed, true
}
