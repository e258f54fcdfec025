package database

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// Collation guards the order of text that indexes are built on. It comes from the operating system's library; with
// another version of it, on this node or on the standby after a failover, an index no longer finds what is there.
var Collation = &rules.Rule{
	ID:       "database/collation",
	Title:    "every node sorts text as the database's indexes do",
	Severity: rules.Warning,
	Live:     true,
	Needs:    []facts.Key{facts.LiveLogin, facts.LivePostgreSQL, facts.LiveNodes},
	Check: func(p *rules.Pass) {
		postgresql, ok := p.PostgreSQL()
		if !ok {
			return
		}
		database := postgresql.Database
		if bytewise(database) {
			return
		}
		recorded, actual := database.CollationVersion, database.ActualVersion
		switch {
		case recorded == "" || actual == "":
			p.Skipf("PostgreSQL tells no version of the collation %s", database.Collate)
		case recorded != actual:
			p.Failf(rules.Measured("SELECT pg_database_collation_actual_version(oid)", actual), "the indexes of %s were built with version %s of the collation %s, and the node's library has %s: lookups can miss rows, and unique keys can be stored twice", database.Name, recorded, database.Collate, actual).
				Helpf("While Bitbucket is stopped: REINDEX DATABASE %s, then ALTER DATABASE %s REFRESH COLLATION VERSION.", rules.SQLName(database.Name), rules.SQLName(database.Name))
		}
		compareNodes(p, database)
	},
}

// bytewise says that the order of the database is that of bytes or code points, the same everywhere. PostgreSQL records no
// version for these (get_collation_actual_version in src/backend/utils/adt/pg_locale.c).
func bytewise(database facts.Database) bool {
	name := strings.ToUpper(database.Collate)
	return database.Provider != "icu" && (name == "C" || name == "POSIX" || strings.HasPrefix(name, "C."))
}

// compareNodes holds the nodes against each other; only a login to each of them tells.
func compareNodes(p *rules.Pass, database facts.Database) {
	snapshot := p.Snapshot(facts.LiveNodes)
	var first *facts.NodeProbe
	known := 0
	for i := range snapshot.Nodes {
		node := &snapshot.Nodes[i]
		switch {
		case !node.Login.OK || node.Collation == "":
		case first == nil:
			first, known = node, 1
		default:
			known++
			if node.Collation != first.Collation {
				p.Failf(rules.Measured("SELECT pg_database_collation_actual_version(oid) on node "+node.ID, node.Collation), "node %s has version %s of the collation %s, node %s has %s: after a failover lookups by index can miss rows", node.ID, node.Collation, database.Collate, first.ID, first.Collation).
					Helpf("Run the same image or operating system release on all nodes. After a failover to the other version: REINDEX DATABASE %s.", rules.SQLName(database.Name))
			}
		}
	}
	if known < 2 {
		p.Skipf("the nodes' locale libraries could not be compared; --admin-user, with a role that may log in to each node, does it")
	}
}
