package fix

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// ordinary is the user that tests become which would have every right as root.
const ordinary = 65534

// TestMain writes one file and says what became of it when a test has started this program again for that.
func TestMain(m *testing.M) {
	path := os.Getenv("BBDOCTOR_TEST_WRITE")
	if path == "" {
		os.Exit(m.Run())
	}
	text, err := os.ReadFile(path)
	if err == nil {
		err = fileOf(path, text, "new").Write()
	}
	if err != nil {
		fmt.Print(err)
	}
}

func fileOf(path string, old []byte, text string) *File {
	return &File{Source: &facts.Source{Name: filepath.Base(path), Path: path, Text: old}, New: []byte(text)}
}

// written makes a file in a directory that everybody may enter, and gives its path.
func written(t *testing.T, text string, mode os.FileMode) string {
	t.Helper()
	dir := t.TempDir()
	for _, above := range []string{filepath.Dir(dir), dir} {
		if err := os.Chmod(above, 0o755); err != nil { //nolint:gosec // a test directory
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "file")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

// unchanged demands that a file has its old text and that nothing else is left in its directory.
func unchanged(t *testing.T, path, text string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil || string(got) != text {
		t.Errorf("the file has %q: %v", got, err)
	}
	alone(t, path)
}

func alone(t *testing.T, path string) {
	t.Helper()
	left, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".bbdoctor-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func refused(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "is not changed") {
		t.Errorf("the error is %v, want %q", err, want)
	}
}

func TestWriteReplacesTheFile(t *testing.T) {
	t.Parallel()
	const old, text = "\xef\xbb\xbfa=\xe4\r\nb\r", "\xef\xbb\xbfb=\xe4\r\nb\r"
	for _, mode := range []os.FileMode{0o600, 0o640, 0o664, 0o755, 0o200 | 0o400, os.ModeSetgid | 0o750} {
		path := written(t, old, mode)
		before, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		// Whoever has the old file open goes on reading the old text: it is replaced, not written over.
		reader, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := fileOf(path, []byte(old), text).Write(); err != nil {
			t.Fatal(err)
		}
		if seen, err := io.ReadAll(reader); err != nil || string(seen) != old {
			t.Errorf("the open file reads %q: %v", seen, err)
		}
		reader.Close()
		unchanged(t, path, text)
		after, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if after.Mode() != before.Mode() {
			t.Errorf("mode %v, it was %v", after.Mode(), before.Mode())
		}
		if os.SameFile(before, after) {
			t.Error("the file was written over")
		}
	}
}

func TestWriteKeepsLinks(t *testing.T) {
	t.Parallel()
	target := written(t, "old", 0o640)
	dir := t.TempDir()
	first, second := filepath.Join(dir, "first"), filepath.Join(dir, "second")
	relative, err := filepath.Rel(dir, target)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Symlink(relative, first), os.Symlink("first", second)); err != nil {
		t.Fatal(err)
	}
	if err := fileOf(second, []byte("old"), "new").Write(); err != nil {
		t.Fatal(err)
	}
	unchanged(t, target, "new")
	alone(t, first)
	for link, want := range map[string]string{first: relative, second: "first"} {
		if got, err := os.Readlink(link); err != nil || got != want {
			t.Errorf("%s leads to %q: %v", link, got, err)
		}
	}
	if info, err := os.Stat(target); err != nil || info.Mode() != 0o640 {
		t.Errorf("mode %v: %v", info.Mode(), err)
	}
}

func TestWriteRefuses(t *testing.T) {
	t.Parallel()
	t.Run("a file that changed", func(t *testing.T) {
		t.Parallel()
		path := written(t, "newer", 0o600)
		err := fileOf(path, []byte("old"), "new").Write()
		refused(t, err, "changed while it was checked")
		if !errors.Is(err, ErrChanged) {
			t.Error("it is not ErrChanged")
		}
		unchanged(t, path, "newer")
	})
	t.Run("a read-only file", func(t *testing.T) {
		t.Parallel()
		path := written(t, "old", 0o444)
		refused(t, fileOf(path, []byte("old"), "new").Write(), "it is read-only; make it writable (chmod u+w)")
		unchanged(t, path, "old")
	})
	t.Run("a file with hard links", func(t *testing.T) {
		t.Parallel()
		path := written(t, "old", 0o644)
		if err := os.Link(path, path+"2"); err != nil {
			t.Skip(err)
		}
		refused(t, fileOf(path, []byte("old"), "new").Write(), "it has 2 names (hard links)")
		unchanged(t, path, "old")
	})
	t.Run("a file that is gone", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "gone")
		err := fileOf(path, []byte("old"), "new").Write()
		refused(t, err, "no such file")
		if strings.Contains(err.Error(), filepath.Dir(path)) {
			t.Errorf("%v names the directory", err)
		}
	})
	t.Run("a directory in its place", func(t *testing.T) {
		t.Parallel()
		refused(t, fileOf(t.TempDir(), []byte("old"), "new").Write(), "it is no regular file")
	})
	t.Run("a link that leads nowhere", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "link")
		if err := os.Symlink("nowhere", path); err != nil {
			t.Fatal(err)
		}
		refused(t, fileOf(path, []byte("old"), "new").Write(), "no such file")
	})
}

func TestWritable(t *testing.T) {
	t.Parallel()
	free, locked := written(t, "free", 0o600), written(t, "lock", 0o400)
	one, two := fileOf(free, []byte("free"), "").Source, fileOf(locked, []byte("lock"), "").Source
	one.Name, two.Name = "free", "locked"
	change := func(source *facts.Source, at int) rules.Edit {
		return rules.Edit{Source: source, Start: at, End: at + 1, New: "X"}
	}
	plan := NewPlan(resultOf(finding("alone", change(one, 0)), finding("both", change(one, 2), change(two, 0)), finding("locked", change(two, 2))), false).Writable()
	if len(plan.Files) != 1 || string(plan.Files[0].New) != "Xree" {
		t.Errorf("half of a fix is made: %q", plan.Files[0].New)
	}
	said := fmt.Sprint(plan.Refused)
	for _, want := range []string{"locked is not changed: it is read-only", "not done: both: it also needs a change of locked"} {
		if strings.Count(said, want) != 1 {
			t.Errorf("%s does not say %q once", said, want)
		}
	}
	if len(plan.Refused) != 2 {
		t.Errorf("%d are refused: %s", len(plan.Refused), said)
	}
}

// TestWriteAsRoot has files of other users, which stay theirs.
func TestWriteAsRoot(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root can give files to other users")
	}
	path := written(t, "old", 0o640)
	if err := os.Chown(path, 1234, 5678); err != nil {
		t.Fatal(err)
	}
	if err := fileOf(path, []byte("old"), "new").Write(); err != nil {
		t.Fatal(err)
	}
	unchanged(t, path, "new")
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if stat := info.Sys().(*syscall.Stat_t); stat.Uid != 1234 || stat.Gid != 5678 || info.Mode() != 0o640 {
		t.Errorf("it belongs to %d:%d with mode %v", stat.Uid, stat.Gid, info.Mode())
	}
}

// writeAs has the file written by a program that an ordinary user runs.
func writeAs(t *testing.T, path string) string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can become another user")
	}
	// The test's own program lies where only its user may go.
	program := written(t, "", 0o755)
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(program, self, 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.Command(program)
	command.Env = []string{"BBDOCTOR_TEST_WRITE=" + path}
	command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: ordinary, Gid: ordinary}}
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	if err := command.Run(); err != nil {
		t.Fatalf("%v: %s", err, out.Bytes())
	}
	return out.String()
}

// TestWriteAsOrdinaryUser writes as a user who has not every right.
func TestWriteAsOrdinaryUser(t *testing.T) {
	t.Parallel()
	const mine, other = ordinary, 1234
	tests := []struct {
		name            string
		owner, dirOwner int
		mode, dirMode   os.FileMode
		want            string // part of the message; empty when the file is written
	}{
		{"an own file", mine, mine, 0o600, 0o755, ""},
		{"an own file in a directory that is open to all", mine, other, 0o600, 0o777, ""},
		{"a file of another user that may be written", other, mine, 0o666, 0o755, "it belongs to another user (id 1234, group 1234) and would change hands; run bbdoctor as that user"},
		{"a file of another user that may be read", other, mine, 0o644, 0o755, "permission denied"},
		{"an own file in a directory that may not be written", mine, other, 0o600, 0o755, "no new file can be made beside it: permission denied"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			path := written(t, "old", test.mode)
			if os.Geteuid() == 0 {
				if err := errors.Join(os.Chown(path, test.owner, test.owner), os.Chown(filepath.Dir(path), test.dirOwner, test.dirOwner),
					os.Chmod(filepath.Dir(path), test.dirMode)); err != nil {
					t.Fatal(err)
				}
			}
			said := writeAs(t, path)
			if test.want == "" {
				if said != "" {
					t.Errorf("it says %q", said)
				}
				unchanged(t, path, "new")
				return
			}
			if !strings.Contains(said, test.want) || !strings.HasPrefix(said, "file is not changed: ") {
				t.Errorf("it says %q, want %q", said, test.want)
			}
			unchanged(t, path, "old")
		})
	}
}
