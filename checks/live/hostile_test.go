package live_test

import (
	"encoding/binary"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/fixtures/wire"
)

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
		"refuses TLS, then nothing":   {func(s *wire.Session) { s.Startup('N'); hang(s) }, "prefer", facts.CauseHang},
		"agrees to TLS, then nothing": {func(s *wire.Session) { s.Write([]byte("S")); hang(s) }, "prefer", facts.CauseSilence},
		"asks for a password, then nothing": {func(s *wire.Session) {
			if s.Startup('N') {
				s.AskPassword()
				hang(s)
			}
		}, "prefer", facts.CauseHang},
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
			if c.cause == facts.CauseNone {
				target.Timeout = patient
			}
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
			if name == "a byte at a time, answer" {
				target.Timeout = patient
			} else if strings.HasPrefix(name, "a byte") {
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

// TestTooManyItems: what is asked for one by one is bounded as one answer is.
func TestTooManyItems(t *testing.T) {
	t.Parallel()
	server := wire.Listen(t, func(s *wire.Session) {
		s.Serve(func(statement string) wire.Answer {
			if strings.HasPrefix(statement, "PGPOOL SHOW ") {
				return wire.Answer{Columns: []string{"item", "value"}, Rows: slices.Repeat([][]string{{"a", "b"}}, 1000)}
			}
			return wire.Pgpool461.Answer(statement)
		})
	})
	s := probe(t, at(server))
	if asked := s.Queries[3]; asked.Error == nil || len(s.Pgpool) != 20_000 || server.Seen().Connections != 1 {
		t.Errorf("%+v, %d parameters, %d connections", asked, len(s.Pgpool), server.Seen().Connections)
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
			if name == "an answer that is none" {
				target.Timeout = patient
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
				body[i] = byte(random.IntN(256) & random.IntN(256))
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
