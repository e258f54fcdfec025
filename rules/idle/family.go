// Package idle judges the time-outs: Bitbucket's idle connections must live for ten minutes.
package idle

import "github.com/bbdoctor/bbdoctor/rules"

// Rules are the family's rules in the order in which they are shown.
var Rules = []*rules.Rule{
	ClientIdleLimit,
	IdleSessionTimeout,
	TransactionTimeout,
	HeldConnection,
}

// needed is how long, in seconds, an idle connection must live: Atlassian's page "Connect Bitbucket to Pgpool-II" asks for
// ten minutes.
const needed = 600
