package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// pages are the Markdown files that a reader meets, by path from the repository's root.
func pages(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	add := func(path string) {
		text, err := os.ReadFile(filepath.Join(root, path))
		if err != nil {
			t.Fatal(err)
		}
		found[filepath.ToSlash(path)] = string(text)
	}
	for _, name := range []string{"README.md", "CONTRIBUTING.md", "CHANGELOG.md"} {
		add(name)
	}
	err := filepath.WalkDir(filepath.Join(root, "docs"), func(path string, entry fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".md") {
			relative, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			add(relative)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// root is the repository's.
const root = "../.."

var link = regexp.MustCompile(`\[[^\]]*\]\(([^)\s]+)\)`)

// TestLinks follows every link of the documentation that leads into the repository, to the heading too.
func TestLinks(t *testing.T) {
	t.Parallel()
	all := pages(t)
	for page, text := range all {
		for _, match := range link.FindAllStringSubmatch(outsideFences(text), -1) {
			target, anchor, _ := strings.Cut(match[1], "#")
			if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			path := page
			if target != "" {
				path = filepath.ToSlash(filepath.Join(filepath.Dir(page), target))
			}
			if _, err := os.Stat(filepath.Join(root, path)); err != nil {
				t.Errorf("%s: the link %s leads nowhere", page, match[1])
				continue
			}
			if anchor != "" && !hasHeading(all[path], anchor) {
				t.Errorf("%s: %s has no heading for the link %s", page, path, match[1])
			}
		}
	}
}

func outsideFences(text string) string {
	var out strings.Builder
	fenced := false
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
			continue
		}
		if !fenced {
			out.WriteString(line)
		}
	}
	return out.String()
}

var notInAnchors = regexp.MustCompile(`[^\p{L}\p{N} _-]`)

func hasHeading(text, anchor string) bool {
	for line := range strings.Lines(outsideFences(text)) {
		heading := strings.TrimLeft(line, "#")
		if heading == line {
			continue
		}
		slug := strings.ReplaceAll(notInAnchors.ReplaceAllString(strings.ToLower(strings.TrimSpace(heading)), ""), " ", "-")
		if slug == anchor {
			return true
		}
	}
	return false
}

// A walkthrough is a block of console lines with the fixture that it runs in above it, as a comment of Markdown.
var (
	walkthrough = regexp.MustCompile("(?s)<!-- run in fixtures/([^ ]+) -->\n```console\n(.*?)```")
	consoles    = regexp.MustCompile("(?m)^```console$")
)

// TestWalkthroughs runs what the documentation shows and compares what it shows with what comes. A line "..." stands for any
// number of lines.
func TestWalkthroughs(t *testing.T) {
	t.Parallel()
	for page, text := range pages(t) {
		if page == "docs/configuration.md" {
			continue // has a test of its own
		}
		examples := walkthrough.FindAllStringSubmatch(text, -1)
		if n := len(consoles.FindAllString(text, -1)); n != len(examples) {
			t.Errorf("%s: %d of %d console blocks do not say where they run", page, n-len(examples), n)
		}
		directories := map[string]string{}
		for _, match := range examples {
			if directories[match[1]] == "" {
				directories[match[1]] = copied(t, match[1])
			}
			walk(t, page, directories[match[1]], match[2])
		}
	}
}

func walk(t *testing.T, page, dir, block string) {
	t.Helper()
	for _, step := range strings.Split("\n"+block, "\n$ ")[1:] {
		line, want, _ := strings.Cut(step, "\n")
		args := strings.Fields(line)
		if args[0] != "bbdoctor" {
			t.Errorf("%s: the example %q does not call bbdoctor", page, line)
			continue
		}
		_, stdout, stderr := doctor(t, dir, args[1:]...)
		got := stderr + stdout // what is fixed is told before what is left
		if !shows(want, got) {
			t.Errorf("%s: $ %s\nshows\n%s\nbut gives\n%s", page, line, want, got)
		}
	}
}

// shows says whether a text is what an example shows.
func shows(want, got string) bool {
	rest := strings.TrimSpace(got)
	parts := strings.Split("\n"+strings.TrimSpace(want)+"\n", "\n...\n")
	for i, part := range parts {
		part = strings.Trim(part, "\n")
		at := strings.Index(rest, part)
		if at < 0 || i == 0 && at != 0 {
			return false
		}
		rest = rest[at+len(part):]
	}
	return strings.TrimSpace(rest) == "" || strings.HasSuffix(strings.TrimSpace(want), "...")
}
