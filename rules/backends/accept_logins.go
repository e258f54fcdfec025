package backends

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// AcceptLogins guards against one node that keeps all sessions out: Pgpool-II opens a connection on every live node for
// each session, the standby too, whether or not it balances load.
var AcceptLogins = &rules.Rule{
	ID:       "backends/accept-logins",
	Title:    "the backend nodes accept the connections that Pgpool-II opens for a session",
	Severity: rules.Error,
	Live:     true,
	Needs:    []facts.Key{facts.LiveLogin, facts.LiveServer, facts.LivePoolNodes, facts.LiveNodes},
	Check: func(p *rules.Pass) {
		snapshot := p.Snapshot(facts.LiveServer, facts.LivePoolNodes, facts.LiveNodes)
		if snapshot == nil {
			return
		}
		if !snapshot.Login.OK {
			kept(p, snapshot.Login)
			return
		}
		if snapshot.Server.Kind != facts.KindPgpool {
			p.Skipf("it is not Pgpool-II that answers (endpoint/answers-as-pgpool)")
			return
		}
		p.OK()
		for _, node := range snapshot.PoolNodes {
			if used(node) {
				direct(p, snapshot, node)
			}
		}
	},
}

// kept judges a login that failed.
func kept(p *rules.Pass, login facts.Login) {
	at := rules.Measured("login through Pgpool-II", string(login.Cause))
	message, detail := "", ""
	if login.Error != nil {
		message, detail = login.Error.Message, login.Error.Detail
	}
	words := strings.TrimSuffix(message+": "+detail, ": ")
	switch login.Cause {
	case facts.CauseBackendWarns:
		p.Failf(at, "%s sends a warning when Pgpool-II opens a connection on it, another node does not, and with that every new session fails (%s)", naming("4e", detail), words).
			Helpf("Log in to that node directly with psql to read the warning, and mend what it tells of; of a collation version mismatch see rule database/collation. Until then, client_min_messages = error in its postgresql.conf and a reload keep it quiet, or detach it: `pcp_detach_node -n N`.")
	case facts.CauseBackendRefuses:
		p.Failf(at, "%s refuses the connection that Pgpool-II opens on it, and with it every new session (%s)", naming("45", detail), words).
			Helpf("Read the log of that node for its reason: max_connections, a CONNECTION LIMIT of the role or the database, pg_hba.conf, a role or database that is missing there, starting up. Mend it, or detach it so that sessions go on: `pcp_detach_node -n N`.")
	case facts.CauseBackendLost:
		p.Failf(at, "%s does not take the connection that Pgpool-II opens on it, and with it every new session fails", lost(login.Error)).
			Helpf("Start PostgreSQL there; if Pgpool-II does not detach the node by itself, set health_check_period above 0, or detach it: `pcp_detach_node -n N`.")
	case facts.CauseServerFull:
		p.Failf(at, "PostgreSQL has no connection left for what Pgpool-II opens for a session").
			Helpf("Raise max_connections on every node, the standby first, above num_init_children x max_pool.")
	case facts.CauseHang:
		p.Failf(at, "a node does not answer when Pgpool-II opens a connection on it, and with it every new session hangs; sessions that are open go on, unless it is the primary").
			Helpf("Log in to each node directly with psql: the one that does not answer it is. Look at the processes and disks of that host, and detach it if it is a standby: `pcp_detach_node -n N`.")
	case facts.CauseSilence, facts.CauseClosed:
		p.Skipf("the login ended without a message (%s); a node that hangs or refuses can do that, but not only (endpoint/reachable)", login.Cause)
	default:
		p.Skipf("the login did not get as far as the backend nodes: %s", login.Cause)
	}
}

// naming names the node that said a kind, in hexadecimal, where another said something else, out of "kind does not match between
// main(52) slot[1] (45)"; Pgpool-II 4.1 says master.
func naming(kind, detail string) string {
	switch _, slot, ok := strings.Cut(detail, "slot["); {
	case strings.Contains(detail, "main("+kind+")") || strings.Contains(detail, "master("+kind+")"):
		return "the lowest-numbered live node"
	case ok && strings.HasSuffix(strings.TrimSpace(slot), "("+kind+")"):
		id, _, _ := strings.Cut(slot, "]")
		return "node " + id
	}
	return "a node"
}

// lost names the node of "failed to create a backend 0 connection" and "unable to read data from DB node 0".
func lost(e *facts.ServerError) string {
	if e != nil {
		for _, before := range []string{"failed to create a backend ", "unable to read data from DB node ", "connection to postmaster on DB node "} {
			if rest, ok := strings.CutPrefix(e.Message, before); ok {
				if id, _, _ := strings.Cut(rest, " "); id != "" && strings.Trim(id, "0123456789") == "" {
					return "node " + id
				}
			}
		}
	}
	return "a node"
}

// direct judges the login to a node that Pgpool-II uses, where it was tried. What lies between this host and the node is
// no fault of the node: Pgpool-II may have another way.
func direct(p *rules.Pass, snapshot *facts.Snapshot, node facts.PoolNode) {
	for _, probe := range snapshot.Nodes {
		if probe.ID != node.ID || probe.Login.OK {
			continue
		}
		at := rules.Measured("login to "+name(node), string(probe.Login.Cause))
		switch probe.Login.Cause {
		case facts.CauseServerFull:
			p.Failf(at, "%s has no connection left: the next session through Pgpool-II fails on it", name(node)).
				Helpf("Raise max_connections on every node, the standby first, above num_init_children x max_pool; or lower max_pool and restart Pgpool-II.")
		case facts.CauseStarting:
			p.Failf(at, "%s is starting up or shutting down, and Pgpool-II holds it for up: new sessions fail on it", name(node)).
				Helpf("Wait for it, or detach it meanwhile: `pcp_detach_node -n %s`.", node.ID)
		case facts.CauseSilence, facts.CauseHang:
			p.Failf(at, "%s accepts connections and then says nothing: if Pgpool-II meets the same, new sessions hang while those that are open go on", name(node)).As(rules.Warning).
				Helpf("Look at the processes and disks of that host. If it hangs, detach it: `pcp_detach_node -n %s`.", node.ID)
		}
	}
}
