package pool

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// legacy are the properties of the connection pool that Bitbucket had before 4.0.
var legacy = map[string]bool{
	"db.pool.partition.count":                true,
	"db.pool.partition.connection.maximum":   true,
	"db.pool.partition.connection.minimum":   true,
	"db.pool.partition.connection.threshold": true,
	"db.pool.acquireincrement":               true,
	"db.pool.cache.statements":               true,
	"db.pool.idle.testinterval":              true,
	"db.pool.connection.threshold":           true,
	"db.pool.threads":                        true,
}

// LegacyProperties guards against settings of a connection pool that Bitbucket no longer has: whoever wrote them believes
// in limits that are not in force.
var LegacyProperties = &rules.Rule{
	ID:       "pool/legacy-properties",
	Title:    "no db.pool property is one that Bitbucket has ignored since 4.0",
	Severity: rules.Warning,
	Needs:    []facts.Key{facts.EveryValue, facts.PoolSizeMax},
	Check: func(p *rules.Pass) {
		if _, ok := p.Property(facts.PoolSizeMax); !ok {
			return
		}
		for _, setting := range p.Values() {
			name := rules.NameOf(*setting)
			if len(name) < 2 || !strings.EqualFold(name[:2], "db") || !legacy[strings.ToLower(strings.ReplaceAll(name, "_", "."))] {
				continue
			}
			p.Failf(setting.Origin, "%s has had no effect since Bitbucket 4.0", rules.NameOf(*setting)).
				Helpf("Remove the line; db.pool.size.max (default 80) is what limits the connections of a node now.")
		}
	},
}
