// Package role judges the role that Bitbucket logs in with, as PostgreSQL describes it on the primary. All of it is
// measured.
package role

import "github.com/bbdoctor/bbdoctor/rules"

// Rules are the family's rules in the order in which they are shown.
var Rules = []*rules.Rule{
	Exclusive,
	Privileges,
	ConnectionLimit,
	ValidUntil,
	Settings,
}
