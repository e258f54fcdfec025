package pgpool

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

const resetQueries = facts.Key("reset_query_list")

// ResetQuery guards what Pgpool-II does with a session before the next client gets it.
var ResetQuery = &rules.Rule{
	ID:       "pgpool/reset-query",
	Title:    "a session is wiped before it is used again",
	Severity: rules.Error,
	Needs:    []facts.Key{resetQueries},
	Check: func(p *rules.Pass) {
		for _, i := range p.Pgpools(resetQueries) {
			list := i.Get(resetQueries)
			if discards(list.Text) {
				continue
			}
			p.Failf(i.At(list), "%s, without DISCARD ALL: the next client inherits prepared statements, settings and temporary tables of the one before, and Bitbucket's statements fail or run with settings of others", subject(i, list)).
				Helpf("Write %s.", line(i, list, "ABORT; DISCARD ALL"))
		}
	},
}

// discards says whether one of the queries, which semicolons separate, is DISCARD ALL.
func discards(list string) bool {
	for query := range strings.SplitSeq(list, ";") {
		if strings.EqualFold(strings.Join(strings.Fields(query), " "), "DISCARD ALL") {
			return true
		}
	}
	return false
}
