package rules

import (
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// What the first rule builds and notes is given to and noted for the next one, and built again for the next deployment.
func TestRemember(t *testing.T) {
	built := 0
	ask := func(p *Pass) {
		if got := Remember(p, "built", func(p *Pass) int { built++; p.Skipf("note %d", built); return built }); got != built {
			t.Errorf("remembered %d, built %d", got, built)
		}
	}
	all := []*Rule{{ID: "family/a", Check: ask}, {ID: "family/b", Check: ask}}
	for n, reason := range []string{"note 1", "note 2"} {
		for _, result := range Run(&facts.Deployment{}, all) {
			if result.Outcome != Skipped || result.Reason != reason {
				t.Errorf("%s: %v %q, want the skip %q", result.Rule.ID, result.Outcome, result.Reason, reason)
			}
		}
		if built != n+1 {
			t.Errorf("built %d times for %d deployments", built, n+1)
		}
	}
	if _, read := Reads(all[0], &facts.Deployment{}); read == nil || built != 3 {
		t.Errorf("to see what a rule reads it must build by itself: built %d times", built)
	}
}
