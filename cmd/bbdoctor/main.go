// Command bbdoctor says whether a Bitbucket Data Center behind Pgpool-II will run and survive a failover.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, environment{
		args: os.Args, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, variables: os.Environ(),
	})
	stop()
	os.Exit(code)
}
