package secrets

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// published are passwords that anybody can read in documentation: Atlassian's page "Connect Bitbucket to Pgpool-II" and
// "Connect Bitbucket to PostgreSQL", the READMEs of bitnami/pgpool and bitnami/postgresql-repmgr, and the defaults that
// every guessing tool begins with.
var published = map[string]string{
	"adminpassword":     "Atlassian's page",
	"custompassword":    "Atlassian's page",
	"repmgrpass":        "Atlassian's page",
	"jellyfish":         "Atlassian's page",
	"repmgrpassword":    "the image's README",
	"secretpassword":    "the image's README",
	"custompass":        "the image's README",
	"password":          "every list of common passwords",
	"password1":         "every list of common passwords",
	"postgres":          "every list of common passwords",
	"bitbucket":         "every list of common passwords",
	"bitbucketpassword": "every list of common passwords",
	"admin":             "every list of common passwords",
	"secret":            "every list of common passwords",
	"letmein":           "every list of common passwords",
	"123456":            "every list of common passwords",
	"12345678":          "every list of common passwords",
	"qwerty":            "every list of common passwords",
	"test":              "every list of common passwords",
	"root":              "every list of common passwords",
	"welcome":           "every list of common passwords",
	"random string":     "the image's README",
}

// DocumentationPassword guards against passwords copied from documentation.
var DocumentationPassword = &rules.Rule{
	ID:       "secrets/documentation-password",
	Title:    "no password is one from the documentation",
	Severity: rules.Error,
	Needs:    []facts.Key{facts.EveryValue, facts.JDBCURLKey},
	Check: func(p *rules.Pass) {
		var unknown *facts.Setting
		judged := false
		for _, url := range p.AnyURLs() {
			for _, password := range url.Parsed.All("password") {
				judged = true
				if source, ok := published[strings.ToLower(password.Value)]; ok {
					p.Failf(url.Origin.Sub(password.Span.Start, password.Span.End), "password= in %s is a password from %s: anybody may log in with it", rules.NameOf(url.Setting), source).
						Helpf("Choose a password of your own, set it in PostgreSQL (ALTER ROLE ... PASSWORD) and in %s.", facts.JDBCPassword)
				}
			}
		}
		for _, setting := range p.Values() {
			switch {
			case !setting.Sensitive():
			case setting.State != facts.Set:
				unknown = setting
			default:
				judged = true
				// Several passwords share one value in the image's lists.
				for _, word := range strings.FieldsFunc(setting.Text, separator) {
					if source, ok := published[strings.ToLower(word)]; ok {
						p.Failf(setting.Origin, "%s is a password from %s: anybody may log in with it", rules.NameOf(*setting), source).
							Helpf("Choose a password of your own, set it in PostgreSQL (ALTER ROLE ... PASSWORD) and here.")
						break
					}
				}
				if source, ok := published[strings.ToLower(setting.Text)]; ok && strings.ContainsFunc(setting.Text, separator) {
					p.Failf(setting.Origin, "%s is a text from %s: anybody knows it", rules.NameOf(*setting), source).
						Helpf("Choose a value of your own.")
				}
			}
		}
		switch {
		case judged:
		case unknown != nil && unknown.State != facts.Absent:
			p.Skipf("%s is not known: %s", rules.NameOf(*unknown), unknown.Why)
		default:
			p.Skipf("no password among the inputs")
		}
	},
}

// separator says whether the image takes a character as the end of a list's item.
func separator(r rune) bool { return r == ',' || r == ';' || r == ' ' }
