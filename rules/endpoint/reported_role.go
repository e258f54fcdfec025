package endpoint

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// ReportedRole foretells what a driver that chooses servers by their role does. It goes by in_hot_standby among the
// parameters that come with the login, and Pgpool-II passes on those of its lowest-numbered live node, which after a
// failover and failback is the standby.
var ReportedRole = &rules.Rule{
	ID:       "endpoint/reported-role",
	Title:    "the login reports the role of the server that the session writes to",
	Severity: rules.Warning,
	Live:     true,
	Needs:    []facts.Key{facts.LiveLogin, facts.LivePostgreSQL, facts.JDBCURLKey},
	Check: func(p *rules.Pass) {
		postgresql, ok := p.PostgreSQL()
		if !ok {
			return
		}
		reported := p.Snapshot().Login.ParameterStatus["in_hot_standby"]
		at := rules.Measured("in_hot_standby of the login", reported)
		switch {
		case reported == "":
			p.Skipf("the server does not report in_hot_standby; PostgreSQL does from 14 on")
		case reported == "on" && !postgresql.InRecovery:
			finding := p.Failf(at, "the login reports in_hot_standby=on, and the session is on the primary: a driver with targetServerType=primary is refused right now (\"Could not find a server with specified targetServerType: primary\")").
				Helpf("Keep targetServerType out of jdbc.url and target_session_attrs out of other clients. To make both agree, let backend node 0 be the primary again (a planned `repmgr standby switchover`).")
			for _, url := range p.URLs() {
				parameter, found := url.Parsed.Effective("targetServerType")
				if !found || url.Shadowed || !choosy(parameter.Value) {
					continue
				}
				finding.As(rules.Error).
					Helpf("Remove %s from %s (`bbdoctor check --fix` does it) and start Bitbucket anew.", parameter.Name, rules.NameOf(url.Setting)).
					Also(url.Origin.Sub(parameter.Span.Start, parameter.Span.End), "this parameter makes the driver refuse every connection, or take the primary for a standby")
			}
		case reported != "on" && postgresql.InRecovery:
			p.Failf(at, "the login reports in_hot_standby=%s, and the session is on a standby: a driver takes it for the primary", reported).
				Helpf("See endpoint/writable. If it is gone with the next login, a connection from before the failover was still in Pgpool-II's cache.")
		}
	},
}

// choosy says whether a value of targetServerType can make the driver turn a server down. It reads "master" as "primary"
// and "slave" as "secondary" (org.postgresql.hostchooser.HostRequirement).
func choosy(value string) bool {
	return value != "any" && !strings.HasPrefix(value, "prefer")
}
