package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// decided is a report in which somebody has decided: one finding does not count by a comment, one by a baseline, a rule has
// another severity than usual, one broke, and one input could not be read.
func decided() *Report {
	source := facts.NewSource("a b/ü.properties", []byte("x=1\njdbc.user=postgres # bbdoctor:ignore\n"))
	at := facts.Origin{Source: source, Span: facts.Span{Start: 14, End: 22}, Key: "jdbc.user"}
	finding := func(message string, severity rules.Severity, suppressed *rules.Suppression) *rules.Finding {
		return &rules.Finding{Message: message, Severity: severity, At: at, Suppressed: suppressed}
	}
	driver := &rules.Rule{ID: "jdbc/driver", Title: "fine", Severity: rules.Info}
	return &Report{
		Version: "0.1.0", Collection: &facts.Collection{},
		Results: []*rules.Result{
			{Rule: driver, Deployment: ".", Outcome: rules.Failed, Findings: []*rules.Finding{
				finding("counted", rules.Info, nil),
				finding("commented away", rules.Error, &rules.Suppression{Kind: rules.SuppressedInSource, Justification: "agreed <b>", At: facts.Origin{Source: source, Span: facts.Span{Start: 23, End: 40}, Key: "comment"}}),
				finding("known before", rules.Error, &rules.Suppression{Kind: rules.SuppressedByBaseline}),
			}},
			{Rule: &rules.Rule{ID: "jdbc/url-valid", Title: "valid", Severity: rules.Error}, Deployment: ".", Outcome: rules.Errored, Reason: "the rule broke"},
			{Rule: &rules.Rule{ID: "pool/size", Title: "room", Severity: rules.Warning}, Deployment: ".", Outcome: rules.Skipped, Reason: "suppressed: agreed",
				Findings: []*rules.Finding{finding("quite away", rules.Warning, &rules.Suppression{Kind: rules.SuppressedInSource, Justification: "agreed"})}},
		},
		Problems: []facts.Problem{{File: "x.yml", Message: "no YAML"}, {File: "y.yml", Message: "passed over", Note: true}},
	}
}

func written(t *testing.T, format string) string {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, format, decided(), Options{FailOn: rules.Error}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestSuppressed: what does not count stays out, except where the format has a place for it.
func TestSuppressed(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"junit", "code-insights", "github", "gitlab", "checkstyle", "rdjson", "markdown"} {
		text := written(t, format)
		for _, away := range []string{"commented away", "known before", "quite away"} {
			if strings.Contains(text, away) {
				t.Errorf("%s: %q counts:\n%s", format, away, text)
			}
		}
		for _, counts := range []string{"counted", "the rule broke", "no YAML"} {
			if !strings.Contains(text, counts) {
				t.Errorf("%s: %q is missing:\n%s", format, counts, text)
			}
		}
	}
	if text := written(t, "openmetrics"); !strings.Contains(text, `bbdoctor_findings{deployment=".",severity="error"} 0`) || !strings.Contains(text, `bbdoctor_findings{deployment=".",severity="info"} 1`) {
		t.Errorf("openmetrics counts what is suppressed:\n%s", text)
	}
	page := written(t, "html")
	_, hidden, _ := strings.Cut(page, "<summary>Suppressed: 3</summary>")
	for _, want := range []string{"commented away", "agreed &lt;b&gt;", "known before", "baseline", "quite away"} {
		if !strings.Contains(hidden, want) {
			t.Errorf("html does not show %q among the suppressed", want)
		}
	}
}

// TestSARIFDecisions: suppressions, overrides and what went wrong, against the schema too.
func TestSARIFDecisions(t *testing.T) {
	t.Parallel()
	text := written(t, "sarif")
	schema, err := jsonschema.NewCompiler().Compile("testdata/sarif-schema-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(document); err != nil {
		t.Error(err)
	}
	var log sarifLog
	if err := json.Unmarshal([]byte(text), &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	if n := len(run.Results); n != 4 {
		t.Fatalf("%d results", n)
	}
	place := sarifPhysical{sarifArtifact{"a%20b/%C3%BC.properties", "%SRCROOT%"}, &sarifRegion{2, 11, 2, 19}}
	if diff := cmp.Diff([]sarifLocation{{Physical: place}}, run.Results[0].Locations); diff != "" {
		t.Errorf("locations: %s", diff)
	}
	comment := sarifLocation{Physical: sarifPhysical{place.File, &sarifRegion{2, 20, 2, 37}}}
	for i, want := range [][]sarifSuppression{
		nil, {{"inSource", "accepted", "agreed <b>", &comment}}, {{"external", "accepted", "", nil}}, {{"inSource", "accepted", "agreed", nil}},
	} {
		if diff := cmp.Diff(want, run.Results[i].Suppressions); diff != "" {
			t.Errorf("suppressions of result %d: %s", i, diff)
		}
	}
	if run.Tool.Driver.Rules[0].Configuration.Level != "error" || run.Results[0].Level != "note" {
		t.Errorf("jdbc/driver is an error by default, and a note here: %+v", run.Tool.Driver.Rules[0].Configuration)
	}
	rule := sarifReference{"jdbc/url-valid", 1}
	want := sarifInvocation{
		Successful: false,
		Notifications: []sarifNotification{
			{Level: "error", Message: sarifMessage{"no YAML"}, Locations: []sarifLocation{{Physical: sarifPhysical{File: sarifArtifact{"x.yml", "%SRCROOT%"}}}}},
			{Level: "note", Message: sarifMessage{"passed over"}, Locations: []sarifLocation{{Physical: sarifPhysical{File: sarifArtifact{"y.yml", "%SRCROOT%"}}}}},
			{Level: "error", Message: sarifMessage{".: not judged: the rule broke"}, Rule: &rule},
		},
		Overrides: []sarifOverride{{sarifReference{"jdbc/driver", 0}, sarifConfiguration{"note"}}},
	}
	if diff := cmp.Diff(want, run.Invocations[0]); diff != "" {
		t.Errorf("invocation: %s", diff)
	}
}

func TestSARIFFiles(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]sarifArtifact{
		"a/b.yml":    {"a/b.yml", "%SRCROOT%"},
		"./a.yml":    {"a.yml", "%SRCROOT%"},
		"../x/a.yml": {"../x/a.yml", "%SRCROOT%"},
		"a:b.yml":    {"./a:b.yml", "%SRCROOT%"},
		"a#b?c.yml":  {"a%23b%3Fc.yml", "%SRCROOT%"},
		"/etc/a b":   {"file:///etc/a%20b", ""},
	} {
		if got := sarifFile(name); got != want {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
}

// TestVerdict: what counts, from which severity on.
func TestVerdict(t *testing.T) {
	t.Parallel()
	failed := func(severity rules.Severity, suppressed bool) *Report {
		finding := &rules.Finding{Severity: severity}
		if suppressed {
			finding.Suppressed = &rules.Suppression{}
		}
		return &Report{Results: []*rules.Result{{Outcome: rules.Failed, Findings: []*rules.Finding{finding}}}}
	}
	for i, c := range []struct {
		report *Report
		failOn rules.Severity
		want   Verdict
	}{
		{&Report{}, rules.Error, Clean},
		{failed(rules.Warning, false), rules.Error, Clean},
		{failed(rules.Warning, false), rules.Warning, Findings},
		{failed(rules.Error, false), rules.Error, Findings},
		{failed(rules.Error, true), rules.Info, Clean},
		{failed(rules.Error, true), 0, Clean},
		{&Report{Problems: []facts.Problem{{Note: true}}}, rules.Info, Clean},
		{&Report{Problems: []facts.Problem{{}}}, rules.Error, Incomplete},
		{decided(), rules.Error, Incomplete},
	} {
		if got := c.report.Verdict(c.failOn); got != c.want {
			t.Errorf("case %d: %v, want %v", i, got, c.want)
		}
	}
}
