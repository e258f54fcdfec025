package main

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestProgress(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := &progress{w: &out}
	p.clear() // nothing is there yet
	p.show("hold connections: 1 of 9")
	began := p.since
	p.show("hold connections: 2 of 9")
	if p.since != began {
		t.Error("a step that counts on begins anew")
	}
	p.show("log in")
	if p.since == began {
		t.Error("another step goes on with the time of the one before")
	}
	p.clear()
	p.clear()
	const line = "\r\x1b[K"
	steps := strings.Split(out.String(), line)
	if steps[1] != "hold connections: 1 of 9 (0s)" || !strings.Contains(out.String(), line+"log in (") || !strings.HasSuffix(out.String(), ")"+line) {
		t.Errorf("%q", out.String())
	}
	p.show("log in")
	p.mu.Lock()
	ticking := p.done != nil
	p.mu.Unlock()
	if !ticking {
		t.Error("the line does not come back")
	}
	p.clear()

	none := newProgress(environment{stderr: &out}, false)
	before := out.Len()
	none.show("log in")
	none.clear()
	if out.Len() != before {
		t.Error("progress is shown to something that is no terminal")
	}
}

// TestAnswered: whoever is asked may end the run instead.
func TestAnswered(t *testing.T) {
	t.Parallel()
	if text, err := answered(t.Context(), func() (string, error) { return "y\n", nil }); text != "y\n" || err != nil {
		t.Errorf("%q, %v", text, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	never := make(chan struct{})
	defer close(never)
	if _, err := answered(ctx, func() (string, error) { <-never; return "", nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
