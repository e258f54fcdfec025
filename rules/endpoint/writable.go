package endpoint

import (
	"strconv"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// Writable guards that a session through the endpoint can write. After a failover without promotion, or on a stale status
// file, Pgpool-II connects to a standby and says nothing.
var Writable = &rules.Rule{
	ID:       "endpoint/writable",
	Title:    "a session through the endpoint may write",
	Severity: rules.Error,
	Live:     true,
	Needs:    []facts.Key{facts.LiveLogin, facts.LivePostgreSQL},
	Check: func(p *rules.Pass) {
		postgresql, ok := p.PostgreSQL()
		switch {
		case !ok:
		case postgresql.InRecovery:
			p.Failf(rules.Measured("SELECT pg_is_in_recovery()", strconv.FormatBool(true)), "the session lands on a standby: Bitbucket cannot write (\"cannot execute ... in a read-only transaction\")").
				Helpf("Find the primary with `SHOW pool_nodes`: attach it if Pgpool-II holds it for down (`pcp_attach_node -n N`), promote a standby if there is none (`repmgr standby promote`), and then restart Pgpool-II if it still sends sessions here.")
		case postgresql.ReadOnly:
			p.Failf(rules.Measured("SELECT current_setting('transaction_read_only')", "on"), "transactions are read-only although the session is on the primary: default_transaction_read_only is on").
				Helpf("Find where it is set (SELECT setconfig FROM pg_db_role_setting; SELECT source, sourcefile FROM pg_settings WHERE name = 'default_transaction_read_only') and reset it.")
		}
	},
}
