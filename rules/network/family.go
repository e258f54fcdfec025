// Package network judges at which addresses Bitbucket, Pgpool-II and the PostgreSQL nodes look for each other.
package network

import "github.com/bbdoctor/bbdoctor/rules"

// Rules are the family's rules in the order in which they are shown.
var Rules = []*rules.Rule{
	PublicAddress,
	Loopback,
	PublishedPortClash,
}
