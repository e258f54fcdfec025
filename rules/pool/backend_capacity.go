package pool

import (
	"fmt"
	"slices"
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
	Needs:    []facts.Key{children, maxPool, facts.PostgreSQLNodes, maxConnections, superuserReserved, reserved, facts.Containers},
	Check: func(p *rules.Pass) {
		pgpools := p.Pgpools(children, maxPool)
		if len(pgpools) == 0 {
			return
		}
		var declared, running []rules.Instance
		for _, pgpool := range pgpools {
			if pgpool.Measured() {
				running = append(running, pgpool)
			} else {
				declared = append(declared, pgpool)
			}
		}
		// The running instance is one of those that are declared: they are never added up.
		for _, view := range [][]rules.Instance{declared, running} {
			if len(view) == 0 {
				continue
			}
			room, known := smallestNode(p, view[0].Measured())
			if known {
				judgeRoom(p, view, room)
			}
		}
	},
}

// judgeRoom fails when the instances of one view may open more connections to a node than it accepts.
func judgeRoom(p *rules.Pass, pgpools []rules.Instance, room room) {
	instances, least, most := 0, 0, 0
	for _, pgpool := range pgpools {
		instances += pgpool.Replicas()
		least += pgpool.Replicas() * pgpool.Int(children)
		most += pgpool.Replicas() * pgpool.Int(children) * pgpool.Int(maxPool)
	}
	if most <= room.free {
		return
	}
	first := pgpools[0]
	sum := fmt.Sprintf("%s x %s", written(first.Get(children), first.Int(children)), written(first.Get(maxPool), first.Int(maxPool)))
	switch {
	case len(pgpools) > 1:
		sum = fmt.Sprintf("%s, summed over %d Pgpool-II instances", sum, instances)
	case instances > 1:
		sum += fmt.Sprintf(" x %d Pgpool-II instances", instances)
	}
	const why = "Bitbucket uses one role and one database, so one connection a child process is enough"
	one := line(first, maxPool, maxPoolVariable, 1)
	var finding *rules.Finding
	if least > room.free {
		finding = p.Failf(placeOf(first, first.Get(children)), "%d backend connections against the %d that %s accepts: once it is full, every new session fails\n%s = %d; even one a child process is %d",
			most, room.free, room.name, sum, most, least).
			Helpf("Set %s; and set %s (%s).", room.advice(least+room.reserved+overhead), one, why)
	} else {
		finding = p.Failf(placeOf(first, first.Get(maxPool)), "%d backend connections against the %d that %s accepts\n%s = %d; with one connection a child process it is %d, which fits",
			most, room.free, room.name, sum, most, least).As(rules.Warning).
			Helpf("Set %s; %s.", one, why)
	}
	finding.Also(room.origin, "%s", room.sum(p))
}

// overhead are connections to a node beside those of the child processes: health check, replication check, SHOW
// pool_nodes, repmgrd, and an administrator.
const overhead = 10

// room is what one PostgreSQL node accepts from ordinary roles.
type room struct {
	free, reserved int
	name           string
	node           *facts.Node
	origin         facts.Origin
}

// advice is what to write so that every node accepts more.
func (r room) advice(most int) string {
	switch {
	case r.node.Image:
		return rules.Assign(r.node.Container, facts.Setting{Origin: r.origin}, "POSTGRESQL_MAX_CONNECTIONS", strconv.Itoa(most)) + " on every node"
	case r.origin.Query() != "":
		return fmt.Sprintf("max_connections = %d on every node and restart it, the standby first", most)
	}
	return fmt.Sprintf("max_connections=%d on every node", most)
}

// smallestNode gives the node that accepts the fewest connections, of the running nodes or of the declared ones; of the
// others only where there is none. It is not known as long as one node's is not. The running primary stands for a standby
// that was not asked: PostgreSQL lets no standby run with a smaller max_connections than the primary's.
func smallestNode(p *rules.Pass, running bool) (smallest room, known bool) {
	all := p.Nodes()
	nodes := slices.DeleteFunc(slices.Clone(all), func(node *facts.Node) bool { return node.Measured != running })
	if len(nodes) == 0 {
		nodes = all
	}
	for i, node := range nodes {
		here, ok := roomOf(p, node)
		if !ok {
			return room{}, false
		}
		if i == 0 || here.free < smallest.free {
			smallest, known = here, true
		}
	}
	return smallest, known
}

func roomOf(p *rules.Pass, node *facts.Node) (here room, ok bool) {
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
	for _, key := range reservations {
		kept += reservation(p.AnyNodeSetting(node, key))
	}
	here = room{free: most - kept, reserved: kept, name: node.Name, node: node, origin: limit.Origin}
	if !here.origin.Known() && node.Container != nil {
		here.origin = node.Container.Origin
	}
	return here, true
}

// reservations are the parameters that keep connections for others than ordinary roles.
var reservations = [...]facts.Key{superuserReserved, reserved}

// reservation is how many connections such a parameter keeps.
func reservation(setting facts.Setting) int {
	n, err := strconv.Atoi(setting.Norm)
	if err != nil {
		return 0
	}
	return max(n, 0)
}

// sum says how the room comes about.
func (r room) sum(p *rules.Pass) string {
	sum := fmt.Sprintf("%s accepts %s", r.name, written(p.AnyNodeSetting(r.node, maxConnections), r.free+r.reserved))
	for _, key := range reservations {
		setting := p.AnyNodeSetting(r.node, key)
		if n := reservation(setting); n > 0 {
			sum += fmt.Sprintf(" - %s", written(setting, n))
		}
	}
	return fmt.Sprintf("%s = %d", sum, r.free)
}
