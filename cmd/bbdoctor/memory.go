package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// The collector of Go lets the heap grow by a share of what it holds. That is little as long as a run has read little, so
// that most collections would come while there is all the room in the world; and with a large share the memory would grow
// far when a run holds much. So it is given the memory that a run of that size may take, and collects when that is used up.
const (
	// smallRun is the memory of Go in bytes that any run may take. With the pages of the program 500 installations then take
	// less than 64 MiB.
	smallRun = 48 << 20
	// smallHeld is what a run may hold of that; of what it holds beyond, it may take as much again.
	smallHeld = 23 << 20
	// largeRun is the memory from which on the collector works harder. Real inputs stay far below; it keeps inputs that were
	// made to fill the memory from doing so. A fifth is always left to grow into, or it would do nothing but collect.
	largeRun = 128 << 20
)

// spareMemory has the collector keep to these.
func spareMemory() {
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(smallRun)
	everyCollection(func() { debug.SetMemoryLimit(memoryOf(heapHeld())) })
}

// memoryOf is how much memory a run may take that holds so many bytes.
func memoryOf(held int64) int64 {
	return max(min(smallRun+2*max(held-smallHeld, 0), largeRun), held+held/5)
}

// heapHeld is what the last collection left.
func heapHeld() int64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return int64(sample[0].Value.Uint64())
}

// everyCollection has something done after each collection: a value that nobody holds is found then.
func everyCollection(do func()) {
	type found struct{ _ [16]byte }
	runtime.AddCleanup(&found{}, func(int) {
		do()
		everyCollection(do)
	}, 0)
}
