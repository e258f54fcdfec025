package live_test

import (
	"bytes"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// saved is the file of a snapshot.
func saved(t *testing.T, s *facts.Snapshot) string {
	t.Helper()
	var out bytes.Buffer
	if err := s.Save(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
