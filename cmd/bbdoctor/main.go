// Command bbdoctor says whether a Bitbucket Data Center behind Pgpool-II will run and survive a failover.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := context.Background(), func() {}
	var expect func(int)
	if !onlyPrints(os.Args) {
		expect = spareMemory()
		ctx, stop = signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
		// A first Ctrl-C asks the run to end; a second one does not ask.
		context.AfterFunc(ctx, stop)
	}
	code := run(ctx, environment{
		args: os.Args, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, variables: os.Environ(),
		today: time.Now(), expect: expect,
	})
	stop()
	os.Exit(code)
}
