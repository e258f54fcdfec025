package database

import (
	"strconv"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// ConnectionLimit guards the database's own limit. What counts against it is not what Bitbucket has open: each child
// process of Pgpool-II keeps the session of its last client for the next one.
var ConnectionLimit = &rules.Rule{
	ID:       "database/connection-limit",
	Title:    "the database takes a connection from every child process of Pgpool-II",
	Severity: rules.Error,
	Live:     true,
	Needs:    []facts.Key{facts.LiveLogin, facts.LivePostgreSQL, facts.LiveParameters},
	Check: func(p *rules.Pass) {
		postgresql, ok := p.PostgreSQL()
		if !ok || postgresql.Database.ConnectionLimit == -1 {
			return
		}
		limit := postgresql.Database.ConnectionLimit
		children, ok := p.Snapshot(facts.LiveParameters).ParameterInt("num_init_children")
		if !ok {
			p.Skipf("the database has a limit of %d connections, and num_init_children of Pgpool-II was not measured", limit)
			return
		}
		if limit >= children {
			return
		}
		name := postgresql.Database.Name
		p.Failf(rules.Measured("SELECT datconnlimit FROM pg_database", strconv.Itoa(limit)), "the database %s takes %d connections, and Pgpool-II keeps up to num_init_children=%d open: logins fail with \"too many connections for database\", even when Bitbucket has few open", name, limit, children).
			Helpf("On the primary: ALTER DATABASE %s CONNECTION LIMIT -1.", rules.SQLName(name))
	},
}
