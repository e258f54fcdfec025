package idle

import (
	"fmt"
	"strconv"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// measured marks a value that a running server gave.
func measured(setting facts.Setting) string {
	if setting.Origin.Query() != "" {
		return " (measured)"
	}
	return ""
}

// timeout is a time-out as it is in force on a node for Bitbucket's sessions.
type timeout struct {
	setting      facts.Setting
	milliseconds int
	// on is where: the node's name.
	on string
	// help is what to do about a running one; empty for what files declare.
	help string
}

// timeouts gives a time-out of every node, as far as it is known and cuts below what Bitbucket needs. A setting of the role
// or the database is stronger than the server's, on every node: both are replicated.
func timeouts(p *rules.Pass, key facts.Key) (short []timeout) {
	role := roleTimeout(p, key)
	if role != nil && role.cuts() {
		short = append(short, *role)
	}
	for _, node := range p.Nodes() {
		if node.Measured && node.Settings.Empty() {
			p.Skipf("%s did not tell its settings", node.Name)
			continue
		}
		if node.Measured && (role != nil || !p.AnyNodeSetting(node, key).Known()) {
			// Before 14 PostgreSQL has no idle_session_timeout, before 17 no transaction_timeout.
			p.OK()
			continue
		}
		setting, ok := p.NodeSetting(node, key)
		if !ok {
			continue
		}
		milliseconds, err := strconv.Atoi(setting.Norm)
		if err != nil {
			continue
		}
		t := timeout{setting, milliseconds, node.Name, ""}
		if node.Measured {
			t.help = fmt.Sprintf("Set %s = 0 in postgresql.conf of every node, the standby too, and reload; or run ALTER ROLE %s SET %s = 0.", key, roleName(p), key)
		}
		if t.cuts() {
			short = append(short, t)
		}
	}
	return short
}

func (t timeout) cuts() bool { return t.milliseconds > 0 && t.milliseconds < needed*1000 }

func roleName(p *rules.Pass) string {
	if postgresql := p.AnyPostgreSQL(); postgresql != nil && postgresql.Role.Name != "" {
		return quoteIdentifier(postgresql.Role.Name)
	}
	return "..."
}

// scopes are the places of a setting of the role or the database, the strongest first, with what undoes each.
var scopes = []struct{ scope, name, reset string }{
	{"role in database", "role in this database", "ALTER ROLE %s IN DATABASE %s RESET %s"},
	{"role", "role", "ALTER ROLE %s RESET %[3]s"},
	{"database", "database", "ALTER DATABASE %[2]s RESET %[3]s"},
}

// roleTimeout is the time-out that ALTER ROLE or ALTER DATABASE sets for Bitbucket's sessions; nil when none does.
func roleTimeout(p *rules.Pass, key facts.Key) *timeout {
	postgresql := p.AnyPostgreSQL()
	if postgresql == nil {
		return nil
	}
	for _, place := range scopes {
		for _, s := range postgresql.Role.Settings {
			if s.Scope != place.scope || s.Name != string(key) {
				continue
			}
			milliseconds, err := strconv.Atoi(s.Norm)
			if err != nil {
				continue
			}
			reset := fmt.Sprintf(place.reset, quoteIdentifier(postgresql.Role.Name), quoteIdentifier(postgresql.Database.Name), key)
			return &timeout{
				facts.Setting{
					Key: key, Text: s.Value, Norm: s.Norm, State: facts.Set,
					Origin: facts.MeasuredBy(s.Name, "SELECT setconfig FROM pg_db_role_setting", s.Name+"="+s.Value),
				},
				milliseconds, "every node, set for the " + place.name, "Run " + reset + ". Connections that Pgpool-II has cached keep the old value until they end.",
			}
		}
	}
	return nil
}

// quoteIdentifier writes a name as SQL takes it.
func quoteIdentifier(name string) string {
	plain := name != ""
	for i := range len(name) {
		c := name[i]
		if c != '_' && (c < 'a' || c > 'z') && (i == 0 || c < '0' || c > '9') {
			plain = false
		}
	}
	if plain {
		return name
	}
	quoted := []byte{'"'}
	for i := range len(name) {
		if name[i] == '"' {
			quoted = append(quoted, '"')
		}
		quoted = append(quoted, name[i])
	}
	return string(append(quoted, '"'))
}
