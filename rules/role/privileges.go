package role

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// Privileges guards against rights over the whole cluster: what gets hold of Bitbucket's password has them.
var Privileges = &rules.Rule{
	ID:       "role/privileges",
	Title:    "the role has no rights over the whole cluster",
	Severity: rules.Warning,
	Live:     true,
	Needs:    []facts.Key{facts.LiveLogin, facts.LivePostgreSQL},
	Check: func(p *rules.Pass) {
		postgresql, ok := p.PostgreSQL()
		if !ok {
			return
		}
		role := postgresql.Role
		var has, take []string
		for _, attribute := range []struct {
			set  bool
			name string
		}{
			{role.Superuser, "SUPERUSER"}, {role.Replication, "REPLICATION"}, {role.BypassRLS, "BYPASSRLS"},
			{role.CreateRole, "CREATEROLE"}, {role.CreateDB, "CREATEDB"},
		} {
			if attribute.set {
				has, take = append(has, attribute.name), append(take, "NO"+attribute.name)
			}
		}
		if len(has) == 0 {
			return
		}
		shown := strings.Join(has, ", ")
		finding := p.Failf(rules.Measured("SELECT rolsuper, rolreplication, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles", shown), "%s has %s: Bitbucket needs none of it, and whoever gets its password has it", role.Name, shown)
		if role.Superuser {
			finding.Helpf("Make a role for Bitbucket that is no superuser, give it the database and its tables, and take that one into jdbc.user.")
			return
		}
		finding.Helpf("As a superuser, on the primary: ALTER ROLE %s %s.", rules.SQLName(role.Name), strings.Join(take, " "))
	},
}
