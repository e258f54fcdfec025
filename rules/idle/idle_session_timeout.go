package idle

import (
	"strconv"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

const idleSessionTimeout facts.Key = "idle_session_timeout"

// IdleSessionTimeout guards idle connections against PostgreSQL. It looks at every node: Pgpool-II holds a connection to
// the standby for every session, which idles all the time while load balancing is off, and when it goes the session goes.
var IdleSessionTimeout = &rules.Rule{
	ID:       "idle/idle-session-timeout",
	Title:    "idle_session_timeout lets idle connections live for 10 minutes on every node",
	Severity: rules.Error,
	Needs:    []facts.Key{facts.PostgreSQLNodes, facts.LivePostgreSQL, idleSessionTimeout},
	Check: func(p *rules.Pass) {
		for _, short := range timeouts(p, idleSessionTimeout) {
			finding := p.Failf(short.setting.Origin, "%s=%s on %s%s: PostgreSQL closes idle sessions after %s, they must live for %d s",
				rules.NameOf(short.setting), short.setting.Shown(), short.on, measured(short.setting), seconds(short.milliseconds), needed).
				Helpf("Set idle_session_timeout = 0 on every node, the standby too, or to %ds or more.", needed)
			if short.help != "" {
				finding.Help = short.help
			}
		}
	},
}

// seconds writes milliseconds as people say them.
func seconds(milliseconds int) string {
	if milliseconds%1000 == 0 {
		return strconv.Itoa(milliseconds/1000) + " s"
	}
	return strconv.Itoa(milliseconds) + " ms"
}
