package idle

import (
	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

const clientIdleLimit facts.Key = "client_idle_limit"

// ClientIdleLimit guards idle connections against Pgpool-II: it closes them without a word when the limit is reached.
var ClientIdleLimit = &rules.Rule{
	ID:       "idle/client-idle-limit",
	Title:    "client_idle_limit lets idle connections live for 10 minutes",
	Severity: rules.Error,
	Needs:    []facts.Key{clientIdleLimit},
	Check: func(p *rules.Pass) {
		for _, pgpool := range p.Pgpools(clientIdleLimit) {
			setting, seconds := pgpool.Get(clientIdleLimit), pgpool.Int(clientIdleLimit)
			if seconds <= 0 || seconds >= needed {
				continue
			}
			finding := p.Failf(setting.Origin, "%s=%s%s: Pgpool-II closes Bitbucket's idle connections after %d s, they must live for %d s", rules.NameOf(setting), setting.Shown(), measured(setting), seconds, needed)
			if pgpool.Measured() {
				finding.Helpf("Set client_idle_limit = 0 in pgpool.conf (remove PGPOOL_CLIENT_IDLE_LIMIT for the image) and reload Pgpool-II; 0 never closes an idle client. %d or more is enough.", needed)
				continue
			}
			finding.Helpf("Remove %s (0 never closes an idle client), or set it to %d or more.", rules.NameOf(setting), needed)
		}
	},
}
