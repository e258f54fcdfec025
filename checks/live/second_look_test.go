package live_test

import (
	"slices"
	"sync/atomic"
	"testing"

	"github.com/bbdoctor/bbdoctor/fixtures/wire"
)

// TestSecondLook: a standby that does not stream in one look at SHOW pool_nodes is looked at once more, and only then.
func TestSecondLook(t *testing.T) {
	t.Parallel()
	const statement = "SHOW pool_nodes"
	for name, c := range map[string]struct {
		cells map[string]string // what the standby's row has in the first looks
		empty int32             // how many looks that are
		state string            // what is kept
		looks int
	}{
		"streams":            {nil, 0, "streaming", 1},
		"empty for a moment": {nil, 1, "streaming", 2},
		"does not replicate": {nil, 9, "", 2},
		"not yet used":       {map[string]string{"status": "waiting"}, 9, "", 2},
		"down":               {map[string]string{"status": "down"}, 9, "", 1},
		"a second primary":   {map[string]string{"role": "primary"}, 9, "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int32
			server := wire.Listen(t, func(s *wire.Session) {
				s.Serve(func(text string) wire.Answer {
					answer := wire.Pgpool435.Answer(text)
					if text != statement || asked.Add(1) > c.empty {
						return answer
					}
					standby := answer.Rows[1]
					standby[slices.Index(answer.Columns, "replication_state")] = ""
					for column, value := range c.cells {
						standby[slices.Index(answer.Columns, column)] = value
					}
					return answer
				})
			})
			s := probe(t, at(server))
			logged := 0
			for _, query := range s.Queries {
				if query.Statement == statement {
					logged++
				}
			}
			if got := s.PoolNodes[1].ReplicationState; got != c.state || int(asked.Load()) != c.looks || logged != c.looks {
				t.Errorf("replication_state %q after %d looks, %d in the log; want %q after %d", got, asked.Load(), logged, c.state, c.looks)
			}
		})
	}
}
