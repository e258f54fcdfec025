package endpoint

import (
	"slices"
	"time"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// slow bounds a round trip. Bitbucket sends tens of statements for one page, one after another; on one local network a
// round trip through Pgpool-II takes well under a millisecond (0.1 ms on loopback).
var slow = rules.Bound{
	Name: "maximum", Unit: rules.Durations, Default: int64(10 * time.Millisecond), Least: int64(100 * time.Microsecond), Most: int64(10 * time.Second),
	InTitle: "10 ms", About: "the median round trip that is still fast enough",
}

// Latency guards the time that every statement pays.
var Latency = &rules.Rule{
	ID:       "endpoint/latency",
	Title:    "a round trip through the endpoint takes 10 ms at most",
	Severity: rules.Warning,
	Live:     true,
	Needs:    []facts.Key{facts.LiveLogin, facts.LiveRoundTrips},
	Bounds:   []rules.Bound{slow},
	Check: func(p *rules.Pass) {
		snapshot, ok := p.LoggedIn(facts.LiveRoundTrips)
		switch {
		case !ok:
			return
		case len(snapshot.RoundTrips) == 0:
			p.Skipf("no round trip was timed")
			return
		}
		took, most := median(snapshot.RoundTrips), p.Duration(slow.Name)
		if took <= most {
			return
		}
		shown := took.Round(100 * time.Microsecond).String()
		p.Failf(rules.Measured("round trips of the session", shown), "a round trip takes %s (median of %d), above %s: each statement of Bitbucket waits that long", shown, len(snapshot.RoundTrips), most).
			Helpf("Run Bitbucket, Pgpool-II and the primary in one network near each other, and look for load on Pgpool-II's host. bbdoctor measures from the host it runs on; run it where Bitbucket runs.")
	},
}

// median is the middle one, of an even number the lower.
func median(times []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(times))
	return sorted[(len(sorted)-1)/2]
}
