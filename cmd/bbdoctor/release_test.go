package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// largest is the size in bytes that a stripped binary may have.
const largest = 16 << 20

// TestReproducible builds the same sources in two directories, with the flags of .goreleaser.yaml, and compares the bytes.
func TestReproducible(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("links the program twice")
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("go is not there") // where the tests were built elsewhere
	}
	root := filepath.Join("..", "..")
	build := func() []byte {
		copied := t.TempDir()
		for _, part := range []string{"go.mod", "go.sum", "cmd", "checks", "rules", "docs"} {
			copySources(t, filepath.Join(root, part), filepath.Join(copied, part))
		}
		binary := filepath.Join(t.TempDir(), "bbdoctor")
		command := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-tags", "urfave_cli_no_docs", "-buildvcs=false", "-ldflags", "-s -w -X main.version=1.2.3", "-o", binary, "./cmd/bbdoctor")
		command.Dir = copied
		command.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		built, err := os.ReadFile(binary)
		if err != nil {
			t.Fatal(err)
		}
		return built
	}
	first, second := build(), build()
	if !bytes.Equal(first, second) {
		t.Error("two builds of the same sources differ")
	}
	if len(first) > largest {
		t.Errorf("the binary has %d bytes, more than %d", len(first), largest)
	}
	if !bytes.Contains(first, []byte("1.2.3")) {
		t.Error("the binary does not carry the version that it was given")
	}
}

// copySources copies what a build reads: everything but tests and their data.
func copySources(t *testing.T, from, to string) {
	t.Helper()
	info, err := os.Stat(from)
	if err != nil {
		t.Fatal(err)
	}
	if !info.IsDir() {
		text, err := os.ReadFile(from)
		if err == nil {
			err = os.WriteFile(to, text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		return
	}
	if err := os.MkdirAll(to, 0o755); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(from)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if entry.Name() != "testdata" && !strings.HasSuffix(entry.Name(), "_test.go") {
			copySources(t, filepath.Join(from, entry.Name()), filepath.Join(to, entry.Name()))
		}
	}
}
