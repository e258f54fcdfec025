package jdbc

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/jdbcurl"
	"github.com/bbdoctor/bbdoctor/rules"
)

// urlInForce gives the jdbc.url that has effect, whatever the driver makes of it; the reason is noted when it is not
// known.
func urlInForce(p *rules.Pass) (url facts.JDBCURL, ok bool) {
	for _, url := range p.URLs() {
		if !url.Shadowed {
			return url, true
		}
	}
	return facts.JDBCURL{}, false
}

// postgreSQLURL gives the jdbc.url that has effect when it is PostgreSQL's and the driver accepts it; else the reason is
// noted.
func postgreSQLURL(p *rules.Pass) (url facts.JDBCURL, ok bool) {
	url, ok = urlInForce(p)
	if !ok || isOthers(p, url) {
		return url, false
	}
	if !url.Parsed.Accepted {
		p.Skipf("the driver does not accept %s (jdbc/url-valid)", rules.NameOf(url.Setting))
		return url, false
	}
	return url, true
}

// isOthers notes the reason when a URL leads to another database than PostgreSQL, so that there is nothing to judge.
func isOthers(p *rules.Pass, url facts.JDBCURL) bool {
	database := otherDatabase(url.Text)
	if database != "" {
		p.Skipf("%s is a URL of %s (jdbc/driver)", rules.NameOf(url.Setting), database)
	}
	return database != ""
}

// otherDatabases are the sub-protocols of the databases that Bitbucket ran or runs on besides PostgreSQL.
var otherDatabases = []struct{ prefix, name string }{
	{"jdbc:h2:", "H2"},
	{"jdbc:hsqldb:", "HSQLDB"},
	{"jdbc:oracle:", "Oracle"},
	{"jdbc:sqlserver:", "SQL Server"},
	{"jdbc:jtds:", "SQL Server"},
	{"jdbc:mysql:", "MySQL"},
	{"jdbc:mariadb:", "MariaDB"},
}

// otherDatabase names the database that a URL is for when that is one other than PostgreSQL.
func otherDatabase(url string) string {
	for _, other := range otherDatabases {
		if len(url) >= len(other.prefix) && strings.EqualFold(url[:len(other.prefix)], other.prefix) {
			return other.name
		}
	}
	return ""
}

// isPostgreSQL says whether a URL is meant for the PostgreSQL driver.
func isPostgreSQL(url string) bool { return strings.HasPrefix(url, "jdbc:postgresql:") }

// asWritten is a parameter as it stands in the URL, for messages; of one that holds a secret it is the name alone.
func asWritten(url facts.JDBCURL, parameter jdbcurl.Parameter) string {
	if facts.SensitiveName(parameter.Name) {
		return parameter.Name + "="
	}
	return facts.OneLine(url.Text[parameter.Span.Start:parameter.Span.End])
}
