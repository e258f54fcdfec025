package pgpoolconf_test

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
	"github.com/bbdoctor/bbdoctor/checks/offline/pgpoolconf"
)

// oracle is a real Pgpool-II: it is started with a file, and pcp_pool_status tells what it made of it.
type oracle struct{ pgpool, status, version string }

// newOracle finds the programs, first in the directory that BBDOCTOR_PGPOOL names: the tests can be run against several
// versions. Without BBDOCTOR_CLUSTER the test is skipped; with it, a missing program fails it.
func newOracle(t *testing.T) *oracle {
	t.Helper()
	if wanted := os.Getenv("BBDOCTOR_CLUSTER"); wanted == "" || wanted == "0" {
		t.Skip("starts a real Pgpool-II some hundred times; set BBDOCTOR_CLUSTER=1 to do so")
	}
	o := &oracle{pgpool: program(t, "pgpool"), status: program(t, "pcp_pool_status")}
	out, err := exec.Command(o.pgpool, "--version").CombinedOutput()
	if err != nil {
		t.Fatalf("pgpool --version: %v", err)
	}
	o.version = regexp.MustCompile(`\d+\.\d+\.\d+`).FindString(string(bytes.ReplaceAll(out, []byte{0}, nil)))
	if o.version == "" {
		t.Fatalf("pgpool --version says %q", out)
	}
	return o
}

func program(t *testing.T, name string) string {
	t.Helper()
	for _, candidate := range []string{filepath.Join(os.Getenv("BBDOCTOR_PGPOOL"), name), name, "/usr/sbin/" + name, "/usr/local/sbin/" + name} {
		if path, err := exec.LookPath(candidate); err == nil {
			return path
		}
	}
	t.Fatalf("%s is not installed", name)
	return ""
}

// ports gives free ports that no other test of this process has.
var ports struct {
	sync.Mutex
	taken map[int]bool
}

func freePort(t *testing.T) int {
	t.Helper()
	ports.Lock()
	defer ports.Unlock()
	for range 100 {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		port := listener.Addr().(*net.TCPAddr).Port
		_ = listener.Close()
		if !ports.taken[port] {
			if ports.taken == nil {
				ports.taken = map[int]bool{}
			}
			ports.taken[port] = true
			return port
		}
	}
	t.Fatal("no free port")
	return 0
}

// verdict is what pgpool made of a file.
type verdict struct {
	text    string // the whole file, with what was put before the tested text
	refused string // the reason of its refusal
	values  map[string]string
}

var statusRow = regexp.MustCompile(`(?s)name : ([^\n]*)\nvalue: (.*?)\ndesc :`)

// run starts pgpool with the text behind the settings that the test needs itself.
func (o *oracle) run(t *testing.T, text string, others map[string]string) verdict {
	t.Helper()
	return o.runAnd(t, text, others, func(int) {})
}

// runAnd calls a function with pgpool's port while it runs.
func (o *oracle) runAnd(t *testing.T, text string, others map[string]string, while func(port int)) verdict {
	t.Helper()
	dir, err := os.MkdirTemp("", "pgpool")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	port, pcp := freePort(t), freePort(t)
	var head strings.Builder
	fmt.Fprintf(&head, "listen_addresses='127.0.0.1' port=%d pcp_listen_addresses='127.0.0.1' pcp_port=%d num_init_children=1 max_pool=1\n", port, pcp)
	for _, name := range []string{"socket_dir", "unix_socket_directories", "pcp_socket_dir", "wd_ipc_socket_dir", "logdir", "work_dir"} {
		fmt.Fprintf(&head, "%s='%s'\n", name, dir)
	}
	fmt.Fprintf(&head, "pid_file_name='%s/pid'\nbackend_clustering_mode=raw\n", dir)
	v := verdict{text: head.String() + text}
	sum := md5.Sum([]byte("pcp"))
	files := map[string]string{
		"pgpool.conf": v.text, "pcp.conf": "doctor:" + hex.EncodeToString(sum[:]) + "\n", "pool_hba.conf": "", "pass": fmt.Sprintf("127.0.0.1:%d:doctor:pcp\n", pcp),
	}
	maps.Copy(files, others)
	for name, content := range files {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var log bytes.Buffer
	command := exec.Command(o.pgpool, "-n", "-D", "-f", dir+"/pgpool.conf", "-F", dir+"/pcp.conf", "-a", dir+"/pool_hba.conf")
	command.Stdout, command.Stderr, command.Dir = &log, &log, dir
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	deadline := time.After(30 * time.Second)
	for {
		select {
		case <-ended:
			v.refused = "ended"
			for line := range strings.SplitSeq(log.String(), "\n") {
				if strings.Contains(line, "FATAL:") {
					v.refused = line
				}
			}
			return v
		case <-deadline:
			_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
			<-ended
			t.Fatalf("pgpool neither starts nor ends:\n%s\n%s", text, log.String())
		default:
		}
		if out, ok := o.ask(pcp, dir); ok {
			v.values = map[string]string{}
			for _, row := range statusRow.FindAllStringSubmatch(out, -1) {
				v.values[row[1]] = row[2]
			}
			while(port)
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	_ = command.Process.Signal(syscall.SIGINT)
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
		<-ended
	}
	return v
}

func (o *oracle) ask(port int, dir string) (string, bool) {
	command := exec.Command(o.status, "-h", "127.0.0.1", "-p", strconv.Itoa(port), "-U", "doctor", "-w")
	command.Env = append(os.Environ(), "PCPPASSFILE="+dir+"/pass")
	out, err := command.Output()
	return string(out), err == nil && len(out) > 0
}

// compare holds what the reader says against what pgpool did. It gives the number of values that were compared.
func compare(t *testing.T, o *oracle, v verdict, others map[string]string, names []string) int {
	t.Helper()
	files := newTree(others)
	files["pgpool.conf"] = facts.NewSource("pgpool.conf", []byte(v.text))
	conf := pgpoolconf.Read(files["pgpool.conf"], input.Context{Files: files})
	settings := pgpoolconf.Effective([]*facts.ConfFile{conf}, o.version)
	why := conf.Refused
	for _, unread := range conf.Unread {
		why = "cannot read " + unread.Path
	}
	for _, assignment := range conf.Assignments {
		if _, bad, refused := pgpoolconf.Normalise(assignment.Name, assignment.Value.Text, o.version); refused && why == "" && exists(assignment.Name, o.version) {
			why = assignment.Name + ": " + bad
		}
	}
	text := v.text[strings.Index(v.text, "clustering_mode=raw\n")+len("clustering_mode=raw\n"):]
	if (why != "") != (v.refused != "") {
		t.Errorf("%q\npgpool: %q\nreader: %q", text, v.refused, why)
		return 0
	}
	if v.refused != "" {
		return 0
	}
	compared := 0
	for _, name := range names {
		got, ok := v.values[name]
		if !ok {
			continue
		}
		key, _ := pgpoolconf.Key(name)
		setting, ok := settings[key]
		if !ok {
			setting = pgpoolconf.DefaultSetting(name, o.version)
		}
		want := setting.Norm
		p, _ := pgpoolconf.Parameter(name)
		if name == "unix_socket_permissions" || name == "log_file_mode" || name == "wd_hostname" {
			continue // shown in octal; the machine's own name
		}
		switch p.Type {
		case pgpoolconf.Bool:
			got = map[bool]string{true: "off", false: "on"}[got == "0"]
		case pgpoolconf.Enum, pgpoolconf.Double:
			continue // shown as numbers of pgpool's own
		case pgpoolconf.List:
			// 4.6 cuts the blanks off around the items and shows the list without them.
			want, got = strings.ReplaceAll(want, "; ", ";"), strings.ReplaceAll(got, "; ", ";")
			fallthrough
		case pgpoolconf.String:
			want = strings.ToValidUTF8(want, "")
			got = strings.ToValidUTF8(strings.Replace(got, "(null)", "", 1), "")
		}
		compared++
		if got != want {
			t.Errorf("%q\n%s: pgpool has %q, the reader %q", text, name, got, want)
		}
	}
	return compared
}

func exists(name, version string) bool {
	p, ok := pgpoolconf.Parameter(name)
	return ok && p.Exists(version)
}
