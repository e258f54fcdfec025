package main

import (
	"runtime"
	"testing"
	"time"
)

func TestShareAndLimit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		held  int64
		many  bool
		share int
		limit int64
	}{
		{0, false, collectAt, smallRun},
		{heapGoal / 10, false, 900, smallRun},
		{heapGoal / 2, false, 100, smallRun},
		{heapGoal - heapGoal/3, false, collectAt, smallRun},
		{heapGoal - heapGoal/3, true, collectLarge, 3 * heapGoal},
		{heapGoal, false, collectLarge, 3 * heapGoal},
		{heapGoal, true, collectLarge, 3 * heapGoal},
		{largeRun / 2, false, collectLarge, largeRun},
		{1000 << 20, true, collectLarge, 1200 << 20},
	} {
		if share, limit := share(c.held, c.many), limit(c.held, c.many); share != c.share || limit != c.limit {
			t.Errorf("of %d bytes: %d percent and a limit of %d, want %d and %d", c.held, share, limit, c.share, c.limit)
		}
	}
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
