package live

import (
	"cmp"
	"time"
)

// Target says what to probe, and how far to go.
type Target struct {
	// Host and Port are the endpoint, Database what to log in to. Source says what named them: "jdbc.url", "--endpoint".
	Host, Port, Database, Source string
	// User and Password are Bitbucket's own.
	User, Password string
	// SSLMode is libpq's word for it: disable, allow, prefer, require, verify-ca, verify-full. Empty means prefer.
	SSLMode string
	// RootCert is a PEM file with the authorities that the verify modes trust; empty means the system's.
	RootCert string

	// AdminUser is a second login for what needs more privilege; empty means none.
	AdminUser, AdminPassword string

	// Timeout bounds the whole, the probes that hold connections aside. 0 means 15 s.
	Timeout time.Duration
	// Wait is how long to retry until the endpoint lets the role in; 0 means one attempt. Timeout starts behind it.
	Wait time.Duration

	// ProbeCapacity is the number of connections that are opened beside the first and held; 0 means no such probe, a
	// negative number as many as Pgpool-II has free, and one more.
	ProbeCapacity int
	// ProbeIdle is how long one connection is left idle; 0 means no such probe.
	ProbeIdle time.Duration
	// Yes answers the question of ProbeCapacity beforehand; else Confirm is asked. Without either it is declined.
	Yes     bool
	Confirm func(question string) bool

	// Progress is told which step begins; nil means nobody wants to know. It is called from the goroutine of Probe.
	Progress func(step string)
}

const defaultTimeout = 15 * time.Second

func (t *Target) timeout() time.Duration { return cmp.Or(t.Timeout, defaultTimeout) }

// loginTime bounds one attempt to log in. It leaves a part of the whole to the second attempt that some causes need.
func (t *Target) loginTime() time.Duration { return t.timeout() * 2 / 3 }

// questionTime bounds one statement.
func (t *Target) questionTime() time.Duration { return t.timeout() / 2 }

func (t *Target) sslMode() string { return cmp.Or(t.SSLMode, "prefer") }

func (t *Target) progress(step string) {
	if t.Progress != nil {
		t.Progress(step)
	}
}
