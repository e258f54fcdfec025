package pgpool

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// judgeConfBackends is for a pgpool.conf of its own.
func judgeConfBackends(p *rules.Pass, i rules.Instance) {
	pgpool, backends := i.Declared(facts.BackendNodes), i.Backends()
	if len(backends) == 0 {
		judgePortless(p, i, pgpool)
		p.Skipf("%s has no backend nodes", i.Name())
		return
	}
	p.OK()
	judgePortless(p, i, pgpool)
	var nodes []node
	for _, backend := range backends {
		index, _ := strconv.Atoi(backend.Index)
		n := node{index: index, indexAt: i.At(backend.Host), hostAt: i.At(backend.Host), text: "backend_hostname" + backend.Index}
		if backend.Port.Bad != "" {
			p.Failf(i.At(backend.Port), "%s; Pgpool-II does not start", subject(i, backend.Port)).
				Helpf("Write the port on which PostgreSQL listens, usually 5432.")
		} else if backend.Host.Text != "" {
			n.address = backend.Host.Text + ":" + backend.Port.Text
		}
		nodes = append(nodes, n)
	}
	judgeIndexes(p, nodes)
	judgeAddresses(p, nodes)
	if len(backends) > 1 {
		return
	}
	for _, file := range pgpool.Files {
		if len(file.Unread) > 0 {
			p.Skipf("the included file %s, which may name more nodes, could not be read", file.Unread[0].Path)
			return
		}
	}
	p.Failf(i.At(backends[0].Host), "there is one backend node: there is nothing to fail over to").
		Helpf("Name every PostgreSQL node: %s, %s and so on.", confLine("backend_hostname1", "pg-1"), confLine("backend_port1", "5432"))
}

// judgePortless finds nodes that have a host and no port: Pgpool-II leaves them out.
func judgePortless(p *rules.Pass, i rules.Instance, pgpool *facts.Pgpool) {
	for _, key := range slices.Sorted(maps.Keys(pgpool.Settings.Own)) {
		index, ok := strings.CutPrefix(string(key), "backend_hostname")
		host := pgpool.Settings.Get(key)
		if !ok || host.State != facts.Set || host.Text == "" || slices.ContainsFunc(pgpool.Backends, func(b facts.BackendNode) bool { return b.Index == index }) {
			continue
		}
		p.Failf(host.Origin, "%s has no %s: Pgpool-II leaves the node out", subject(i, host), "backend_port"+index).
			Helpf("Write %s.", confLine("backend_port"+index, "5432"))
	}
}
