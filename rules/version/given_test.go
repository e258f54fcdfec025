package version

import (
	"strings"
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
		deployment.Tables.PostgresSupport = given
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

// TestGivenEnds sees to it that the user's own ends of life and fixes are stronger than those that the rules know.
func TestGivenEnds(t *testing.T) {
	t.Parallel()
	day := func(text string) time.Time {
		day, err := time.Parse(time.DateOnly, text)
		if err != nil {
			t.Fatal(err)
		}
		return day
	}
	source := facts.NewSource("pgpool.sh", []byte("4.2.3"))
	deployment := withPostgres("10.2", "12")
	deployment.Today = day("2026-11-24")
	deployment.Pgpools = []*facts.Pgpool{{Name: "pgpool", Version: facts.Setting{
		Text: "4.2.3", State: facts.Set, Origin: facts.Origin{Source: source, Span: facts.Span{End: 5}},
	}}}
	outcome := func(rule *rules.Rule) rules.Outcome { return rules.Run(deployment, []*rules.Rule{rule})[0].Outcome }
	if got := []rules.Outcome{outcome(PostgresEOL), outcome(PgpoolEOL), outcome(PgpoolCVE)}; got[0] != rules.Failed || got[1] != rules.Failed || got[2] != rules.Failed {
		t.Fatalf("nothing given: %v", got)
	}
	deployment.Tables = facts.Tables{
		PostgresEnd: map[string]time.Time{"12": day("2028-01-31")}, PgpoolEnd: map[string]time.Time{"4.2": day("2026-11-24")},
		PgpoolFixes: map[string][]string{},
	}
	for _, name := range Vulnerabilities() {
		deployment.Tables.PgpoolFixes[name] = []string{"4.6.1", "4.2.3"}
	}
	if got := []rules.Outcome{outcome(PostgresEOL), outcome(PgpoolEOL), outcome(PgpoolCVE)}; got[0] != rules.Passed || got[1] != rules.Passed || got[2] != rules.Passed {
		t.Errorf("looked after for longer: %v", got)
	}
	deployment.Tables.PgpoolEnd["4.2"] = day("2026-11-23")
	result := rules.Run(deployment, []*rules.Rule{PgpoolEOL})[0]
	if result.Outcome != rules.Failed || !strings.Contains(result.Findings[0].Message, "ended on 2026-11-23") {
		t.Errorf("the day after: %+v", result)
	}
	deployment.Tables = facts.Tables{
		PostgresEnd: map[string]time.Time{"99": day("2026-12-31")}, PgpoolFixes: map[string][]string{"CVE-2025-46801": {"4.2.4"}},
	}
	deployment.Nodes[0].Version.Text = "99"
	if outcome(PostgresEOL) != rules.Failed || outcome(PgpoolCVE) != rules.Failed {
		t.Error("a version that no table has, and a release before the fix, pass")
	}
	deployment.Tables.PgpoolFixes = map[string][]string{}
	for _, name := range Vulnerabilities() {
		deployment.Tables.PgpoolFixes[name] = nil
	}
	if outcome(PgpoolCVE) != rules.Passed {
		t.Error("vulnerabilities that are no concern are reported")
	}
}
