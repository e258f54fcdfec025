package changes

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// repository makes a work tree with one commit.
func repository(t *testing.T, files map[string]string) (dir string, git func(stdin string, args ...string) string) {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("no git")
	}
	dir = t.TempDir()
	git = func(stdin string, args ...string) string {
		command := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=a", "-c", "user.email=a@example.com"}, args...)...)
		command.Stdin = strings.NewReader(stdin)
		out, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	git("", "init", "-q")
	for name, text := range files {
		target := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(target, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	git("", "add", ".")
	git("", "commit", "-q", "--allow-empty", "-m", "one")
	return dir, git
}

func earlier(t *testing.T, dir, revision string) *Since {
	t.Helper()
	r, err := Open(dir, os.Environ())
	if err != nil {
		t.Fatal(err)
	}
	since, err := r.At(context.Background(), revision, []string{dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := since.Close(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(since.Dir); !errors.Is(err, os.ErrNotExist) {
			t.Error("the earlier state is left behind")
		}
	})
	return since
}

func TestMovedFiles(t *testing.T) {
	t.Parallel()
	long := "1\n2\n3\n4\n5\n6\n7\n8\n"
	dir, _ := repository(t, map[string]string{"a/x.env": "one\n", "b/x.env": "one\n", "c.env": long, "gone.env": "nothing alike\n"})
	for from, to := range map[string]string{"a/x.env": "n/a/x.env", "b/x.env": "n/b/x.env", "c.env": "d.env"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, to)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(filepath.Join(dir, from), filepath.Join(dir, to)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove(filepath.Join(dir, "gone.env")); err != nil {
		t.Fatal(err)
	}
	since := earlier(t, dir, "HEAD")
	source := func(name, text string) *facts.Source {
		return &facts.Source{Name: name, Path: filepath.Join(dir, name), Text: []byte(text)}
	}
	a, b, d := source("n/a/x.env", "one\n"), source("n/b/x.env", "one\n"), source("d.env", strings.Replace(long, "4", "x", 1))
	fresh, stdin := source("fresh.env", "brand\nnew\n"), facts.NewSource("-", []byte("x"))
	changed, err := since.Compare(context.Background(), []*facts.Source{a, b, d, fresh, stdin})
	if err != nil {
		t.Fatal(err)
	}
	if changed[a].Any() || changed[b].Any() {
		t.Error("a file that was only moved counts as changed")
	}
	if l := changed[d]; !l.Touch(4, 4) || l.Touch(1, 3) || l.Touch(5, 8) {
		t.Errorf("%+v, want line 4", l)
	}
	if !changed[fresh].Touch(1, 1) || !changed[stdin].Touch(1, 1) {
		t.Error("a new file does not count wholly")
	}
	for from, to := range map[string]string{"a/x.env": "n/a/x.env", "b/x.env": "n/b/x.env", "c.env": "d.env", "gone.env": "gone.env"} {
		if got := since.Now(from); got != to {
			t.Errorf("%s is now %s, want %s", from, got, to)
		}
	}
}

// TestHostileTree takes a revision whose tree names files outside of it.
func TestHostileTree(t *testing.T) {
	t.Parallel()
	dir, git := repository(t, map[string]string{"good.env": "A=1\n"})
	blob := git("evil\n", "hash-object", "-w", "--stdin")
	link := git("/etc", "hash-object", "-w", "--stdin")
	inner := git("120000 blob "+link+"\tabsolute\n120000 blob "+git("../../..", "hash-object", "-w", "--stdin")+"\tup\n100644 blob "+blob+"\tfine.env\n", "mktree")
	// git itself refuses to make a tree with such names; hash-object --literally does not.
	raw := func(id string) string {
		var bytes []byte
		for i := 0; i < len(id); i += 2 {
			n := 0
			for _, c := range id[i : i+2] {
				n = n*16 + strings.IndexRune("0123456789abcdef", c)
			}
			bytes = append(bytes, byte(n))
		}
		return string(bytes)
	}
	tree := git("100644 ../escaped\x00"+raw(blob)+"40000 .git\x00"+raw(inner)+"40000 sub\x00"+raw(inner), "hash-object", "-t", "tree", "-w", "--stdin", "--literally")
	since := earlier(t, dir, git("", "commit-tree", "-m", "evil", tree))
	if _, err := os.Lstat(filepath.Join(filepath.Dir(since.Dir), "escaped")); err == nil {
		t.Error("a file was written outside")
	}
	for name, want := range map[string]bool{"sub/fine.env": true, "sub/absolute": false, "sub/up": false, ".git/fine.env": false} {
		if _, err := os.Lstat(filepath.Join(since.Dir, name)); (err == nil) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNoRevision(t *testing.T) {
	t.Parallel()
	dir, _ := repository(t, nil)
	r, err := Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, revision := range []string{"", "none", "--all", "-h", "HEAD~5", "HEAD\nHEAD", "HEAD:good.env", "@{999}"} {
		if _, err := r.At(context.Background(), revision, []string{dir}); !errors.Is(err, ErrRevision) {
			t.Errorf("%q: %v", revision, err)
		}
	}
	if _, err := r.At(context.Background(), "HEAD", []string{filepath.Dir(dir)}); err == nil {
		t.Error("a path outside is taken")
	}
	if _, err := Open(t.TempDir(), nil); !errors.Is(err, ErrNoWorkTree) {
		t.Error(err)
	}
}
