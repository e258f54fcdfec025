package suppress

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

var all = []*rules.Rule{{ID: "a/one"}, {ID: "a/two"}, {ID: "b/three"}}

func TestParse(t *testing.T) {
	t.Parallel()
	today := time.Date(2026, 11, 26, 23, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"a/one -- why":                          "a/one",
		"a/one,b/three -- why -- and more":      "a/one b/three",
		"a/one , b/three until=2026-11-26 -- w": "a/one b/three",
		"a/* until=2026-11-25 -- w":             "(bbdoctor:ignore a/* expired on 2026-11-25",
		"a/one":                                 "(bbdoctor:ignore a/one gives no reason",
		"a/one --":                              "(bbdoctor:ignore a/one gives no reason",
		"a/one --why":                           "(\"--why\" is not understood",
		"-- why":                                "(bbdoctor:ignore names no rule",
		"a/one b/three -- why":                  "(\"b/three\" is not understood",
		"a/one until=2026-13-01 -- why":         "(until=2026-13-01 is no date",
		"a/onee,a/two -- why":                   "a/two (there is no rule \"a/onee\"; did you mean \"a/one\"?",
	} {
		s, wrong := parse(facts.Directive{Text: text}, all, today)
		got := strings.Join(s.patterns, " ")
		if len(wrong) > 0 {
			got = strings.TrimSpace(got + " (" + wrong[0])
		}
		if !strings.HasPrefix(got, want) || want == "" {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// TestFingerprintsHaveNoSecrets says that two passwords give one fingerprint, and that nothing of them is in it.
func TestFingerprintsHaveNoSecrets(t *testing.T) {
	t.Parallel()
	print := func(key, value, rest string) Fingerprint {
		text := key + "=" + value + rest
		source := facts.NewSource("f", []byte(text))
		origin := facts.Origin{Source: source, Key: key, Span: facts.Span{Start: len(key) + 1, End: len(text)}}
		setting := facts.Setting{Key: facts.Key(key), Text: value + rest, State: facts.Set, Origin: origin}
		deployment := &facts.Deployment{Bitbucket: &facts.Bitbucket{Files: []*facts.PropertiesFile{{Source: source, Entries: []facts.Assignment{{Name: key, Value: setting}}}}}}
		printer := NewPrinter(&facts.Collection{Deployments: []*facts.Deployment{deployment}}, func(s *facts.Source) string { return s.Name })
		return printer.Of(&rules.Result{Rule: all[0]}, &rules.Finding{At: origin})
	}
	for _, c := range [][2]string{{"jdbc.password", ""}, {"PGPOOL_POSTGRES_CUSTOM_PASSWORDS", ""}, {"jdbc.url", "&x=y"}} {
		key, before := c[0], ""
		if key == "jdbc.url" {
			before = "jdbc:postgresql://h/d?password="
		}
		one, two := print(key, before+"Kx7-winter", c[1]), print(key, before+"ab", c[1])
		if one != two || strings.Contains(one.Value, "winter") {
			t.Errorf("%+v and %+v", one, two)
		}
		if key != "jdbc.url" && one.Value != "" {
			t.Errorf("%s has the value %q", key, one.Value)
		}
	}
	if f := print("a", " x \t y", ""); f != (Fingerprint{Rule: "a/one", File: "f", Key: "a", Value: "x y"}) {
		t.Errorf("%+v", f)
	}
}

func TestBaselineIsReadAsWritten(t *testing.T) {
	t.Parallel()
	b := &Baseline{entries: []*entry{
		{Fingerprint: Fingerprint{Rule: "a/one", File: "ä <&>\n", Key: `"`, Value: "\x00"}, Message: "m"},
		{Fingerprint: Fingerprint{Rule: "a/two", Deployment: "prod"}, Count: 3},
	}}
	var text bytes.Buffer
	if err := b.Write(&text); err != nil {
		t.Fatal(err)
	}
	again, err := ReadBaseline("b.json", text.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range again.entries {
		want := *b.entries[i]
		want.Count = max(1, want.Count)
		if diff := cmp.Diff(want.Fingerprint, e.Fingerprint); diff != "" || e.Count != want.Count {
			t.Errorf("%d: %s", i, diff)
		}
		if line, column := e.at.Source.Position(e.at.Span.Start); line != 4+i || column != 5 || text.Bytes()[e.at.Span.End-1] != '}' {
			t.Errorf("entry %d is at %d:%d", i, line, column)
		}
	}
	for text, want := range map[string]string{
		"":                                   "1:1: the file ends too early",
		"[]":                                 "1:2: there is [ and not {",
		`{"schema": "x"}`:                    `: the schema is "x"`,
		`{"schema": "bbdoctor.baseline/v1"}`: "schema or findings are missing",
		`{"schema": "bbdoctor.baseline/v1", "findings": [], "x": 1}`:                   `unknown key "x"`,
		`{"schema": "bbdoctor.baseline/v1", "findings": [], "findings": []}`:           `"findings" stands twice`,
		`{"schema": "bbdoctor.baseline/v1", "findings": [{"rule": ""}]}`:               "without a rule",
		`{"schema": "bbdoctor.baseline/v1", "findings": [{"rule": "a", "count": -1}]}`: "negative count",
		`{"schema": "bbdoctor.baseline/v1", "findings": []} x`:                         "something follows",
		"{\n\"schema\": nope}": "2:11: invalid character",
	} {
		if _, err := ReadBaseline("b.json", []byte(text)); err == nil || !strings.HasPrefix(err.Error(), "b.json:") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

// TestDiscount says what is left of a result of which findings do not count.
func TestDiscount(t *testing.T) {
	t.Parallel()
	quiet := func() *rules.Finding {
		return &rules.Finding{Severity: rules.Error, Suppressed: &rules.Suppression{Justification: "why"}}
	}
	result := &rules.Result{Outcome: rules.Failed, Findings: []*rules.Finding{quiet(), {Severity: rules.Info}}}
	result.Discount()
	if result.Outcome != rules.Failed || result.Severity() != rules.Info || len(result.Counting()) != 1 {
		t.Errorf("%+v", result)
	}
	result.Findings[1] = quiet()
	result.Discount()
	if result.Outcome != rules.Skipped || result.Reason != "2 findings suppressed: why" || result.Severity() != 0 {
		t.Errorf("%+v", result)
	}
}

func FuzzReadBaseline(f *testing.F) {
	f.Add([]byte(`{"schema": "bbdoctor.baseline/v1", "findings": [{"rule": "a/b"}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		b, err := ReadBaseline("b", text)
		if (b == nil) == (err == nil) {
			t.Fatal("neither a baseline nor an error, or both")
		}
		if err == nil {
			for _, e := range b.entries {
				if e.at.Span.Start > e.at.Span.End || e.at.Span.End > len(text) {
					t.Errorf("%+v", e.at.Span)
				}
			}
		}
	})
}
