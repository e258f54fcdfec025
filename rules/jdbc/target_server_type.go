package jdbc

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/jdbcurl"
	"github.com/bbdoctor/bbdoctor/rules"
)

// targetServerType is the driver's name for the parameter; the driver knows it in this spelling only.
const targetServerType = "targetServerType"

// TargetServerType guards what Bitbucket needs most behind Pgpool-II: a URL that does not choose a server by its role.
// After a failover and failback Pgpool-II reports the role of its lowest-numbered backend node, not of the primary, and a
// driver that asks for the primary turns the connection down.
var TargetServerType = &rules.Rule{
	ID:       "jdbc/target-server-type",
	Title:    "jdbc.url has no targetServerType",
	Severity: rules.Error,
	Needs:    []facts.Key{facts.JDBCURLKey, facts.JDBCDriver, facts.BitbucketVersion},
	Check: func(p *rules.Pass) {
		urls := p.URLs()
		for _, url := range urls {
			found := url.Parsed.All(targetServerType)
			aurora := auroraCluster(url.Parsed.Hosts)
			for i, parameter := range found {
				written, name := asWritten(url, parameter), rules.NameOf(url.Setting)
				if url.Shadowed && url.Origin.Format == facts.Properties {
					name += " (hidden by another value today)"
				}
				finding := p.Failf(url.Origin.Sub(parameter.Span.Start, parameter.Span.End), "%s in %s: %s", written, name, consequence(parameter.Value, i < len(found)-1)).
					Helpf("Remove the parameter; Pgpool-II sends every session to the primary by itself.")
				if url.Shadowed {
					finding.Also(urls[0].Origin, "the stronger value")
				}
				switch {
				case aurora:
					finding.As(rules.Info).
						Helpf("Remove the parameter when the database moves behind Pgpool-II.").
						Message = written + " in " + name + ": right for the cluster endpoint of Amazon Aurora, wrong for Pgpool-II"
				case i == 0:
					finding.Mend(rules.Fix{
						Title:   "Remove targetServerType",
						Changes: rules.ChangeURL(url, url.Parsed.Without(found, keepQuestionMark(p))),
					})
				}
			}
		}
	},
}

// consequence says what a value of the parameter leads to. The driver reads "master" as "primary" and "slave" as
// "secondary", and every value letter by letter.
func consequence(value string, overruled bool) string {
	if overruled {
		return "it goes together with the one behind it, which wins over it"
	}
	switch strings.ReplaceAll(strings.ReplaceAll(value, "lave", "econdary"), "master", "primary") {
	case "primary":
		return "after a failover, when the old primary is back, the driver refuses every connection through Pgpool-II and Bitbucket does not start"
	case "secondary":
		return "the driver accepts standbys only, and Bitbucket must write"
	case "any", "preferPrimary", "preferSecondary":
		return "the driver must not choose a server by its role behind Pgpool-II"
	}
	return "the driver knows no such value and refuses every connection"
}

// keepQuestionMark says whether a bare "?" must stay behind: Bitbucket before 10.2 puts targetServerType back into a URL
// without "?" when the driver is PostgreSQL's. Only a version that is known, not assumed, lets the mark go.
func keepQuestionMark(p *rules.Pass) bool {
	version, driver := p.BitbucketVersion(), p.AnyProperty(facts.JDBCDriver)
	if earlier, known := before(version, 10, 2); known && !earlier {
		return false
	}
	return driver.State != facts.Set || strings.TrimSpace(driver.Text) == postgreSQLDriver
}

// auroraCluster says whether a host is an Aurora cluster endpoint, where targetServerType does what it promises.
func auroraCluster(hosts []jdbcurl.Host) bool {
	for _, host := range hosts {
		name := strings.TrimSuffix(strings.ToLower(host.Name), ".cn")
		if strings.Contains(name, ".cluster-") && strings.HasSuffix(name, ".rds.amazonaws.com") {
			return true
		}
	}
	return false
}
