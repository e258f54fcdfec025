package database

import (
	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// Schema guards where Bitbucket's tables are: it has no setting for it and uses the first schema of the search path that
// exists.
var Schema = &rules.Rule{
	ID:       "database/schema",
	Title:    "the search path leads to a schema of the role's own",
	Severity: rules.Warning,
	Live:     true,
	Needs:    []facts.Key{facts.LiveLogin, facts.LivePostgreSQL},
	Check: func(p *rules.Pass) {
		postgresql, ok := p.PostgreSQL()
		if !ok {
			return
		}
		database, role := postgresql.Database, postgresql.Role.Name
		switch {
		case database.CurrentSchema == "":
			p.Failf(rules.Measured("SHOW search_path", database.SearchPath), "search_path=%s leads to no schema that exists and that %s may use: Bitbucket does not find its tables", database.SearchPath, role).
				Helpf("Find the schema with the tables (\\dt *.databasechangelog), and set it: ALTER ROLE %s IN DATABASE %s SET search_path = public. Restart Pgpool-II or wait for its cached sessions to end.", rules.SQLName(role), rules.SQLName(database.Name))
		case database.SchemaOwnedByRole, usualPublic(postgresql):
		default:
			p.Failf(rules.Measured("SELECT current_schema()", database.CurrentSchema), "the schema %s is owned by %s, not by %s: others may change what Bitbucket keeps in it", database.CurrentSchema, database.SchemaOwner, role).
				Helpf("In this database, as %s or a superuser: ALTER SCHEMA %s OWNER TO %s.", database.SchemaOwner, rules.SQLName(database.CurrentSchema), rules.SQLName(role))
		}
	},
}

// usualPublic says that it is the schema public as every database has it before PostgreSQL 15: the superuser's, and
// everybody may create in it.
func usualPublic(postgresql *facts.PostgreSQL) bool {
	return postgresql.VersionNum < 150000 && postgresql.Database.CurrentSchema == "public" && postgresql.Database.MayCreateInSchema
}
