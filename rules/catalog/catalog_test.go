package catalog_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/bbdoctor/bbdoctor/docs"
	"github.com/bbdoctor/bbdoctor/rules/catalog"
)

var name = regexp.MustCompile(`^[a-z]+/[a-z0-9]+(-[a-z0-9]+)*$`)

// headings are those of every rule's page, in their order.
var headings = []string{"## What it checks", "## Why", "## What Bitbucket shows when it is ignored", "## How to fix it", "## Sources"}

// TestRulesAreComplete holds a rule's three places together: its Go file, its fixtures and its page.
func TestRulesAreComplete(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, rule := range catalog.All() {
		t.Run(rule.ID, func(t *testing.T) {
			if !name.MatchString(rule.ID) {
				t.Errorf("the name is not family/words-with-dashes")
			}
			if seen[rule.ID] {
				t.Errorf("the name is taken twice")
			}
			seen[rule.ID] = true
			if rule.Title == "" || strings.HasSuffix(rule.Title, ".") {
				t.Errorf("the title %q must be a clause that is true when all is well", rule.Title)
			}
			if rule.Severity == 0 || rule.Check == nil || len(rule.Needs) == 0 {
				t.Errorf("severity, needs and check must be set")
			}
			file := filepath.Join("..", strings.ReplaceAll(rule.ID, "-", "_")+".go")
			if _, err := os.Stat(file); err != nil {
				t.Errorf("the rule has no file of its own: %v", err)
			}
			checkPage(t, rule.ID)
		})
	}
}

func checkPage(t *testing.T, id string) {
	t.Helper()
	page, ok := docs.Rule(id)
	if !ok {
		t.Fatalf("docs/rules/%s.md is missing", id)
	}
	if !strings.HasPrefix(page, "# "+id+"\n") {
		t.Errorf("the page does not begin with the rule's name")
	}
	var found []string
	for line := range strings.Lines(page) {
		if strings.HasPrefix(line, "## ") {
			found = append(found, strings.TrimSpace(line))
		}
	}
	if !slices.Equal(found, headings) {
		t.Errorf("the page's headings are %q, want %q", found, headings)
	}
	_, fix, _ := strings.Cut(page, "## How to fix it")
	before, after := strings.Index(fix, "\nBefore"), strings.Index(fix, "\nAfter")
	if before < 0 || after < before || strings.Count(fix, "```") < 4 {
		t.Errorf("How to fix it needs a block of code behind \"Before\" and one behind \"After\"")
	}
	if _, sources, _ := strings.Cut(page, "## Sources"); !strings.Contains(sources, "http") && !strings.Contains(sources, "@") {
		t.Errorf("Sources names none")
	}
}

// TestNothingIsLeftOver finds pages and fixtures of rules that do not exist.
func TestNothingIsLeftOver(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, rule := range catalog.All() {
		known[rule.ID] = true
	}
	for _, root := range []string{fixtures, "../../docs/rules"} {
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			relative, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			id := strings.TrimSuffix(filepath.ToSlash(relative), ".md")
			if root == fixtures {
				id = filepath.ToSlash(filepath.Dir(relative))
			}
			if !known[id] {
				t.Errorf("%s belongs to no rule", path)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}
