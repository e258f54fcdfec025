package pgpool

import (
	"slices"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// streaming is who streams from the running primary.
type streaming struct {
	// known says that the primary was asked and told.
	known bool
	// primary is the primary's number among the backend nodes.
	primary string
	names   []string
	// strangers are those of them that are no backend node's application name.
	strangers []string
}

// streamingNames reads pg_stat_replication of the running primary. It is not known when nobody was asked with
// --admin-user, when the role may not see the rows, and when there are two primaries (backends/one-primary).
func streamingNames(p *rules.Pass, names []facts.ListItem) (s streaming) {
	for _, probe := range p.AnyNodeProbes() {
		if !probe.Login.OK || probe.InRecovery {
			continue
		}
		if s.known {
			return streaming{}
		}
		s.known, s.primary = true, probe.ID
		for _, row := range probe.Replication {
			switch {
			case row.State == "":
				return streaming{}
			case row.State != "backup" && !archives(row.ApplicationName):
				s.names = append(s.names, row.ApplicationName)
			}
		}
	}
	for _, name := range s.names {
		if !slices.ContainsFunc(names, func(item facts.ListItem) bool { return item.Text == name }) {
			s.strangers = append(s.strangers, name)
		}
	}
	return s
}

// archives says whether a name is one under which a program streams that keeps the WAL and is no standby.
func archives(name string) bool {
	for _, program := range []string{"pg_receivewal", "pg_basebackup", "barman", "wal-g", "pgbackrest"} {
		if strings.HasPrefix(strings.ToLower(name), program) {
			return true
		}
	}
	return false
}

// judgeStreaming holds the application name of a standby against those that stream from the primary.
func judgeStreaming(p *rules.Pass, backend facts.BackendNode, name facts.ListItem, s streaming) {
	switch {
	case slices.Contains(s.names, name.Text):
		p.OK()
	case len(s.strangers) == 0:
		p.Skipf("backend node %s does not stream from the primary, so that its application name cannot be seen (backends/standby-streaming)", backend.Index)
	default:
		advice := "Set backend_application_name" + backend.Index + " (PGPOOL_BACKEND_APPLICATION_NAMES) to the standby's application_name"
		if len(s.strangers) == 1 {
			advice += ", " + s.strangers[0]
		}
		p.Failf(name.Origin, "backend node %s (%s) has the application name %s, but what streams from the primary is %s: Pgpool-II never sees it stream, and automatic failback never attaches it", backend.Index, backend.Host.Shown(), name.Text, strings.Join(s.strangers, ", ")).
			Also(rules.Measured("SELECT application_name FROM pg_stat_replication", strings.Join(s.names, ", ")), "the primary shows these standbys").
			Helpf("%s; if none of the names is this standby's, it does not replicate: read its log.", advice)
	}
}
