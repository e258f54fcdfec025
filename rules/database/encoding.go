package database

import (
	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// Encoding guards the character set, which cannot be changed once the database is there.
var Encoding = &rules.Rule{
	ID:       "database/encoding",
	Title:    "the database's character set is UTF-8",
	Severity: rules.Error,
	Live:     true,
	Needs:    []facts.Key{facts.LiveLogin, facts.LivePostgreSQL},
	Check: func(p *rules.Pass) {
		postgresql, ok := p.PostgreSQL()
		if !ok {
			return
		}
		database := postgresql.Database
		switch database.Encoding {
		case "UTF8":
		case "":
			p.Skipf("the encoding of the database could not be read")
		default:
			p.Failf(rules.Measured("SHOW server_encoding", database.Encoding), "the database %s has the encoding %s: Bitbucket needs UTF8, and whatever does not fit into %s fails or is stored wrongly", database.Name, database.Encoding, database.Encoding).
				Helpf("Make a new database (CREATE DATABASE ... WITH ENCODING 'UTF8' TEMPLATE template0 OWNER %s), copy the data into it with pg_dump --encoding=UTF8 and pg_restore while Bitbucket is stopped, and name it in jdbc.url.", rules.SQLName(postgresql.Role.Name))
		}
	},
}
