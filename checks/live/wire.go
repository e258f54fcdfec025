package live

import (
	"errors"
	"net"
	"os"
	"slices"
	"sync"
	"time"
)

// What an answer may weigh, in bytes. SHOW pool_processes of a thousand children is a tenth of a megabyte; more than this
// is no answer but a flood.
const (
	mostLogin   = 1 << 20
	mostAnswer  = 8 << 20
	mostMessage = 1 << 20
)

var errFlood = errors.New("the answer does not end: it was cut off")

// wire is the TCP connection. It counts what comes, stops a flood, times every wait for the server, and remembers how the
// server began to speak and why it stopped. After a failure pgconn reads on in a goroutine of its own, so there is a lock.
type wire struct {
	net.Conn

	mu sync.Mutex
	// left is how many bytes may still come.
	left int
	// first are the first bytes that came.
	first []byte
	// failed is why nothing comes any more; a deadline is no reason.
	failed error
	// asked is when something was said that the server has not answered yet.
	asked time.Time
	// waits are the round trips: from what was said to the first byte of what came then.
	waits []time.Duration
}

const mostFirst = 16

func newWire(conn net.Conn) *wire { return &wire{Conn: conn, left: mostLogin} }

func (w *wire) Write(p []byte) (int, error) {
	w.mu.Lock()
	if w.asked.IsZero() {
		w.asked = time.Now()
	}
	w.mu.Unlock()
	return w.Conn.Write(p)
}

func (w *wire) Read(p []byte) (int, error) {
	w.mu.Lock()
	left := w.left
	if left <= 0 {
		w.failed = errFlood
		w.mu.Unlock()
		return 0, errFlood
	}
	w.mu.Unlock()
	n, err := w.Conn.Read(p[:min(len(p), left)])
	w.mu.Lock()
	defer w.mu.Unlock()
	w.left -= n
	if n > 0 && !w.asked.IsZero() {
		w.waits = append(w.waits, time.Since(w.asked))
		w.asked = time.Time{}
	}
	if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) && w.failed == nil {
		w.failed = err
	}
	if missing := mostFirst - len(w.first); missing > 0 {
		w.first = append(w.first, p[:min(n, missing)]...)
	}
	return n, err
}

// expect says how many bytes the next answer may have.
func (w *wire) expect(most int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.left = most
}

// roundTrips are the times of all waits up to now.
func (w *wire) roundTrips() []time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.waits)
}

// failure is why nothing comes any more; nil if that is not known.
func (w *wire) failure() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.failed
}

// began are the first bytes that came, behind the first skipped.
func (w *wire) began(skipped int) []byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.first[min(skipped, len(w.first)):])
}

// foreign says that what came, behind the first skipped bytes, is not how a PostgreSQL server begins: with one of the messages
// of a login, none of which is long. TLS hides it.
func (w *wire) foreign(skipped int) bool {
	first := w.began(skipped)
	if len(first) == 0 {
		return false
	}
	switch first[0] {
	case 'R', 'E', 'N', 'v', 'S', 'K', 'Z':
		return len(first) > 1 && first[1] != 0 // the length of the message, whose highest byte this is
	}
	return true
}
