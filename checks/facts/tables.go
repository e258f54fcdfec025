package facts

import "time"

// Tables are what the user knows better than the tables of the rules. A map is nil when the user says nothing.
type Tables struct {
	// PostgresSupport says which major versions of PostgreSQL a Bitbucket version supports, by "10" or "9.4". 9.6 and older
	// count as 9.
	PostgresSupport map[string][]int
	// PostgresEnd and PgpoolEnd are the last days with fixes of a major version of PostgreSQL, by "14" or "9.6", and of a series
	// of Pgpool-II, by "4.3": from its makers, a distribution or whoever else looks after it.
	PostgresEnd, PgpoolEnd map[string]time.Time
	// PgpoolFixes are the first releases of Pgpool-II that have the fix of a vulnerability, at most one of each series, by the
	// vulnerability's name; none for one that is no concern here.
	PgpoolFixes map[string][]string
}
