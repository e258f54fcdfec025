package helm

import (
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/edit"
)

// TestDeclare sets a variable of the first container that files configure, in the best place that there is.
func TestDeclare(t *testing.T) {
	t.Parallel()
	const switched, listed = "PGPOOL_ENABLE_LOAD_BALANCING", "PGPOOL_AUTO_FAILBACK"
	tests := []struct {
		name, variable, value string
		files                 []string // the strongest last
		file                  int      // the one that is changed
		want                  string   // empty where there is no place
	}{
		{"a boolean", switched, "no", []string{"pgpool:\n  maxPool: 1\n"}, 0, "pgpool:\n  maxPool: 1\n  useLoadBalancing: false\n"},
		{"a boolean that is none", switched, "maybe", []string{"pgpool:\n  maxPool: 1\n"}, 0, ""},
		{"a number", "PGPOOL_NUM_INIT_CHILDREN", "90", []string{"pgpool:\n  maxPool: 1\n"}, 0, "pgpool:\n  maxPool: 1\n  numInitChildren: 90\n"},
		{"a text", "PGPOOL_LOG_LINE_PREFIX", "yes: #", []string{"pgpool:\n  maxPool: 1\n"}, 0, "pgpool:\n  maxPool: 1\n  logLinePrefix: \"yes: #\"\n"},
		{"a template", "PGPOOL_LOG_LINE_PREFIX", "{{x}}", []string{"pgpool:\n  maxPool: 1\n"}, 0, ""},
		{"the strongest that has the mapping", switched, "no", []string{"pgpool:\n  maxPool: 1\n", "pgpool: {logHostname: false}\n", "a: b\n"}, 1, "pgpool: {logHostname: false, useLoadBalancing: false}\n"},
		{"no list", listed, "yes", []string{"pgpool:\n  maxPool: 1\n"}, 0, "pgpool:\n  maxPool: 1\n  extraEnvVars:\n    - name: PGPOOL_AUTO_FAILBACK\n      value: \"yes\"\n"},
		{"no list in braces", listed, "yes", []string{"pgpool: {maxPool: 1}\n"}, 0, "pgpool: {maxPool: 1, extraEnvVars: [{name: PGPOOL_AUTO_FAILBACK, value: \"yes\"}]}\n"},
		{"a list in a weaker file", listed, "yes", []string{"pgpool:\n  extraEnvVars:\n  - {name: TZ, value: UTC}\n", "pgpool:\n  maxPool: 1\n"}, 0, "pgpool:\n  extraEnvVars:\n  - {name: TZ, value: UTC}\n  - name: PGPOOL_AUTO_FAILBACK\n    value: \"yes\"\n"},
		{"a list in both", listed, "yes", []string{"pgpool: {maxPool: 1, extraEnvVars: [{name: A}]}\n", "pgpool:\n  extraEnvVars: []\n"}, 1, "pgpool:\n  extraEnvVars: [{name: PGPOOL_AUTO_FAILBACK, value: \"yes\"}]\n"},
		{"a list that is named", listed, "yes", []string{"pgpool:\n  maxPool: 1\n  extraEnvVars: &v [{name: A, value: b}]\nother: *v\n"}, 0, ""},
		{"Bitbucket's chart", "JDBC_X", "a", []string{"database: {driver: org.postgresql.Driver}\nbitbucket:\n  clustering: {enabled: true}\n"}, 0, "database: {driver: org.postgresql.Driver}\nbitbucket:\n  clustering: {enabled: true}\n  additionalEnvironmentVariables:\n    - name: JDBC_X\n      value: \"a\"\n"},
		{"a part", switched, "no", []string{"db:\n  pgpool:\n    maxPool: 1\nother: {}\n"}, 0, "db:\n  pgpool:\n    maxPool: 1\n    useLoadBalancing: false\nother: {}\n"},
	}
	for _, test := range tests {
		var sources []*facts.Source
		for _, text := range test.files {
			sources = append(sources, facts.NewSource("values.yaml", []byte(text)))
		}
		result := Read(sources, Release{})
		if len(result.Containers) == 0 {
			t.Errorf("%s: no container", test.name)
			continue
		}
		var parsed edit.Parsed
		places := Declare(result.Containers[0], test.variable, test.value, &parsed)
		got := ""
		if len(places) > 0 {
			if places[0].Source != sources[test.file] {
				t.Errorf("%s: another file is changed", test.name)
			}
			text := string(places[0].Source.Text)
			got = text[:places[0].At] + places[0].Text + text[places[0].At:]
		}
		if got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}
