package pgpoolconf_test

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/pgpoolconf"
)

// watched are the parameters that the tests set and pgpool shows.
var watched = []string{
	"failover_command", "failback_command", "lobj_lock_table", "recovery_user", "wd_lifecheck_query", "log_line_prefix", "reset_query_list", "client_idle_limit",
	"child_life_time", "child_max_connections", "connection_life_time", "sr_check_period", "health_check_period", "connect_timeout", "recovery_timeout",
	"delay_threshold", "relcache_expire", "load_balance_mode", "log_connections", "auto_failback", "sr_check_user", "search_primary_node_timeout",
}

// parallelRuns starts several at a time; the machine has few cores.
func parallelRuns(n int, run func(i int)) {
	var group sync.WaitGroup
	next := make(chan int)
	for range 3 {
		group.Go(func() {
			for i := range next {
				run(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	group.Wait()
}

// since42 skips what is another grammar before 4.2.
func since42(t *testing.T, o *oracle) {
	t.Helper()
	if pgpoolconf.Before(o.version, "4.2") {
		t.Skipf("the grammar of %s is another one", o.version)
	}
}

func TestGrammarOfPgpool(t *testing.T) {
	t.Parallel()
	o := newOracle(t)
	since42(t, o)
	parallelRuns(len(grammar), func(i int) {
		// Ports other than the test's own cannot be had; what the parameters are called does not matter here.
		text := strings.NewReplacer("pcp_port", "child_life_time", "port", "client_idle_limit").Replace(grammar[i].text)
		compare(t, o, o.run(t, text, nil), nil, watched)
	})
}

func TestIncludesOfPgpool(t *testing.T) {
	t.Parallel()
	o := newOracle(t)
	since42(t, o)
	others := map[string]string{
		"a.conf": "failover_command = 'a'\n", "sub/x.conf": "include 'b.conf'\n", "sub/b.conf": "failover_command = 'subb'\n", "b.conf": "failover_command = 'topb'\n",
		"loop.conf": "include 'loop.conf'\n", "two.conf": "include 'a.conf' include 'b.conf' client_idle_limit=1", "open.conf": "lobj_lock_table",
		"comment.conf": "client_idle_limit=2 #", "7": "client_idle_limit=7\n", "bad.conf": "a, b\n", "d13.conf": "failover_command = 'deep'\n",
	}
	for i := 1; i <= 12; i++ {
		others[fmt.Sprintf("d%d.conf", i)] = fmt.Sprintf("include 'd%d.conf'\n", i+1)
	}
	texts := []string{
		"include 'a.conf'\n", "include = 'a.conf'\n", "include a.conf\n", "include 7\n", "include 'sub/x.conf'\n", "INCLUDE 'a.conf'\n",
		"failover_command=x include 'two.conf' failover_command=y\n", "include 'open.conf'\nclient_idle_limit=3\n", "include 'comment.conf'\n", "include 'loop.conf'\n",
		"include 'd3.conf'\n", "include 'd4.conf'\n", "include\nclient_idle_limit=3\n", "include 'missing.conf' client_idle_limit=3\n", "include 'bad.conf'\n",
		"include_if_exists 'a.conf'\ninclude_dir 'sub'\n", "failover_command=x\ninclude 'a.conf'\n",
	}
	parallelRuns(len(texts), func(i int) {
		compare(t, o, o.run(t, texts[i], others), others, watched)
	})
}

func TestValuesOfPgpool(t *testing.T) {
	t.Parallel()
	o := newOracle(t)
	var mu sync.Mutex
	compared := 0
	parallelRuns(len(values), func(i int) {
		c := values[i]
		// Of the memory for the query cache and for the pool, pgpool asks more than the table tells.
		if strings.ContainsAny(c.text, "'\n") || !exists(c.name, o.version) || c.want == "slony" || c.name == "memqcache_total_size" || c.name == "max_pool" && c.text == "0" {
			return
		}
		before := ""
		if strings.HasPrefix(c.name, "backend_") && c.name != "backend_clustering_mode" {
			before = "backend_hostname0='127.0.0.1'\nbackend_port0=5999\n"
		}
		v := o.run(t, before+c.name+" = '"+c.text+"'\n", nil)
		n := compare(t, o, v, nil, []string{c.name})
		mu.Lock()
		compared += n
		mu.Unlock()
	})
	if compared < 50 {
		t.Errorf("only %d values were compared", compared)
	}
}

// TestFilesOfPgpool has pgpool read files that are thrown together at random, and compares everything it shows.
func TestFilesOfPgpool(t *testing.T) {
	t.Parallel()
	o := newOracle(t)
	since42(t, o)
	const files = 150
	var mu sync.Mutex
	started, refused, compared := 0, 0, 0
	parallelRuns(files, func(i int) {
		v := o.run(t, randomFile(rand.New(rand.NewPCG(1, uint64(i)))), nil)
		n := compare(t, o, v, nil, watched)
		mu.Lock()
		defer mu.Unlock()
		compared += n
		if v.refused != "" {
			refused++
		} else {
			started++
		}
	})
	t.Logf("%s: %d files started it, %d were refused, %d values compared", o.version, started, refused, compared)
	if started < 50 || refused < 20 || compared < 1000 {
		t.Errorf("%d files started it, %d were refused, %d values compared", started, refused, compared)
	}
}

// randomFile throws names, values and what stands between them together. Half of the files are made of proper pieces, the
// others of anything.
func randomFile(random *rand.Rand) string {
	pick := func(list []string) string { return list[random.IntN(len(list))] }
	names := append([]string{"unknown_name", "Failover_Command", "été"}, watched...)
	proper := map[pgpoolconf.Type][]string{
		pgpoolconf.Bool:   {"on", "off", "yes", "no", "true", "false", "1", "0", "'on'", "'off'", "nope", "o", "tr", "''", "'of'"},
		pgpoolconf.Int:    {"0", "1", "600", "'600'", "10min", "'10 min'", "1h", "010", "0x10", "1.5", "'1e2'", "30s", "'30s '", "1500ms"},
		pgpoolconf.Long:   {"0", "1", "4096", "'4096'", "010", "0x10"},
		pgpoolconf.String: {"word", "'quoted'", "'a b # c'", "''", "a.b-c/d:e", `'it\'s'`, "été", "5", "5.5", "*", "on"},
	}
	proper[pgpoolconf.List] = []string{"'ABORT; DISCARD ALL'", "'ABORT'", "''", "word"}
	odd := []string{"'open", `"double"`, "10.0.0.1", "a,b", "=", "'it''s'", `'back\'`, "", "#", "5_x", "1e5", "'\x00'", "(", "\xff", "'a\tb'", "-5", "'\r'"}
	between := []string{" = ", "=", " ", "\t=\t", " =\t", "= "}
	ends := []string{"\n", "\n", "\n", "\r\n", " # comment\n", " ", "\n\n", "\n# comment\n", "\t\n", " #\n"}
	anything := random.IntN(2) == 0
	var out strings.Builder
	for range 1 + random.IntN(12) {
		name := pick(names)
		p, ok := pgpoolconf.Parameter(name)
		if !ok {
			p.Type = pgpoolconf.String
		}
		value := pick(proper[p.Type])
		if anything && random.IntN(6) == 0 {
			value = pick(odd)
		}
		if p.Name == "log_line_prefix" {
			value = "'%m '"
		}
		out.WriteString(name + pick(between) + value + pick(ends))
	}
	text := out.String()
	if anything && random.IntN(4) == 0 {
		text = strings.TrimRight(text, "\n")
	}
	return text
}

// TestDefaultsOfPgpool holds the table's defaults against those of the installed program: nothing is set, everything shown
// must be the default of that version.
func TestDefaultsOfPgpool(t *testing.T) {
	t.Parallel()
	o := newOracle(t)
	v := o.run(t, "", nil)
	if v.refused != "" {
		t.Fatal(v.refused)
	}
	var names []string
	for name := range v.values {
		if _, ok := pgpoolconf.Parameter(name); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	if n := compare(t, o, v, nil, names); n < 90 {
		t.Errorf("only %d of %d values were compared", n, len(names))
	}
}

// TestSampleFileOfPgpool reads the sample file that the package installs, which the program accepts.
func TestSampleFileOfPgpool(t *testing.T) {
	t.Parallel()
	o := newOracle(t)
	if os.Getenv("BBDOCTOR_PGPOOL") != "" {
		t.Skip("the sample file is of the version that is installed")
	}
	for _, name := range []string{"/etc/pgpool2/pgpool.conf", "/usr/share/doc/pgpool2/examples/pgpool.conf.sample"} {
		text, err := os.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		conf := read(string(text))
		if conf.Refused != "" {
			line, _ := conf.RefusedAt.Source.Position(conf.RefusedAt.Span.Start)
			t.Errorf("%s:%d: %s", name, line, conf.Refused)
		}
		for name, note := range pgpoolconf.Notes([]*facts.ConfFile{conf}, o.version) {
			t.Errorf("%s: %+v", name, note)
		}
	}
}
