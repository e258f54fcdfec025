// Package database judges Bitbucket's database as PostgreSQL describes it on the primary. All of it is measured.
package database

import "github.com/bbdoctor/bbdoctor/rules"

// Rules are the family's rules in the order in which they are shown.
var Rules = []*rules.Rule{
	Encoding,
	Owner,
	ConnectionLimit,
	Collation,
	Schema,
	ChangeLogLock,
}
