// Package endpoint judges the address that Bitbucket connects to: whether it answers, what answers, whether it lets
// Bitbucket's role in, and where the session lands. All of it is measured.
package endpoint

import "github.com/bbdoctor/bbdoctor/rules"

// Rules are the family's rules in the order in which they are shown.
var Rules = []*rules.Rule{
	Reachable,
	AnswersAsPgpool,
	Login,
	Writable,
	ReportedRole,
	Latency,
	TLS,
}
