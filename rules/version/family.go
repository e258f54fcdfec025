// Package version judges the versions of PostgreSQL and Pgpool-II: against each other, against Bitbucket, against their
// ends of life and against known vulnerabilities. What is known of versions is in the tables beside the rules.
package version

import "github.com/bbdoctor/bbdoctor/rules"

// Rules are the family's rules in the order in which they are shown.
var Rules = []*rules.Rule{
	PostgresSupported,
	PostgresEOL,
	PostgresSame,
	PgpoolEOL,
	PgpoolCVE,
	PgpoolPostgres,
}
