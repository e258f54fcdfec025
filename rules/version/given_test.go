package version

import (
	"testing"
	"time"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// withPostgres is a deployment of one Bitbucket and one PostgreSQL node.
func withPostgres(bitbucket, postgres string) *facts.Deployment {
	source := facts.NewSource("pg-0.sh", []byte(postgres))
	return &facts.Deployment{
		Bitbucket: &facts.Bitbucket{Version: facts.Setting{Text: bitbucket, State: facts.Set}},
		Nodes: []*facts.Node{{Name: "pg-0", Version: facts.Setting{
			Text: postgres, State: facts.Set, Origin: facts.Origin{Source: source, Span: facts.Span{Start: 0, End: len(postgres)}},
		}}},
	}
}

// TestGivenTable sees to it that the user's own table is stronger than what the rule knows, both ways.
func TestGivenTable(t *testing.T) {
	t.Parallel()
	given := map[string][]int{"10": {14, 18}, "10.2": {15}, "9": {9}}
	for _, c := range []struct {
		bitbucket, postgres string
		want                rules.Outcome
		severity            rules.Severity
	}{
		{"10.0", "14", rules.Passed, 0}, {"10.0", "17", rules.Failed, rules.Error}, {"10.2.1", "15", rules.Passed, 0},
		{"10.2.1", "14", rules.Failed, rules.Error}, {"9.4", "9.6", rules.Passed, 0}, {"8.19", "17", rules.Failed, rules.Warning},
		{"11.0", "17", rules.Skipped, 0},
	} {
		deployment := withPostgres(c.bitbucket, c.postgres)
		deployment.PostgresSupport = given
		result := rules.Run(deployment, []*rules.Rule{PostgresSupported})[0]
		if result.Outcome != c.want || result.Severity() != c.severity {
			t.Errorf("Bitbucket %s, PostgreSQL %s: %s (%s), %s", c.bitbucket, c.postgres, result.Outcome, result.Severity(), result.Reason)
		}
	}
}

// TestToday sees to it that no end of life is judged without a date, and that the server's clock is the stronger.
func TestToday(t *testing.T) {
	t.Parallel()
	deployment := withPostgres("10.2", "15")
	judge := func() *rules.Result { return rules.Run(deployment, []*rules.Rule{PostgresEOL})[0] }
	if result := judge(); result.Outcome != rules.Skipped || result.Reason != "today's date is not known" {
		t.Errorf("without a date: %s, %s", result.Outcome, result.Reason)
	}
	deployment.Today = time.Date(2026, time.November, 24, 0, 0, 0, 0, time.UTC)
	if result := judge(); result.Outcome != rules.Passed {
		t.Errorf("in 2026: %s, %s", result.Outcome, result.Reason)
	}
	deployment.Live = &facts.Snapshot{PostgreSQL: &facts.PostgreSQL{VersionNum: 180001, Now: "2028-01-01T00:00:00.25+05:30"}}
	if result := judge(); result.Outcome != rules.Failed || len(result.Findings) != 1 {
		t.Errorf("by the server's clock of 2028: %s, %s", result.Outcome, result.Reason)
	}
	deployment.Live.PostgreSQL.Now = "half past ten"
	if result := judge(); result.Outcome != rules.Passed {
		t.Errorf("a clock that tells nothing: %s, %s", result.Outcome, result.Reason)
	}
}
