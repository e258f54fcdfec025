package jdbc

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// credential is the role or the password that somebody logs in with.
type credential struct {
	// Name is how messages name it: "jdbc.user", or "user= in jdbc.url".
	Name string
	Text string
	At   facts.Origin
}

// login gives what the driver logs in with: a parameter of the URL wins over the property, also when it is empty. The
// reason is noted when it is not known.
func login(p *rules.Pass, parameter string, property facts.Key) (given credential, ok bool) {
	if p.AnyProperty(facts.JDBCURLKey).State != facts.Absent {
		url, ok := urlInForce(p)
		if !ok || isOthers(p, url) {
			return credential{}, false
		}
		if inURL, ok := inURL(url, parameter); ok {
			return inURL, true
		}
	}
	setting, ok := p.Property(property)
	if ok && hasPlaceholder(setting.Text) {
		p.Skipf("%s has a ${...} placeholder that Bitbucket fills in", rules.NameOf(setting))
		return credential{}, false
	}
	return credential{rules.NameOf(setting), setting.Text, setting.Origin}, ok
}

// inURL gives the effective user= or password= of a URL.
func inURL(url facts.JDBCURL, parameter string) (given credential, ok bool) {
	effective, ok := url.Parsed.Effective(parameter)
	if !ok {
		return credential{}, false
	}
	return credential{parameter + "= in " + rules.NameOf(url.Setting), effective.Value, url.Origin.Sub(effective.Span.Start, effective.Span.End)}, true
}

// hasPlaceholder says whether Spring replaces something in a value after it was read, so that the text is not the value.
func hasPlaceholder(text string) bool {
	_, rest, found := strings.Cut(text, "${")
	return found && strings.Contains(rest, "}")
}
