package fix

import (
	"slices"
	"strings"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

func TestApply(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text  string
		edits []rules.Edit
		want  string
	}{
		{"abc", nil, "abc"},
		{"abc", []rules.Edit{{Start: 1, End: 2, New: "X"}}, "aXc"},
		{"abc", []rules.Edit{{Start: 2, End: 3, New: ""}, {Start: 0, End: 1, New: "XY"}}, "XYb"},
		{"abc", []rules.Edit{{Start: 3, End: 3, New: "!"}, {Start: 0, End: 0, New: "?"}}, "?abc!"},
		{"abc", []rules.Edit{{Start: 1, End: 2, New: ""}, {Start: 1, End: 1, New: "X"}}, "aXc"},
		{"\xef\xbb\xbfa\r\n\xff", []rules.Edit{{Start: 3, End: 4, New: "b"}}, "\xef\xbb\xbfb\r\n\xff"},
		{"", []rules.Edit{{New: "x"}}, "x"},
	}
	for _, test := range tests {
		if got := string(apply([]byte(test.text), test.edits)); got != test.want {
			t.Errorf("%q with %v is %q, want %q", test.text, test.edits, got, test.want)
		}
	}
}

// finding is one with a fix that makes edits of "[start,end)=text" in a source.
func finding(title string, edits ...rules.Edit) *rules.Finding {
	return &rules.Finding{Fix: &rules.Fix{Title: title, Edits: edits}}
}

func resultOf(findings ...*rules.Finding) []*rules.Result {
	return []*rules.Result{{Rule: &rules.Rule{ID: "a/b"}, Findings: findings}}
}

func TestNewPlan(t *testing.T) {
	t.Parallel()
	one, two := facts.NewSource("one", []byte("0123456789")), facts.NewSource("two", []byte("abc"))
	edit := func(source *facts.Source, start, end int, text string) rules.Edit {
		return rules.Edit{Source: source, Start: start, End: end, New: text}
	}
	unsafe := finding("unsafe", edit(one, 9, 10, "U"))
	unsafe.Fix.Unsafe = true
	tests := []struct {
		name               string
		findings           []*rules.Finding
		unsafe             bool
		want               string // the files that change, with their new text
		conflicts, skipped int
	}{
		{"nothing", []*rules.Finding{{}, finding("by hand")}, false, "", 0, 0},
		{"apart", []*rules.Finding{finding("a", edit(one, 1, 2, "A")), finding("b", edit(one, 5, 6, "B"))}, false, "one=0A234B6789", 0, 0},
		{"side by side", []*rules.Finding{finding("a", edit(one, 1, 2, "A")), finding("b", edit(one, 2, 3, "B"))}, false, "one=0AB3456789", 0, 0},
		{"the same", []*rules.Finding{finding("a", edit(one, 1, 2, "A")), finding("b", edit(one, 1, 2, "A"))}, false, "one=0A23456789", 0, 0},
		{"overlapping", []*rules.Finding{finding("a", edit(one, 1, 4, "A")), finding("b", edit(one, 3, 6, "B"))}, false, "one=0A456789", 1, 0},
		{"the same bytes otherwise", []*rules.Finding{finding("a", edit(one, 1, 2, "A")), finding("b", edit(one, 1, 2, "B"))}, false, "one=0A23456789", 1, 0},
		{"two insertions at one place", []*rules.Finding{finding("a", edit(one, 1, 1, "A")), finding("b", edit(one, 1, 1, "B"))}, false, "one=0A123456789", 1, 0},
		{"two settings added at one place", []*rules.Finding{finding("a", rules.Edit{Source: one, Start: 1, End: 1, New: "A", Whole: true}), finding("b", rules.Edit{Source: one, Start: 1, End: 1, New: "B", Whole: true})}, false, "one=0AB123456789", 0, 0},
		{"an insertion inside", []*rules.Finding{finding("a", edit(one, 1, 4, "A")), finding("b", edit(one, 2, 2, "B"))}, false, "one=0A456789", 1, 0},
		{"left out whole", []*rules.Finding{finding("a", edit(one, 1, 2, "A")), finding("b", edit(two, 0, 1, "B"), edit(one, 1, 3, "B"))}, false, "one=0A23456789", 1, 0},
		{"two files", []*rules.Finding{finding("a", edit(two, 0, 1, "A"), edit(one, 0, 1, "A"))}, false, "one=A123456789 two=Abc", 0, 0},
		{"unsafe is left out", []*rules.Finding{unsafe, finding("a", edit(one, 0, 1, "A"))}, false, "one=A123456789", 0, 1},
		{"unsafe is taken along", []*rules.Finding{unsafe, finding("a", edit(one, 0, 1, "A"))}, true, "one=A12345678U", 0, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			plan := NewPlan(resultOf(test.findings...), test.unsafe)
			var files []string
			for _, file := range plan.Files {
				files = append(files, file.Source.Name+"="+string(file.New))
			}
			if got := strings.Join(files, " "); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if plan.Conflicts != test.conflicts || plan.Unsafe != test.skipped {
				t.Errorf("%d conflicts and %d unsafe, want %d and %d", plan.Conflicts, plan.Unsafe, test.conflicts, test.skipped)
			}
		})
	}
	// The order of the findings decides who wins, and titles are told once.
	plan := NewPlan(resultOf(finding("twice", edit(one, 1, 2, "A")), finding("twice", edit(one, 3, 4, "B"))), false)
	if !slices.Equal(plan.Files[0].Titles, []string{"twice"}) {
		t.Errorf("titles %q", plan.Files[0].Titles)
	}
}

func TestMoved(t *testing.T) {
	t.Parallel()
	tests := []struct {
		hidden facts.Span
		edits  []rules.Edit
		want   []facts.Span
	}{
		{facts.Span{Start: 4, End: 8}, nil, []facts.Span{{Start: 4, End: 8}}},
		{facts.Span{Start: 4, End: 8}, []rules.Edit{{Start: 0, End: 2, New: "xyz"}}, []facts.Span{{Start: 5, End: 9}}},
		{facts.Span{Start: 4, End: 8}, []rules.Edit{{Start: 9, End: 10}}, []facts.Span{{Start: 4, End: 8}}},
		{facts.Span{Start: 4, End: 8}, []rules.Edit{{Start: 4, End: 4, New: "x"}}, []facts.Span{{Start: 4, End: 9}}},
		{facts.Span{Start: 4, End: 8}, []rules.Edit{{Start: 8, End: 8, New: "x"}}, []facts.Span{{Start: 4, End: 9}}},
		{facts.Span{Start: 4, End: 8}, []rules.Edit{{Start: 8, End: 8, New: " -e X"}}, []facts.Span{{Start: 4, End: 8}}},
		{facts.Span{Start: 4, End: 8}, []rules.Edit{{Start: 0, End: 0, New: "ab"}, {Start: 8, End: 8, New: "\nX"}}, []facts.Span{{Start: 6, End: 10}}},
		{facts.Span{Start: 4, End: 8}, []rules.Edit{{Start: 5, End: 6}}, []facts.Span{{Start: 4, End: 7}}},
		{facts.Span{Start: 4, End: 8}, []rules.Edit{{Start: 3, End: 9}}, []facts.Span{}},
		{facts.Span{Start: 4, End: 8}, []rules.Edit{{Start: 8, End: 9, New: "xx"}}, []facts.Span{{Start: 4, End: 8}}},
	}
	for _, test := range tests {
		if got := moved([]facts.Span{test.hidden}, test.edits); !slices.Equal(got, test.want) {
			t.Errorf("%v behind %v is %v, want %v", test.hidden, test.edits, got, test.want)
		}
	}
}

func TestLabels(t *testing.T) {
	t.Parallel()
	source := facts.NewSource("a.yml", []byte("x\ny\n"))
	at := func(name string, offset int) *facts.Container {
		return &facts.Container{Name: name, Origin: facts.Origin{Source: source, Span: facts.Span{Start: offset, End: offset + 1}}}
	}
	pool, again, nameless := at("pool", 0), at("pool", 2), at("", 0)
	tests := []struct {
		users []user
		want  string
	}{
		{[]user{{"a", pool, "X"}, {"a", at("other", 0), "X"}}, "other, pool"},
		{[]user{{"a", pool, "X"}, {"b", again, "X"}}, "pool of a, pool of b"},
		{[]user{{"a", pool, "X"}, {"a", again, "X"}}, "pool (a.yml:1), pool (a.yml:2)"},
		{[]user{{"a", pool, "Y"}, {"a", pool, "X"}}, "X and Y of pool"},
		{[]user{{"a", pool, "X"}, {"", again, "X"}}, "pool (a.yml:2), pool of a"},
		{[]user{{"a", nameless, "X"}, {"a", pool, "X"}}, "a container of a.yml, pool"},
	}
	for _, test := range tests {
		if got := strings.Join(labels(test.users, true), ", "); got != test.want {
			t.Errorf("%v is %q, want %q", test.users, got, test.want)
		}
	}
	if got := join([]string{"a", "b", "c"}); got != "a, b and c" {
		t.Error(got)
	}
}

func TestUses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"": 0, "X": 0, "$X": 1, "${X}": 1, "${X:-y} $X": 2, "$XY ${XY}": 0, "$AX": 0, "$$X": 1, "X=$X\n#${X": 2,
	} {
		if _, n := uses(text, "X"); n != want {
			t.Errorf("%q has %d, want %d", text, n, want)
		}
	}
}
