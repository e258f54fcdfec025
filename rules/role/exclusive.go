package role

import (
	"fmt"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/jdbcurl"
	"github.com/bbdoctor/bbdoctor/rules"
)

// Exclusive guards what Atlassian recommends strongly: nobody but Bitbucket uses its role. What others do under it takes
// connections of its budget, and can change what it stores.
var Exclusive = &rules.Rule{
	ID:       "role/exclusive",
	Title:    "nobody but Bitbucket is seen to use its role",
	Severity: rules.Warning,
	Live:     true,
	Needs:    []facts.Key{facts.LiveLogin, facts.LivePostgreSQL, facts.JDBCURLKey},
	Check: func(p *rules.Pass) {
		postgresql, ok := p.PostgreSQL()
		if !ok {
			return
		}
		role, database := postgresql.Role, postgresql.Database.Name
		own := applicationOf(p.AnyProperty(facts.JDBCURLKey))
		for _, application := range role.Applications {
			at := rules.Measured("SELECT application_name, datname FROM pg_stat_activity", application.Name)
			switch {
			case application.Database != "" && application.Database != database:
				p.Failf(at, "%s has %s in another database, %s%s", role.Name, sessions(application.Sessions), application.Database, from(application)).
					Helpf("Give what connects there a role of its own.")
			case !bitbuckets(application.Name, own):
				p.Failf(at, "%s has %s of %q%s: others take connections that Bitbucket counts on, and can change its data", role.Name, sessions(application.Sessions), application.Name, from(application)).
					Helpf("Give people and other applications roles of their own, and change the password of %s if it has got about.", role.Name)
			}
		}
		list(p, "SELECT datname FROM pg_database", role.OtherDatabases, "%s owns other databases or was granted CONNECT on them: %s", role.Name).
			with("Give them to another role: ALTER DATABASE ... OWNER TO ..., REVOKE CONNECT ON DATABASE ... FROM %s.", rules.SQLName(role.Name))
		list(p, "SELECT datname FROM pg_shdepend", role.OwnsElsewhere, "%s owns objects in other databases: %s", role.Name).
			with("In each of them: REASSIGN OWNED BY %s TO the role whose they are.", rules.SQLName(role.Name))
		list(p, "SELECT member FROM pg_auth_members", role.Members, "%s has members, who may act as it: %s", role.Name).
			with("REVOKE %s FROM each of them that nobody needs. A role that created it (CREATEROLE, PostgreSQL 16 and later) is a member by that.", rules.SQLName(role.Name))
		list(p, "SELECT roleid FROM pg_auth_members", withoutMonitoring(role.MemberOf), "%s is a member of other roles and has their rights: %s", role.Name).
			with("REVOKE each of them FROM %s unless Bitbucket needs it for its own tables.", rules.SQLName(role.Name))
	},
}

// usualName is the application_name of pgjdbc when the URL gives none; "" is that of a session that has just begun.
const usualName = "PostgreSQL JDBC Driver"

// applicationOf is the ApplicationName of jdbc.url, empty when it has none or is not known.
func applicationOf(url facts.Setting) string {
	if !url.Known() {
		return ""
	}
	parameter, _ := jdbcurl.Parse(url.Text, jdbcurl.Driver427).Effective("ApplicationName")
	return parameter.Value
}

// bitbuckets says whether a session's application name is one that Bitbucket's sessions have.
func bitbuckets(name, own string) bool {
	return name == "" || name == usualName || name == own || strings.Contains(strings.ToLower(name), "bitbucket")
}

// withoutMonitoring leaves out PostgreSQL's roles for reading statistics, which do nobody harm.
func withoutMonitoring(roles []string) (rest []string) {
	for _, role := range roles {
		switch role {
		case "pg_monitor", "pg_read_all_stats", "pg_read_all_settings", "pg_stat_scan_tables":
		default:
			rest = append(rest, role)
		}
	}
	return rest
}

func sessions(count int) string {
	if count == 1 {
		return "1 session"
	}
	return fmt.Sprintf("%d sessions", count)
}

func from(application facts.Application) string {
	if application.Client == "" {
		return ""
	}
	return " from " + application.Client
}

// listing is a finding about a list of names; nil when the list is empty.
type listing struct{ *rules.Finding }

// list reports names that should not be there.
func list(p *rules.Pass, query string, names []string, format, role string) listing {
	if len(names) == 0 {
		return listing{}
	}
	shown := strings.Join(names, ", ")
	return listing{p.Failf(rules.Measured(query, shown), format, role, shown)}
}

func (l listing) with(format string, args ...any) {
	if l.Finding != nil {
		l.Helpf(format, args...)
	}
}
