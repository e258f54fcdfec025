package facts_test

import (
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// TestAsNodes sees to it that nodes which were asked directly do not hide a primary that only the endpoint reached, and
// that no node counts twice.
func TestAsNodes(t *testing.T) {
	t.Parallel()
	ok := facts.Login{OK: true}
	standby := facts.NodeProbe{ID: "1", Host: "pg-1", Port: "5432", Login: ok, VersionNum: 90624, InRecovery: true}
	for _, c := range []struct {
		name   string
		probes []facts.NodeProbe
		want   []string
	}{
		{"no probe", nil, []string{"the primary 15"}},
		{"no login", []facts.NodeProbe{{ID: "0"}}, []string{"the primary 15"}},
		{"only the standby", []facts.NodeProbe{standby}, []string{"node 1 (pg-1:5432) 9.6", "the primary 15"}},
		{"both", []facts.NodeProbe{{ID: "0", Host: "pg-0", Port: "5432", Login: ok}, standby}, []string{"node 0 (pg-0:5432) ", "node 1 (pg-1:5432) 9.6"}},
	} {
		s := &facts.Snapshot{PostgreSQL: &facts.PostgreSQL{VersionNum: 150018}, Nodes: c.probes}
		var got []string
		for _, node := range s.AsNodes() {
			if !node.Measured || node.Version.Known() != (node.Version.Text != "") {
				t.Errorf("%s: %+v", c.name, node)
			}
			got = append(got, node.Name+" "+node.Version.Text)
		}
		if len(got) != len(c.want) {
			t.Fatalf("%s: %q, want %q", c.name, got, c.want)
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: %q, want %q", c.name, got[i], c.want[i])
			}
		}
	}
	if nodes := (*facts.Snapshot)(nil).AsNodes(); nodes != nil {
		t.Errorf("nothing measured: %v", nodes)
	}
}
