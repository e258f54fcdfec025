package live

import (
	"errors"
	"net"
)

// What an answer may weigh, in bytes. SHOW pool_processes of a thousand children is a tenth of a megabyte; more than this
// is no answer but a flood.
const (
	mostLogin   = 1 << 20
	mostAnswer  = 8 << 20
	mostMessage = 1 << 20
)

var errFlood = errors.New("the answer does not end: it was cut off")

// wire is the TCP connection. It counts what comes, stops a flood, and remembers how the server began to speak.
type wire struct {
	net.Conn
	// left is how many bytes may still come.
	left int
	// first are the first bytes that came.
	first []byte
}

const mostFirst = 16

func (w *wire) Read(p []byte) (int, error) {
	if w.left <= 0 {
		return 0, errFlood
	}
	if len(p) > w.left {
		p = p[:w.left]
	}
	n, err := w.Conn.Read(p)
	w.left -= n
	if missing := mostFirst - len(w.first); missing > 0 {
		w.first = append(w.first, p[:min(n, missing)]...)
	}
	return n, err
}

// silent says that nothing came at all.
func (w *wire) silent() bool { return w == nil || len(w.first) == 0 }

// foreign says that what came, behind the first skipped bytes, is not how a PostgreSQL server begins: with one of the messages
// of a login, none of which is long. TLS hides it.
func (w *wire) foreign(skipped int) bool {
	if w == nil || len(w.first) <= skipped {
		return false
	}
	first := w.first[skipped:]
	switch first[0] {
	case 'R', 'E', 'N', 'v', 'S', 'K', 'Z':
		return len(first) > 1 && first[1] != 0 // the length of the message, whose highest byte this is
	}
	return true
}
