// Command bbdoctor says whether a Bitbucket Data Center behind Pgpool-II will run and survive a failover.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"
)

// memoryLimit is the heap size in bytes from which the collector works harder instead of letting the heap grow. Real
// inputs stay far below; it keeps inputs that were made to fill the memory from doing so.
const memoryLimit = 128 << 20

// collectAt is by how many percent the heap grows between two collections: 500 installations take 61 MiB at 50 and 84 at
// 100, for a quarter more time.
const collectAt = 50

func main() {
	ctx, stop := context.Background(), func() {}
	if !onlyPrints(os.Args) {
		debug.SetGCPercent(collectAt)
		debug.SetMemoryLimit(memoryLimit)
		ctx, stop = signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
		// A first Ctrl-C asks the run to end; a second one does not ask.
		context.AfterFunc(ctx, stop)
	}
	code := run(ctx, environment{
		args: os.Args, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, variables: os.Environ(),
		today: time.Now(),
	})
	stop()
	os.Exit(code)
}
