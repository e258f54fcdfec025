package jdbc

import (
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/jdbcurl"
	"github.com/bbdoctor/bbdoctor/rules"
)

// TestCredentialsInUnseenEnvironment holds that what may stand in an env file that nobody gave is not missing. The readers
// give what such a file would set as an assignment without a name.
func TestCredentialsInUnseenEnvironment(t *testing.T) {
	t.Parallel()
	url := facts.Setting{Key: facts.JDBCURLKey, Text: "jdbc:postgresql://pgpool:5432/bitbucket", State: facts.Set}
	container := &facts.Container{Name: "bitbucket", Environment: []facts.Assignment{
		{Name: "JDBC_URL", Value: url},
		{Name: "JDBC_DRIVER", Value: facts.Setting{State: facts.Unresolved, Why: "no matter"}},
		{Value: facts.Setting{State: facts.Set}},
	}}
	deployment := &facts.Deployment{Bitbucket: &facts.Bitbucket{
		Settings:   facts.Settings{facts.JDBCURLKey: url},
		URLs:       []facts.JDBCURL{{Setting: url, Parsed: jdbcurl.Parse(url.Text, jdbcurl.Driver427)}},
		Containers: []*facts.Container{container},
	}}
	judge := func() *rules.Result { return rules.Run(deployment, []*rules.Rule{Credentials})[0] }
	if result := judge(); result.Outcome != rules.Failed || len(result.Findings) != 2 {
		t.Errorf("everything is known, user and password are missing: %v, %d findings", result.Outcome, len(result.Findings))
	}
	container.Environment = append(container.Environment, facts.Assignment{Value: facts.Setting{State: facts.Unresolved, Why: "database.env is not among the inputs"}})
	if result := judge(); result.Outcome != rules.Skipped {
		t.Errorf("an env file was not seen: %v, want skip", result.Outcome)
	}
}
