package offline

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestIgnoreAgreesWithGit compares with git itself on patterns and paths that cover its manual page.
func TestIgnoreAgreesWithGit(t *testing.T) {
	t.Parallel()
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("no git")
	}
	root := resolveLinks(t.TempDir())
	files := map[string]string{
		".gitignore":     "# comment\n\n*.bak\n/top.env\nold/\ndocs/*.conf\n**/cache\nlogs/**\na/**/z.env\n!keep.bak\n\\#hash.env\n\\!bang.env\ntrail.env   \nspace\\ .env \n{x,y}.env\n[ab].sh\n[!c-z]x.sh\nquestion?.sh\nsub/only/\nstar*.properties\n",
		"a/.gitignore":   "local.env\n/b/anchored.env\n!old/\n",
		"a/b/.gitignore": "!*.bak\n",
	}
	paths := []string{
		"x.bak", "keep.bak", "a/keep.bak", "top.env", "a/top.env", "old/x.env", "a/old/x.env", "b/old", "docs/a.conf", "docs/s/a.conf",
		"cache/a.env", "a/cache/b.env", "q/cache", "logs/a.env", "logs/d/a.env", "a/z.env", "a/b/z.env", "a/b/c/z.env", "#hash.env", "!bang.env",
		"trail.env", "space .env", "{x,y}.env", "x.env", "a.sh", "c.sh", "ax.sh", "dx.sh", "questions.sh", "question.sh", "question/.sh",
		"sub/only/a.env", "p/sub/only/a.env", "starfish.properties", "q/starfish.properties", "a/local.env", "local.env", "a/q/local.env",
		"a/b/anchored.env", "a/anchored.env", "a/b/x.bak", "a/b/c/x.bak", "plain.env",
	}
	for _, path := range paths {
		files[path] = ""
	}
	for name, text := range files {
		target := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(target); err == nil && info.IsDir() {
			continue
		}
		if err := os.WriteFile(target, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command(git, "-C", root, "init", "-q").CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	command := exec.Command(git, "-C", root, "-c", "core.excludesFile=/dev/null", "check-ignore", "--no-index", "-z", "--stdin")
	command.Stdin = strings.NewReader(strings.Join(paths, "\x00"))
	var out bytes.Buffer
	command.Stdout = &out
	_ = command.Run() // exit code 1 says that nothing is ignored
	want := map[string]bool{}
	for _, name := range strings.Split(strings.Trim(out.String(), "\x00"), "\x00") {
		want[name] = true
	}
	if len(want) < 15 {
		t.Fatalf("git ignores only %d paths", len(want))
	}
	got := visible(root, &ignoreRules{root: root}, root)
	for _, path := range paths {
		if got[path] == want[path] {
			t.Errorf("%s: seen %v, ignored by git %v", path, got[path], want[path])
		}
	}
}

// visible walks as the loader does.
func visible(root string, rules *ignoreRules, dir string) map[string]bool {
	seen := map[string]bool{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return seen
	}
	rules = rules.below(dir, entries)
	for _, entry := range entries {
		path := filepath.Join(dir, entry.Name())
		switch {
		case entry.Name() == ".git" || rules.ignores(path, entry.IsDir()):
		case entry.IsDir():
			for name := range visible(root, rules, path) {
				seen[name] = true
			}
		default:
			relative, err := filepath.Rel(root, path)
			if err == nil {
				seen[filepath.ToSlash(relative)] = true
			}
		}
	}
	return seen
}
