package drift

import (
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

func TestSame(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		key                facts.Key
		declared, measured string
		want               bool
	}{
		{"max_pool", "1", "1", true}, {"max_pool", "1", "10", false}, {"some_ratio", "0.50", "0.5", true}, {"max_pool", "1", "x", false},
		{"reset_query_list", "ABORT;DISCARD ALL", "ABORT; DISCARD ALL", true}, {"reset_query_list", "ABORT", "ABORT; DISCARD ALL", false},
		{"reset_query_list", "A;B", "B;A", false}, {"backend_flag0", "A|B", "B|A", true}, {"backend_flag0", "A", "B", false},
		{"failover_command", "", "", true}, {"failover_command", "", "/bin/true", false}, {"failover_command", "a b", "ab", false},
	} {
		if got := same(c.key, c.declared, c.measured); got != c.want {
			t.Errorf("same(%s, %q, %q) = %v", c.key, c.declared, c.measured, got)
		}
	}
}

// TestOneOfSeveral sees to it that a running list which one of several declared instances has is no drift.
func TestOneOfSeveral(t *testing.T) {
	t.Parallel()
	instance := func(hosts ...string) *facts.Pgpool {
		p := &facts.Pgpool{Name: "pgpool"}
		for i, host := range hosts {
			p.Backends = append(p.Backends, facts.BackendNode{
				Index: string(rune('0' + i)), Host: facts.Setting{Text: host, State: facts.Set}, Port: facts.Setting{Text: "5432", State: facts.Set},
			})
		}
		return p
	}
	deployment := &facts.Deployment{
		Pgpools: []*facts.Pgpool{instance("pg-1", "pg-0"), instance("pg-0", "pg-1")},
		Live: &facts.Snapshot{
			Login: facts.Login{OK: true}, Server: facts.Server{Kind: facts.KindPgpool},
			PoolNodes: []facts.PoolNode{{ID: "0", Hostname: "pg-0", Port: "5432"}, {ID: "1", Hostname: "pg-1", Port: "5432"}},
		},
	}
	if result := rules.Run(deployment, []*rules.Rule{Nodes})[0]; result.Outcome != rules.Passed {
		t.Errorf("one of two agrees: %s, %s", result.Outcome, result.Reason)
	}
	deployment.Pgpools = deployment.Pgpools[:1]
	if result := rules.Run(deployment, []*rules.Rule{Nodes})[0]; result.Outcome != rules.Failed || len(result.Findings) != 2 {
		t.Errorf("none agrees: %s with %d findings", result.Outcome, len(result.Findings))
	}
}
