// Package backends judges the PostgreSQL nodes behind Pgpool-II: what Pgpool-II believes of them, what it measures, and
// what the nodes themselves and repmgr say. All of it is measured.
package backends

import "github.com/bbdoctor/bbdoctor/rules"

// Rules are the family's rules in the order in which they are shown.
var Rules = []*rules.Rule{
	Reachable,
	OnePrimary,
	StandbyStreaming,
	ReplicationLag,
	RepmgrNodes,
	AcceptLogins,
	StatusFile,
	RecentFailover,
}
