package live_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/live"
	"github.com/bbdoctor/bbdoctor/fixtures/wire"
)

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
