// Package traced builds texts that know, for every byte, where it was written: through quotes, escapes, and variables
// whose values were written elsewhere.
package traced

import (
	"slices"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// MaxExpanded is the size in bytes that a value may have once variables were put into it. What a line of a file says by
// itself may be as long as the file; what variables make of it could double with every line.
const MaxExpanded = 64 << 10

// maxInherited is how many runs are copied for a variable that is passed on by its name. A file may name it a hundred
// thousand times.
const maxInherited = 256

// maxVia bounds how many variables are remembered as the way that a value took.
const maxVia = 16

// Text is a text under construction. The zero value is the empty text, ready to be added to.
type Text struct {
	Bytes []byte
	// Runs cover Bytes without a gap unless Lost is true. Every run has its source in In.
	Runs []facts.Run
	// Lost says that the bytes cannot be traced.
	Lost bool
	// State is Set for a text that is known (the zero value counts as such too), else Unresolved or Secret.
	State facts.State
	// Why is the reason when the text is not known. Bytes then lack what is not known of it.
	Why string
	// Certain is how many bytes the text is known to begin with, when it is not known as a whole.
	Certain int
	// Via are the places where the variables in the text got their values, nearest first.
	Via []facts.Origin
	// Budget is how many runs may still be made, shared by all texts of one file; nil for as many as it takes. A text that
	// finds it used up is Lost.
	Budget *int
}

// Known says whether the text is what the program will see.
func (t *Text) Known() bool { return t.State == facts.Absent || t.State == facts.Set }

// Unknown marks the text as not known. The first reason stays.
func (t *Text) Unknown(why string) { t.unknown(facts.Unresolved, why, len(t.Bytes)) }

func (t *Text) unknown(state facts.State, why string, certain int) {
	if t.Known() {
		t.State, t.Why, t.Certain = state, why, certain
	}
}

// Prefix is what the text is known to begin with; all of a text that is known.
func (t *Text) Prefix() string {
	if t.Known() {
		return string(t.Bytes)
	}
	return string(t.Bytes[:t.Certain])
}

// Verbatim adds text that stands in the source, from at on, exactly as it is.
func (t *Text) Verbatim(text string, source *facts.Source, at int, style facts.Style) {
	if text == "" {
		return
	}
	t.run(facts.Run{Value: len(t.Bytes), N: len(text), Raw: at, RawN: len(text), In: source, Style: style})
	t.Bytes = append(t.Bytes, text...)
}

// Escape adds text that is written as the bytes of a span, in which it does not stand verbatim.
func (t *Text) Escape(text string, source *facts.Source, written facts.Span, style facts.Style) {
	n := len(text)
	if n == 0 {
		return
	}
	if n == written.Len() && n > 1 {
		// Equal lengths would say that it stands there verbatim. So all but the first byte have no bytes of their own.
		t.run(facts.Run{Value: len(t.Bytes), N: 1, Raw: written.Start, RawN: n, In: source, Style: style})
		t.run(facts.Run{Value: len(t.Bytes) + 1, N: n - 1, Raw: written.End, In: source, Style: style})
	} else {
		t.run(facts.Run{Value: len(t.Bytes), N: n, Raw: written.Start, RawN: written.Len(), In: source, Style: style})
	}
	t.Bytes = append(t.Bytes, text...)
}

// Add adds another text, with what is known of it.
func (t *Text) Add(other Text) {
	if !other.Known() {
		t.unknown(other.State, other.Why, len(t.Bytes)+other.Certain)
	}
	t.add(other.Bytes, other.Runs, other.Lost)
	for _, via := range other.Via {
		t.Through(via)
	}
}

// Value adds the value of a variable.
func (t *Text) Value(value facts.Setting) {
	if !value.Known() {
		t.unknown(value.State, value.Why, len(t.Bytes))
	} else {
		runs, lost := Runs(value)
		t.add([]byte(value.Text), runs, lost)
	}
	t.Through(value.Origin)
	for _, via := range value.Via {
		t.Through(via)
	}
}

// Through adds a place to the way that the text took.
func (t *Text) Through(origin facts.Origin) {
	if !origin.Known() || len(t.Via) == maxVia {
		return
	}
	same := func(o facts.Origin) bool {
		return o.Source == origin.Source && o.Span == origin.Span && o.Key == origin.Key
	}
	if !slices.ContainsFunc(t.Via, same) {
		t.Via = append(t.Via[:len(t.Via):len(t.Via)], origin)
	}
}

func (t *Text) add(text []byte, runs []facts.Run, lost bool) {
	t.Lost = t.Lost || lost && len(text) > 0
	if t.Lost {
		t.Runs = nil
	}
	for _, run := range runs {
		run.Value += len(t.Bytes)
		t.run(run)
	}
	t.Bytes = append(t.Bytes, text...)
}

// run adds a run, or makes the last one longer when both are one verbatim piece.
func (t *Text) run(run facts.Run) {
	if t.Lost {
		return
	}
	if n := len(t.Runs); n > 0 && run.N == run.RawN {
		last := &t.Runs[n-1]
		if last.N == last.RawN && last.In == run.In && last.Format == run.Format && last.Style == run.Style && last.Raw+last.RawN == run.Raw {
			last.N += run.N
			last.RawN += run.RawN
			return
		}
	}
	if t.Budget != nil {
		if *t.Budget == 0 {
			t.Lost, t.Runs = true, nil
			return
		}
		*t.Budget--
	}
	t.Runs = append(t.Runs, run)
}

// Slice gives a part of the text, with the variables of the whole. It is known if all its bytes are.
func (t *Text) Slice(start, end int) Text {
	part := t.part(start, end)
	if !t.Known() && end <= t.Certain {
		part.State, part.Why, part.Certain = facts.Set, "", 0
	}
	return part
}

// Tail gives the text from an offset on, with the variables of the whole. It is known if the whole is.
func (t *Text) Tail(start int) Text { return t.part(start, len(t.Bytes)) }

func (t *Text) part(start, end int) Text {
	part := *t
	part.Bytes = t.Bytes[start:end:end]
	part.Via = t.Via[:len(t.Via):len(t.Via)]
	part.Runs = slice(t.Runs, start, end)
	part.Certain = max(0, t.Certain-start)
	return part
}

// slice gives the runs of a part of a text. A part of an escape is all of it.
func slice(runs []facts.Run, start, end int) []facts.Run {
	if start == end {
		return nil
	}
	// Runs are in the order of the value, so that the first one is found without walking.
	first, _ := slices.BinarySearchFunc(runs, start, func(run facts.Run, at int) int {
		if run.Value+run.N <= at {
			return -1
		}
		return 1
	})
	var part []facts.Run
	for _, run := range runs[first:] {
		if run.Value >= end {
			break
		}
		from, to := max(start, run.Value), min(end, run.Value+run.N)
		if run.N == run.RawN {
			run.Raw += from - run.Value
			run.RawN = to - from
		} else if to-from == run.RawN {
			part = append(part, facts.Run{Value: from - start, N: 1, Raw: run.Raw, RawN: run.RawN, In: run.In, Format: run.Format, Style: run.Style})
			from++
			run.Raw, run.RawN = run.Raw+run.RawN, 0
		}
		if from < to {
			run.Value, run.N = from-start, to-from
			part = append(part, run)
		}
	}
	return part
}

// Runs gives the runs of a value with source and format in every one, so that they can become part of another. lost says that it cannot be traced.
func Runs(value facts.Setting) (runs []facts.Run, lost bool) {
	origin := value.Origin
	switch {
	case value.Text == "":
		return nil, false
	case origin.Source == nil:
		return nil, true
	case origin.Runs == nil:
		if origin.Span.Len() != len(value.Text) {
			return nil, true
		}
		return []facts.Run{{N: len(value.Text), Raw: origin.Span.Start, RawN: len(value.Text), In: origin.Source, Format: origin.Format, Style: origin.Style}}, false
	case len(origin.Runs) == 0:
		return nil, true
	}
	runs = slices.Clone(origin.Runs)
	for i := range runs {
		if runs[i].In == nil {
			runs[i].In = origin.Source
		}
		if runs[i].Format == 0 {
			runs[i].Format = origin.Format
		}
	}
	return runs, false
}

// Setting makes a value out of the text. The origin says where it is assigned: its Source, Span, Key, KeySpan, Format and,
// for an empty value, its Style. written is the value as the file writes it, which stands for a text that is not known.
func (t *Text) Setting(origin facts.Origin, written string) facts.Setting {
	setting := facts.Setting{Key: facts.Key(origin.Key), Via: t.Via, Origin: origin}
	if !t.Known() {
		setting.State, setting.Why, setting.Text = t.State, t.Why, written
		setting.Origin.Runs = []facts.Run{}
		return setting
	}
	setting.State, setting.Text = facts.Set, string(t.Bytes)
	setting.Origin.Runs = t.runsFor(&setting.Origin)
	return setting
}

// Inherited makes the value of a variable that is passed on by its name alone, without copying it. The origin says where
// the name stands; its Span is empty.
func Inherited(value facts.Setting, origin facts.Origin) facts.Setting {
	setting := facts.Setting{Key: facts.Key(origin.Key), Text: value.Text, State: value.State, Why: value.Why, Origin: origin}
	via := Text{}
	via.Through(value.Origin)
	for _, origin := range value.Via {
		via.Through(origin)
	}
	setting.Via = via.Via
	setting.Origin.Runs = []facts.Run{} // nothing may be written behind the name without an "="
	switch {
	case !value.Known():
		setting.Text = ""
	case value.Origin.Source == origin.Source && len(value.Origin.Runs) > 0:
		setting.Origin.Runs = value.Origin.Runs
	case len(value.Origin.Runs) > maxInherited:
	default:
		if runs, lost := Runs(value); !lost && len(runs) > 0 {
			text := Text{Bytes: []byte{0}, Runs: runs}
			setting.Origin.Runs = text.runsFor(&origin)
		}
	}
	if setting.Known() {
		setting.State = facts.Set
	}
	return setting
}

func (t *Text) runsFor(origin *facts.Origin) []facts.Run {
	switch {
	case t.Lost:
		return []facts.Run{}
	case len(t.Bytes) == 0 && origin.Span.Len() == 0:
		return nil
	case len(t.Bytes) == 0:
		return []facts.Run{} // something is written that makes nothing
	case len(t.Runs) == 1 && t.Runs[0].In == origin.Source && t.Runs[0].N == t.Runs[0].RawN &&
		t.Runs[0].Raw == origin.Span.Start && t.Runs[0].N == origin.Span.Len():
		origin.Style = t.Runs[0].Style
		return nil
	}
	runs := slices.Clone(t.Runs)
	for i := range runs {
		if runs[i].In == origin.Source {
			runs[i].In = nil
		}
		if runs[i].Format == origin.Format {
			runs[i].Format = 0
		}
	}
	return runs
}
