package live_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/fixtures/wire"
)

// limited lets so many clients in at a time; what the next one sees is up to refuse.
func limited(t *testing.T, most int32, refuse func(*wire.Session)) *wire.Server {
	t.Helper()
	var now atomic.Int32
	return wire.Listen(t, func(s *wire.Session) {
		if now.Add(1) > most {
			refuse(s)
			return
		}
		defer now.Add(-1)
		wire.Pgpool473.Serve(s)
	})
}

func full(s *wire.Session) {
	s.Refuse(wire.Pgpool("FATAL", "53300", "Sorry, too many clients already", "", "protocol/child.c"))
}

func TestCapacity(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		refuse func(*wire.Session)
		wanted int
		held   int
		cause  facts.LoginCause
	}{
		"enough":  {full, 4, 4, facts.CauseNone},
		"refused": {full, 20, 7, facts.CausePgpoolFull},
		"silent":  {hang, 20, 7, facts.CauseSilence},
		// Of four child processes one is busy and one reserved.
		"all that are free": {full, -1, 3, facts.CauseNone},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := limited(t, 8, c.refuse)
			target := at(server)
			target.ProbeCapacity, target.Yes = c.wanted, true
			if c.cause == facts.CauseSilence {
				target.Timeout = patient
			}
			s := probe(t, target)
			if s.Capacity == nil || s.Capacity.Held != c.held || s.Capacity.Cause != c.cause || (s.Capacity.Error != nil) != (c.cause != "") {
				t.Errorf("%+v", s.Capacity)
			}
			eventually(t, "a connection is left", func() bool { seen := server.Seen(); return seen.Closed == seen.Connections })
			if seen := server.Seen(); seen.Terminated != c.held+1 {
				t.Errorf("%d of %d sessions were ended", seen.Terminated, c.held+1)
			}
		})
	}
}

func TestCapacityAsks(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		wanted int
		yes    bool
		answer *bool // nil: nobody to ask
		asked  int
		held   int
		reason string
	}{
		"few":             {1, false, nil, 0, 1, ""},
		"many, yes":       {2, true, nil, 0, 2, ""},
		"many, agreed":    {2, false, new(true), 1, 2, ""},
		"many, declined":  {2, false, new(false), 1, 0, "the answer was no"},
		"many, nobody in": {2, false, nil, 0, 0, "nobody could be asked"},
	} {
		server := limited(t, 8, full)
		target := at(server)
		target.ProbeCapacity, target.Yes = c.wanted, c.yes
		asked := 0
		if c.answer != nil {
			target.Confirm = func(question string) bool {
				asked++
				if !strings.Contains(question, "2 connections") || !strings.Contains(question, "2 child processes free") {
					t.Errorf("%s: %q", name, question)
				}
				return *c.answer
			}
		}
		s := probe(t, target)
		if asked != c.asked || s.Capacity.Held != c.held || !strings.Contains(s.Capacity.Declined, c.reason) || (s.Capacity.Declined == "") != (c.reason == "") {
			t.Errorf("%s: asked %d times, %+v", name, asked, s.Capacity)
		}
		if connections := server.Seen().Connections; connections != c.held+1 {
			t.Errorf("%s: %d connections", name, connections)
		}
	}
}

func TestIdle(t *testing.T) {
	t.Parallel()
	// idles answers everything up to SHOW pool_nodes, the last question, and then does something else.
	idles := func(then func(*wire.Session)) func(*wire.Session) {
		return func(s *wire.Session) {
			if !s.Startup('N') || !s.Ready() {
				return
			}
			for {
				statement, ok := s.Query()
				if !ok || !s.Reply(wire.Pgpool473.Answer(statement)) {
					return
				}
				if statement == "SHOW pool_nodes" {
					then(s)
					return
				}
			}
		}
	}
	for name, c := range map[string]struct {
		serve func(*wire.Session)
		lasts time.Duration
		alive bool
		says  string
	}{
		"lives":  {wire.Pgpool473.Serve, 50 * time.Millisecond, true, ""},
		"closed": {idles(func(*wire.Session) {}), time.Hour, false, "closed without a message"},
		"told": {idles(func(s *wire.Session) {
			s.Refuse(wire.Pgpool("FATAL", "57P05", "terminating connection due to idle session timeout", "", "pool_process_query.c"))
		}), time.Hour, false, "idle session timeout"},
		"forgotten": {idles(hang), 50 * time.Millisecond, false, "no answer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := wire.Listen(t, c.serve)
			target := at(server)
			target.ProbeIdle = c.lasts
			if name == "forgotten" {
				target.Timeout = patient
			}
			steps := 0
			target.Progress = func(step string) {
				if strings.Contains(step, "idle") {
					steps++
				}
			}
			s := probe(t, target)
			if s.Idle == nil || s.Idle.Alive != c.alive || s.Idle.Wanted != c.lasts || c.alive && s.Idle.Lived != c.lasts || steps == 0 {
				t.Fatalf("%+v, %d steps", s.Idle, steps)
			}
			if !c.alive && !strings.Contains(s.Idle.Error.Message, c.says) {
				t.Errorf("%+v", s.Idle.Error)
			}
			if seen := server.Seen(); seen.Connections != 1 {
				t.Errorf("%d connections", seen.Connections)
			}
		})
	}
}
