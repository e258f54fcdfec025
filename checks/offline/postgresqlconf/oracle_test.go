package postgresqlconf_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
	"github.com/bbdoctor/bbdoctor/checks/offline/postgresqlconf"
)

// oracle is a real PostgreSQL, which tells with "postgres -C name" what it makes of a file without starting.
type oracle struct{ postgres, major string }

// newOracle finds the program. Without BBDOCTOR_CLUSTER the test is skipped; with it, a missing program fails it.
func newOracle(t *testing.T) oracle {
	t.Helper()
	if wanted := os.Getenv("BBDOCTOR_CLUSTER"); wanted == "" || wanted == "0" {
		t.Skip("asks a real PostgreSQL some hundred times; set BBDOCTOR_CLUSTER=1 to do so")
	}
	programs, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if len(programs) == 0 {
		t.Fatal("PostgreSQL is not installed")
	}
	program := programs[len(programs)-1]
	return oracle{program, strings.Split(program, "/")[4]}
}

// ask gives what PostgreSQL makes of a parameter in a file; ok is false when it refuses the file.
func (o oracle) ask(t *testing.T, text, name string) (value string, ok bool) {
	t.Helper()
	dir := t.TempDir()
	for file, content := range map[string]string{"postgresql.conf": text, "postgresql.auto.conf": "", "PG_VERSION": o.major + "\n"} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.Command(o.postgres, "-C", name, "-D", dir)
	var out, log bytes.Buffer
	command.Stdout, command.Stderr = &out, &log
	if err := command.Run(); err != nil {
		if !strings.Contains(log.String(), "contains errors") && !strings.Contains(log.String(), "FATAL") {
			t.Fatalf("%q: %v\n%s", text, err, log.String())
		}
		return "", false
	}
	return strings.TrimSuffix(out.String(), "\n"), true
}

func TestGrammarOfPostgreSQL(t *testing.T) {
	t.Parallel()
	o := newOracle(t)
	for _, c := range grammar {
		// Any parameter does that takes every text.
		text := strings.NewReplacer("cluster_name", "restore_command", "CLUSTER_NAME", "RESTORE_COMMAND").Replace(c.text)
		want, accepted := o.ask(t, text, "restore_command")
		conf := postgresqlconf.Read(facts.NewSource("postgresql.conf", []byte(text)), input.Context{})
		if accepted != (conf.Refused == "") {
			t.Errorf("%q: PostgreSQL accepts it: %v; the reader says %q", text, accepted, conf.Refused)
			continue
		}
		if got := postgresqlconf.EffectiveIn([]*facts.ConfFile{conf}, o.major)["restore_command"].Text; accepted && got != want {
			t.Errorf("%q: PostgreSQL has %q, the reader %q", text, want, got)
		}
	}
}

// values are odd values of every kind.
var values = map[string][]string{
	"idle_session_timeout": {
		"0", "600000", "10min", "10 min", "600s", "1h", "1d", "1.5min", "0.0004", "0.0005s", "500us", "1500us", "2500us", "-1", "-0.4", "abc", "", " ", "5 s ", "5S", "5sec", "1e3", "1e3s",
		"010", "08", "0x10", "0x1.8p1", "2147483647", "2147483648", "24d", "25d", "1e400", "1e-400", ".5s", " .5s", "+5", "5 s x", "5kB", "infinity", "nan", "1_000", "5\t", "0x", "0xg",
	},
	"max_connections":                {"100", "1", "0", "262144", "100s", "1.5e2", "0x64", "0144", "-1", "99.5", "100.5"},
	"superuser_reserved_connections": {"0", "3", "-1", "3.4"},
	"statement_timeout":              {"5min", "1us", "0.9"},
	"hot_standby":                    {"on", "off", "ON", "of", "o", "t", "tr", "true", "f", "n", "no", "y", "yes", "1", "0", "2", "", "maybe", "onn"},
	"default_transaction_read_only":  {"true", "off"},
	"wal_level":                      {"minimal", "replica", "logical", "REPLICA", "archive", "hot_standby", "none", "repl"},
	"password_encryption":            {"md5", "scram-sha-256", "SCRAM-SHA-256", "on", "plain"},
	"port":                           {"5432", "0", "1", "65535", "65536"},
	"max_wal_senders":                {"0", "16"},
	"listen_addresses":               {"*", "a, b", ""},
	"tcp_keepalives_idle":            {"60", "1min", "1500ms"},
}

func TestValuesOfPostgreSQL(t *testing.T) {
	t.Parallel()
	o := newOracle(t)
	for name, texts := range values {
		for _, text := range texts {
			file := name + " = '" + text + "'\n"
			if name == "max_wal_senders" || name == "wal_level" {
				file += "max_wal_senders = 0\narchive_mode = off\n"
			}
			want, accepted := o.ask(t, file, name)
			if name == "max_wal_senders" {
				want = text
			}
			norm, bad := postgresqlconf.Normalise(name, text, o.major)
			if accepted != (bad == "") || accepted && norm != want {
				t.Errorf("%s = %q: PostgreSQL has %q (%v), the reader %q %s", name, text, want, accepted, norm, bad)
			}
		}
	}
}

func TestDefaultsOfPostgreSQL(t *testing.T) {
	t.Parallel()
	o := newOracle(t)
	for name, setting := range postgresqlconf.EffectiveIn(nil, o.major) {
		if want, _ := o.ask(t, "", string(name)); want != setting.Norm {
			t.Errorf("%s: PostgreSQL has %q, the reader %q", name, want, setting.Norm)
		}
	}
}
