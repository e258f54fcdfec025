package live_test

import (
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/fixtures/wire"
)

// short are the statements of a log, without what is long or changes.
func short(s *facts.Snapshot) []string {
	var list []string
	for _, query := range s.Queries {
		name, _, _ := strings.Cut(query.Statement, ",")
		name = strings.TrimSuffix(strings.TrimPrefix(name, "/*NO LOAD BALANCE*/ "), " the settings")
		if query.Error != nil {
			name += "!"
		}
		list = append(list, name)
	}
	return list
}

// TestFlightEnds: of statements that were sent together, the one at which it ended is blamed, and what was answered before is
// kept. Who ends without a word is asked for the rest one by one; whoever said why is not.
func TestFlightEnds(t *testing.T) {
	t.Parallel()
	hangs := func(s *wire.Session) { hang(s) }
	closes := func(*wire.Session) {}
	dies := func(s *wire.Session) {
		s.Refuse(wire.Pgpool("FATAL", "XX000", "unable to read data from DB node 0", "EOF encountered with backend", "pool_stream.c"))
	}
	refusesAndCloses := func(s *wire.Session) {
		s.Refuse(wire.Pgpool("ERROR", "XX000", "unable to read message kind", "kind does not match between main(4e) slot[1] (44)", "pool_proto_modules.c"))
	}
	const again = "a second login"
	before := []string{"SHOW pool_version", "SHOW pool_health_check_stats", "SHOW pool_processes", "PGPOOL SHOW ALL"}
	for name, c := range map[string]struct {
		at    string // the statement that is not answered
		end   func(*wire.Session)
		times int32 // in how many connections
		log   []string
		step  string // what progress said when it ended first
		says  string
	}{
		"stalls once":             {"/*NO", hangs, 1, append(slices.Clone(before), "SELECT!", again, "SELECT", "SHOW pool_nodes"), "ask PostgreSQL", "timeout"},
		"stalls at every turn":    {"/*NO", hangs, 9, append(slices.Clone(before), "SELECT!", again, "SELECT!"), "ask PostgreSQL", "timeout"},
		"closes once":             {"PGPOOL SHOW ALL", closes, 1, append(slices.Clone(before[:3]), "PGPOOL SHOW ALL!", again, "PGPOOL SHOW ALL", "SELECT", "SHOW pool_nodes"), "ask Pgpool-II", "the server ended the connection"},
		"closes at every turn":    {"SHOW pool_nodes", closes, 9, append(slices.Clone(before), "SELECT", "SHOW pool_nodes!", again, "SHOW pool_nodes!"), "ask Pgpool-II for the backend nodes", "the server ended the connection"},
		"the first closes":        {"SHOW pool_health", closes, 9, []string{"SHOW pool_version", "SHOW pool_health_check_stats!"}, "ask Pgpool-II", "the server ended the connection"},
		"says why":                {"/*NO", dies, 9, append(slices.Clone(before), "SELECT!"), "ask PostgreSQL", "unable to read data from DB node 0"},
		"says why, and then ends": {"/*NO", refusesAndCloses, 9, append(slices.Clone(before), "SELECT!"), "ask PostgreSQL", "unable to read message kind"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var connections atomic.Int32
			server := wire.Listen(t, func(s *wire.Session) {
				ends := connections.Add(1) <= c.times
				if !s.Startup('N') || !s.Ready() {
					return
				}
				for {
					statement, ok := s.Query()
					if !ok {
						return
					}
					if ends && strings.HasPrefix(statement, c.at) {
						c.end(s)
						return
					}
					s.Reply(wire.Pgpool473.Answer(statement))
				}
			})
			target := at(server)
			if strings.HasPrefix(name, "stalls") {
				target.Timeout = patient
			}
			step, atEnd := "", ""
			target.Progress = func(next string) {
				if strings.HasPrefix(next, "log in again") {
					atEnd = step
				}
				step = next
			}
			s := probe(t, target)
			if atEnd == "" {
				atEnd = step
			}
			if got := short(s); !slices.Equal(got, c.log) {
				t.Errorf("asked %q, want %q", got, c.log)
			}
			if atEnd != c.step {
				t.Errorf("it ended at %q, want %q", atEnd, c.step)
			}
			blamed := s.Queries[slices.IndexFunc(s.Queries, func(q facts.Query) bool { return q.Error != nil })]
			if !strings.Contains(blamed.Error.Message, c.says) {
				t.Errorf("%+v", blamed.Error)
			}
			if want := 1 + strings.Count(strings.Join(c.log, " "), again); server.Seen().Connections != want {
				t.Errorf("%d connections, want %d", server.Seen().Connections, want)
			}
			complete := s.Processes != nil && len(s.Pgpool) > 0 && s.PostgreSQL != nil && len(s.PoolNodes) == 2
			if want := c.times == 1; complete != want {
				t.Errorf("complete %t, want %t", complete, want)
			}
			eventually(t, "a connection is left", func() bool { seen := server.Seen(); return seen.Closed == seen.Connections })
		})
	}
}

// TestErrorsInFlight: a statement that fails is no reason for the others to.
func TestErrorsInFlight(t *testing.T) {
	t.Parallel()
	for _, failing := range []string{"SHOW pool_health_check_stats", "SHOW pool_processes", "PGPOOL SHOW ALL", "/*NO", "SHOW pool_nodes"} {
		server := wire.Listen(t, func(s *wire.Session) {
			s.Serve(func(statement string) wire.Answer {
				if strings.HasPrefix(statement, failing) {
					return wire.Answer{Error: wire.UnknownParameter("x")}
				}
				return wire.Pgpool473.Answer(statement)
			})
		})
		s := probe(t, at(server))
		if len(s.Queries) != 6 || server.Seen().Connections != 1 {
			t.Errorf("%s: %q, %d connections", failing, short(s), server.Seen().Connections)
		}
		for _, query := range s.Queries {
			if strings.HasPrefix(query.Statement, failing) != (query.Error != nil) {
				t.Errorf("%s fails: %s: %+v", failing, query.Statement, query.Error)
			}
		}
	}
}

// TestPartlyOneByOne: parameters that were answered before the session ended are neither lost nor asked for again.
func TestPartlyOneByOne(t *testing.T) {
	t.Parallel()
	var connections atomic.Int32
	server := wire.Listen(t, func(s *wire.Session) {
		ends := connections.Add(1) == 1
		if !s.Startup('N') || !s.Ready() {
			return
		}
		for {
			statement, ok := s.Query()
			if !ok || ends && statement == "PGPOOL SHOW num_init_children" {
				return
			}
			s.Reply(wire.Pgpool461.Answer(statement))
		}
	})
	s := probe(t, at(server))
	seen := map[string]int{}
	for _, m := range s.Pgpool {
		seen[m.Name]++
	}
	if seen["client_idle_limit"] != 1 || seen["num_init_children"] != 1 || seen["backend_port1"] != 1 {
		t.Errorf("%v", seen)
	}
	for _, statement := range server.Seen().Queries {
		seen[statement]++
	}
	if seen["PGPOOL SHOW client_idle_limit"] != 1 || seen["PGPOOL SHOW num_init_children"] != 2 {
		t.Errorf("%v", seen)
	}
	if len(s.PoolNodes) != 2 || s.PostgreSQL == nil {
		t.Errorf("%q", short(s))
	}
}
