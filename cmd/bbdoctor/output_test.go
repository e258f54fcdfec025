package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReplaceFile: the old file stays until the new one is complete; mode and link stay.
func TestReplaceFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	target, link := filepath.Join(dir, "report.prom"), filepath.Join(dir, "link.prom")
	if err := os.WriteFile(target, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(target, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("report.prom", link); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("the disk is full")
	err := replaceFile(link, func(file *os.File) error {
		if _, err := file.WriteString("half"); err != nil {
			t.Error(err)
		}
		if text, _ := os.ReadFile(target); string(text) != "old" {
			t.Errorf("while the new text is written a reader finds %q", text)
		}
		return broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("err = %v", err)
	}
	expect := func(want string) {
		t.Helper()
		text, err := os.ReadFile(target)
		if err != nil || string(text) != want {
			t.Errorf("%q, %v; want %q", text, err, want)
		}
		entries, err := os.ReadDir(dir)
		if err != nil || len(entries) != 2 {
			t.Errorf("a temporary file is left: %v %v", entries, err)
		}
	}
	expect("old")
	if err := replaceFile(link, func(file *os.File) error { _, err := file.WriteString("new"); return err }); err != nil {
		t.Error(err)
	}
	expect("new")
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v %v", info, err)
	}
	if info, err := os.Stat(target); err != nil || info.Mode().Perm() != 0o666 {
		t.Errorf("the mode is %v, %v", info.Mode(), err)
	}
	err = replaceFile(filepath.Join(dir, "no", "such", "x"), func(*os.File) error { return nil })
	if err == nil || !strings.Contains(err.Error(), "no such file") || strings.Contains(err.Error(), ".tmp") {
		t.Errorf("err = %v", err)
	}
}

// TestOutputs: what --format takes.
func TestOutputs(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"yaml": "there are pretty", "pretty json": "only one", "json=a.json short=./a.json": "the same file", "json=a json=b short": "", "": "",
	} {
		outputs, err := parseOutputs(strings.Fields(text))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %v; want %q", text, outputs, err, want)
		}
	}
}
