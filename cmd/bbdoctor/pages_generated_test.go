package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/bbdoctor/bbdoctor/docs"
	"github.com/bbdoctor/bbdoctor/rules/catalog"
)

// TestGeneratedPages holds the pages that are made out of the program and of the rules' own pages against them; -update
// writes them.
func TestGeneratedPages(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"rules.md": rulesPage(), "log-lines.md": logLines(t)} {
		path := filepath.Join(root, "docs", name)
		if *updateScripts {
			if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
				t.Fatal(err)
			}
			continue
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Errorf("docs/%s is out of date; run go test ./cmd/bbdoctor -run TestGeneratedPages -update", name)
		}
	}
}

func rulesPage() string {
	var out bytes.Buffer
	run(context.Background(), environment{args: []string{"bbdoctor", "rules", "--format", "markdown"}, stdout: &out, stderr: &out})
	return "# Rules\n\nA rule's name is what `--only`, `--skip`, `bbdoctor explain` and `bbdoctor:ignore` take.\n\n" + out.String()
}

// logLines lists the literal lines of logs that the rules' pages quote, each with the rules whose failure it follows from.
func logLines(t *testing.T) string {
	t.Helper()
	causes := map[string][]string{}
	for _, rule := range catalog.All() {
		page, ok := docs.Rule(rule.ID)
		if !ok {
			t.Fatalf("%s has no page", rule.ID)
		}
		_, section, _ := strings.Cut(page, "\n## What Bitbucket shows when it is ignored\n")
		section, _, _ = strings.Cut(section, "\n## ")
		fenced := false
		for line := range strings.Lines(section) {
			line = strings.TrimSpace(line)
			switch {
			case strings.HasPrefix(line, "```"):
				fenced = !fenced
			case fenced && line != "" && !slices.Contains(causes[line], rule.ID):
				causes[line] = append(causes[line], rule.ID)
			}
		}
	}
	var out strings.Builder
	out.WriteString("# Log lines\n\nWhat stands in a log, and the rules that find its cause. One line can have several causes; `bbdoctor check --live` tells\nthem apart.\n\n| line | rules |\n|---|---|\n")
	lines := make([]string, 0, len(causes))
	for line := range causes {
		lines = append(lines, line)
	}
	slices.SortFunc(lines, func(a, b string) int {
		return cmp.Or(strings.Compare(strings.ToLower(a), strings.ToLower(b)), strings.Compare(a, b))
	})
	for _, line := range lines {
		var links []string
		for _, id := range causes[line] {
			links = append(links, fmt.Sprintf("[%s](rules/%s.md)", id, id))
		}
		fmt.Fprintf(&out, "| `%s` | %s |\n", strings.ReplaceAll(line, "|", `\|`), strings.Join(links, ", "))
	}
	return out.String()
}
