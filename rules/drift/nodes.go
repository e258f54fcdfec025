package drift

import (
	"fmt"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// Nodes compares the backend nodes of the files with those of the running Pgpool-II.
var Nodes = &rules.Rule{
	ID:       "drift/nodes",
	Title:    "the running Pgpool-II has the backend nodes that the files declare",
	Live:     true,
	Severity: rules.Error,
	Needs:    []facts.Key{facts.BackendNodes, facts.LiveLogin, facts.LiveServer, facts.LivePoolNodes},
	Check: func(p *rules.Pass) {
		var declared []rules.Instance
		for _, i := range p.Pgpools() {
			if !i.Measured() {
				declared = append(declared, i)
			}
		}
		if len(declared) == 0 {
			p.Skipf("no Pgpool-II settings among the files")
			return
		}
		rows, ok := p.PoolNodes()
		if !ok {
			return
		}
		var wrong []rules.Instance
		for _, i := range declared {
			backends := i.Backends()
			if len(backends) == 0 || !known(backends) {
				p.Skipf("the backend nodes of %s are not known", i.Name())
				return
			}
			if len(differences(backends, rows)) == 0 {
				return // of several instances nobody knows which one answered
			}
			wrong = append(wrong, i)
		}
		first := wrong[0]
		for _, d := range differences(first.Backends(), rows) {
			at := d.at
			if !at.Known() {
				at = first.Origin()
			}
			p.Failf(at, "%s: sessions and failovers go by the running list", d.text).
				Also(rules.Measured("SHOW pool_nodes", list(rows)), "the running list is %s", list(rows)).
				Helpf("Deploy this list and restart Pgpool-II, or correct the list here.")
		}
	},
}

func known(backends []facts.BackendNode) bool {
	for _, b := range backends {
		if !b.Host.Known() || !b.Port.Known() {
			return false
		}
	}
	return true
}

// difference is one node that is not as the other list has it.
type difference struct {
	text string
	at   facts.Origin
}

// differences compares node by node, by index.
func differences(declared []facts.BackendNode, running []facts.PoolNode) (found []difference) {
	rows := make(map[string]facts.PoolNode, len(running))
	for _, row := range running {
		rows[row.ID] = row
	}
	for _, b := range declared {
		row, ok := rows[b.Index]
		delete(rows, b.Index)
		switch {
		case !ok:
			found = append(found, difference{fmt.Sprintf("backend node %s (%s:%s) is declared, but the running Pgpool-II does not have it", b.Index, b.Host.Text, b.Port.Text), b.Host.Origin})
		case !strings.EqualFold(b.Host.Text, row.Hostname):
			found = append(found, difference{fmt.Sprintf("backend node %s is declared as %s:%s, but the running Pgpool-II has %s:%s", b.Index, b.Host.Text, b.Port.Text, row.Hostname, row.Port), b.Host.Origin})
		case b.Port.Text != row.Port:
			found = append(found, difference{fmt.Sprintf("backend node %s is declared as %s:%s, but the running Pgpool-II has %s:%s", b.Index, b.Host.Text, b.Port.Text, row.Hostname, row.Port), b.Port.Origin})
		}
	}
	for _, row := range running {
		if _, extra := rows[row.ID]; extra {
			found = append(found, difference{fmt.Sprintf("the running Pgpool-II has backend node %s (%s:%s), which is not declared", row.ID, row.Hostname, row.Port), facts.Origin{}})
		}
	}
	return found
}

func list(rows []facts.PoolNode) string {
	parts := make([]string, len(rows))
	for i, row := range rows {
		parts[i] = row.ID + ":" + row.Hostname + ":" + row.Port
	}
	return strings.Join(parts, ",")
}
