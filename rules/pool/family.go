// Package pool judges the budget of connections: what Bitbucket may open, what Pgpool-II accepts, and what every
// PostgreSQL node accepts.
package pool

import "github.com/bbdoctor/bbdoctor/rules"

// Rules are the family's rules in the order in which they are shown.
var Rules = []*rules.Rule{
	Size,
	LegacyProperties,
	PgpoolCapacity,
	BackendCapacity,
	ReservedBelowChildren,
	Queueing,
	MeasuredCapacity,
}
