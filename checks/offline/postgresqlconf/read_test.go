package postgresqlconf_test

import (
	"fmt"
	"path"
	"strings"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
	"github.com/bbdoctor/bbdoctor/checks/offline/postgresqlconf"
)

type tree map[string]*facts.Source

func (t tree) Open(base *facts.Source, name string) (*facts.Source, error) {
	if base != nil {
		name = path.Join(path.Dir(base.Name), name)
	}
	if source := t[name]; source != nil {
		return source, nil
	}
	return nil, fmt.Errorf("%s: %w", name, input.ErrMissing)
}

func (t tree) Exists(base *facts.Source, name string) bool {
	_, err := t.Open(base, name)
	return err == nil
}

func read(text string) *facts.ConfFile {
	return postgresqlconf.Read(facts.NewSource("postgresql.conf", []byte(text)), input.Context{})
}

func show(file *facts.ConfFile) string {
	var out []string
	for _, a := range file.Assignments {
		out = append(out, fmt.Sprintf("%s=%q", a.Name, a.Value.Text))
	}
	if file.Refused != "" {
		line, column := file.RefusedAt.Source.Position(file.RefusedAt.Span.Start)
		out = append(out, fmt.Sprintf("refused %d:%d", line, column))
	}
	return strings.Join(out, " ")
}

// grammar lists files with what PostgreSQL makes of them; TestGrammarOfPostgreSQL has the program itself say so.
var grammar = []struct{ text, want string }{
	{"", ``},
	{"cluster_name = a\n", `cluster_name="a"`},
	{"CLUSTER_NAME 'a b'", `cluster_name="a b"`},
	{"# c\ncluster_name='a' # d", `cluster_name="a"`},
	{"cluster_name = 'it''s'\n", `cluster_name="it's"`},
	{`cluster_name = 'it\'s \\ \n'` + "\n", `cluster_name="it's \\ \n"`},
	{`cluster_name = '\101\7\x'` + "\n", `cluster_name="A\ax"`},
	{`cluster_name = '\1011'` + "\n", `cluster_name="A1"`},
	{"cluster_name = ''\n", `cluster_name=""`},
	{"cluster_name = ''''\n", `cluster_name="'"`},
	{"cluster_name = 'a''\n", `refused 1:19`},
	{"cluster_name = 'a\n", `refused 1:16`},
	{"cluster_name =\n", `refused 1:1`},
	{"cluster_name = a b\n", `refused 1:18`},
	{"cluster_name = a.b\n", `refused 1:16`},
	{"cluster_name = a.b.c\n", `cluster_name="a.b.c"`},
	{"cluster_name = a-b:c/d\n", `cluster_name="a-b:c/d"`},
	{"cluster_name = 10.0.0.1\n", `refused 1:20`},
	{"cluster_name = *\n", `refused 1:16`},
	{"cluster_name = 10min\n", `cluster_name="10min"`},
	{"cluster_name = 1.5e3\n", `cluster_name="1.5e3"`},
	{"cluster_name = a,b\n", `refused 1:17`},
	{"cluster_name = \"a\"\n", `refused 1:16`},
	{"cluster_name = = a\n", `refused 1:16`},
	{"cluster_name = a\r\nport = 5432\r\n", `cluster_name="a" port="5432"`},
	{"my.option = 1\n", `my.option="1"`},
	{"a.b.c = 1\n", `refused 1:1`},
	{"5 = 1\nport = 5432\n", `port="5432" refused 1:1`},
	{"cluster_name = é\n", `cluster_name="é"`},
	{"cluster_name = 'a' port = 5432\n", `refused 1:20`},
	{"port = 5432 #", `port="5432"`},
}

func TestGrammar(t *testing.T) {
	t.Parallel()
	for _, c := range grammar {
		if got := show(read(c.text)); got != c.want {
			t.Errorf("%q:\n got %s\nwant %s", c.text, got, c.want)
		}
	}
}

func TestInclude(t *testing.T) {
	t.Parallel()
	files := tree{}
	for name, text := range map[string]string{
		"a.conf": "port = 1\n", "sub/x.conf": "include 'b.conf'\n", "sub/b.conf": "port = 2", "loop.conf": "include 'loop.conf'\n",
	} {
		files[name] = facts.NewSource(name, []byte(text))
	}
	for _, c := range []struct{ text, want string }{
		{"include 'a.conf'\nport = 9\n", `port="1" port="9"`},
		{"INCLUDE = a.conf.\n", `unread a.conf.: no such file`},
		{"include 'sub/x.conf'\n", `port="2"`},
		{"include 'loop.conf'\nport=3\n", `port="3" refused 1:10`},
		{"include_if_exists 'missing.conf'\nport=3\n", `port="3" unread missing.conf: no such file`},
		{"include_if_exists ''\nport=3\n", `port="3"`},
		{"include ''\nport=3\n", `port="3" refused 1:10`},
		{"include_dir 'conf.d'\nport=3\n", `port="3" unread conf.d: the files of an included directory are not read`},
	} {
		src := facts.NewSource("postgresql.conf", []byte(c.text))
		file := postgresqlconf.Read(src, input.Context{Files: files})
		got := show(file)
		for _, unread := range file.Unread {
			got += " unread " + unread.Path + ": " + unread.Reason
		}
		if strings.TrimSpace(got) != c.want {
			t.Errorf("%q:\n got %s\nwant %s", c.text, got, c.want)
		}
	}
}

func TestEffective(t *testing.T) {
	t.Parallel()
	file := read("max_connections = 100\nMax_Connections = 200\nidle_session_timeout = 10min\nstatement_timeout='1.5 s'\nhot_standby=maybe\nwal_level=Hot_Standby\npassword_encryption = on\n")
	settings := postgresqlconf.Effective([]*facts.ConfFile{file})
	for key, want := range map[facts.Key]string{
		"max_connections": "200", "idle_session_timeout": "600000", "statement_timeout": "1500", "hot_standby": "", "wal_level": "replica",
		"password_encryption": "", "superuser_reserved_connections": "3", "port": "5432", "transaction_timeout": "0",
	} {
		if got := settings[key]; got.Norm != want || got.State == facts.Absent || (want == "") != (got.Bad != "") {
			t.Errorf("%s: %+v", key, got)
		}
	}
	if s := settings["max_connections"]; len(s.Overridden) != 1 || s.Overridden[0].Norm != "100" || s.Origin.Key != "Max_Connections" {
		t.Errorf("max_connections: %+v", s)
	}
	old := postgresqlconf.EffectiveIn([]*facts.ConfFile{file}, "13")
	if old["password_encryption"].Norm != "md5" || old["reserved_connections"].State != facts.Absent {
		t.Errorf("13: %+v, %+v", old["password_encryption"], old["reserved_connections"])
	}
	if s := postgresqlconf.EffectiveIn(nil, "9.6")["hot_standby"]; s.Norm != "off" || s.State != facts.Default {
		t.Errorf("9.6: %+v", s)
	}
	unread := postgresqlconf.Effective([]*facts.ConfFile{read("include_dir 'conf.d'\nport=3\n")})
	if unread["max_connections"].State != facts.Unresolved || unread["port"].Norm != "3" {
		t.Errorf("%+v", unread)
	}
}

func FuzzRead(f *testing.F) {
	for _, c := range grammar {
		f.Add([]byte(c.text))
	}
	f.Add([]byte("include 'postgresql.conf'\nmax_connections = 100\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		files := tree{"postgresql.conf": facts.NewSource("postgresql.conf", text)}
		file := postgresqlconf.Read(files["postgresql.conf"], input.Context{Files: files})
		for _, a := range file.Assignments {
			o := a.Value.Origin
			if o.Span.Start < 0 || o.Span.Start > o.Span.End || o.Span.End > len(text) {
				t.Fatalf("%s: span %v of %d bytes", a.Name, o.Span, len(text))
			}
			if o.Runs == nil && string(text[o.Span.Start:o.Span.End]) != a.Value.Text {
				t.Fatalf("value %q is not at %v", a.Value.Text, o.Span)
			}
			if !strings.EqualFold(string(text[o.KeySpan.Start:o.KeySpan.End]), a.Name) {
				t.Fatalf("key %q is not at %v", a.Name, o.KeySpan)
			}
			// Every byte of a value with escapes comes from somewhere inside the span, and plain bytes from equal ones.
			at := 0
			for _, run := range o.Runs {
				if run.Value != at || run.Raw < o.Span.Start || run.Raw+run.RawN > o.Span.End {
					t.Fatalf("run %+v of %q in %v", run, a.Value.Text, o.Span)
				}
				if run.N == run.RawN && string(text[run.Raw:run.Raw+run.RawN]) != a.Value.Text[run.Value:run.Value+run.N] {
					t.Fatalf("run %+v of %q does not match", run, a.Value.Text)
				}
				at += run.N
			}
			if o.Runs != nil && at != len(a.Value.Text) {
				t.Fatalf("runs cover %d of %q", at, a.Value.Text)
			}
		}
		postgresqlconf.Effective([]*facts.ConfFile{file})
	})
}
