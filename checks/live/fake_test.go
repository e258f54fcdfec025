package live_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/live"
	"github.com/bbdoctor/bbdoctor/fixtures/wire"
)

const secret = "jelly-fish-4711"

// at is a login to a fake. Its time is long: a test that has to wait for it asks for less.
func at(s *wire.Server) live.Target {
	return live.Target{Host: s.Host, Port: s.Port, Database: "bitbucket", User: "bitbucketuser", Password: secret, Source: "--endpoint", Timeout: time.Minute}
}

// brief is for servers that never answer.
const brief = 400 * time.Millisecond

// probe runs the probe, and checks what holds for every snapshot.
func probe(t *testing.T, target live.Target) *facts.Snapshot {
	t.Helper()
	s := live.Probe(t.Context(), target)
	text := saved(t, s)
	if strings.Contains(text, secret) {
		t.Errorf("the password is in the snapshot:\n%s", text)
	}
	again, err := facts.LoadSnapshot(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if saved(t, again) != text {
		t.Error("the snapshot does not survive being saved")
	}
	if s.Login.OK == (s.Login.Cause != facts.CauseNone) {
		t.Errorf("login %t, cause %q", s.Login.OK, s.Login.Cause)
	}
	return s
}

// eventually waits for what a server notices a moment later.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for !condition() {
		select {
		case <-t.Context().Done():
			t.Fatal(what)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func norm(s *facts.Snapshot, name string) string {
	for _, m := range s.Pgpool {
		if m.Name == name {
			return m.Norm
		}
	}
	return "(none)"
}

func TestReleases(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		release wire.Release
		life    string
		mode    string // name of the parameter that tells the clustering mode
		flag    string
		queries []string
	}{
		{wire.Pgpool414, "300", "master_slave_mode", "(none)", []string{"SHOW pool_version", "SHOW pool_processes", "PGPOOL SHOW of one", "SELECT", "SHOW pool_nodes"}},
		{wire.Pgpool435, "300", "backend_clustering_mode", "ALLOW_TO_FAILOVER", []string{"SHOW pool_version", "SHOW pool_health_check_stats", "SHOW pool_processes", "PGPOOL SHOW ALL", "SELECT", "SHOW pool_nodes"}},
		{wire.Pgpool461, "300", "backend_clustering_mode", "(none)", []string{"SHOW pool_version", "SHOW pool_health_check_stats", "SHOW pool_processes", "PGPOOL SHOW of one", "SELECT", "SHOW pool_nodes"}},
		{wire.Pgpool473, "300", "backend_clustering_mode", "ALLOW_TO_FAILOVER", []string{"SHOW pool_version", "SHOW pool_health_check_stats", "SHOW pool_processes", "PGPOOL SHOW ALL", "SELECT", "SHOW pool_nodes"}},
	} {
		t.Run(c.release.Version, func(t *testing.T) {
			t.Parallel()
			server := wire.Listen(t, c.release.Serve)
			s := probe(t, at(server))
			if s.Server != (facts.Server{Kind: facts.KindPgpool, Version: c.release.Version, Text: c.release.Version + " (" + c.release.CodeName + ")"}) {
				t.Errorf("server %+v", s.Server)
			}
			if norm(s, "num_init_children") != "32" || norm(s, "child_life_time") != c.life || norm(s, "client_idle_limit") != "2" ||
				norm(s, c.mode) == "(none)" || norm(s, "backend_port1") != "16433" || norm(s, "backend_flag0") != c.flag {
				t.Errorf("parameters %+v", s.Pgpool)
			}
			if norm(s, "health_check_password") != "(none)" && norm(s, "health_check_password") != "***" {
				t.Error("a secret parameter is shown")
			}
			if len(s.PoolNodes) != 2 || s.PoolNodes[0].Role != "primary" || s.PoolNodes[1].ReplicationState != "streaming" || s.PoolNodes[1].LastStatusChange != "2026-11-23 04:23:40" {
				t.Errorf("nodes %+v", s.PoolNodes)
			}
			if measured := s.PoolNodes[1].PgRole; measured != map[bool]string{true: "", false: "standby"}[c.release.Version < "4.3"] {
				t.Errorf("measured role %q", measured)
			}
			if s.Processes == nil || *s.Processes != (facts.Processes{Total: 4, Busy: 1}) {
				t.Errorf("processes %+v", s.Processes)
			}
			if c.release.Version > "4.2" && (len(s.HealthChecks) != 2 || s.HealthChecks[1].Total != "51" || s.HealthChecks[1].LastSuccess != "2026-11-23 04:25:20") {
				t.Errorf("health checks %+v", s.HealthChecks)
			}
			if p := s.PostgreSQL; p == nil || p.VersionNum != 150018 || p.Settings[1].Norm != "7200000" || !p.Database.SchemaOwnedByRole || p.Role.Settings[0].Name != "statement_timeout" {
				t.Errorf("PostgreSQL %+v", p)
			}
			var asked []string
			for _, query := range s.Queries {
				name := query.Statement
				if strings.HasPrefix(name, "/*") {
					name = "SELECT"
				} else if strings.HasSuffix(name, "one by one") {
					name = "PGPOOL SHOW of one"
				}
				asked = append(asked, name)
				if query.Error != nil || query.Rows == 0 {
					t.Errorf("%+v", query)
				}
			}
			if !slices.Equal(asked, c.queries) {
				t.Errorf("asked %q", asked)
			}
			eventually(t, "the session is not ended", func() bool { return server.Seen().Closed == 1 })
			seen := server.Seen()
			if seen.Connections != 1 || seen.Terminated != 1 || len(seen.Startups) != 1 {
				t.Errorf("%d connections, %d ended, %d logins", seen.Connections, seen.Terminated, len(seen.Startups))
			}
			for _, query := range seen.Queries {
				if strings.HasPrefix(query, "PGPOOL SHOW backend_flag") || strings.Contains(query, "pool_pools") || strings.Contains(query, "pool_status") {
					t.Errorf("asked %q", query)
				}
			}
		})
	}
}

// TestStartupParameters: what Pgpool-II keeps a connection for must not grow.
func TestStartupParameters(t *testing.T) {
	server := wire.Listen(t, wire.Pgpool473.Serve)
	for name, value := range map[string]string{
		"PGOPTIONS": "-c work_mem=1GB", "PGTZ": "Asia/Tokyo", "PGUSER": "nobody", "PGPASSWORD": "other", "PGAPPNAME": "x", "PGSSLMODE": "verify-full",
		"PGTARGETSESSIONATTRS": "standby", "PGHOST": "nosuch.invalid", "PGREQUIREAUTH": "scram-sha-256", "PGCONNECT_TIMEOUT": "1",
	} {
		t.Setenv(name, value)
	}
	if s := probe(t, at(server)); !s.Login.OK {
		t.Fatalf("%+v", s.Login)
	}
	want := map[string]string{"user": "bitbucketuser", "database": "bitbucket", "application_name": "bbdoctor", "client_encoding": "UTF8"}
	if got := server.Seen().Startups[0]; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v", got)
	}
}

func TestOtherServers(t *testing.T) {
	t.Parallel()
	plain := func(statement string) wire.Answer {
		if strings.HasPrefix(statement, "/*NO LOAD BALANCE*/") {
			return wire.Pgpool473.Answer(statement)
		}
		return wire.Answer{Error: wire.UnknownParameter("pool_version")}
	}
	for name, c := range map[string]struct {
		answer func(string) wire.Answer
		pid    uint32
		want   facts.ServerKind
	}{
		"PostgreSQL": {plain, 4711, facts.KindPostgreSQL},
		"PgBouncer":  {plain, 2803346699, facts.KindPgBouncer},
		"console": {func(string) wire.Answer {
			e := wire.PgBouncer("invalid command 'SHOW pool_version', use SHOW HELP;")
			e.Severity = "ERROR"
			return wire.Answer{Error: e}
		}, 1, facts.KindPgBouncer},
		"something": {func(string) wire.Answer { return wire.Answer{Columns: []string{"x"}, Rows: [][]string{{"y"}}} }, 1, facts.KindOther},
		"silent about itself": {func(statement string) wire.Answer {
			if strings.HasPrefix(statement, "SHOW") {
				return wire.Answer{Error: wire.UnknownParameter("pool_version")}
			}
			return wire.Answer{Error: wire.PostgreSQL("ERROR", "42501", "permission denied for view pg_roles", "aclchk.c", "aclcheck_error")}
		}, 4711, facts.KindPostgreSQL},
		"Pgpool-II without its node": {func(string) wire.Answer {
			return wire.Answer{Error: wire.Pgpool("FATAL", "XX000", "unable to read data from DB node 0", "EOF encountered with backend", "pool_stream.c")}
		}, 4711, facts.KindPgpool},
		"nothing": {func(string) wire.Answer { return wire.Answer{Columns: []string{"pool_version"}} }, 1, facts.KindOther},
	} {
		server := wire.Listen(t, func(s *wire.Session) { s.PID = c.pid; s.Serve(c.answer) })
		s := probe(t, at(server))
		if s.Server.Kind != c.want || s.Server.Text == "" {
			t.Errorf("%s: %+v", name, s.Server)
		}
		for _, query := range server.Seen().Queries {
			if strings.HasPrefix(query, "PGPOOL") || query == "SHOW pool_nodes" {
				t.Errorf("%s was asked %s", name, query)
			}
		}
		if seen := server.Seen(); seen.Connections != 1 {
			t.Errorf("%s: %d connections", name, seen.Connections)
		}
	}
}

// hang keeps a connection until the client goes.
func hang(s *wire.Session) { io.Copy(io.Discard, s.Conn) }

// TestSilence: every wait has an end.
func TestSilence(t *testing.T) {
	t.Parallel()
	unlessAsked := func(silentFor string) func(*wire.Session) {
		return func(s *wire.Session) {
			if !s.Startup('N') || !s.Ready() {
				return
			}
			for {
				statement, ok := s.Query()
				if !ok {
					return
				}
				if strings.HasPrefix(statement, silentFor) {
					hang(s)
					return
				}
				s.Reply(wire.Pgpool473.Answer(statement))
			}
		}
	}
	for name, c := range map[string]struct {
		serve func(*wire.Session)
		mode  string
		cause facts.LoginCause
	}{
		"never speaks":                {hang, "prefer", facts.CauseSilence},
		"never speaks, no TLS":        {hang, "disable", facts.CauseSilence},
		"never speaks, TLS":           {hang, "require", facts.CauseSilence},
		"refuses TLS, then nothing":   {func(s *wire.Session) { s.Startup('N'); hang(s) }, "prefer", facts.CauseSilence},
		"agrees to TLS, then nothing": {func(s *wire.Session) { s.Write([]byte("S")); hang(s) }, "prefer", facts.CauseSilence},
		"asks for a password, then nothing": {func(s *wire.Session) {
			if s.Startup('N') {
				s.AskPassword()
				hang(s)
			}
		}, "prefer", facts.CauseSilence},
		"no version":    {unlessAsked("SHOW pool_version"), "prefer", facts.CauseNone},
		"no parameters": {unlessAsked("PGPOOL"), "prefer", facts.CauseNone},
		"no facts":      {unlessAsked("/*NO"), "prefer", facts.CauseNone},
		"no nodes":      {unlessAsked("SHOW pool_nodes"), "prefer", facts.CauseNone},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := wire.Listen(t, c.serve)
			target := at(server)
			target.Timeout, target.SSLMode = brief, c.mode
			s := probe(t, target)
			if s.Login.Cause != c.cause {
				t.Fatalf("%+v %+v", s.Login, s.Login.Error)
			}
			if name == "no version" && s.Server.Kind != "" {
				t.Errorf("a server that says nothing is %+v", s.Server)
			}
			if c.cause == facts.CauseNone {
				if last := s.Queries[len(s.Queries)-1]; last.Error == nil {
					t.Errorf("%+v", last)
				}
			}
			if name == "no nodes" && (s.PostgreSQL == nil || s.Processes == nil || len(s.Pgpool) == 0 || s.PoolNodes != nil) {
				t.Errorf("one answer missing took others with it: %+v", s)
			}
			eventually(t, "a connection is left", func() bool { seen := server.Seen(); return seen.Closed == seen.Connections })
		})
	}
}

// drip sends one byte of the text every few milliseconds, for ever.
func drip(s *wire.Session, text string) {
	for i := 0; ; i++ {
		if _, err := s.Write([]byte{text[i%len(text)]}); err != nil {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// endless repeats a message until the client has gone.
func endless(s *wire.Session, message pgproto3.BackendMessage) {
	one, err := message.Encode(nil)
	if err != nil {
		panic(err)
	}
	block := slices.Repeat(one, max(1, 64<<10/len(one)))
	for {
		if _, err := s.Write(block); err != nil {
			return
		}
	}
}

// TestFloods: no answer is read without bound, and none without end.
func TestFloods(t *testing.T) {
	t.Parallel()
	notice := &pgproto3.NoticeResponse{Severity: "NOTICE", Message: strings.Repeat("x", 500)}
	afterLogin := func(flood func(*wire.Session)) func(*wire.Session) {
		return func(s *wire.Session) {
			if s.Startup('N') && s.Ready() {
				s.Query()
				flood(s)
			}
		}
	}
	for name, serve := range map[string]func(*wire.Session){
		"notices before the login":    func(s *wire.Session) { s.Startup('N'); endless(s, notice) },
		"parameters before the login": func(s *wire.Session) { s.Startup('N'); endless(s, &pgproto3.ParameterStatus{Name: "a", Value: "b"}) },
		"notices":                     afterLogin(func(s *wire.Session) { endless(s, notice) }),
		"descriptions":                afterLogin(func(s *wire.Session) { endless(s, wire.Description("a")) }),
		"rows": afterLogin(func(s *wire.Session) {
			s.Send(wire.Description("pool_version"))
			endless(s, &pgproto3.DataRow{Values: [][]byte{[]byte("4.7.3")}})
		}),
		"empty rows": afterLogin(func(s *wire.Session) { s.Send(wire.Description()); endless(s, &pgproto3.DataRow{}) }),
		"wide rows": afterLogin(func(s *wire.Session) {
			s.Send(wire.Description("a"))
			endless(s, &pgproto3.DataRow{Values: make([][]byte, 30_000)})
		}),
		"long rows": afterLogin(func(s *wire.Session) {
			s.Send(wire.Description("a"))
			endless(s, &pgproto3.DataRow{Values: [][]byte{make([]byte, 500_000)}})
		}),
		"tags": afterLogin(func(s *wire.Session) { endless(s, &pgproto3.CommandComplete{CommandTag: []byte("SELECT 1")}) }),
		"one huge message": afterLogin(func(s *wire.Session) {
			s.Write([]byte{'T', 0x7f, 0xff, 0xff, 0xff})
			endless(s, &pgproto3.DataRow{})
		}),
		"a byte at a time, TLS":    func(s *wire.Session) { drip(s, "S\x16\x03\x03\x40\x00") },
		"a byte at a time, error":  func(s *wire.Session) { s.Startup('N'); drip(s, "E\x00\x00\x40\x00SFATAL\x00") },
		"a byte at a time, answer": afterLogin(func(s *wire.Session) { drip(s, "T\x00\x00\x40\x00") }),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := wire.Listen(t, serve)
			target := at(server)
			if strings.HasPrefix(name, "a byte") {
				target.Timeout = brief
			}
			s := probe(t, target)
			if s.Login.OK && (len(s.Queries) == 0 || s.Queries[0].Error == nil) {
				t.Errorf("%+v", s.Queries)
			}
			if name == "one huge message" && s.Queries[0].Error.Message != "what came is no message of the protocol" {
				t.Errorf("%+v", s.Queries[0].Error)
			}
			eventually(t, "a connection is left", func() bool { seen := server.Seen(); return seen.Closed == seen.Connections })
			// What was sent beyond the bound of an answer lies in the buffers of the system.
			if sent := server.Seen().Sent; sent > 32<<20 {
				t.Errorf("%d bytes were taken", sent)
			}
		})
	}
}

// TestTooManyRows: an answer that has an end is not kept either when it is too large.
func TestTooManyRows(t *testing.T) {
	t.Parallel()
	for rows, complete := range map[int]bool{20_000: true, 20_001: false} {
		server := wire.Listen(t, func(s *wire.Session) {
			s.Serve(func(statement string) wire.Answer {
				answer := wire.Pgpool473.Answer(statement)
				if statement == "SHOW pool_processes" {
					answer.Rows = slices.Repeat(answer.Rows[:1], rows)
				}
				return answer
			})
		})
		s := probe(t, at(server))
		if got := s.Processes != nil && s.Processes.Busy == rows; got != complete {
			t.Errorf("%d rows: %+v", rows, s.Processes)
		}
		if asked := s.Queries[2]; (asked.Error == nil) != complete {
			t.Errorf("%d rows: %+v", rows, asked.Error)
		}
	}
}

// FuzzServer says anything, before and after the login.
func FuzzServer(f *testing.F) {
	f.Add([]byte("E\x00\x00\x00\x08SERR"), false)
	f.Add([]byte("T\x00\x00\x00\x06\x00\x00D\x00\x00\x00\x06\xff\xffZ\x00\x00\x00\x05I"), true)
	f.Add([]byte("R\x00\x00\x00\x17\x00\x00\x00\x0aSCRAM-SHA-256\x00\x00"), false)
	f.Fuzz(func(t *testing.T, speech []byte, after bool) {
		server := wire.Listen(t, func(s *wire.Session) {
			if s.Startup('N') && (!after || s.Ready()) {
				s.Write(speech)
			}
		})
		probe(t, at(server))
	})
}

func TestBrokenMessages(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		serve func(*wire.Session)
		cause facts.LoginCause
	}{
		"closes":                 {func(*wire.Session) {}, facts.CauseClosed},
		"closes after the login": {func(s *wire.Session) { s.Startup('N') }, facts.CauseClosed},
		"half an error":          {func(s *wire.Session) { s.Startup('N'); s.Write([]byte("E\x00\x00\x00\x40SFATAL\x00C533")) }, facts.CauseClosed},
		"half an error for SSL":  {func(s *wire.Session) { s.Write([]byte("E\x00\x00\x00\x40SFATAL")) }, facts.CauseClosed},
		"HTTP":                   {func(s *wire.Session) { s.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n")) }, facts.CauseNotPostgreSQL},
		"SSH":                    {func(s *wire.Session) { s.Write([]byte("SSH-2.0-OpenSSH_9.2\r\n")); hang(s) }, facts.CauseNotPostgreSQL},
		"MySQL":                  {func(s *wire.Session) { s.Write([]byte("J\x00\x00\x00\n8.0.36\x00")) }, facts.CauseNotPostgreSQL},
		"memcached":              {func(s *wire.Session) { s.Write([]byte("ERROR\r\n")) }, facts.CauseNotPostgreSQL},
		"SMTP":                   {func(s *wire.Session) { s.Write([]byte("220 mail ESMTP\r\n")) }, facts.CauseNotPostgreSQL},
		"garbage after a login":  {func(s *wire.Session) { s.Startup('N'); s.Write([]byte("hello, world, how are you?")) }, facts.CauseNotPostgreSQL},
		"ready without a login":  {func(s *wire.Session) { s.Startup('N'); s.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'}) }, facts.CauseUnknown},
		"half an answer": {func(s *wire.Session) {
			if s.Startup('N') && s.Ready() {
				s.Query()
				s.Write([]byte("T\x00\x00\x00\x40\x00\x01pool_ver"))
			}
		}, facts.CauseNone},
		"an answer that is none": {func(s *wire.Session) {
			if s.Startup('N') && s.Ready() {
				s.Query()
				s.Send(&pgproto3.DataRow{Values: [][]byte{nil, nil}}, &pgproto3.CommandComplete{}, &pgproto3.CopyInResponse{}, &pgproto3.ReadyForQuery{TxStatus: 'E'})
				hang(s)
			}
		}, facts.CauseNone},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := wire.Listen(t, c.serve)
			target := at(server)
			if name == "an answer that is none" || name == "SSH" {
				target.Timeout = brief
			}
			s := probe(t, target)
			if s.Login.Cause != c.cause {
				t.Errorf("%q, want %q: %+v", s.Login.Cause, c.cause, s.Login.Error)
			}
			if name == "half an answer" && !strings.Contains(s.Queries[0].Error.Message, "EOF") {
				t.Errorf("%+v", s.Queries[0].Error)
			}
		})
	}
}

// TestRandomServer: nothing that a server can send ends the program.
func TestRandomServer(t *testing.T) {
	t.Parallel()
	kinds := []byte("RSKZTDCENAIGHWtnv123sV")
	server := wire.Listen(t, func(s *wire.Session) {
		random := rand.New(rand.NewPCG(uint64(len(s.RemoteAddr().String())), rand.Uint64()))
		if random.IntN(4) > 0 && (!s.Startup('N') || random.IntN(2) > 0 && !s.Ready()) {
			return
		}
		for range random.IntN(40) {
			body := make([]byte, random.IntN(40))
			for i := range body {
				body[i] = byte(random.IntN(256)) & byte(random.IntN(256))
			}
			message := append([]byte{kinds[random.IntN(len(kinds))]}, binary.BigEndian.AppendUint32(nil, uint32(len(body)+4))...)
			if _, err := s.Write(append(message, body...)); err != nil {
				return
			}
		}
	})
	for range 300 {
		target := at(server)
		target.Timeout = brief
		probe(t, target)
	}
}

// TestClosesWhoeverAsksForTLS is Pgpool-II without a backend node: only who does not ask for TLS is told why.
func TestClosesWhoeverAsksForTLS(t *testing.T) {
	t.Parallel()
	down := func(s *wire.Session) {
		if s.Startup(0) {
			s.Refuse(wire.Pgpool("ERROR", "08S01", "pgpool is not accepting any new connections", "all backend nodes are down, pgpool requires at least one valid node", "protocol/child.c"))
		}
	}
	for _, mode := range []string{"disable", "allow", "prefer", "require", "verify-ca", "verify-full"} {
		server := wire.Listen(t, down)
		target := at(server)
		target.SSLMode = mode
		s := probe(t, target)
		if s.Login.Cause != facts.CauseAllBackendsDown || !s.Login.Error.FromPgpool || s.Login.Error.Code != "08S01" {
			t.Errorf("%s: %+v %+v", mode, s.Login, s.Login.Error)
		}
		if retried := mode != "disable" && mode != "allow"; s.Login.WithoutTLS != retried {
			t.Errorf("%s: without TLS %t", mode, s.Login.WithoutTLS)
		}
	}
}

// TestPasswordStaysIn: the attempt that is only made to hear the server's message answers no request for a password.
func TestPasswordStaysIn(t *testing.T) {
	t.Parallel()
	curious := func(s *wire.Session) {
		if s.Startup(0) {
			if password, ok := s.AskPassword(); ok {
				s.Refuse(wire.Pgpool("FATAL", "XX000", "the password is "+password, "password="+password, "child.c"))
			}
		}
	}
	for mode, sent := range map[string]int{"disable": 1, "allow": 1, "prefer": 1, "require": 0, "verify-ca": 0, "verify-full": 0} {
		server := wire.Listen(t, curious)
		target := at(server)
		target.SSLMode = mode
		s := live.Probe(t.Context(), target)
		if s.Login.OK {
			t.Errorf("%s: logged in", mode)
		}
		eventually(t, "a connection is left", func() bool { seen := server.Seen(); return seen.Closed == seen.Connections })
		if got := server.Seen().Passwords; got != sent {
			t.Errorf("%s: the password was sent %d times", mode, got)
		}
		if strings.Contains(saved(t, s), secret) {
			t.Errorf("%s: the password that the server repeats is in the snapshot: %+v", mode, s.Login.Error)
		}
		if sent == 0 && (s.Login.Cause != facts.CauseClosed || s.Login.WithoutTLS) {
			t.Errorf("%s: %+v", mode, s.Login)
		}
	}
}

// TestNoOneIsLetInByChance: a server that asks for no password lets the silent attempt in; that is no login.
func TestNoOneIsLetInByChance(t *testing.T) {
	t.Parallel()
	server := wire.Listen(t, func(s *wire.Session) {
		if s.Startup(0) && s.Ready() {
			s.Query()
		}
	})
	target := at(server)
	target.SSLMode = "require"
	if s := probe(t, target); s.Login.OK || s.Login.Cause != facts.CauseClosed {
		t.Errorf("%+v", s.Login)
	}
	eventually(t, "a session is left", func() bool { return server.Seen().Terminated == 1 })
}

// TestTooManyClients: Pgpool-II refuses a client too many before it has read what the client wants.
func TestTooManyClients(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"disable", "prefer", "require"} {
		server := wire.Listen(t, func(s *wire.Session) {
			s.Refuse(wire.Pgpool("FATAL", "53300", "Sorry, too many clients already", "", "protocol/child.c"))
			hang(s)
		})
		target := at(server)
		target.SSLMode = mode
		if s := probe(t, target); s.Login.Cause != facts.CausePgpoolFull || s.Login.WithoutTLS || server.Seen().Connections != 1 {
			t.Errorf("%s: %+v, %d connections", mode, s.Login, server.Seen().Connections)
		}
	}
}

func TestTLSRefused(t *testing.T) {
	t.Parallel()
	server := wire.Listen(t, wire.Pgpool473.Serve)
	for mode, want := range map[string]facts.LoginCause{
		"disable": "", "allow": "", "prefer": "", "require": facts.CauseTLSRefused, "verify-ca": facts.CauseTLSRefused, "verify-full": facts.CauseTLSRefused,
	} {
		target := at(server)
		target.SSLMode = mode
		if s := probe(t, target); s.Login.Cause != want {
			t.Errorf("%s: %+v", mode, s.Login)
		}
	}
}

func TestNothingThere(t *testing.T) {
	t.Parallel()
	server := wire.Listen(t, hang)
	server.Stop()
	if s := probe(t, at(server)); s.Login.Cause != facts.CauseRefused {
		t.Errorf("%+v %+v", s.Login, s.Login.Error)
	}
	for _, port := range []string{"", "0", "x", "65536", "-1", "5432; DROP"} {
		target := at(server)
		target.Port = port
		if s := probe(t, target); s.Login.Cause != facts.CauseUnknown || !strings.Contains(s.Login.Error.Message, "port") {
			t.Errorf("port %q: %+v", port, s.Login)
		}
	}
	target := at(server)
	target.Host = "nosuch.invalid"
	if s := probe(t, target); s.Login.Cause != facts.CauseNoHost {
		t.Errorf("%+v %+v", s.Login, s.Login.Error)
	}
}

// TestCancel: Ctrl-C ends a probe wherever it is, and no connection stays.
func TestCancel(t *testing.T) {
	t.Parallel()
	for name, serve := range map[string]func(*wire.Session, func()){
		"before the login": func(s *wire.Session, cancel func()) { cancel(); hang(s) },
		"at the login":     func(s *wire.Session, cancel func()) { s.Startup('N'); cancel(); hang(s) },
		"at a question": func(s *wire.Session, cancel func()) {
			s.Startup('N')
			s.Ready()
			s.Query()
			cancel()
			hang(s)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			server := wire.Listen(t, func(s *wire.Session) { serve(s, cancel) })
			target := at(server)
			target.Timeout, target.Wait, target.ProbeIdle, target.ProbeCapacity = time.Hour, time.Hour, time.Hour, 5
			s := live.Probe(ctx, target)
			if !s.Login.OK && s.Login.Cause != facts.CauseCancelled {
				t.Errorf("%+v", s.Login)
			}
			if s.Capacity != nil || s.Idle != nil {
				t.Error("further probes were made")
			}
			eventually(t, "a connection is left", func() bool { seen := server.Seen(); return seen.Closed == seen.Connections })
			if seen := server.Seen(); seen.Connections != 1 {
				t.Errorf("%d connections", seen.Connections)
			}
		})
	}
}

func TestWait(t *testing.T) {
	t.Parallel()
	tries := 0
	server := wire.Listen(t, func(s *wire.Session) {
		if tries++; tries < 3 {
			if s.Startup('N') {
				s.Refuse(wire.PostgreSQL("FATAL", "57P03", "the database system is starting up", "postmaster.c", "ProcessStartupPacket"))
			}
			return
		}
		wire.Pgpool473.Serve(s)
	})
	target := at(server)
	target.Wait = time.Minute
	if s := probe(t, target); !s.Login.OK || s.Login.Attempts != 3 || s.Server.Kind != facts.KindPgpool {
		t.Errorf("%+v", s.Login)
	}
	wrong := wire.Listen(t, func(s *wire.Session) {
		if s.Startup('N') {
			s.Refuse(wire.PostgreSQL("FATAL", "28P01", "password authentication failed", "auth.c", "auth_failed"))
		}
	})
	target = at(wrong)
	target.Wait = time.Hour
	if s := probe(t, target); s.Login.Cause != facts.CauseWrongPassword || s.Login.Attempts != 1 {
		t.Errorf("waited for a password to become right: %+v", s.Login)
	}
}

func TestHostileText(t *testing.T) {
	t.Parallel()
	server := wire.Listen(t, func(s *wire.Session) {
		s.Serve(func(statement string) wire.Answer {
			switch statement {
			case "PGPOOL SHOW ALL":
				return wire.Answer{Columns: []string{"item", "value", "description"}, Rows: [][]string{
					{"wd_authkey", secret, ""}, {"failover_command", "/x --password=" + secret, ""}, {"log_line_prefix", "\x1b[2J\xff\x00", ""},
				}}
			case "SHOW pool_nodes":
				return wire.Answer{Error: wire.PostgreSQL("ERROR", "XX000", "connect to postgresql://u:"+secret+"@h/d failed", "x.c", "f")}
			}
			return wire.Pgpool473.Answer(statement)
		})
	})
	s := probe(t, at(server)) // looks for the secret
	if norm(s, "wd_authkey") != "***" || !strings.Contains(norm(s, "failover_command"), "***") || strings.ContainsAny(norm(s, "log_line_prefix"), "\x1b\x00") {
		t.Errorf("%+v", s.Pgpool)
	}
}
