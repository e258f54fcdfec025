package repmgr

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// What all nodes must have alike. A witness is a PostgreSQL of its own, with repmgr's role and database alone.
var (
	sharedByAll  = []facts.Key{"REPMGR_USERNAME", "REPMGR_PASSWORD", "REPMGR_DATABASE"}
	sharedByData = []facts.Key{"POSTGRESQL_USERNAME", "POSTGRESQL_PASSWORD", "POSTGRESQL_POSTGRES_PASSWORD", "POSTGRESQL_DATABASE"}
)

// The roles with which Pgpool-II itself logs in to the nodes, each with its password.
var pgpoolRoles = [][2]facts.Key{
	{"PGPOOL_POSTGRES_USERNAME", "PGPOOL_POSTGRES_PASSWORD"},
	{"PGPOOL_SR_CHECK_USER", "PGPOOL_SR_CHECK_PASSWORD"},
	{"PGPOOL_HEALTH_CHECK_USER", "PGPOOL_HEALTH_CHECK_PASSWORD"},
}

const (
	customUsers     facts.Key = "PGPOOL_POSTGRES_CUSTOM_USERS"
	customPasswords facts.Key = "PGPOOL_POSTGRES_CUSTOM_PASSWORDS"
)

// SharedSettings guards what must be the same in several containers although each is told by itself.
var SharedSettings = &rules.Rule{
	ID:       "repmgr/shared-settings",
	Title:    "nodes and Pgpool-II have the same roles, passwords and databases",
	Severity: rules.Error,
	Needs: needs(append(append([]facts.Key{
		"POSTGRESQL_SR_CHECK", "POSTGRESQL_SR_CHECK_USERNAME", "POSTGRESQL_SR_CHECK_PASSWORD", facts.PostgreSQLVersion, customUsers, customPasswords,
		"PGPOOL_POSTGRES_USERNAME", "PGPOOL_POSTGRES_PASSWORD", "PGPOOL_SR_CHECK_USER", "PGPOOL_SR_CHECK_PASSWORD",
		"PGPOOL_HEALTH_CHECK_USER", "PGPOOL_HEALTH_CHECK_PASSWORD",
	}, sharedByAll...), sharedByData...)...),
	Check: func(p *rules.Pass) {
		for _, c := range clusters(p) {
			for _, key := range sharedByAll {
				judgeAlike(p, c.members, key)
			}
			for _, key := range sharedByData {
				judgeAlike(p, c.data(), key)
			}
			judgeVersions(p, c.data())
			for _, pgpool := range p.AnyDeclaredInstances() {
				if pgpool.Image() && c.behind(pgpool) {
					judgePgpool(p, c, pgpool)
				}
			}
		}
	},
}

// judgeAlike compares one variable of several nodes. What is not set anywhere has no effect.
func judgeAlike(p *rules.Pass, members []*member, key facts.Key) {
	var first *member
	for _, m := range members {
		setting := m.Variable(key)
		if setting.State == facts.Absent || setting.Known() && setting.Text == "" {
			continue
		}
		if _, ok := m.KnownVariable(key); !ok {
			continue
		}
		if first == nil {
			first = m
			continue
		}
		other := first.Variable(key)
		if setting.Text == other.Text {
			continue
		}
		subject, also := string(key)+" of "+m.Name()+" is not that of "+first.Name(), "the value of "+first.Name()
		if !setting.Sensitive() {
			subject, also = port(setting)+" on "+m.Name()+", but "+port(other)+" on "+first.Name(), first.Name()+" has another"
		}
		p.Failf(m.At(setting), "%s: %s", subject, effect(key)).
			Helpf("Write the same value on every node.").Also(first.At(other), "%s", also)
	}
}

// effect is what comes of a variable that differs.
func effect(key facts.Key) string {
	if strings.HasPrefix(string(key), "REPMGR_") {
		return "one node cannot log in to the other, and repmgr neither clones nor fails over"
	}
	return "a standby is a copy of the primary, so that what is written on one of the two is not true"
}

func judgeVersions(p *rules.Pass, members []*member) {
	var first *member
	for _, m := range members {
		version := m.Version()
		if !version.Known() {
			continue
		}
		switch {
		case first == nil:
			first = m
		case first.Version().Text != version.Text:
			p.Failf(m.At(version), "PostgreSQL %s on %s, but %s on %s: a standby of another major version cannot follow", version.Text, m.Name(), first.Version().Text, first.Name()).
				Helpf("Run the same image on every node.").Also(first.At(first.Version()), "%s has another", first.Name())
		}
	}
}

// behind says whether a Pgpool-II has the cluster's nodes behind it.
func (c *cluster) behind(pgpool rules.Instance) bool {
	for _, backend := range pgpool.Backends() {
		for _, own := range c.backends {
			if own.Host.Text == backend.Host.Text && backend.Host.Known() {
				return true
			}
		}
	}
	return false
}

// judgePgpool holds the roles and passwords of Pgpool-II against the nodes'.
func judgePgpool(p *rules.Pass, c *cluster, pgpool rules.Instance) {
	data := c.data()
	if len(data) == 0 {
		return
	}
	told := map[string]bool{}
	for _, pair := range pgpoolRoles {
		user, password := pgpool.Variable(pair[0]), pgpool.Variable(pair[1])
		if user.Known() && password.Known() && user.Text != "" && password.Text != "" && !told[user.Text+"\x00"+password.Text] {
			told[user.Text+"\x00"+password.Text] = true
			judgePassword(p, data, user.Text, password)
		} else if user.State == facts.Unresolved || password.State == facts.Unresolved || password.State == facts.Secret {
			p.Skipf("%s or %s is not known", pair[0], pair[1])
		}
	}
	users, passwords := pgpool.Variable(customUsers), pgpool.Variable(customPasswords)
	if !users.Known() || !passwords.Known() {
		return
	}
	names, words := users.Items(), passwords.Items()
	if len(names) != len(words) {
		return // pgpool/required-settings
	}
	for n, name := range names {
		word := passwords
		word.Text, word.Origin = words[n].Text, words[n].Origin
		judgePassword(p, data, name.Text, word)
	}
}

// judgePassword compares the password that Pgpool-II has for a role with the one with which the nodes create it. A role
// that the image does not create is somebody else's to know.
func judgePassword(p *rules.Pass, data []*member, role string, password facts.Setting) {
	for _, m := range data {
		key, ok := passwordOf(m, role)
		if !ok {
			continue
		}
		own := m.Variable(key)
		switch {
		case own.State == facts.Absent || own.Known() && own.Text == "":
			continue
		case !own.Known():
			p.Skipf("%s: %s is not known: %s", m.Name(), rules.NameOf(own), own.Why)
		case own.Text == password.Text:
			p.OK()
		default:
			p.Failf(password.Origin, "%s is not the password that %s of %s gives the role %s: Pgpool-II cannot log in with it", rules.NameOf(password), rules.NameOf(own), m.Name(), role).
				Helpf("Write the same password in both; where the role exists already, set it there, too (ALTER ROLE %s PASSWORD ...).", role).
				Also(own.Origin, "the node's value")
			return
		}
	}
}

// passwordOf is the variable that has a role's password; ok is false for a role that the image does not create.
func passwordOf(m *member, role string) (key facts.Key, ok bool) {
	custom := m.Variable("POSTGRESQL_USERNAME")
	check := m.Variable("POSTGRESQL_SR_CHECK")
	switch {
	case !custom.Known():
		return "", false
	case role == custom.Text:
		return "POSTGRESQL_PASSWORD", true
	case role == "postgres":
		return "POSTGRESQL_POSTGRES_PASSWORD", true
	}
	if user := m.Variable("REPMGR_USERNAME"); user.Known() && user.Text == role {
		return "REPMGR_PASSWORD", true
	}
	if user := m.Variable("POSTGRESQL_SR_CHECK_USERNAME"); check.Known() && check.Norm == "on" && user.Known() && user.Text == role {
		return "POSTGRESQL_SR_CHECK_PASSWORD", true
	}
	return "", false
}
