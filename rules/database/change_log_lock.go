package database

import (
	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// ChangeLogLock guards against the lock that a Bitbucket leaves behind when it is stopped while it changes its tables.
// The next one waits for it.
var ChangeLogLock = &rules.Rule{
	ID:       "database/change-log-lock",
	Title:    "nobody holds the lock for changing Bitbucket's tables",
	Severity: rules.Warning,
	Live:     true,
	Needs:    []facts.Key{facts.LiveLogin, facts.LivePostgreSQL},
	Check: func(p *rules.Pass) {
		postgresql, ok := p.PostgreSQL()
		if !ok {
			return
		}
		lock := postgresql.Database.ChangeLogLock
		switch {
		case lock == nil:
			p.Skipf("there is no table databasechangeloglock that %s may read; Bitbucket makes it at its first start", postgresql.Role.Name)
		case lock.Locked:
			p.Failf(rules.Measured("SELECT locked, lockedby, lockgranted FROM databasechangeloglock", "true"), "the lock for changing the tables is held%s: unless a Bitbucket is starting right now, the next one waits for it and does not start", holder(lock)).
				Helpf("Make sure that no Bitbucket node is starting or upgrading, stop all of them, and then: UPDATE databasechangeloglock SET locked = false, lockgranted = NULL, lockedby = NULL.")
		}
	},
}

func holder(lock *facts.ChangeLogLock) string {
	text := ""
	if lock.By != "" {
		text += " by " + lock.By
	}
	if lock.Since != "" {
		text += " since " + lock.Since
	}
	return text
}
