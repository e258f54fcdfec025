package bitnami

import (
	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
	"github.com/bbdoctor/bbdoctor/checks/offline/pgpoolconf"
)

// Addresses tells where the backend nodes are that [Pgpool] would give for a container without a
// PGPOOL_USER_CONF_FILE, and nothing else of them, at a fraction of its cost.
func Addresses(c *facts.Container, ctx input.Context) []pgpoolconf.Address {
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
	table := pgpoolTable()
	w := &writer{
		environment: &environment{table: table, generation: table.generations.Of(version), container: &few, ctx: ctx, version: version},
		settings:    facts.Settings{}, addresses: true,
	}
	w.collect()
	const key = facts.Key("PGPOOL_BACKEND_NODES")
	switch list, ok := w.values[key]; {
	case ok:
		w.values[key] = w.completed(table.byName[string(key)], list)
	case w.unknown != "":
		return nil
	}
	w.backends()
	return pgpoolconf.Addresses(w.settings)
}
