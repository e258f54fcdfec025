// Package byversion keeps what is worked out once for each version of a program, however many containers run it.
package byversion

import "sync"

// most is how many versions are kept. An installation has one or two; a hostile input could name thousands.
const most = 64

// Table holds one T for each version. What it gives is shared and must not be changed.
type Table[T any] struct {
	make func(version string) T

	mu   sync.RWMutex
	kept map[string]T
}

// New makes a table that works a version out when it is first asked for.
func New[T any](work func(version string) T) *Table[T] {
	return &Table[T]{make: work, kept: map[string]T{}}
}

// Of gives what is known of a version; "" is one like any other.
func (t *Table[T]) Of(version string) T {
	t.mu.RLock()
	known, ok := t.kept[version]
	t.mu.RUnlock()
	if ok {
		return known
	}
	known = t.make(version)
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.kept) < most {
		t.kept[version] = known
	}
	return known
}
