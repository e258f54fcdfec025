package bitnami

import (
	"sync"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
	"github.com/bbdoctor/bbdoctor/checks/offline/pgpoolconf"
)

// listTable has only the variable that lists the backend nodes.
var listTable = sync.OnceValue(func() *variableTable {
	v := pgpoolTable().byName["PGPOOL_BACKEND_NODES"]
	return &variableTable{variables: []*variable{v}, byName: map[string]*variable{v.name: v}, aliases: map[string][]*variable{}}
})

// Backends gives index, host and port of the backend nodes that [Pgpool] would give for a container without a
// PGPOOL_USER_CONF_FILE, and nothing else of them, at a fraction of its cost.
func Backends(c *facts.Container, ctx input.Context) []facts.BackendNode {
	few := *c
	few.Environment = nil
	for i := range c.Environment {
		if name := c.Environment[i].Name; name == "" || name == "PGPOOL_BACKEND_NODES" {
			few.Environment = append(few.Environment, c.Environment[i])
		}
	}
	version := ""
	if tag := pgpoolVersion(c.Image); tag.Known() {
		version = tag.Text
	}
	w := &writer{environment: &environment{table: listTable(), container: &few, ctx: ctx, version: version}, settings: facts.Settings{}}
	w.collect()
	for _, v := range w.table.variables {
		w.complete(v)
	}
	w.backends()
	backends := pgpoolconf.Backends(w.settings)
	for i, b := range backends {
		backends[i] = facts.BackendNode{Index: b.Index, Host: facts.Setting{Text: b.Host.Text}, Port: facts.Setting{Text: b.Port.Text}}
	}
	return backends
}
