package endpoint

import (
	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// Reachable guards the way to the endpoint: name, address, port, protocol and encryption. What a server that was reached
// says of the role is [Login]'s.
var Reachable = &rules.Rule{
	ID:       "endpoint/reachable",
	Title:    "the endpoint answers",
	Severity: rules.Error,
	Live:     true,
	Needs:    []facts.Key{facts.LiveLogin},
	Check: func(p *rules.Pass) {
		snapshot := p.Snapshot()
		if snapshot == nil {
			return
		}
		login := snapshot.Login
		if reason, ok := unreached[login.Cause]; ok && !login.OK {
			reason.fail(p, snapshot)
			return
		}
		if login.OK || answered(login) {
			p.OK()
			return
		}
		p.Skipf("the attempt to log in ended before it was known: %s", login.Cause)
	},
}

// answered says that a failed login brought a message of a server.
func answered(login facts.Login) bool { return login.Error != nil && login.Error.Code != "" }

// unreached are the causes that lie on the way, by what the client sees (Pgpool-II 4.1 to 4.7, src/protocol/child.c,
// src/auth/pool_auth.c, src/utils/pool_ssl.c).
var unreached = map[facts.LoginCause]advice{
	facts.CauseNoHost: {
		"the host of {address} has no address: Bitbucket cannot connect",
		"Correct the host in jdbc.url, or make the name known where Bitbucket runs: in DNS, or by putting both containers on one network.",
	},
	facts.CauseRefused: {
		"nothing listens at {address}: the connection is refused",
		"Start Pgpool-II; if it runs, make host and port agree with jdbc.url: listen_addresses = '*', the port (9999 by default, 5432 in the image), and the port that the container publishes.",
	},
	facts.CauseUnreachable: {
		"no connection to {address} within {time}: no route, or something on the way drops it",
		"Check the address and the firewalls between Bitbucket's host and Pgpool-II. If others connect, the queue of waiting clients is full: raise num_init_children.",
	},
	facts.CauseSilence: {
		"{address} accepts the connection and then says nothing (gave up after {time}): all child processes are busy, or a failover is under way",
		"Read Pgpool-II's log and `pcp_node_info`: promote a standby if there is no primary, and raise num_init_children if all child processes serve a client. Without enable_pool_hba, and under sslmode=disable, a backend node that hangs looks the same: detach it (`pcp_detach_node -n N`). Another program than Pgpool-II at this port may be silent, too.",
	},
	facts.CauseHang: {
		"{address} begins the login and then says nothing more (gave up after {time}): a backend node hangs, and with it every new session; sessions that are open go on, unless it is the primary",
		"Find the node that does not answer: log in to each one directly with psql. Detach a standby that hangs (`pcp_detach_node -n N`), and new sessions work again; if it is the primary, promote the standby. Pgpool-II opens a connection on every live node for each session, and its health check takes health_check_timeout and all retries to notice, or never does.",
	},
	facts.CauseClosed: {
		"{address} closes the connection without a message: no backend node lets the session in, or Pgpool-II is just failing over",
		"Read Pgpool-II's log for this moment; check that pg_hba.conf of every node lets {role} in from Pgpool-II's host, that no node is out of connections, and that a node is up.",
	},
	facts.CauseNotPostgreSQL: {
		"what answers at {address} does not speak PostgreSQL's protocol",
		"Correct host and port in jdbc.url; they must be those of Pgpool-II (not of its PCP port 9898, and not of a web server).",
	},
	facts.CauseTLSRefused: {
		"sslmode={sslmode} asks for TLS and {address} has none: the driver ends with \"The server does not support SSL.\"",
		"Turn TLS on in Pgpool-II (ssl = on with ssl_cert and ssl_key; PGPOOL_ENABLE_TLS=yes with PGPOOL_TLS_CERT_FILE and PGPOOL_TLS_KEY_FILE) and restart it, or take sslmode out of jdbc.url where the network can be trusted.",
	},
	facts.CauseTLSFailed: {
		"TLS with {address} fails under sslmode={sslmode}: the certificates do not fit",
		"Give the driver the authority that signed Pgpool-II's certificate (sslrootcert, a file on Bitbucket's host; bbdoctor reads it on its own) and connect by a name that the certificate has; if the server asks for a client certificate (ssl_ca_cert, PGPOOL_TLS_CA_FILE), give sslcert and sslkey too.",
	},
}
