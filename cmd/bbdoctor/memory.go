package main

import (
	"runtime"
	"runtime/debug"
)

// The collector of Go lets the heap grow by a share of what it holds. That is little as long as a run has read little, so
// that most collections would come while there is all the room in the world; and with a large share the heap would grow far
// when a run holds much. So the share follows from what is held.
const (
	// heapGoal is the size in bytes to which the heap may grow before the collector runs: 500 installations then take less
	// than 64 MiB in all.
	heapGoal = 28 << 20
	// collectAt is by how many percent the heap may grow at least below the goal; a run that holds more than the goal is
	// larger than that, and time counts: collectLarge.
	collectAt, collectLarge = 50, 100
	// memoryLimit is the heap size in bytes from which the collector works harder instead of letting the heap grow. Real
	// inputs stay far below; it keeps inputs that were made to fill the memory from doing so.
	memoryLimit = 128 << 20
)

// spareMemory has the collector keep to these.
func spareMemory() {
	debug.SetMemoryLimit(memoryLimit)
	const smallest = 4 << 20 // the heap with which Go begins at 100 percent
	percent := 100 * heapGoal / smallest
	debug.SetGCPercent(percent)
	everyCollection(func() {
		percent = share(heapHeld(percent))
		debug.SetGCPercent(percent)
	})
}

// share is by how many percent a heap that holds so many bytes may grow.
func share(held uint64) int {
	switch {
	case held == 0:
		return collectAt
	case held >= heapGoal:
		return collectLarge
	}
	return max(collectAt, int(100*(heapGoal-held)/held))
}

// heapHeld is what the last collection left, which nothing tells but where the next one comes.
func heapHeld(percent int) uint64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.NextGC * 100 / uint64(100+percent)
}

// everyCollection has something done after each collection: a value that nobody holds is found then.
func everyCollection(do func()) {
	type found struct{ _ [16]byte }
	runtime.AddCleanup(&found{}, func(int) {
		do()
		everyCollection(do)
	}, 0)
}
