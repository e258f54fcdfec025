package fix_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline"
	"github.com/bbdoctor/bbdoctor/rules"
	"github.com/bbdoctor/bbdoctor/rules/fix"
)

// userIs fails when jdbc.user is not want, and mends it with the text that mend has for the value.
func userIs(id, want string, mend map[string]string) *rules.Rule {
	return &rules.Rule{ID: id, Severity: rules.Error, Check: func(p *rules.Pass) {
		user, ok := p.Property(facts.JDBCUser)
		if !ok || user.Text == want {
			return
		}
		finding := p.Failf(user.Origin, "%s=%s", user.Key, user.Text)
		if text, ok := mend[user.Text]; ok {
			finding.Mend(rules.Fix{Title: "Write " + text, Changes: rules.ChangeTo(user, text)})
		}
	}}
}

// judged is a directory with files that some rules have judged.
type judged struct {
	options    offline.Options
	collection *facts.Collection
	results    []*rules.Result
	rules      []*rules.Rule
}

func judge(t *testing.T, files map[string]string, all ...*rules.Rule) *judged {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return judgeDir(t, dir, all...)
}

func judgeDir(t *testing.T, dir string, all ...*rules.Rule) *judged {
	t.Helper()
	j := &judged{options: offline.Options{Dir: dir, Paths: []string{"."}}, rules: all}
	collection, err := offline.Load(context.Background(), j.options)
	if err != nil {
		t.Fatal(err)
	}
	j.collection = collection
	for _, deployment := range collection.Deployments {
		j.results = append(j.results, rules.Run(deployment, all)...)
	}
	fix.Resolve(collection, j.results)
	return j
}

func (j *judged) prove(plan *fix.Plan) error {
	return fix.Prove(context.Background(), plan, j.options, j.collection, j.results, j.rules)
}

const properties = "jdbc.driver=org.postgresql.Driver\njdbc.user=bad\njdbc.password=x\n"

func TestProve(t *testing.T) {
	t.Parallel()
	good := userIs("t/user", "good", map[string]string{"bad": "good"})
	tests := []struct {
		name  string
		rules []*rules.Rule
		// spoil adds edits to the fix, given the file's source.
		spoil func(*facts.Source) []rules.Edit
		want  string // part of the error; empty when the fix is proved
	}{
		{"mends", []*rules.Rule{good}, nil, ""},
		{"does not mend", []*rules.Rule{userIs("t/user", "good", map[string]string{"bad": "worse"})}, nil, "t/user would still fail"},
		{"breaks something else", []*rules.Rule{good, userIs("t/other", "bad", nil)}, nil, "t/other would still fail, or fail anew"},
		{"touches another value", []*rules.Rule{good}, func(s *facts.Source) []rules.Edit {
			at := strings.Index(string(s.Text), "=x") + 1
			return []rules.Edit{{Source: s, Start: 0, End: 0, New: " "}, {Source: s, Start: at, End: at, New: "y"}}
		}, ""}, // whoever gives the edit means it
		{"changes the name of another value", []*rules.Rule{good}, func(s *facts.Source) []rules.Edit {
			at := strings.Index(string(s.Text), "password")
			return []rules.Edit{{Source: s, Start: at, End: at + 1, New: "P"}}
		}, "the change would also alter jdbc.Password"},
		{"swallows the next line", []*rules.Rule{good}, func(s *facts.Source) []rules.Edit {
			at := strings.Index(string(s.Text), "\njdbc.user")
			return []rules.Edit{{Source: s, Start: at, End: at, New: "\\"}}
		}, "would also alter"},
		{"removes a value", []*rules.Rule{good}, func(s *facts.Source) []rules.Edit {
			at := strings.Index(string(s.Text), "jdbc.password")
			return []rules.Edit{{Source: s, Start: at, End: len(s.Text)}}
		}, "jdbc.password would be gone"},
		{"adds a value", []*rules.Rule{good}, func(s *facts.Source) []rules.Edit {
			return []rules.Edit{{Source: s, Start: len(s.Text), End: len(s.Text), New: "jdbc.url=x\n"}}
		}, "the change would also alter jdbc.url"},
		{"empties the file", []*rules.Rule{good}, func(s *facts.Source) []rules.Edit {
			return []rules.Edit{{Source: s, Start: 0, End: len(s.Text)}}
		}, "the file is empty"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			j := judge(t, map[string]string{"bitbucket.properties": properties}, test.rules...)
			for _, result := range j.results {
				for _, finding := range result.Findings {
					if finding.Fix == nil || test.spoil == nil {
						continue
					}
					spoilt := test.spoil(finding.At.Source)
					if spoilt[0].End == len(finding.At.Source.Text) && spoilt[0].Start == 0 {
						finding.Fix.Edits = nil
					}
					finding.Fix.Edits = append(finding.Fix.Edits, spoilt...)
				}
			}
			err := j.prove(fix.NewPlan(j.results, false))
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("the error is %v, want %q", err, test.want)
			}
		})
	}
}

func TestProveRefusesWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	j := judge(t, map[string]string{"compose.yaml": "services:\n  bitbucket:\n    image: atlassian/bitbucket:9.4\n    environment:\n      JDBC_USER: bad\n"},
		userIs("t/user", "good", map[string]string{"bad": "good"}))
	finding := j.results[0].Findings[0]
	finding.Fix.Edits = append(finding.Fix.Edits, rules.Edit{Source: finding.At.Source, New: "{"})
	if err := j.prove(fix.NewPlan(j.results, false)); err == nil || !strings.Contains(err.Error(), "no YAML") {
		t.Errorf("the error is %v", err)
	}
}

// TestProvableLeavesOutWhatCannotBeProved has five installations, of which two have a fix that does not mend.
func TestProvableLeavesOutWhatCannotBeProved(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	for i, user := range []string{"bad", "stubborn", "bad", "bad", "stubborn"} {
		files[fmt.Sprintf("%d/bitbucket.properties", i)] = strings.Replace(properties, "bad", user, 1)
	}
	j := judge(t, files, userIs("t/user", "good", map[string]string{"bad": "good", "stubborn": "worse"}))
	plan, err := fix.Provable(context.Background(), fix.NewPlan(j.results, false), j.options, j.collection, j.results, j.rules)
	if err != nil {
		t.Fatal(err)
	}
	var changed []string
	for _, file := range plan.Files {
		changed = append(changed, file.Source.Name)
	}
	if got := strings.Join(changed, " "); got != "0/bitbucket.properties 2/bitbucket.properties 3/bitbucket.properties" {
		t.Errorf("changed: %s", got)
	}
	if len(plan.Refused) != 2 || !strings.HasPrefix(plan.Refused[0].Error(), "1/bitbucket.properties:2: not done: Write worse: after the change t/user would still fail") {
		t.Errorf("refused: %v", plan.Refused)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := fix.Provable(ctx, fix.NewPlan(j.results, false), j.options, j.collection, j.results, j.rules); err == nil {
		t.Error("an interrupted proof is none")
	}
}

// TestProveThroughLinks has a file with two names, of which either may be read first.
func TestProveThroughLinks(t *testing.T) {
	t.Parallel()
	j := judge(t, map[string]string{"a/bitbucket.properties": properties})
	dir := j.options.Dir
	if err := os.Symlink("../a/bitbucket.properties", filepath.Join(dir, "bitbucket.properties")); err == nil {
		err = os.Mkdir(filepath.Join(dir, "0"), 0o755)
		if err == nil {
			err = os.Rename(filepath.Join(dir, "bitbucket.properties"), filepath.Join(dir, "0/bitbucket.properties"))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for range 20 {
		j := judgeDir(t, dir, userIs("t/user", "good", map[string]string{"bad": "good"}))
		plan := fix.NewPlan(j.results, false)
		if len(plan.Files) != 1 {
			t.Fatalf("%d files", len(plan.Files))
		}
		if err := j.prove(plan); err != nil {
			t.Fatal(err)
		}
	}
}
