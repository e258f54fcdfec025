package role

import (
	"fmt"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

const day = 24 * 60 * 60 // seconds

// soon is when an expiry is near enough to act: a quarter of a year, so that no maintenance window is missed.
var soon = rules.Bound{Name: "days", Unit: rules.Numbers, Default: 90, Least: 1, Most: 3650, About: "how many days before its expiry a password is a warning"}

// ValidUntil guards against a password that expires by itself. By the server's clock, not by ours.
var ValidUntil = &rules.Rule{
	ID:       "role/valid-until",
	Title:    "the role's password does not expire",
	Severity: rules.Error,
	Live:     true,
	Needs:    []facts.Key{facts.LiveLogin, facts.LivePostgreSQL},
	Bounds:   []rules.Bound{soon},
	Check: func(p *rules.Pass) {
		postgresql, ok := p.PostgreSQL()
		if !ok || postgresql.Role.ValidUntil == "" {
			return
		}
		role := postgresql.Role
		at := rules.Measured("SELECT rolvaliduntil FROM pg_roles", role.ValidUntil)
		var finding *rules.Finding
		switch {
		case role.ValidFor <= 0:
			finding = p.Failf(at, "the password of %s expired on %s: every new connection is refused; only what is open, or cached by Pgpool-II, still works", role.Name, role.ValidUntil)
		case role.ValidFor <= float64(p.Bound(soon.Name)*day):
			finding = p.Failf(at, "the password of %s expires %s, on %s: from then on every new connection is refused", role.Name, in(role.ValidFor), role.ValidUntil).As(rules.Warning)
		default:
			finding = p.Failf(at, "the password of %s expires %s, on %s; for Bitbucket's role Atlassian's page has 'infinity'", role.Name, in(role.ValidFor), role.ValidUntil).As(rules.Info)
		}
		finding.Helpf("On the primary: ALTER ROLE %s VALID UNTIL 'infinity'.", rules.SQLName(role.Name))
	},
}

// in writes seconds as people say them.
func in(seconds float64) string {
	switch days := int(seconds / day); days {
	case 0:
		return "within a day"
	case 1:
		return "in 1 day"
	default:
		return fmt.Sprintf("in %d days", days)
	}
}
