package jdbc

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// Credentials guards that Bitbucket has a role and a password to log in with, and one of each.
var Credentials = &rules.Rule{
	ID:       "jdbc/credentials",
	Title:    "jdbc.user and jdbc.password are given, and given once",
	Severity: rules.Error,
	Needs:    []facts.Key{facts.JDBCURLKey, facts.JDBCUser, facts.JDBCPassword, facts.BitbucketContainers},
	Check: func(p *rules.Pass) {
		url, ok := urlInForce(p)
		if !ok || isOthers(p, url) {
			return
		}
		judgeCredential(p, url, "user", "role", facts.JDBCUser)
		judgeCredential(p, url, "password", "password", facts.JDBCPassword)
	},
}

func judgeCredential(p *rules.Pass, url facts.JDBCURL, parameter, word string, property facts.Key) {
	setting := p.AnyProperty(property)
	if given, ok := inURL(url, parameter); ok {
		judgeBoth(p, given, parameter, property, setting)
		return
	}
	switch why := unseenEnvironment(p); {
	case setting.State == facts.Absent && why != "":
		p.Skipf("%s may come from an environment that is not among the inputs: %s", property, why)
	case setting.State == facts.Absent:
		p.Failf(url.Origin, "%s is missing: %s says where the database is, but nothing says with which %s to log in", property, rules.NameOf(url.Setting), word).
			Helpf("Write %s beside the URL; if Bitbucket gets it as %s from its environment, check that file together with this one.", property, environmentName(property)).
			Lacks(property)
	case !setting.Known(), hasPlaceholder(setting.Text):
		if setting.Known() {
			p.Skipf("%s has a ${...} placeholder that Bitbucket fills in", rules.NameOf(setting))
		}
		p.Property(property) // notes why it is not known
	case strings.TrimFunc(setting.Text, invisible) == "":
		p.Failf(setting.Origin, "%s is empty: Bitbucket cannot log in", rules.NameOf(setting)).
			Helpf("Write the %s that PostgreSQL knows.", word)
	}
}

// judgeBoth compares a parameter of the URL, which wins, with the property.
func judgeBoth(p *rules.Pass, given credential, parameter string, property facts.Key, setting facts.Setting) {
	switch {
	case given.Text == "":
		p.Failf(given.At, "%s is empty and wins over %s: Bitbucket cannot log in", given.Name, property).
			Helpf("Remove %s= from the URL and write %s.", parameter, property)
	case setting.State == facts.Absent:
	case !setting.Known():
		p.Property(property) // notes why the two cannot be compared
	case hasPlaceholder(setting.Text):
		p.Skipf("%s has a ${...} placeholder that Bitbucket fills in", rules.NameOf(setting))
	case setting.Text != given.Text:
		name := rules.NameOf(setting)
		p.Failf(given.At, "%s differs from %s: the driver takes the URL's, and %s has no effect", given.Name, name, name).
			Helpf("Keep the right value in %s and remove %s= from the URL.", property, parameter).
			Also(setting.Origin, "the value without effect")
	}
}

// unseenEnvironment says why a container of Bitbucket may have variables that the inputs do not show; the readers give
// what a missing env_file would hold as one assignment without a name.
func unseenEnvironment(p *rules.Pass) string {
	for _, container := range p.BitbucketContainers() {
		for _, assignment := range container.Environment {
			if assignment.Name == "" && !assignment.Value.Known() {
				return assignment.Value.Why
			}
		}
	}
	return ""
}

// environmentName is the variable that Bitbucket takes a property from: JDBC_PASSWORD.
func environmentName(property facts.Key) string {
	return strings.ReplaceAll(strings.ToUpper(string(property)), ".", "_")
}
