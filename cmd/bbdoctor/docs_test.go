package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/bbdoctor/bbdoctor/rules/report"
)

// example finds what a page shows: "<!-- file: NAME -->" in front of a block is an input, "<!-- run: ARGUMENTS -->" what
// bbdoctor prints for it.
var example = regexp.MustCompile("(?s)<!-- (file|run): ([^\n]*) -->\n```[a-z]*\n(.*?\n?)```\n")

// TestDocsShowWhatComesOut runs the examples of the pages; -update writes what comes out into them.
func TestDocsShowWhatComesOut(t *testing.T) {
	t.Parallel()
	for _, page := range []string{"../../docs/formats.md", "../../docs/exit-codes.md"} {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		ran := 0
		updated := example.ReplaceAllStringFunc(string(text), func(found string) string {
			match := example.FindStringSubmatch(found)
			kind, what, block := match[1], match[2], match[3]
			if kind == "file" {
				if err := os.WriteFile(filepath.Join(dir, what), []byte(block), 0o600); err != nil {
					t.Fatal(err)
				}
				return found
			}
			ran++
			code, stdout, stderr := doctor(t, dir, strings.Fields(what)...)
			got := stdout + stderr
			if strings.Contains(what, "sarif") {
				got = withoutHelp(t, stdout)
			}
			if strings.HasSuffix(page, "exit-codes.md") {
				got += "exit code " + itoa(code) + "\n"
			}
			if got != block && !*updateScripts {
				t.Errorf("%s: bbdoctor %s prints\n%s\nand the page shows\n%s", page, what, got, block)
			}
			return strings.Replace(found, "\n"+block+"```\n", "\n"+got+"```\n", 1)
		})
		if ran < 4 {
			t.Errorf("%s: %d examples", page, ran)
		}
		if *updateScripts {
			if err := os.WriteFile(page, []byte(updated), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if strings.HasSuffix(page, "formats.md") {
			for _, format := range report.Formats {
				if !strings.Contains(updated, "\n## "+format.Name+"\n") {
					t.Errorf("%s does not describe %s", page, format.Name)
				}
			}
		}
	}
}
