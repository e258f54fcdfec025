package live

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// mostHeld bounds how many connections are held, whatever was asked for.
const mostHeld = 10_000

// silenceTime is how long the next connection of --probe-capacity may take. Without reserved_connections a client too many
// hears nothing at all; a login takes less than a tenth of a second.
const silenceTime = 3 * time.Second

// capacity opens connections one after the other, holds them, and stops at the first that fails. All are closed at its end.
// It has the target's time once more for itself.
func capacity(ctx context.Context, t *Target, snapshot *facts.Snapshot) *facts.CapacityProbe {
	free := freeChildren(snapshot)
	wanted := t.ProbeCapacity
	if wanted < 0 {
		wanted = free + 1
	}
	probe := &facts.CapacityProbe{Wanted: min(wanted, mostHeld)}
	if probe.Declined = t.declines(probe.Wanted, free, snapshot.Processes); probe.Declined != "" {
		probe.Unasked = t.Confirm == nil
		return probe
	}
	ctx, cancel := context.WithTimeout(ctx, t.timeout())
	defer cancel()
	start := time.Now()
	var held []*session
	defer func() {
		for _, s := range held {
			s.close()
		}
	}()
	a := t.account()
	a.limit = min(a.limit, silenceTime)
	for len(held) < probe.Wanted {
		t.progress(fmt.Sprintf("hold connections: %d of %d", len(held), probe.Wanted))
		s, result := login(ctx, a)
		if s == nil {
			probe.Cause, probe.Error = result.Cause, result.Error
			if ctx.Err() != nil && probe.Cause != facts.CauseCancelled {
				probe.Cause = facts.CauseUnknown
				probe.Error = &facts.ServerError{Message: "stopped after " + t.timeout().String() + ", the bound of the whole"}
			}
			break
		}
		held = append(held, s)
	}
	probe.Held, probe.Took = len(held), time.Since(start)
	return probe
}

// freeChildren are the child processes that could take a client now.
func freeChildren(snapshot *facts.Snapshot) int {
	if snapshot.Processes == nil {
		return 0
	}
	free := snapshot.Processes.Total - snapshot.Processes.Busy
	for _, parameter := range snapshot.Pgpool {
		if parameter.Name == "reserved_connections" {
			if reserved, err := strconv.Atoi(parameter.Norm); err == nil {
				free -= reserved
			}
		}
	}
	return max(free, 0)
}

// declines asks before the probe takes more than half of what is free, and says why it is not made.
func (t *Target) declines(wanted, free int, processes *facts.Processes) string {
	if t.Yes || processes != nil && 2*wanted <= free {
		return ""
	}
	question := fmt.Sprintf("Hold %d connections for a moment? Pgpool-II has %d child processes free, and Bitbucket cannot connect while none is.", wanted, free)
	if processes == nil {
		question = fmt.Sprintf("Hold %d connections for a moment? It is not known how many the server has free, and Bitbucket cannot connect while none is.", wanted)
	}
	if t.Confirm == nil {
		return fmt.Sprintf("%d connections are more than half of the %d free, and nobody could be asked (--yes answers beforehand)", wanted, free)
	}
	if !t.Confirm(question) {
		return fmt.Sprintf("%d connections are more than half of the %d free, and the answer was no", wanted, free)
	}
	return ""
}
