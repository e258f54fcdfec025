package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// memoryBound is the peak memory in MiB that no input may make a run exceed.
const memoryBound = 200

const good = "jdbc.driver=org.postgresql.Driver\njdbc.url=jdbc:postgresql://pgpool:5432/bitbucket\n"

// bomb is YAML whose aliases, expanded, would be nine to the power of nine values.
func bomb() string {
	var out strings.Builder
	out.WriteString("x-a: &a [PGPOOL_A=1,PGPOOL_A=1,PGPOOL_A=1]\n")
	for c := 'b'; c <= 'j'; c++ {
		fmt.Fprintf(&out, "x-%c: &%c [%s]\n", c, c, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*%c,", c-1), 9), ","))
	}
	out.WriteString("services:\n  pgpool:\n    environment: *j\n")
	return out.String()
}

// manifestBomb is a manifest with more containers than anybody can start.
func manifestBomb() string {
	var out strings.Builder
	out.WriteString("x-a: &a {name: PGPOOL_A, value: x}\n")
	for c := 'b'; c <= 'j'; c++ {
		fmt.Fprintf(&out, "x-%c: &%c [%s]\n", c, c, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*%c,", c-1), 9), ","))
	}
	return out.String() + "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, env: *j}]}\n"
}

// TestHostileInputs runs the real program on inputs made to hang it, to fill the memory or to break it. Each is judged
// together with a good file, which must still be judged.
func TestHostileInputs(t *testing.T) {
	t.Parallel()
	compose := "services:\n  pgpool:\n    environment:\n      PGPOOL_BACKEND_NODES: 0:pg-0:5432\n"
	inputs := map[string]struct {
		name, text string
		says       string // what is said of it; empty when the input is fine, if large
	}{
		"50 MB of properties":       {"bitbucket.properties", strings.Repeat("a.b=c\n", 50<<20/6), "larger than 8 MiB"},
		"50 MB of YAML":             {"docker-compose.yml", compose + strings.Repeat("# PGPOOL_\n", 5<<20), "larger than 8 MiB"},
		"a line of 10 MB":           {"bitbucket.properties", "jdbc.url=" + strings.Repeat("x", 10<<20), "larger than 8 MiB"},
		"a line of 7 MB":            {"bitbucket.properties", "jdbc.user=" + strings.Repeat("x", 7<<20), ""},
		"a script of 7 MB":          {"start.sh", "docker run -e PGPOOL_BACKEND_NODES=0:a " + strings.Repeat("x", 7<<20) + " bitnami/pgpool\n", ""},
		"continuations":             {"bitbucket.properties", "jdbc.url=" + strings.Repeat("\\\n", 1<<20), ""},
		"deep flow YAML":            {"docker-compose.yml", compose + "      X: " + strings.Repeat("[", 200000), "docker-compose.yml"},
		"deep block YAML":           {"docker-compose.yml", compose + deep(3000), ""},
		"a bomb of aliases":         {"docker-compose.yml", bomb(), "docker-compose.yml"},
		"invalid UTF-8 in YAML":     {"docker-compose.yml", compose + "      X: \"\xff\xfe\"\n", "docker-compose.yml"},
		"invalid UTF-8 in a file":   {"bitbucket.properties", "jdbc.user=\xff\xfe\xc3\n", "jdbc.user depends on the encoding"},
		"NUL in an env file":        {"pgpool.env", "PGPOOL_BACKEND_NODES=0:pg-0:5432\x00\n", "hostile/pgpool.env: not read: the file has zero bytes"},
		"binary":                    {"bitbucket.properties", "\x7fELF\x02\x01\x01\x00\x00\x00\xff\xfe\x00jdbc", "hostile/bitbucket.properties: not read: the file has zero bytes"},
		"binary YAML":               {"docker-compose.yml", "\x00" + compose, "hostile/docker-compose.yml: not read: the file has zero bytes"},
		"UTF-16":                    {"bitbucket.properties", "\xff\xfej\x00d\x00b\x00c\x00", "hostile/bitbucket.properties: not read: the file is in UTF-16"},
		"empty":                     {"bitbucket.properties", "", "hostile/bitbucket.properties: note: the file is empty"},
		"nothing but blanks":        {"pgpool.conf", " \r\n\t\n", "hostile/pgpool.conf: note: the file is empty"},
		"an unclosed quote":         {"start.sh", "docker run -e PGPOOL_BACKEND_NODES='0:pg-0 bitnami/pgpool\n", "start.sh"},
		"doubling variables":        {"start.sh", "X=aaaaaaaaaa\n" + strings.Repeat("X=$X$X\n", 60) + "docker run -e PGPOOL_BACKEND_NODES=$X bitnami/pgpool\n", ""},
		"recursive functions":       {"start.sh", "f() { f; f; }\nf\ndocker run -e PGPOOL_BACKEND_NODES=0:a bitnami/pgpool\n", ""},
		"nested substitutions":      {"start.sh", "docker run -e PGPOOL_BACKEND_NODES=" + strings.Repeat("$(", 50000) + "\n", "start.sh"},
		"nested defaults":           {"docker-compose.yml", compose + "      PGPOOL_X: " + strings.Repeat("${A:-", 20000) + strings.Repeat("}", 20000) + "\n", ""},
		"many backend nodes":        {"pgpool.env", "PGPOOL_BACKEND_NODES=" + strings.Repeat("0:a,", 500000) + "\n", ""},
		"an include of itself":      {"pgpool.conf", "include 'pgpool.conf'\ninclude 'pgpool.conf'\nbackend_hostname0 = 'a'\n", "hostile/pgpool.conf:1:"},
		"many pairs":                {"pgpool.conf", strings.Repeat("num_init_children = 32\n", 300000), ""},
		"a long URL":                {"bitbucket.properties", "jdbc.url=jdbc:postgresql://h/d?" + strings.Repeat("targetServerType=primary&", 40000) + "\n", ""},
		"a bomb of manifests":       {"k8s.yaml", manifestBomb(), "too large"},
		"deep manifests":            {"k8s.yaml", "apiVersion: v1\nkind: List\nitems: &a\n- PGPOOL_A: " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + "\n", "too large"},
		"a list of itself":          {"k8s.yaml", "apiVersion: v1\nkind: List\nPGPOOL_A: x\nitems: &a\n- *a\n", "k8s.yaml"},
		"many manifests":            {"k8s.yaml", strings.Repeat("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: PGPOOL_A}\n", 80000), "too large"},
		"a wide ConfigMap":          {"k8s.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n" + strings.Repeat("  PGPOOL_A: x\n", 100000), "too large"},
		"many pods":                 {"k8s.yaml", "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: pg}\nspec: {replicas: 1000000000, template: {spec: {containers: [{name: x, env: [{name: REPMGR_NODE_NAME, value: a}]}]}}}\n", ""},
		"a kustomization of itself": {"kustomization.yaml", "resources: [., ../hostile, .]\nconfigMapGenerator: [{name: PGPOOL_A}]\n", ""},
		"doubling $(NAME)":          {"k8s.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: pg}\nspec: {containers: [{name: x, env: [{name: PGPOOL_A, value: aaaaaaaa}" + strings.Repeat(", {name: PGPOOL_A, value: $(PGPOOL_A)$(PGPOOL_A)}", 60) + "]}]}\n", ""},
	}
	for title, hostile := range inputs {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for name, text := range map[string]string{filepath.Join("hostile", hostile.name): hostile.text, "good/bitbucket.properties": good} {
				target := filepath.Join(dir, name)
				if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(target, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			for _, args := range [][]string{{"check", "--format", "short", "hostile", "good"}, {"check", "--diff", "--unsafe-fixes", "."}, {"facts", "."}, {"check", "--fix", "--unsafe-fixes", "."}} {
				out := runBinary(t, dir, args...)
				if args[0] == "check" && args[1] == "--format" {
					if !strings.Contains(out, hostile.says) {
						t.Errorf("nothing is said of %q:\n%.500s", hostile.says, out)
					}
					if !strings.Contains(out, "good/bitbucket.properties") && !strings.Contains(out, "jdbc/tcp-keepalive") {
						t.Errorf("the good file is not judged:\n%.500s", out)
					}
				}
			}
		})
	}
}

// TestWhatCannotBeOpened has a file and a directory that may not be read, a pipe and a link to itself, all with names of
// ours. Each is named, and the good file is judged.
func TestWhatCannotBeOpened(t *testing.T) {
	t.Parallel()
	dir := open(t, t.TempDir())
	for _, name := range []string{"good", "locked", "closed/prod", "pipe", "loop"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, mode := range map[string]os.FileMode{"good": 0o644, "locked": 0, "closed/prod": 0o644} {
		path := filepath.Join(dir, name, "bitbucket.properties")
		if err := errors.Join(os.WriteFile(path, []byte(good), 0o600), os.Chmod(path, mode)); err != nil {
			t.Fatal(err)
		}
	}
	closed := filepath.Join(dir, "closed")
	t.Cleanup(func() { os.Chmod(closed, 0o755) }) //nolint:errcheck // so that it can be removed
	if err := errors.Join(os.Chmod(closed, 0), syscall.Mkfifo(filepath.Join(dir, "pipe/bitbucket.properties"), 0o644),
		os.Symlink("bitbucket.properties", filepath.Join(dir, "loop/bitbucket.properties"))); err != nil {
		t.Fatal(err)
	}
	for _, paths := range [][]string{{"."}, {"good", "locked/bitbucket.properties", "closed", "pipe/bitbucket.properties", "loop/bitbucket.properties"}} {
		out := runAsOrdinaryUser(t, dir, append([]string{"check", "--format", "short", "--fix"}, paths...)...)
		if !strings.Contains(out, "good/bitbucket.properties") {
			t.Errorf("%v: the good file is not judged:\n%s", paths, out)
		}
		for _, name := range []string{"locked/bitbucket.properties: ", "closed: ", "pipe/bitbucket.properties: ", "loop/bitbucket.properties: "} {
			if !strings.Contains(out, name) {
				t.Errorf("%v: nothing is said of %s\n%s", paths, name, out)
			}
		}
	}
}

// open lets everybody into a directory and the one above, which only tests' own user may enter.
func open(t *testing.T, dir string) string {
	t.Helper()
	for _, path := range []string{filepath.Dir(dir), dir} {
		if err := os.Chmod(path, 0o755); err != nil { //nolint:gosec // a test directory
			t.Fatal(err)
		}
	}
	return dir
}

// runAsOrdinaryUser runs this test binary as bbdoctor, and not as root, for whom nothing is closed.
func runAsOrdinaryUser(t *testing.T, dir string, args ...string) string {
	t.Helper()
	bin := filepath.Join(open(t, t.TempDir()), "bbdoctor")
	self, err := os.ReadFile("/proc/self/exe")
	if err == nil {
		err = errors.Join(os.WriteFile(bin, self, 0o600), os.Chmod(bin, 0o755)) //nolint:gosec // a program
	}
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), bin, args...)
	command.Dir = dir
	command.Env = []string{"LANG=C.UTF-8", "BBDOCTOR_TEST_PEAK=/dev/null"}
	if os.Geteuid() == 0 {
		command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	err = command.Run()
	if code := command.ProcessState.ExitCode(); code != exitIncomplete {
		t.Errorf("exit code %d, want %d: %v", code, exitIncomplete, err)
	}
	return out.String()
}

func deep(n int) string {
	var out strings.Builder
	for i := range n {
		fmt.Fprintf(&out, "%sx:\n", strings.Repeat(" ", i+6))
	}
	return "      X:\n" + out.String()
}

// runBinary runs this test binary as bbdoctor and holds it to the memory bound.
func runBinary(t *testing.T, dir string, args ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), os.Args[0], args...)
	command.Dir = dir
	memory := filepath.Join(t.TempDir(), "memory")
	command.Env = append(os.Environ(), "BBDOCTOR_TEST_PEAK="+memory, "LANG=C.UTF-8")
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	err := command.Run()
	if code := command.ProcessState.ExitCode(); code < 0 || code > exitIncomplete || strings.Contains(out.String(), "panic:") {
		t.Fatalf("bbdoctor %s: %v\n%.2000s", strings.Join(args, " "), err, out.String())
	}
	if strings.Contains(out.String(), "the rule broke") {
		t.Errorf("a rule broke:\n%.2000s", out.String())
	}
	if mib := peak(t, memory); mib > memoryBound {
		t.Errorf("bbdoctor %s took %d MiB, bound %d", strings.Join(args, " "), mib, memoryBound)
	}
	return out.String()
}
