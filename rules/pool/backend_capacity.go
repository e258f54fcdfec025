package pool

import (
	"fmt"
	"strconv"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// BackendCapacity guards the second bottleneck: every child process of every Pgpool-II keeps up to max_pool connections
// open to every backend node, the standby included, load balancing or not.
var BackendCapacity = &rules.Rule{
	ID:       "pool/backend-capacity",
	Title:    "every PostgreSQL node accepts all the connections that Pgpool-II may keep open",
	Severity: rules.Error,
	Needs:    []facts.Key{children, maxPool, facts.PostgreSQLNodes, maxConnections, superuserReserved, reserved},
	Check: func(p *rules.Pass) {
		room, known := smallestNode(p)
		if !known {
			return
		}
		pgpools := p.Pgpools(children, maxPool)
		if len(pgpools) == 0 {
			return
		}
		least, most := 0, 0
		for _, pgpool := range pgpools {
			least += pgpool.Int(children)
			most += pgpool.Int(children) * pgpool.Int(maxPool)
		}
		if most <= room.free {
			return
		}
		first := pgpools[0]
		sum := fmt.Sprintf("%s x %s", written(first.Get(children), first.Int(children)), written(first.Get(maxPool), first.Int(maxPool)))
		if len(pgpools) > 1 {
			sum = fmt.Sprintf("%s, summed over %d Pgpool-II instances", sum, len(pgpools))
		}
		help := fmt.Sprintf("Set %s=%d and %s=1 (Bitbucket uses one role and one database, so one connection a child process is enough)",
			room.variable, least+room.reserved+overhead, nameFor(first, maxPool, "PGPOOL_MAX_POOL"))
		var finding *rules.Finding
		if least > room.free {
			finding = p.Failf(placeOf(first, first.Get(children)), "%d backend connections against the %d that %s accepts: once it is full, every new session fails\n%s = %d; even one a child process is %d",
				most, room.free, room.name, sum, most, least)
			help += " on every node."
		} else {
			finding = p.Failf(placeOf(first, first.Get(maxPool)), "%d backend connections against the %d that %s accepts\n%s = %d; with one connection a child process it is %d, which fits",
				most, room.free, room.name, sum, most, least).As(rules.Warning)
			help = fmt.Sprintf("Set %s=1; Bitbucket uses one role and one database, so one connection a child process is enough.", nameFor(first, maxPool, "PGPOOL_MAX_POOL"))
		}
		finding.Help = help
		finding.Also(room.origin, "%s", room.sum)
	},
}

const (
	// overhead are connections to a node beside those of the child processes: health check, replication check, SHOW
	// pool_nodes, repmgrd, and an administrator.
	overhead = 10
)

// room is what one PostgreSQL node accepts from ordinary roles.
type room struct {
	free, reserved      int
	name, sum, variable string
	origin              facts.Origin
}

// smallestNode gives the node that accepts the fewest connections. It is not known as long as one node's is not.
func smallestNode(p *rules.Pass) (smallest room, known bool) {
	for i, node := range p.Nodes() {
		limit, ok := p.NodeSetting(node, maxConnections)
		if !ok {
			return room{}, false
		}
		most, err := strconv.Atoi(limit.Norm)
		if err != nil {
			p.Skipf("%s: %s=%s is not a number", node.Name, rules.NameOf(limit), limit.Shown())
			return room{}, false
		}
		kept := 0
		sum := fmt.Sprintf("%s accepts %s", node.Name, written(limit, most))
		for _, key := range []facts.Key{superuserReserved, reserved} {
			setting := p.AnyNodeSetting(node, key)
			if n, err := strconv.Atoi(setting.Norm); err == nil && n > 0 {
				kept += n
				sum += fmt.Sprintf(" - %s", written(setting, n))
			}
		}
		here := room{free: most - kept, reserved: kept, name: node.Name, sum: fmt.Sprintf("%s = %d", sum, most-kept), variable: "max_connections", origin: limit.Origin}
		if node.Image {
			here.variable = "POSTGRESQL_MAX_CONNECTIONS"
		}
		if !here.origin.Known() && node.Container != nil {
			here.origin = node.Container.Origin
		}
		if i == 0 || here.free < smallest.free {
			smallest, known = here, true
		}
	}
	return smallest, known
}
