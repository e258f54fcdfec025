package main

import (
	"runtime"
	"testing"
	"time"
)

func TestLimit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		held  int64
		many  bool
		limit int64
	}{
		{0, false, smallRun},
		{0, true, manyRun},
		{largeHeap - 1, false, smallRun},
		{largeHeap - 1, true, manyRun},
		{largeHeap, false, 3 * largeHeap},
		{largeHeap + 1<<20, true, 3 * (largeHeap + 1<<20)},
		{largeRun / 2, false, largeRun},
		{1000 << 20, true, 1200 << 20},
	} {
		if got := limit(c.held, c.many); got != c.limit {
			t.Errorf("of %d bytes, many files %v: a limit of %d, want %d", c.held, c.many, got, c.limit)
		}
	}
}

// What a run holds is known after a collection.
func TestHeapHeld(t *testing.T) {
	t.Parallel()
	const size = 64 << 20
	held := make([]byte, size)
	runtime.GC()
	if got := heapHeld(); got < size || got > 100*size {
		t.Errorf("%d bytes are held, want at least %d", got, size)
	}
	runtime.KeepAlive(held)
}

// The third collection is still told of.
func TestEveryCollection(t *testing.T) {
	t.Parallel()
	collected := make(chan struct{}, 100)
	everyCollection(func() {
		select {
		case collected <- struct{}{}:
		default:
		}
	})
	for range 3 {
		for told := false; !told; {
			runtime.GC()
			select {
			case <-collected:
				told = true
			case <-time.After(10 * time.Millisecond): // it is told of by another goroutine
			case <-t.Context().Done():
				t.Fatal("a collection is not told of")
			}
		}
	}
}
