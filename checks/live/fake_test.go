package live_test

import (
	"strings"
	"testing"
	"time"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/live"
	"github.com/bbdoctor/bbdoctor/fixtures/wire"
)

const secret = "jelly-fish-4711"

// at is a login to a fake. Its time is long: a test that has to wait for it asks for less.
func at(s *wire.Server) live.Target {
	return live.Target{Host: s.Host, Port: s.Port, Database: "bitbucket", User: "bitbucketuser", Password: secret, Source: "--endpoint", Timeout: time.Minute}
}

// brief is for servers that never answer, patient for those that let the client in first.
const (
	brief   = 400 * time.Millisecond
	patient = 3 * time.Second
)

// probe runs the probe, and checks what holds for every snapshot.
func probe(t *testing.T, target live.Target) *facts.Snapshot {
	t.Helper()
	s := live.Probe(t.Context(), target)
	text := saved(t, s)
	if strings.Contains(text, secret) {
		t.Errorf("the password is in the snapshot:\n%s", text)
	}
	again, err := facts.LoadSnapshot(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if saved(t, again) != text {
		t.Error("the snapshot does not survive being saved")
	}
	if s.Login.OK == (s.Login.Cause != facts.CauseNone) {
		t.Errorf("login %t, cause %q", s.Login.OK, s.Login.Cause)
	}
	return s
}

// eventually waits for what a server notices a moment later.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for !condition() {
		select {
		case <-t.Context().Done():
			t.Fatal(what)
		case <-time.After(5 * time.Millisecond):
		}
	}
}
