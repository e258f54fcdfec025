package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var updateScripts = flag.Bool("update", false, "rewrite goldens and the expected output of the scripts")

func TestMain(m *testing.M) {
	if file := os.Getenv("BBDOCTOR_TEST_PEAK"); file != "" {
		os.Exit(runMeasured(file))
	}
	testscript.Main(m, map[string]func(){"bbdoctor": main, "kubectl-bbdoctor": main, "docker-bbdoctor": main})
}

// runMeasured is the whole program in this process; it leaves its own peak memory in a file. The system's account of a
// child would begin with the memory of the parent.
func runMeasured(file string) int {
	spareMemory()
	code := run(context.Background(), environment{
		args: os.Args, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, variables: os.Environ(),
	})
	status, err := os.ReadFile("/proc/self/status")
	if err == nil {
		err = os.WriteFile(file, status, 0o600)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return exitUsage
	}
	return code
}

// peak gives the peak memory in MiB that runMeasured left in a file.
func peak(tb testing.TB, file string) int {
	tb.Helper()
	status, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	mib := peakIn(status)
	if mib == 0 {
		tb.Skip("the system does not tell the peak memory")
	}
	return int(mib)
}

// peakIn finds the peak memory in MiB in what the system says of a process; 0 when it does not tell.
func peakIn(status []byte) float64 {
	for line := range strings.Lines(string(status)) {
		var kib float64
		if n, err := fmt.Sscanf(line, "VmHWM: %f kB", &kib); n == 1 && err == nil {
			return kib / 1024
		}
	}
	return 0
}

// TestScripts runs the real command line; each script is one story.
func TestScripts(t *testing.T) {
	t.Parallel()
	fixtures, err := filepath.Abs("../../fixtures")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *updateScripts,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("FIXTURES", fixtures)
			env.Setenv("LANG", "C.UTF-8")
			env.Setenv("NO_COLOR", "")
			return nil
		},
		Condition: func(name string) (bool, error) {
			switch name {
			case "root":
				return os.Geteuid() == 0, nil
			case "git":
				_, err := exec.LookPath("git")
				return err == nil, nil
			}
			return false, fmt.Errorf("unknown condition %q", name)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"code": exitsWith, "copy": copyTree,
		},
	})
}

// exitsWith runs a command and compares its exit code: code 3 bbdoctor check missing.
func exitsWith(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N command...")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := "0"
	if exit, ok := err.(interface{ ExitCode() int }); ok {
		got = itoa(exit.ExitCode())
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != args[0] {
		ts.Fatalf("exit code %s, want %s", got, args[0])
	}
}

func itoa(n int) string {
	if n < 0 || n > 9 {
		return "?"
	}
	return string(rune('0' + n))
}

// copyTree copies a directory's files into the working directory: copy $FIXTURES/healthy .
func copyTree(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: copy DIRECTORY TARGET")
	}
	entries, err := os.ReadDir(args[0])
	ts.Check(err)
	target := ts.MkAbs(args[1])
	ts.Check(os.MkdirAll(target, 0o755))
	for _, entry := range entries {
		text, err := os.ReadFile(filepath.Join(args[0], entry.Name()))
		ts.Check(err)
		ts.Check(os.WriteFile(filepath.Join(target, entry.Name()), text, 0o600))
	}
}
