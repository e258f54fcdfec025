package report

import (
	"strings"
	"testing"
)

// TestReadInsightsOfJSON: places, measurements, suppressions and what went wrong come through.
func TestReadInsightsOfJSON(t *testing.T) {
	t.Parallel()
	insights, err := ReadInsights([]byte(`{
  "schema": "bbdoctor.report/v1", "tool": {"name": "bbdoctor", "version": "9.9"},
  "results": [
    {"rule": "jdbc/driver", "title": "fine", "deployment": "prod", "outcome": "fail", "findings": [
      {"message": "in a file", "help": "mend it", "severity": "warning", "location": {"file": "a.env", "line": 7, "key": "X"}},
      {"message": "far below", "severity": "info", "location": {"file": "a.env", "line": 999999999, "key": "X"}},
      {"message": "measured", "severity": "error", "location": null, "measured": {"query": "SHOW pool_nodes", "value": "down"}},
      {"message": "agreed", "severity": "error", "location": null, "suppressed": {"kind": "comment", "justification": "why", "location": null}}]},
    {"rule": "pool/size", "title": "fine", "deployment": "prod", "outcome": "error", "reason": "the rule broke", "findings": []}],
  "problems": [{"file": "b.yml", "line": 3, "message": "no YAML", "note": false}, {"file": "c.yml", "line": 0, "message": "passed over", "note": true}]}`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, one := range insights.DataCenter.Annotations.Annotations {
		got = append(got, strings.Join([]string{one.Severity, one.Path, strings.ReplaceAll(one.Message, "\n", " | ")}, " "), string(rune('0'+min(one.Line, 9))))
	}
	want := []string{
		"HIGH  prod: measured | (measured: SHOW pool_nodes = down) | [jdbc/driver]", "0",
		"HIGH  prod: not judged: the rule broke | [pool/size]", "0",
		"HIGH b.yml not read, or not wholly: no YAML | [bbdoctor/not-read]", "3",
		"MEDIUM a.env prod: in a file | Help: mend it | [jdbc/driver]", "7",
		"LOW a.env prod: far below | [jdbc/driver]", "0",
	}
	if a, b := strings.Join(got, "\n"), strings.Join(want, "\n"); a != b {
		t.Errorf("annotations\n%s\nwant\n%s", a, b)
	}
	if insights.DataCenter.Report.Result != "FAIL" || insights.DataCenter.Report.Reporter != "bbdoctor 9.9" {
		t.Errorf("%+v", insights.DataCenter.Report)
	}
}

// FuzzReadInsights: no text may break the reader, and what it makes keeps to the limits.
func FuzzReadInsights(f *testing.F) {
	f.Add([]byte(`{"schema": "bbdoctor.report/v1", "results": [{"outcome": "fail", "findings": [{"location": {"line": -1}}]}]}`))
	f.Add([]byte(`{"schema": "bbdoctor.code-insights/v1", "dataCenter": {"report": {"title": "x"}}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		insights, err := ReadInsights(text)
		if err == nil {
			insights.Limit(1)
			if len(insights.DataCenter.Annotations.Annotations) > 1 {
				t.Errorf("%d annotations", len(insights.DataCenter.Annotations.Annotations))
			}
		}
	})
}
