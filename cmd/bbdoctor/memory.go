package main

import (
	"math"
	"runtime"
	"runtime/debug"
	"sync/atomic"
)

// The collector of Go lets the heap grow by a share of what it holds. That is little as long as a run has read little, so
// that most collections would come while there is all the room in the world; and with a large share the heap would grow far
// when a run holds much. So the share follows from what is held, and a limit guards the memory, for how much is held is
// heard late.
const (
	// heapGoal is the size in bytes to which the heap may grow before the collector runs.
	heapGoal = 28 << 20
	// collectAt is by how many percent the heap may grow at least below the goal. A run that holds more than the goal, or that
	// has more than fewFiles to read, is a large one, and time counts: collectLarge.
	collectAt, collectLarge = 50, 100
	// smallRun is the memory of Go in bytes that any run may take. With the pages of the program 500 installations, in 5,000
	// files, then take less than 64 MiB.
	smallRun = 52 << 20
	fewFiles = 6000
	// largeRun is the memory from which on the collector works harder. Real inputs stay far below; it keeps inputs that were
	// made to fill the memory from doing so. A fifth is always left to work with, or it would do nothing but collect.
	largeRun = 128 << 20
)

// spareMemory has the collector keep to these. What it gives is to be told how many files will be read.
func spareMemory() (expect func(files int)) {
	const smallest = 4 << 20 // the heap with which Go begins at 100 percent
	percent := 100 * heapGoal / smallest
	var many atomic.Bool
	debug.SetGCPercent(percent)
	debug.SetMemoryLimit(smallRun)
	everyCollection(func() {
		held := heapHeld(percent)
		percent = share(held, many.Load())
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit(held, many.Load()))
	})
	return func(files int) { many.Store(files > fewFiles) }
}

// share is by how many percent a heap that holds so many bytes may grow.
func share(held int64, many bool) int {
	least := collectAt
	if many {
		least = collectLarge
	}
	switch {
	case held <= 0:
		return least
	case held >= heapGoal:
		return collectLarge
	}
	return max(least, int(100*(heapGoal-held)/held))
}

// limit is how much memory a run may take that holds so many bytes.
func limit(held int64, many bool) int64 {
	switch {
	case held >= heapGoal:
		return max(min(3*held, largeRun), held+held/5)
	case many:
		return 3 * heapGoal
	}
	return smallRun
}

// heapHeld is about what the last collection left, which nothing tells but where the next one would come without a limit.
func heapHeld(percent int) int64 {
	debug.SetMemoryLimit(math.MaxInt64)
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.NextGC) * 100 / int64(100+percent)
}

// everyCollection has something done after each collection: a value that nobody holds is found then.
func everyCollection(do func()) {
	type found struct{ _ [16]byte }
	runtime.AddCleanup(&found{}, func(int) {
		do()
		everyCollection(do)
	}, 0)
}
