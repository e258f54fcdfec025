package jdbc

import (
	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// SamePassword guards that Bitbucket and Pgpool-II have the same password for Bitbucket's role.
var SamePassword = &rules.Rule{
	ID:       "jdbc/same-password",
	Title:    "Bitbucket and Pgpool-II have the same password for the role",
	Severity: rules.Error,
	Needs: append([]facts.Key{facts.JDBCURLKey, facts.JDBCUser, facts.JDBCPassword, mainRole, mainPassword, customRoles, customPasswords},
		poolPasswdNeeds...),
	Check: func(p *rules.Pass) {
		role, ok := login(p, "user", facts.JDBCUser)
		if !ok {
			return
		}
		password, ok := login(p, "password", facts.JDBCPassword)
		if !ok {
			return
		}
		if password.Text == "" {
			p.Skipf("%s is empty (jdbc/credentials)", password.Name)
			return
		}
		for _, pgpool := range p.Images() {
			judgePassword(p, pgpool, role, password)
		}
	},
}

func judgePassword(p *rules.Pass, pgpool rules.Instance, role, password credential) {
	if other := loginsWithout(pgpool); other != "" {
		p.Skipf("%s", other)
		return
	}
	given, ok := passwordsOf(p, pgpool, role.Text)
	if !ok {
		return
	}
	if len(given) == 0 {
		p.Skipf("Pgpool-II has no password for the role %s (jdbc/role-known-to-pgpool)", role.Text)
		return
	}
	for _, known := range given {
		if known.Text == password.Text {
			p.OK()
			return
		}
	}
	last := given[len(given)-1]
	p.Failf(password.At, "%s is not the password that Pgpool-II has for the role %s in %s: every login fails with \"authentication failed\"", password.Name, role.Text, last.Name).
		Helpf("Write the role's PostgreSQL password in both places, then start Pgpool-II and Bitbucket again.").
		Also(last.At, "Pgpool-II has this one")
}

// passwordsOf lists the passwords that the image puts into pool_passwd for a role. ok is false, and the reason noted, when
// a value that matters is not known.
func passwordsOf(p *rules.Pass, pgpool rules.Instance, role string) (given []credential, ok bool) {
	if main, ok := pgpool.KnownVariable(mainRole); !ok {
		return nil, false
	} else if main.Text == role {
		password, ok := pgpool.KnownVariable(mainPassword)
		if !ok {
			return nil, false
		}
		given = append(given, credential{rules.NameOf(password), password.Text, password.Origin})
	}
	if pgpool.Variable(customRoles).State == facts.Absent {
		return given, true
	}
	roles, ok := pgpool.KnownVariable(customRoles)
	if !ok {
		return nil, false
	}
	names := listed(roles.Text)
	for i, name := range names {
		if name != role {
			continue
		}
		passwords, ok := pgpool.KnownVariable(customPasswords)
		if !ok {
			return nil, false
		}
		items := listed(passwords.Text)
		if len(items) != len(names) {
			p.Skipf("%s and %s differ in length (pgpool/required-settings)", customRoles, customPasswords)
			return nil, false
		}
		given = append(given, credential{rules.NameOf(passwords), items[i], passwords.Origin})
	}
	return given, true
}
