package jdbc

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// The variables out of which the image writes pool_passwd, and those that decide whether a login needs it.
const (
	mainRole        facts.Key = "PGPOOL_POSTGRES_USERNAME"
	mainPassword    facts.Key = "PGPOOL_POSTGRES_PASSWORD"
	customRoles     facts.Key = "PGPOOL_POSTGRES_CUSTOM_USERS"
	customPasswords facts.Key = "PGPOOL_POSTGRES_CUSTOM_PASSWORDS"
	checkRole       facts.Key = "PGPOOL_SR_CHECK_USER"
	removedRole     facts.Key = "PGPOOL_USERNAME"
	usePoolPasswd   facts.Key = "PGPOOL_ENABLE_POOL_PASSWD"
	usePoolHBA      facts.Key = "PGPOOL_ENABLE_POOL_HBA"
	useLDAP         facts.Key = "PGPOOL_ENABLE_LDAP"
	ownHBA          facts.Key = "PGPOOL_USER_HBA_FILE"
	method          facts.Key = "PGPOOL_AUTHENTICATION_METHOD"
)

// poolPasswdNeeds are the facts that loginsWithout reads.
var poolPasswdNeeds = []facts.Key{usePoolPasswd, usePoolHBA, useLDAP, ownHBA, method, facts.Containers}

// loginsWithout says how a role may log in through an instance although the image does not put it into pool_passwd; it
// is empty when there is no other way.
func loginsWithout(pgpool rules.Instance) string {
	for _, key := range []facts.Key{usePoolPasswd, usePoolHBA, useLDAP, method, ownHBA} {
		if setting := pgpool.Variable(key); setting.State == facts.Unresolved || setting.State == facts.Secret {
			return string(key) + " is not known"
		}
	}
	switch {
	case pgpool.Variable(usePoolPasswd).Norm == "off":
		return string(usePoolPasswd) + " is off: Pgpool-II uses no pool_passwd"
	case pgpool.Variable(usePoolHBA).Norm == "off":
		return string(usePoolHBA) + " is off: Pgpool-II asks for the password in clear and needs no pool_passwd"
	case pgpool.Variable(useLDAP).Norm == "on":
		return string(useLDAP) + " is on: roles log in through LDAP"
	case strings.EqualFold(pgpool.Variable(method).Text, "trust"):
		return string(method) + "=trust: roles log in without a password"
	case pgpool.Variable(ownHBA).Text != "":
		return string(ownHBA) + " replaces the image's pool_hba.conf"
	}
	container := pgpool.Declared(facts.Containers).Container
	if container == nil {
		return ""
	}
	for _, volume := range container.Volumes {
		if strings.HasSuffix(volume.Target, "/pool_passwd") || strings.Contains(volume.Target, "/docker-entrypoint-initdb.d") {
			return volume.Target + " is mounted, which may bring a pool_passwd of its own"
		}
	}
	return ""
}

// listed takes a list apart as the image does: at commas, semicolons and blanks, on the first line only.
func listed(text string) []string {
	text, _, _ = strings.Cut(text, "\n")
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\t' })
}
