package jdbc

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// ReAddsTargetServerType guards a clean URL against a Bitbucket that makes it unclean again: before 10.2 it puts
// targetServerType back into a PostgreSQL URL without "?".
var ReAddsTargetServerType = &rules.Rule{
	ID:       "jdbc/re-adds-target-server-type",
	Title:    "Bitbucket has no reason to put targetServerType back",
	Severity: rules.Warning,
	Needs:    []facts.Key{facts.JDBCURLKey, facts.JDBCDriver, facts.BitbucketVersion},
	Check: func(p *rules.Pass) {
		url, ok := postgreSQLURL(p)
		if !ok || url.Parsed.Question >= 0 {
			return
		}
		version := p.BitbucketVersion()
		earlier, known := before(version, 10, 2)
		if !known {
			p.Skipf("Bitbucket's version is not known; before 10.2 the missing \"?\" in %s matters (--bitbucket-version)", rules.NameOf(url.Setting))
			return
		}
		if !earlier {
			return
		}
		driver, ok := p.Property(facts.JDBCDriver)
		if !ok || strings.TrimSpace(driver.Text) != postgreSQLDriver {
			return
		}
		end := len(strings.TrimRightFunc(url.Text, invisible))
		p.Failf(url.Origin, "%s has no \"?\": Bitbucket %s may put targetServerType back into it, and then does not start after a failover", rules.NameOf(url.Setting), version.Text).
			Helpf("Append a bare \"?\" to the URL: %s=%s?", rules.NameOf(url.Setting), facts.RedactURL(url.Text[:end])).
			Mend(rules.Fix{Title: `Append "?" to the URL`, Changes: []rules.Change{{Setting: url.Setting, Start: end, End: end, New: "?"}}})
	},
}
