package facts

import (
	"math"
	"reflect"
	"testing"
)

func TestPackKeepsEverything(t *testing.T) {
	t.Parallel()
	source := NewSource("compose.yml", []byte("A=b"))
	plain := Setting{Key: "A", Text: "b", State: Set, Origin: Origin{
		Source: source, Span: Span{2, 3}, Key: "A", KeySpan: Span{0, 1}, Format: Compose, Style: DoubleQuoted,
	}}
	changed := func(change func(*Setting)) Setting {
		s := plain
		change(&s)
		return s
	}
	c := &Container{}
	for name, value := range map[string]Setting{
		"A": plain,
		"":  {State: Unresolved, Why: "nobody knows"},
		"B": plain, // the key is not the name
		"C": changed(func(s *Setting) { s.Norm = "b" }),
		"D": changed(func(s *Setting) { s.Norm = "c" }),
		"E": changed(func(s *Setting) { s.Bad = "wrong" }),
		"F": changed(func(s *Setting) { s.Why = "because" }),
		"G": changed(func(s *Setting) { s.Via = []Origin{{Source: source}} }),
		"H": changed(func(s *Setting) { s.Overridden = []Setting{{}} }),
		"I": changed(func(s *Setting) { s.Origin.Runs = []Run{} }),
		"J": changed(func(s *Setting) { s.Origin.Format = Helm }),
		"K": changed(func(s *Setting) { s.Origin.Style = Folded }),
		"S": changed(func(s *Setting) { s.Origin.Within = Kubernetes }),
		"L": changed(func(s *Setting) { s.Origin = MeasuredBy("", "SHOW", "") }),
		"M": changed(func(s *Setting) { s.Origin.Span.End = math.MaxInt }),
		"N": changed(func(s *Setting) { s.Key, s.Origin.Key = "", "" }),
		"O": changed(func(s *Setting) { s.Key, s.Origin.Key = "O", "O" }),
		"P": changed(func(s *Setting) { s.Text = "" }),
		"Q": changed(func(s *Setting) { s.Origin.answer = &answer{value: "off"} }),
		"R": {},
	} {
		c.Environment = append(c.Environment, Assignment{Name: name, Value: value})
	}
	want := c.Environment
	for range 2 {
		c.Pack()
		if c.Environment != nil {
			t.Error("the environment is still there")
		}
		if got := c.Assignments(); !reflect.DeepEqual(got, want) {
			t.Errorf("put aside: %+v\nwant %+v", got, want)
		}
		c.Unpack()
		if !reflect.DeepEqual(c.Environment, want) {
			t.Errorf("got %+v\nwant %+v", c.Environment, want)
		}
	}
}
