package role

import (
	"strconv"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// ConnectionLimit guards the role's own limit. What counts against it is not what Bitbucket has open: each child process of
// Pgpool-II keeps the session of its last client for the next one.
var ConnectionLimit = &rules.Rule{
	ID:       "role/connection-limit",
	Title:    "the role may have a connection from every child process of Pgpool-II",
	Severity: rules.Error,
	Live:     true,
	Needs:    []facts.Key{facts.LiveLogin, facts.LivePostgreSQL, facts.LiveParameters},
	Check: func(p *rules.Pass) {
		postgresql, ok := p.PostgreSQL()
		// PostgreSQL does not hold superusers to the limit.
		if !ok || postgresql.Role.ConnectionLimit == -1 || postgresql.Role.Superuser {
			return
		}
		limit := postgresql.Role.ConnectionLimit
		children, ok := p.Snapshot(facts.LiveParameters).ParameterInt("num_init_children")
		if !ok {
			p.Skipf("the role has a limit of %d connections, and num_init_children of Pgpool-II was not measured", limit)
			return
		}
		if limit >= children {
			return
		}
		name := postgresql.Role.Name
		p.Failf(rules.Measured("SELECT rolconnlimit FROM pg_roles", strconv.Itoa(limit)), "the role %s may have %d connections, and Pgpool-II keeps up to num_init_children=%d open: logins fail with \"too many connections for role\", even when Bitbucket has few open", name, limit, children).
			Helpf("On the primary: ALTER ROLE %s CONNECTION LIMIT -1.", rules.SQLName(name))
	},
}
