package jdbc

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// postgreSQLDriver is the class that Bitbucket loads to reach PostgreSQL, behind Pgpool-II too.
const postgreSQLDriver = "org.postgresql.Driver"

// Driver guards the class that jdbc.driver names.
var Driver = &rules.Rule{
	ID:       "jdbc/driver",
	Title:    "jdbc.driver is the PostgreSQL driver",
	Severity: rules.Error,
	Needs:    []facts.Key{facts.JDBCDriver, facts.JDBCURLKey},
	Check: func(p *rules.Pass) {
		driver, ok := p.Property(facts.JDBCDriver)
		if !ok || driver.Text == postgreSQLDriver {
			return
		}
		name, class := rules.NameOf(driver), facts.OneLine(strings.TrimSpace(driver.Text))
		if class == postgreSQLDriver {
			p.Skipf("%s has blanks around it (jdbc/surrounding-space)", name)
			return
		}
		url := p.AnyProperty(facts.JDBCURLKey)
		database, embedded := databaseOf(class)
		switch {
		case class == "":
			p.Failf(driver.Origin, "%s is empty: Bitbucket cannot load a database driver", name).
				Helpf("Write %s=%s.", name, postgreSQLDriver)
		case database == "" && strings.Contains(strings.ToLower(class), "postgres"):
			p.Failf(driver.Origin, "%s=%s is not %s: Bitbucket cannot load that class and does not start", name, class, postgreSQLDriver).
				Helpf("Write %s=%s, letter by letter.", name, postgreSQLDriver)
		case isPostgreSQL(url.Text):
			p.Failf(driver.Origin, "%s=%s is not the PostgreSQL driver, but %s is a PostgreSQL URL: Bitbucket does not start", name, class, rules.NameOf(url)).
				Helpf("Write %s=%s.", name, postgreSQLDriver).
				Also(url.Origin, "the URL is PostgreSQL's")
		case embedded:
			p.Failf(driver.Origin, "%s=%s: Bitbucket runs on its embedded database (%s), not on PostgreSQL behind Pgpool-II", name, class, database).
				Helpf("Back up Bitbucket's home directory and the embedded database in it, migrate to PostgreSQL, then write %s=%s.", name, postgreSQLDriver).
				Also(url.Origin, "the embedded database's URL")
		case database != "":
			p.Failf(driver.Origin, "%s=%s: Bitbucket runs on %s, which Pgpool-II does not serve", name, class, database).
				Helpf("Back up Bitbucket's home directory and the %s database, migrate to PostgreSQL, then write %s=%s.", database, name, postgreSQLDriver)
		default:
			p.Failf(driver.Origin, "%s=%s is not %s, the only driver with which Bitbucket reaches PostgreSQL", name, class, postgreSQLDriver).
				Helpf("Write %s=%s; if Bitbucket really runs on another database, back up the home directory and that database and migrate it first.", name, postgreSQLDriver)
		}
	},
}

// databaseOf names the database of a driver class that is known not to be PostgreSQL's. An embedded one lives in
// Bitbucket's home directory.
func databaseOf(class string) (database string, embedded bool) {
	class = strings.ToLower(class)
	for _, driver := range []struct {
		prefix, database string
		embedded         bool
	}{
		{"org.h2.", "H2", true},
		{"org.hsqldb.", "HSQLDB", true},
		{"oracle.jdbc.", "Oracle", false},
		{"com.microsoft.", "SQL Server", false},
		{"net.sourceforge.jtds.", "SQL Server", false},
		{"com.mysql.", "MySQL", false},
		{"org.mariadb.", "MariaDB", false},
	} {
		if strings.HasPrefix(class, driver.prefix) {
			return driver.database, driver.embedded
		}
	}
	return "", false
}
