package idle

import (
	"strconv"

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
	Needs:    []facts.Key{facts.PostgreSQLNodes, idleInTransactionTimeout, statementTimeout, transactionTimeout},
	Check: func(p *rules.Pass) {
		for _, node := range p.Nodes() {
			for _, timeout := range cut {
				setting, ok := p.NodeSetting(node, timeout.key)
				if !ok {
					continue
				}
				milliseconds, err := strconv.Atoi(setting.Norm)
				if err != nil || milliseconds <= 0 || milliseconds >= needed*1000 {
					continue
				}
				p.Failf(setting.Origin, "%s=%s on %s ends %s after %s", rules.NameOf(setting), setting.Shown(), node.Name, timeout.what, seconds(milliseconds)).
					Helpf("Set %s = 0 for Bitbucket's role (ALTER ROLE ... SET), or to %ds or more.", timeout.key, needed)
			}
		}
	},
}
