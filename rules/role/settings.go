package role

import (
	"strconv"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// needed is how long an idle connection must live, in milliseconds: Atlassian's page says 10 minutes.
const needed = 600_000

// Settings guards against ALTER ROLE ... SET and ALTER DATABASE ... SET, which change Bitbucket's sessions out of sight of
// every file.
var Settings = &rules.Rule{
	ID:       "role/settings",
	Title:    "no setting of the role or the database works against Bitbucket",
	Severity: rules.Error,
	Live:     true,
	Needs:    []facts.Key{facts.LiveLogin, facts.LivePostgreSQL},
	Check: func(p *rules.Pass) {
		postgresql, ok := p.PostgreSQL()
		if !ok {
			return
		}
		for _, setting := range postgresql.Role.Settings {
			if overruled(setting, postgresql.Role.Settings) {
				continue
			}
			consequence, severity := against(setting, postgresql.Database)
			if consequence == "" {
				continue
			}
			p.Failf(rules.Measured("SELECT setconfig FROM pg_db_role_setting", setting.Name+"="+setting.Value), "%s=%s is set for %s: %s", setting.Name, setting.Value, scopeOf(setting, postgresql), consequence).
				As(severity).Helpf("On the primary: %s RESET %s. Connections that Pgpool-II has cached keep the old value until they end.", statement(setting, postgresql), setting.Name)
		}
	},
}

// against says what a setting leads to; empty when it is harmless.
func against(setting facts.RoleSetting, database facts.Database) (consequence string, severity rules.Severity) {
	milliseconds, err := strconv.ParseFloat(setting.Norm, 64)
	short := err == nil && milliseconds > 0 && milliseconds < needed
	switch strings.ToLower(setting.Name) {
	case "default_transaction_read_only":
		if isOn(setting.Value) {
			return "Bitbucket cannot write", rules.Error
		}
	case "default_transaction_isolation":
		if isolation := strings.ToLower(strings.Trim(setting.Value, `"' `)); isolation != "read committed" && isolation != "read uncommitted" {
			return "PostgreSQL ends transactions that meet with \"could not serialize access\"; Bitbucket is made for read committed, PostgreSQL's default", rules.Warning
		}
	case "search_path":
		if database.CurrentSchema == "" {
			return "it leads to no schema that exists, so that Bitbucket does not find its tables", rules.Error
		}
	case "idle_session_timeout":
		if short {
			return "PostgreSQL closes idle connections of Bitbucket's pool; they must live for 600 s", rules.Error
		}
	case "idle_in_transaction_session_timeout", "statement_timeout", "transaction_timeout":
		if short {
			return "PostgreSQL ends what Bitbucket does in less than 600 s: upgrades and large repositories take longer", rules.Warning
		}
	}
	return "", 0
}

// isOn reads a boolean as PostgreSQL does: a beginning of a word that is not ambiguous.
func isOn(value string) bool {
	word := strings.ToLower(strings.TrimSpace(value))
	return word == "1" || word == "on" || word != "" && (strings.HasPrefix("true", word) || strings.HasPrefix("yes", word))
}

// rank orders the places of a setting by their strength.
func rank(scope string) int {
	switch scope {
	case "role in database":
		return 3
	case "role":
		return 2
	}
	return 1
}

// overruled says that the same parameter is set in a stronger place.
func overruled(setting facts.RoleSetting, all []facts.RoleSetting) bool {
	for _, other := range all {
		if strings.EqualFold(other.Name, setting.Name) && rank(other.Scope) > rank(setting.Scope) {
			return true
		}
	}
	return false
}

func scopeOf(setting facts.RoleSetting, postgresql *facts.PostgreSQL) string {
	switch setting.Scope {
	case "role in database":
		return "the role " + postgresql.Role.Name + " in the database " + postgresql.Database.Name
	case "role":
		return "the role " + postgresql.Role.Name
	}
	return "the database " + postgresql.Database.Name
}

// statement is the beginning of the statement that set it.
func statement(setting facts.RoleSetting, postgresql *facts.PostgreSQL) string {
	role, database := rules.SQLName(postgresql.Role.Name), rules.SQLName(postgresql.Database.Name)
	switch setting.Scope {
	case "role in database":
		return "ALTER ROLE " + role + " IN DATABASE " + database
	case "role":
		return "ALTER ROLE " + role
	}
	return "ALTER DATABASE " + database
}
