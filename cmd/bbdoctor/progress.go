package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"
)

// progressTick is how often the time is shown anew.
const progressTick = 100 * time.Millisecond

// progress is a line at the bottom of a terminal that says which probe runs, and for how long. The zero value shows nothing.
type progress struct {
	w io.Writer // nil where nobody watches

	mu    sync.Mutex
	step  string
	since time.Time
	done  chan struct{} // closed when the line is gone; nil before there is one
}

// newProgress shows progress where standard error is a terminal that can rewrite a line.
func newProgress(env environment, quiet bool) *progress {
	file, ok := env.stderr.(*os.File)
	if quiet || !ok || !term.IsTerminal(int(file.Fd())) || env.variable("TERM") == "dumb" {
		return &progress{}
	}
	return &progress{w: file}
}

// show is told which step runs. One that only counts on, behind a colon, is the same step.
func (p *progress) show(step string) {
	if p.w == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	kind := func(step string) string { kind, _, _ := strings.Cut(step, ": "); return kind }
	if kind(step) != kind(p.step) {
		p.since = time.Now()
	}
	p.step = step
	p.print()
	if p.done == nil {
		p.done = make(chan struct{})
		go p.tick(p.done)
	}
}

func (p *progress) tick(done <-chan struct{}) {
	ticker := time.NewTicker(progressTick)
	defer ticker.Stop()
	for {
		select {
		case <-done:
			return
		case <-ticker.C:
			p.mu.Lock()
			p.print()
			p.mu.Unlock()
		}
	}
}

// print needs the lock.
func (p *progress) print() {
	if p.step != "" {
		fmt.Fprintf(p.w, "\r\x1b[K%s (%s)", p.step, time.Since(p.since).Truncate(progressTick))
	}
}

// clear takes the line away, for something else to be written; the next step brings it back.
func (p *progress) clear() {
	if p.w == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.done != nil {
		close(p.done)
		p.done = nil
	}
	if p.step != "" {
		p.step = ""
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
