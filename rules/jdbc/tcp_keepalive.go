package jdbc

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// TCPKeepAlive asks for the probes that keep an idle connection known to every firewall between Bitbucket and Pgpool-II.
var TCPKeepAlive = &rules.Rule{
	ID:       "jdbc/tcp-keepalive",
	Title:    "jdbc.url turns tcpKeepAlive on",
	Severity: rules.Info,
	Needs:    []facts.Key{facts.JDBCURLKey},
	Check: func(p *rules.Pass) {
		url, ok := postgreSQLURL(p)
		if !ok {
			return
		}
		name := rules.NameOf(url.Setting)
		parameter, ok := url.Parsed.Effective("tcpKeepAlive")
		switch {
		case !ok:
			p.Failf(url.Origin, "%s has no tcpKeepAlive, which is off by default: a firewall may forget an idle connection of the pool", name).
				Helpf("Append %stcpKeepAlive=true to the URL when a firewall or load balancer stands between Bitbucket and Pgpool-II.", separator(url.Text))
		case !strings.EqualFold(parameter.Value, "true"):
			p.Failf(url.Origin.Sub(parameter.Span.Start, parameter.Span.End), "%s in %s is off for the driver: a firewall may forget an idle connection of the pool", asWritten(url, parameter), name).
				Helpf("Write tcpKeepAlive=true; only that word turns it on.")
		}
	},
}

// separator is what joins another parameter to a URL: "?", "&", or nothing when the URL ends in one of them.
func separator(url string) string {
	switch {
	case !strings.Contains(url, "?"):
		return "?"
	case strings.HasSuffix(url, "?"), strings.HasSuffix(url, "&"):
		return ""
	}
	return "&"
}
