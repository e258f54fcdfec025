package pgpoolconf_test

import (
	"fmt"
	"path"
	"strings"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
	"github.com/bbdoctor/bbdoctor/checks/offline/pgpoolconf"
)

// tree is files in memory.
type tree map[string]*facts.Source

func newTree(files map[string]string) tree {
	t := tree{}
	for name, text := range files {
		t[name] = facts.NewSource(name, []byte(text))
	}
	return t
}

func (t tree) Open(base *facts.Source, name string) (*facts.Source, error) {
	if path.IsAbs(name) {
		return nil, fmt.Errorf("%s: %w", name, input.ErrOutside)
	}
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
	return pgpoolconf.Read(facts.NewSource("pgpool.conf", []byte(text)), input.Context{})
}

// show writes assignments as name=value, the value quoted.
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

// grammar lists files with what Pgpool-II 4.3.5 makes of them; TestGrammarOfPgpool has the program itself say so.
var grammar = []struct{ text, want string }{
	{"", ``},
	{"port = 9999\n", `port="9999"`},
	{"port 9999", `port="9999"`},
	{"port=9999 pcp_port=9898\n", `port="9999" pcp_port="9898"`},
	{"# comment\nport = 9999 # behind\n", `port="9999"`},
	{"port = 9999\n# no line end", `port="9999" refused 2:1`},
	{"port = 9999 #", `port="9999" refused 1:13`},
	{"failover_command = ''\n", `failover_command=""`},
	{"failover_command = 'a b # c'\n", `failover_command="a b # c"`},
	{"failover_command = 'it''s'\n", `failover_command="it" refused 1:24`},
	{`failover_command = 'it\'s'` + "\n", `failover_command="it\\'s"`},
	{`failover_command = 'a\' # it's` + "\nfailback_command='b'\n", `failover_command="a\\' # it" s="\n" failback_command="b"`},
	{`failover_command = 'a\\' failback_command='b'` + "\n", `failover_command="a\\\\' failback_command=" b="'"`},
	{`failover_command = '\'` + "\n", `failover_command="\\"`},
	{`failover_command = '\''` + "\n", `failover_command="\\'"`},
	{"failover_command = 'open\nfailback_command = 'x'\n", `failover_command="'" open="\n" failback_command="x"`},
	{"failover_command = \"x\"\n", `failover_command="\"" x="\""`},
	{"failover_command = *\n", `failover_command="*"`},
	{"failover_command = = failback_command=x\n", `failover_command="=" failback_command="x"`},
	{"failover_command =\nfailback_command = x\n", `failover_command="\n" failback_command="x"`},
	{"failover_command\nfailback_command = x\n", `failover_command="\n" failback_command="x"`},
	{"failover_command =", `failover_command=""`},
	{"failover_command", `failover_command=""`},
	{"failover_command = # none\nfailback_command = x\n", `failover_command="\n" failback_command="x"`},
	{"failover_command = pg-0.example.com:5432/x\n", `failover_command="pg-0.example.com:5432/x"`},
	{"failover_command = a,b\n", `failover_command="a" refused 1:21`},
	{"failover_command = 1e5\n", `failover_command="1e" refused 1:22`},
	{"failover_command = 1.5e5x=2\n", `failover_command="1.5e5" x="2"`},
	{"failover_command = 0x1Fkb x=1\n", `failover_command="0x1Fkb" x="1"`},
	{"failover_command = 0x\n", `failover_command="0x"`},
	{"failover_command = 0x1Fk9\n", `failover_command="0x1Fk" refused 1:25`},
	{"failover_command = +5min\n", `failover_command="+5min"`},
	{"failover_command = -.e3\n", `failover_command="-.e3"`},
	{"failover_command = .\n", `failover_command="."`},
	{"failover_command = 10.0.0.1\n", `failover_command="10.0" refused 1:24`},
	{"failover_command = 10_000\n", `failover_command="10" _000="\n"`},
	{"failover_command = 5.5.5\n", `failover_command="5.5" refused 1:23`},
	{"failover_command = \\x\n", `failover_command="\\" x="\n"`},
	{"failover_command = été\n", `failover_command="été"`},
	{"failover_command = 5é=3\n", `failover_command="5" é="3"`},
	{"\uFEFFport = 9999\n", "\uFEFFport" + `="9999"`},
	{"port = 9999\r\npcp_port = 9898\r\n", `port="9999" pcp_port="9898"`},
	{"port\r\npcp_port = 9898\r\n", `port="\n" pcp_port="9898"`},
	{"failover_command = a\x00b\n", `failover_command="a" refused 1:21`},
	{"failover_command = 'a\x00bc'\n", `failover_command=""`},
	{"failover_command = 'abc\x00def'\n", `failover_command="ab"`},
	{"failover_command = \x00\n", `failover_command=""`},
	{"# a\x00b\nport = 9999\n", `port="9999"`},
	{"failover_command = a\vb=c\n", `failover_command="a" refused 1:21`},
	{"a-b = c\n", ` refused 1:1`},
	{"= 5\nport = 9999\n", `port="9999" refused 1:1`},
	{"9999 = port\n", ` refused 1:1`},
	{"'port' = 9999\n", ` refused 1:1`},
	{"Port = 9999\n", `Port="9999"`},
	{"failover_command = \xff\xfe\n", `failover_command="\xff\xfe"`},
}

func TestGrammar(t *testing.T) {
	t.Parallel()
	for _, c := range grammar {
		if got := show(read(c.text)); got != strings.TrimSpace(c.want) {
			t.Errorf("%q:\n got %s\nwant %s", c.text, got, strings.TrimSpace(c.want))
		}
	}
}

func TestInclude(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"a.conf": "failover_command = 'a'\n", "sub/x.conf": "include 'b.conf'\n", "sub/b.conf": "failover_command = 'subb'\n",
		"b.conf": "failover_command = 'topb'\n", "loop.conf": "include 'loop.conf'\n", "two.conf": "include 'a.conf' include 'b.conf' port=1",
		"open.conf": "lobj_lock_table", "comment.conf": "port=2 #", "7": "port=7\n",
	}
	for i := 1; i <= 12; i++ {
		files[fmt.Sprintf("d%d.conf", i)] = fmt.Sprintf("include 'd%d.conf'\n", i+1)
	}
	files["d13.conf"] = "failover_command = 'deep'\n"
	for _, c := range []struct{ text, want string }{
		{"include 'a.conf'\n", `failover_command="a"`},
		{"include = 'a.conf'\n", `failover_command="a"`},
		{"include a.conf\n", `failover_command="a"`},
		{"include 7\n", `port="7"`},
		{"include 'sub/x.conf'\n", `failover_command="subb"`},
		{"INCLUDE 'a.conf'\n", `INCLUDE="a.conf"`},
		{"failover_command=x include 'two.conf' failover_command=y\n", `failover_command="x" failover_command="a" failover_command="topb" port="1" failover_command="y"`},
		{"include 'open.conf'\nport=3\n", `lobj_lock_table="" port="3"`},
		{"include 'comment.conf'\nport=3\n", `port="2" port="3" refused 1:8`},
		{"include 'loop.conf'\nport=3\n", `port="3" refused 1:10`},
		{"include 'd3.conf'\n", `refused 1:10`},
		{"include 'd4.conf'\n", `failover_command="deep"`},
		{"include\nport=3\n", `port="3" refused 1:8`},
		{"include 'missing.conf' port=3\n", `port="3" unread missing.conf: no such file`},
		{"include '/etc/passwd' port=3\n", `port="3" unread /etc/passwd: outside the inputs`},
	} {
		tree := newTree(files)
		tree["pgpool.conf"] = facts.NewSource("pgpool.conf", []byte(c.text))
		file := pgpoolconf.Read(tree["pgpool.conf"], input.Context{Files: tree})
		got := show(file)
		for _, unread := range file.Unread {
			got += " unread " + unread.Path + ": " + unread.Reason
		}
		if strings.TrimSpace(got) != c.want {
			t.Errorf("%q:\n got %s\nwant %s", c.text, got, c.want)
		}
	}
}

func TestOrigin(t *testing.T) {
	t.Parallel()
	file := read("a = 'x y'\nb 7s # c\nd =  \n")
	for i, want := range []struct {
		key, value facts.Span
		style      facts.Style
	}{
		{facts.Span{Start: 0, End: 1}, facts.Span{Start: 5, End: 8}, facts.SingleQuoted},
		{facts.Span{Start: 10, End: 11}, facts.Span{Start: 12, End: 14}, facts.Plain},
		{facts.Span{Start: 19, End: 20}, facts.Span{Start: 22, End: 22}, facts.Plain},
	} {
		origin := file.Assignments[i].Value.Origin
		if origin.KeySpan != want.key || origin.Span != want.value || origin.Style != want.style || origin.Format != facts.PgpoolConf {
			t.Errorf("%s: %+v", file.Assignments[i].Name, origin)
		}
	}
}

func TestViaOfInclude(t *testing.T) {
	t.Parallel()
	files := newTree(map[string]string{"pgpool.conf": "\ninclude 'x.conf'\n", "x.conf": "include 'y.conf'\n", "y.conf": "port = 9999\n"})
	file := pgpoolconf.Read(files["pgpool.conf"], input.Context{Files: files})
	value := file.Assignments[0].Value
	if value.Origin.Source.Name != "y.conf" || len(value.Via) != 2 || value.Via[0].Source.Name != "x.conf" || value.Via[1].Source.Name != "pgpool.conf" {
		t.Errorf("%+v", value)
	}
}

func TestHostileSizes(t *testing.T) {
	t.Parallel()
	file := read(strings.Repeat("a 1 ", 200_000))
	if len(file.Assignments) != 50_000 || len(file.Unread) != 1 {
		t.Errorf("%d assignments, %d unread", len(file.Assignments), len(file.Unread))
	}
	// Each file includes the next one a hundred times.
	files := tree{}
	for i := range 10 {
		name := fmt.Sprintf("f%d", i)
		files[name] = facts.NewSource(name, []byte(strings.Repeat(fmt.Sprintf("include 'f%d' ", i+1), 100)))
	}
	files["f10"] = facts.NewSource("f10", []byte("port = 9999\n"))
	if file := pgpoolconf.Read(files["f0"], input.Context{Files: files}); len(file.Assignments) > 200 || len(file.Unread) == 0 {
		t.Errorf("%d assignments, %d unread", len(file.Assignments), len(file.Unread))
	}
}

func FuzzRead(f *testing.F) {
	for _, c := range grammar {
		f.Add([]byte(c.text))
	}
	f.Add([]byte("include 'pgpool.conf'\nload_balance_mode = off\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		files := tree{"pgpool.conf": facts.NewSource("pgpool.conf", text)}
		file := pgpoolconf.Read(files["pgpool.conf"], input.Context{Files: files})
		for _, a := range file.Assignments {
			o := a.Value.Origin
			if o.Span.Start < 0 || o.Span.Start > o.Span.End || o.Span.End > len(text) {
				t.Fatalf("%s: span %v of %d bytes", a.Name, o.Span, len(text))
			}
			if string(text[o.KeySpan.Start:o.KeySpan.End]) != a.Name {
				t.Fatalf("key %q is not at %v", a.Name, o.KeySpan)
			}
			if o.Runs == nil && string(text[o.Span.Start:o.Span.End]) != a.Value.Text {
				t.Fatalf("value %q is not at %v", a.Value.Text, o.Span)
			}
		}
		if file.Refused != "" && (file.RefusedAt.Source == nil || file.RefusedAt.Span.End > len(text)) {
			t.Fatalf("refused %q at %+v", file.Refused, file.RefusedAt)
		}
		pgpoolconf.Instance("pgpool.conf", []*facts.ConfFile{file}, facts.Setting{})
	})
}
