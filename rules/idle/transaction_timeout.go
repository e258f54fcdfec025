package idle

import (
	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// The time-outs of PostgreSQL that end a transaction or a statement, with what they cut.
const (
	idleInTransactionTimeout facts.Key = "idle_in_transaction_session_timeout"
	statementTimeout         facts.Key = "statement_timeout"
	transactionTimeout       facts.Key = "transaction_timeout"
)

var cut = []struct {
	key  facts.Key
	what string
}{
	{idleInTransactionTimeout, "a session that pauses inside a transaction"},
	{statementTimeout, "a statement, an upgrade of Bitbucket's schema too,"},
	{transactionTimeout, "a transaction"},
}

// TransactionTimeout points out time-outs that cut long work of Bitbucket: migrations, upgrades, large merges.
var TransactionTimeout = &rules.Rule{
	ID:       "idle/transaction-timeout",
	Title:    "no time-out of PostgreSQL ends transactions or statements within 10 minutes",
	Severity: rules.Warning,
	Needs:    []facts.Key{facts.PostgreSQLNodes, facts.LivePostgreSQL, idleInTransactionTimeout, statementTimeout, transactionTimeout},
	Check: func(p *rules.Pass) {
		for _, timeout := range cut {
			for _, short := range timeouts(p, timeout.key) {
				finding := p.Failf(short.setting.Origin, "%s=%s on %s%s ends %s after %s",
					rules.NameOf(short.setting), short.setting.Shown(), short.on, measured(short.setting), timeout.what, seconds(short.milliseconds)).
					Helpf("Set %s = 0 for Bitbucket's role (ALTER ROLE ... SET), or to %ds or more.", timeout.key, needed)
				if short.help != "" {
					finding.Help = short.help
				}
			}
		}
	},
}
