package live

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// idleTick is how often the idle probe says that it goes on.
const idleTick = 5 * time.Second

// idle leaves the session alone for as long as the target wants, listening, and then asks something trivial: a firewall that
// has forgotten the connection tells nobody before.
func (s *session) idle(ctx context.Context, t *Target) *facts.IdleProbe {
	probe := &facts.IdleProbe{Wanted: t.ProbeIdle}
	start := time.Now()
	s.line.wire.expect(mostAnswer)
	for time.Since(start) < t.ProbeIdle && ctx.Err() == nil {
		t.progress("leave a connection idle for " + t.ProbeIdle.String())
		tick, cancel := context.WithTimeout(ctx, min(idleTick, t.ProbeIdle-time.Since(start)))
		_, err := s.conn.ReceiveMessage(tick)
		expired := tick.Err() != nil
		cancel()
		if err != nil && (!expired || !timedOut(err)) {
			probe.Lived, probe.Error = time.Since(start), ended(err)
			return probe
		}
	}
	probe.Lived = time.Since(start)
	if ctx.Err() != nil {
		probe.Error = &facts.ServerError{Message: "the probe was ended before its time"}
		return probe
	}
	if _, err := s.ask(ctx, "SELECT 1"); err != nil {
		probe.Error = ended(err)
		return probe
	}
	probe.Alive, probe.Lived = true, t.ProbeIdle
	return probe
}

// ended says what ended an idle session.
func ended(err error) *facts.ServerError {
	if messageIn(err) != nil {
		return serverError(err)
	}
	if timedOut(err) {
		return &facts.ServerError{Message: "no answer on a connection that looks open: something between here and the server has forgotten it"}
	}
	return &facts.ServerError{Message: "the connection was closed without a message: " + clean(reason(err))}
}

// timedOut says that a wait ended because its time was over.
func timedOut(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout() || errors.Is(err, context.DeadlineExceeded)
}
