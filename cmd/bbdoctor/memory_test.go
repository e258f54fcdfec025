package main

import (
	"math"
	"runtime"
	"testing"
	"time"
)

func TestShare(t *testing.T) {
	t.Parallel()
	for held, want := range map[uint64]int{
		0: collectAt, heapGoal / 10: 900, heapGoal / 2: 100, heapGoal - heapGoal/3: collectAt, heapGoal: collectLarge, math.MaxUint64: collectLarge,
	} {
		if got := share(held); got != want {
			t.Errorf("of %d bytes: %d percent, want %d", held, got, want)
		}
	}
	if heapHeld(100) > 1<<40 {
		t.Error("the heap is said to hold more than a terabyte")
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
