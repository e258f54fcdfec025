package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// release is what was measured of a healthy cluster of other releases than the installed ones, and what is judged of it
// alone: testdata/measured has it, written by TestLiveRules with -update, also in the directories of "make compat".
type release struct {
	fails  map[string]string // rules, with a part of what they say
	passes []string
}

var releases = map[string]release{
	"pgpool-4.3.5-postgresql-15.json": {
		fails: map[string]string{
			"version/pgpool-cve":      "Pgpool-II 4.3.5 has CVE-2025-46801",
			"version/pgpool-postgres": "Pgpool-II 4.3.5 has the SQL parser of PostgreSQL 14, older than PostgreSQL 15 on node 0",
		},
		passes: []string{"version/postgres-eol", "version/postgres-same", "version/pgpool-eol"},
	},
	"pgpool-4.6.1-postgresql-17.json": {
		passes: []string{"version/postgres-supported", "version/postgres-eol", "version/postgres-same", "version/pgpool-eol", "version/pgpool-cve", "version/pgpool-postgres"},
	},
	"pgpool-4.7.3-postgresql-18.json": {
		passes: []string{"version/postgres-eol", "version/postgres-same", "version/pgpool-eol", "version/pgpool-cve", "version/pgpool-postgres"},
	},
}

// TestReleases judges every release that was measured, without a server.
func TestReleases(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/measured/*.json")
	if err != nil || len(files) != len(releases) {
		t.Fatalf("%q, %v", files, err)
	}
	for name, release := range releases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			snapshot, err := os.ReadFile(filepath.Join("testdata/measured", name))
			if err != nil {
				t.Fatal(err)
			}
			l := &look{dir: t.TempDir(), args: []string{"--bitbucket-version", "10.2"}}
			properties := strings.ReplaceAll(bitbucketProperties, "{url}", "jdbc:postgresql://pgpool:5432/bitbucket")
			for name, text := range map[string]string{"bitbucket.properties": properties, measured: string(snapshot)} {
				if err := os.WriteFile(filepath.Join(l.dir, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			l.doctor(t, "--facts", measured)
			if strings.Contains(l.pretty, measured) { // it lies among the inputs, and is none
				t.Errorf("the report tells of the snapshot's file:\n%s", l.pretty)
			}
			for id, v := range l.verdicts {
				_, fails := release.fails[id]
				switch {
				case fails && (v.Outcome != "fail" || !v.says(release.fails[id])):
					t.Errorf("%s does not fail with %q: %s %s\n\t%s", id, release.fails[id], v.Outcome, v.Reason, v.messages())
				case strings.HasPrefix(id, "version/") && v.Outcome == "fail" && !fails, v.Outcome == "error":
					t.Errorf("%s: %s %s\n\t%s", id, v.Outcome, v.Reason, v.messages())
				}
			}
			for _, id := range release.passes {
				if v := l.verdicts[id]; v.Outcome != "pass" {
					t.Errorf("%s does not pass: %s %s\n\t%s", id, v.Outcome, v.Reason, v.messages())
				}
			}
		})
	}
}
