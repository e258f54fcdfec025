package live

import (
	"testing"
	"time"

	fake "github.com/bbdoctor/bbdoctor/fixtures/wire"
)

// TestLateAnswer: an answer that comes as its time ends is not asked for again, and ends the session all the same.
func TestLateAnswer(t *testing.T) {
	t.Parallel()
	server := fake.Listen(t, fake.Pgpool473.Serve)
	target := Target{Host: server.Host, Port: server.Port, Database: "bitbucket", User: "bitbucketuser", Password: "x"}
	s, result := login(t.Context(), target.account())
	if s == nil {
		t.Fatalf("%+v", result)
	}
	defer s.close()
	s.limit = time.Minute
	nothing := func(*table) error { return nil }
	late := make(chan struct{})
	left, err := s.flight(t.Context(),
		question{statements: []string{showVersion}, limit: time.Millisecond, take: func(*table) error {
			time.AfterFunc(50*time.Millisecond, func() { close(late) })
			<-late
			return nil
		}},
		question{statements: []string{showNodes}, take: nothing})
	if len(left) != 1 || left[0].statements[0] != showNodes || !timedOut(err) || s.alive() {
		t.Errorf("left %+v, %v", left, err)
	}
	if left, err := s.flight(t.Context(), left...); len(left) != 1 || err == nil {
		t.Errorf("a session that has ended: %+v, %v", left, err)
	}
}
