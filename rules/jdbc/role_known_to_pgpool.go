package jdbc

import (
	"slices"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// RoleKnownToPgpool guards that Bitbucket's role stands in pool_passwd: under scram-sha-256 and md5 Pgpool-II refuses
// every role that does not, whatever PostgreSQL knows of it.
var RoleKnownToPgpool = &rules.Rule{
	ID:       "jdbc/role-known-to-pgpool",
	Title:    "Pgpool-II knows Bitbucket's role",
	Severity: rules.Error,
	Needs:    append([]facts.Key{facts.JDBCURLKey, facts.JDBCUser, mainRole, customRoles, checkRole, removedRole}, poolPasswdNeeds...),
	Check: func(p *rules.Pass) {
		role, ok := login(p, "user", facts.JDBCUser)
		if !ok {
			return
		}
		if role.Text == "" {
			p.Skipf("%s is empty (jdbc/credentials)", role.Name)
			return
		}
		for _, pgpool := range p.Images() {
			judgeRole(p, pgpool, role)
		}
	},
}

func judgeRole(p *rules.Pass, pgpool rules.Instance, role credential) {
	main, custom := pgpool.Variable(mainRole), pgpool.Variable(customRoles)
	if main.Known() && main.Text == role.Text || custom.Known() && slices.Contains(listed(custom.Text), role.Text) {
		p.OK()
		return
	}
	if other := loginsWithout(pgpool); other != "" {
		p.Skipf("%s", other)
		return
	}
	for _, setting := range []facts.Setting{main, custom} {
		if setting.State == facts.Unresolved || setting.State == facts.Secret {
			p.Skipf("%s is not known: %s", rules.NameOf(setting), setting.Why)
			return
		}
	}
	if check := pgpool.Variable(checkRole); check.Known() && check.Text == role.Text {
		p.Skipf("%s is the role of the streaming replication check, which newer images put into pool_passwd and older ones do not", role.Text)
		return
	}
	at := custom.Origin
	if container := pgpool.Declared(facts.Containers).Container; !at.Known() && container != nil {
		at = container.Origin
	}
	list := role.Text
	if roles := listed(custom.Text); custom.Known() && len(roles) > 0 {
		list = custom.Text + "," + role.Text
	}
	finding := p.Failf(at, "the role %s (%s) is none of those that the image puts into pool_passwd%s: it cannot log in through Pgpool-II", role.Text, role.Name, of(pgpool)).
		Helpf("Set %s and give its password at the same position of %s.", pgpool.Assign(custom, string(customRoles), list), pgpool.VariableName(string(customPasswords))).
		Also(role.At, "Bitbucket logs in as %s", role.Text)
	if removed := pgpool.Variable(removedRole); removed.Known() && removed.Text == role.Text {
		finding.Also(removed.Origin, "%s does not help: the image has not read it since 2019", removedRole)
	}
}

// of names an instance for a message, when it has a name.
func of(pgpool rules.Instance) string {
	if pgpool.Name() == "" {
		return ""
	}
	return " of " + pgpool.Name()
}
