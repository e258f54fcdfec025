package secrets

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// PlainTextInRepository points out passwords that everybody with the repository has, for ever.
var PlainTextInRepository = &rules.Rule{
	ID:       "secrets/plain-text-in-repository",
	Title:    "no password is in clear text in a git work tree",
	Severity: rules.Info,
	Needs:    []facts.Key{facts.EveryValue, facts.JDBCURLKey},
	Check: func(p *rules.Pass) {
		inTree := false
		for _, setting := range p.Values() {
			if !setting.Origin.Source.InWorkTree {
				continue
			}
			inTree = true
			if !setting.Sensitive() || setting.State != facts.Set || setting.Text == "" || strings.HasPrefix(setting.Text, "{") {
				continue
			}
			if rules.NameOf(*setting) == string(facts.JDBCPassword) && strings.Contains(setting.Text, "${") { // Spring fills it in from elsewhere
				continue
			}
			p.Failf(setting.Origin, "%s is in clear text in a git work tree: whoever has the repository has the password", rules.NameOf(*setting)).
				Helpf("%s", alternative(*setting))
		}
		for _, url := range p.AnyURLs() {
			if url.State != facts.Set || url.Origin.Source == nil || !url.Origin.Source.InWorkTree {
				continue
			}
			for _, password := range url.Parsed.All("password") {
				if password.Value == "" || strings.Contains(password.Value, "${") { // Spring fills it in from elsewhere
					continue
				}
				p.Failf(url.Origin.Sub(password.Span.Start, password.Span.End), "password= in %s is in clear text in a git work tree: whoever has the repository has the password", rules.NameOf(url.Setting)).
					Helpf("Move it to %s and keep that in Bitbucket's secret store, or give it as JDBC_PASSWORD from a secret manager; then change the password.", facts.JDBCPassword)
			}
		}
		if !inTree {
			p.Skipf("no input lies in a git work tree")
		}
	},
}

// alternative says where else the password can be kept.
func alternative(setting facts.Setting) string {
	name := rules.NameOf(setting)
	switch {
	case setting.Origin.Format == facts.Properties:
		return "Keep it in Bitbucket's secret store (encrypted-property.cipher.classname) or give it as JDBC_PASSWORD from a secret manager; then change the password."
	case strings.HasPrefix(name, "PGPOOL_"), strings.HasPrefix(name, "POSTGRESQL_"), strings.HasPrefix(name, "REPMGR_"):
		return "Give it as " + name + "_FILE, a file that a secret manager or a docker secret provides, or keep the file encrypted (sealed secrets, SOPS); then change the password."
	}
	return "Have a secret manager provide it, or keep the file encrypted (sealed secrets, SOPS); then change the password."
}
