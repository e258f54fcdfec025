package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
)

// Left to itself, the collector of Go lets the heap grow by a share of what it holds. That is little as long as a run holds
// little, so that most collections would come while there is all the room in the world. So it is told how much memory it may
// take instead, which follows from how much a run holds and from how many files there are to read.
const (
	// smallRun is the memory of Go in bytes that any run may take. With the pages of the program 500 installations, in 5,000
	// files, then take less than 64 MiB.
	smallRun = 49 << 20
	// fewFiles is up to how many files smallRun holds; more may take manyRun, for time counts.
	fewFiles = 6000
	manyRun  = 84 << 20
	// largeHeap is from how many bytes on that are held a run is a large one, however few its files are: it may take three
	// times that.
	largeHeap = 28 << 20
	// largeRun is the memory from which on the collector works harder. Real inputs stay far below; it keeps inputs that were
	// made to fill the memory from doing so. A fifth is always left to work with, or it would do nothing but collect.
	largeRun = 128 << 20
)

// spareMemory has the collector keep to these. What it gives is to be told how many files will be read.
func spareMemory() (expect func(files int)) {
	var many atomic.Bool
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(smallRun)
	everyCollection(func() { debug.SetMemoryLimit(limit(heapHeld(), many.Load())) })
	return func(files int) { many.Store(files > fewFiles) }
}

// limit is how much memory a run may take that holds so many bytes.
func limit(held int64, many bool) int64 {
	least := int64(smallRun)
	if many {
		least = manyRun
	}
	if held < largeHeap {
		return least
	}
	return max(least, min(3*held, largeRun), held+held/5)
}

// heapHeld is what the last collection left.
func heapHeld() int64 {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	return int64(live[0].Value.Uint64())
}

// everyCollection has something done after each collection: a value that nobody holds is found then.
func everyCollection(do func()) {
	type found struct{ _ [16]byte }
	runtime.AddCleanup(&found{}, func(int) {
		do()
		everyCollection(do)
	}, 0)
}
