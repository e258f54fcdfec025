package pgpoolconf_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
	"github.com/bbdoctor/bbdoctor/checks/offline/pgpoolconf"
	"github.com/bbdoctor/bbdoctor/fixtures/cluster"
)

// showing is Pgpool-II with a real node behind it, so that a client can ask it by PGPOOL SHOW.
type showing struct {
	*oracle
	node int // its port
}

func newShowing(t *testing.T) showing {
	o := newOracle(t)
	since42(t, o)
	c := cluster.New(t, cluster.Options{Nodes: 1, WithoutRepmgr: true, HBA: []string{"host all all 127.0.0.1/32 trust"}})
	return showing{o, c.NodePort(0)}
}

// head makes the node the only one, and lets the health check in, if a file turns it on.
func (s showing) head() string {
	return fmt.Sprintf("backend_hostname0 = '127.0.0.1'\nbackend_port0 = %d\nbackend_weight0 = 1\n", s.node) +
		"health_check_user = 'postgres'\nhealth_check_database = 'postgres'\n"
}

// ask gives what PGPOOL SHOW ALL has.
func (s showing) ask(ctx context.Context, port int) (map[string]string, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	conn, err := pgconn.Connect(ctx, fmt.Sprintf("host=127.0.0.1 port=%d user=postgres dbname=postgres sslmode=disable", port))
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close(ctx) }()
	results, err := conn.Exec(ctx, "PGPOOL SHOW ALL").ReadAll()
	if err != nil {
		return nil, err
	}
	shown := map[string]string{}
	for _, row := range results[0].Rows {
		shown[string(row[0])] = string(row[1])
	}
	return shown, nil
}

// TestShowOfPgpool has Pgpool-II started with files of all kinds, and compares what PGPOOL SHOW gives a client, which is what
// the live check asks, with what the reader made of the file.
func TestShowOfPgpool(t *testing.T) {
	t.Parallel()
	s := newShowing(t)
	others := map[string]string{"more.conf": "client_idle_limit = 3min\nfailover_command = 'included'\n", "sub/more.conf": "include '../more.conf'\n"}
	// What files are made of when people and programs write them; the rest comes at random.
	texts := []string{
		"client_idle_limit = 010\nchild_life_time = 0x10\n", "client_idle_limit = 1min # five\nclient_idle_limit = 2min\n", "load_balance_mode = tru\nlog_connections = no\n",
		"failover_command = 'it''s'\n", `failover_command = 'it\'s'` + "\n", "failover_command = word\nfailback_command = ''\n", "unknown_name = 5\nclient_idle_limit = 7\n",
		"include 'more.conf'\n", "include 'sub/more.conf'\nclient_idle_limit = 9\n", "CLIENT_IDLE_LIMIT = 9\nclient_idle_limit = 8\n", "child_life_time = '10 min'\nrecovery_timeout = 1h\n",
	}
	const files = 280
	for i := range files - len(texts) {
		texts = append(texts, randomFile(rand.New(rand.NewPCG(2, uint64(i)))))
	}
	var mu sync.Mutex
	asked, compared := 0, 0
	parallelRuns(len(texts), func(i int) {
		n, ok := s.compare(t, texts[i], others)
		mu.Lock()
		defer mu.Unlock()
		compared += n
		if ok {
			asked++
		}
	})
	t.Logf("%s: %d of %d files started it, %d values compared", s.version, asked, len(texts), compared)
	if asked < 100 || compared < 2000 {
		t.Errorf("only %d files started it, %d values were compared", asked, compared)
	}
}

// compare starts Pgpool-II with a text, unless it refuses it, and compares the parameters that it shows.
func (s showing) compare(t *testing.T, text string, others map[string]string) (compared int, asked bool) {
	t.Helper()
	var shown map[string]string
	var failed error
	v := s.runAnd(t, s.head()+text, others, func(port int) { shown, failed = s.ask(t.Context(), port) })
	if v.refused != "" {
		return 0, false
	}
	if failed != nil {
		t.Errorf("%q\nPGPOOL SHOW ALL: %v", text, failed)
		return 0, false
	}
	files := newTree(others)
	files["pgpool.conf"] = facts.NewSource("pgpool.conf", []byte(v.text))
	conf := pgpoolconf.Read(files["pgpool.conf"], input.Context{Files: files})
	settings := pgpoolconf.Effective([]*facts.ConfFile{conf}, s.version)
	for _, name := range watched {
		value, ok := shown[name]
		if !ok {
			continue
		}
		setting, ok := settings[facts.Key(name)]
		if !ok {
			setting = pgpoolconf.DefaultSetting(name, s.version)
		}
		got, _, refused := pgpoolconf.Normalise(name, value, s.version)
		want := setting.Norm
		switch p, _ := pgpoolconf.Parameter(name); p.Type {
		case pgpoolconf.List: // shown without the blanks around the items
			got, want = strings.ReplaceAll(got, "; ", ";"), strings.ReplaceAll(want, "; ", ";")
		case pgpoolconf.String:
			got, want = strings.ToValidUTF8(got, ""), strings.ToValidUTF8(want, "")
		}
		compared++
		if refused || got != want {
			t.Errorf("%q\n%s: PGPOOL SHOW gives %q, which is %q; the reader has %q", text, name, value, got, want)
		}
	}
	return compared, true
}
