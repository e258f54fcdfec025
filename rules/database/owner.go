package database

import (
	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// Owner guards the right to create tables, which Bitbucket needs at its first start and at every upgrade.
var Owner = &rules.Rule{
	ID:       "database/owner",
	Title:    "the role may create Bitbucket's tables",
	Severity: rules.Error,
	Live:     true,
	Needs:    []facts.Key{facts.LiveLogin, facts.LivePostgreSQL},
	Check: func(p *rules.Pass) {
		postgresql, ok := p.PostgreSQL()
		if !ok {
			return
		}
		database, role := postgresql.Database, postgresql.Role.Name
		if database.CurrentSchema == "" {
			p.Skipf("the search path leads to no schema (database/schema)")
			return
		}
		if database.MayCreateInSchema {
			return
		}
		at := rules.Measured("SELECT has_schema_privilege(current_schema(), 'CREATE')", "false")
		if database.OwnedByRole {
			p.Failf(at, "%s owns the database %s, but may not create tables in its schema %s, which is %s's: Bitbucket cannot be set up or upgraded", role, database.Name, database.CurrentSchema, database.SchemaOwner).
				Helpf("As %s or a superuser, in this database: ALTER SCHEMA %s OWNER TO %s.", database.SchemaOwner, rules.SQLName(database.CurrentSchema), rules.SQLName(role))
			return
		}
		p.Failf(at, "%s neither owns the database %s (%s does) nor may create tables in its schema %s: Bitbucket cannot be set up or upgraded", role, database.Name, database.Owner, database.CurrentSchema).
			Helpf("As a superuser: ALTER DATABASE %s OWNER TO %s; if the schema is not pg_database_owner's, ALTER SCHEMA %s OWNER TO %s in that database, too.", rules.SQLName(database.Name), rules.SQLName(role), rules.SQLName(database.CurrentSchema), rules.SQLName(role))
	},
}
