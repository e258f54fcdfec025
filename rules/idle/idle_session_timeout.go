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
	Needs:    []facts.Key{facts.PostgreSQLNodes, idleSessionTimeout},
	Check: func(p *rules.Pass) {
		for _, node := range p.Nodes() {
			setting, ok := p.NodeSetting(node, idleSessionTimeout)
			if !ok {
				continue
			}
			milliseconds, err := strconv.Atoi(setting.Norm)
			if err != nil || milliseconds <= 0 || milliseconds >= needed*1000 {
				continue
			}
			p.Failf(setting.Origin, "%s=%s on %s: PostgreSQL closes idle sessions after %s, they must live for %d s", rules.NameOf(setting), setting.Shown(), node.Name, seconds(milliseconds), needed).
				Helpf("Set idle_session_timeout = 0 on every node, the standby too, or to %ds or more.", needed)
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
