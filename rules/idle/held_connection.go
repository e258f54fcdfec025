package idle

import (
	"time"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// HeldConnection judges a connection that was really left idle through the endpoint: it meets every time-out on the way, also
// those of firewalls and proxies that no file tells.
var HeldConnection = &rules.Rule{
	ID:       "idle/held-connection",
	Title:    "a connection that was left idle through the endpoint still answers",
	Severity: rules.Error,
	Live:     true,
	Needs:    []facts.Key{facts.LiveLogin, facts.LiveIdle},
	Check: func(p *rules.Pass) {
		probe, ok := p.IdleConnection()
		if !ok || probe.Alive {
			return
		}
		lived := probe.Lived.Round(time.Second)
		message, help := "the connection did not answer", closedQuietly
		if probe.Error != nil {
			message = probe.Error.Message
			help = adviceFor(probe.Error)
		}
		p.Failf(rules.Measured("--probe-idle", lived.String()), "a connection left idle for %s no longer answers, it must live for %s: %s", lived, probe.Wanted, message).Helpf("%s", help)
	},
}

const closedQuietly = "Nothing says who closed it: look at client_idle_limit of Pgpool-II (it closes without a message), then at firewalls, NAT and load balancers between, whose idle time-out must be longer than 10 minutes; tcpKeepAlive=true in jdbc.url keeps them awake."

// adviceFor says which time-out ended the connection.
func adviceFor(err *facts.ServerError) string {
	switch err.Code {
	case "57P05":
		return "Set idle_session_timeout = 0 on every PostgreSQL node, the standby too, and for Bitbucket's role and database."
	case "25P03":
		return "Set idle_in_transaction_session_timeout = 0 for Bitbucket's role."
	case "57P01":
		return "Somebody ended the session, or a node was shut down: look at the logs of Pgpool-II and PostgreSQL of that moment, and probe again."
	}
	return closedQuietly
}
