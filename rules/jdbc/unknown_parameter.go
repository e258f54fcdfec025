package jdbc

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/jdbcurl"
	"github.com/bbdoctor/bbdoctor/rules"
)

// UnknownParameter guards against parameters that somebody believes in and the driver ignores.
var UnknownParameter = &rules.Rule{
	ID:       "jdbc/unknown-parameter",
	Title:    "the driver knows every parameter in jdbc.url",
	Severity: rules.Warning,
	Needs:    []facts.Key{facts.JDBCURLKey, facts.JDBCDriver, facts.BitbucketVersion},
	Check: func(p *rules.Pass) {
		url, ok := postgreSQLURL(p)
		if !ok {
			return
		}
		torn := false
		for i, parameter := range url.Parsed.Parameters {
			if _, known := jdbcurl.Known(url.Parsed.Driver, parameter.Name); known {
				torn = false
				continue
			}
			if torn = torn && !jdbcurl.Meant(url.Parsed.Driver, parameter.Name, parameter.HasValue); torn {
				continue
			}
			if torn = i > 0 && tornPassword(url.Parsed, i); torn {
				password := url.Parsed.Parameters[i-1]
				p.Failf(url.Origin.Sub(password.Span.Start, password.Span.End), "what stands behind the \"&\" that follows %s= in %s is no parameter that the driver knows", password.Name, rules.NameOf(url.Setting)).
					Helpf("If the \"&\" belongs to the password, write it as %%26; better, move the password to %s.", facts.JDBCPassword)
				continue
			}
			judgeUnknown(p, url, parameter)
		}
	},
}

func judgeUnknown(p *rules.Pass, url facts.JDBCURL, parameter jdbcurl.Parameter) {
	name := rules.NameOf(url.Setting)
	finding := p.Failf(url.Origin.Sub(parameter.NameSpan.Start, parameter.NameSpan.End), "the driver knows no parameter %q and ignores it in %s", parameter.Name, name)
	if parameter.Name == "" {
		finding.Message = "a parameter without a name stands in " + name + ", and the driver ignores it"
		finding.At = url.Origin.Sub(parameter.Span.Start, parameter.Span.End)
	}
	meant := jdbcurl.Intended(parameter.Name)
	nearest, onlyCase, ok := jdbcurl.Nearest(url.Parsed.Driver, meant)
	switch {
	case ok && nearest.Name == targetServerType:
		finding.Helpf("Remove it, and do not write it as %s: behind Pgpool-II that one does harm (jdbc/target-server-type).", targetServerType).
			Mend(rules.Fix{
				Title: "Remove " + parameter.Name, Unsafe: true, Why: "somebody may want the parameter, although it does nothing",
				Changes: rules.ChangeURL(url, url.Parsed.Without([]jdbcurl.Parameter{parameter}, keepQuestionMark(p))),
			})
	case strings.HasPrefix(parameter.Name, "amp;"):
		finding.Helpf("Write \"&\" in place of \"&amp;\": a URL is no HTML.")
	case meant != parameter.Name && ok && onlyCase:
		finding.Helpf("Write %s: the driver does not decode names.", nearest.Name)
	case ok && onlyCase:
		finding.Helpf("Write %s, in exactly these letters, or remove it.", nearest.Name)
		if _, twice := url.Parsed.Effective(nearest.Name); !twice {
			finding.Mend(rules.Fix{
				Title: "Rename " + parameter.Name + " to " + nearest.Name, Unsafe: true, Why: "the parameter begins to work",
				Changes: []rules.Change{{Setting: url.Setting, Start: parameter.NameSpan.Start, End: parameter.NameSpan.End, New: nearest.Name}},
			})
		}
	case ok:
		finding.Helpf("Write %s if that is meant, or remove it.", nearest.Name)
	default:
		finding.Helpf("Remove it.")
	}
}

// tornPassword says whether parameter i may be the end of a password with an "&" in it. It must not be shown then, nor
// what follows it.
func tornPassword(parsed jdbcurl.URL, i int) bool {
	parameter := parsed.Parameters[i]
	return facts.SensitiveName(parsed.Parameters[i-1].Name) && !jdbcurl.Meant(parsed.Driver, parameter.Name, parameter.HasValue)
}
