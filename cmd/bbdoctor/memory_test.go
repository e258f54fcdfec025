package main

import (
	"runtime"
	"testing"
	"time"
)

func TestMemoryOf(t *testing.T) {
	t.Parallel()
	for held, want := range map[int64]int64{
		0: smallRun, smallHeld: smallRun, smallHeld + 10: smallRun + 20, largeRun / 2: min(smallRun+2*(largeRun/2-smallHeld), largeRun),
		largeRun: largeRun + largeRun/5, 1000 << 20: 1200 << 20,
	} {
		if got := memoryOf(held); got != want {
			t.Errorf("of %d bytes: %d, want %d", held, got, want)
		}
	}
	runtime.GC()
	if held := heapHeld(); held < 1<<10 || held > 1<<40 {
		t.Errorf("the heap is said to hold %d bytes", held)
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
