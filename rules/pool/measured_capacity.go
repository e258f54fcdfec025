package pool

import (
	"fmt"
	"strconv"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// MeasuredCapacity judges how many connections could really be held at once through the endpoint, whatever limits them:
// child processes, a full node, the limit of a role, a proxy between.
var MeasuredCapacity = &rules.Rule{
	ID:       "pool/measured-capacity",
	Title:    "as many connections as Bitbucket may open could be held at once",
	Severity: rules.Error,
	Live:     true,
	Needs:    []facts.Key{facts.LiveLogin, facts.LiveCapacity, facts.LiveProcesses},
	Check: func(p *rules.Pass) {
		snapshot, ok := p.Capacity()
		if !ok {
			return
		}
		probe := snapshot.Capacity
		switch {
		case probe.Declined != "":
			p.Skipf("the connections were not opened: %s", probe.Declined)
			return
		case probe.Cause == facts.CauseCancelled:
			p.Skipf("the probe was ended before its time")
			return
		case probe.Held >= probe.Wanted:
			return
		}
		finding := p.Failf(rules.Measured("--probe-capacity", strconv.Itoa(probe.Held)), "%d of %d connections could be held at once: number %d failed (%s)%s",
			probe.Held, probe.Wanted, probe.Held+1, probe.Cause, said(probe.Error)).
			Helpf("%s", adviceFor(probe.Cause))
		processes := snapshot.Processes
		if processes == nil {
			return
		}
		finding.Also(rules.Measured("SHOW pool_processes", fmt.Sprintf("%d of %d busy", processes.Busy, processes.Total)), "%d of %d child processes were busy before the probe, one of them with the doctor's own connection", processes.Busy, processes.Total)
		// The doctor's own connection is one of those that are busy.
		if before := processes.Busy - 1; probe.Held+before >= probe.Wanted {
			finding.As(rules.Warning).Help = fmt.Sprintf("%d connections were open before. If they are Bitbucket's, they are part of what it needs, and all is well; else end what holds them. Stop Bitbucket and probe again to be sure.", before)
		}
	},
}

// said quotes the server.
func said(err *facts.ServerError) string {
	if err == nil || err.Message == "" {
		return ""
	}
	return ": " + err.Message
}

// adviceFor says which limit to raise.
func adviceFor(cause facts.LoginCause) string {
	switch cause {
	case facts.CauseSilence, facts.CausePgpoolFull:
		return "All child processes are taken. Raise num_init_children (PGPOOL_NUM_INIT_CHILDREN for the image) and restart Pgpool-II; rule pool/pgpool-capacity has the sum."
	case facts.CauseHang:
		return "A backend node does not answer; rule endpoint/reachable tells what to do."
	case facts.CauseServerFull, facts.CauseBackendRefuses:
		return "A PostgreSQL node takes no more connections. Lower max_pool to 1, or raise max_connections on every node; rule pool/backend-capacity has the sum."
	case facts.CauseRoleLimit:
		return "Run ALTER ROLE ... CONNECTION LIMIT -1 for Bitbucket's role."
	case facts.CauseDatabaseLimit:
		return "Run ALTER DATABASE ... CONNECTION LIMIT -1 for Bitbucket's database."
	}
	return "Log in by hand while as many connections are open; rule endpoint/login explains each cause."
}
