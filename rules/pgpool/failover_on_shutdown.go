package pgpool

import (
	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

const onShutdown = facts.Key("failover_on_backend_shutdown")

// FailoverOnShutdown guards against a failover that nobody needs: the restart of the primary, or the end of one session,
// taken for the node's death.
var FailoverOnShutdown = &rules.Rule{
	ID:       "pgpool/failover-on-shutdown",
	Title:    "a restart of a node is no failover",
	Severity: rules.Warning,
	Needs:    []facts.Key{onShutdown, facts.PgpoolVersion},
	Check: func(p *rules.Pass) {
		for _, i := range p.Pgpools() {
			version := i.Version()
			r, known := releaseOf(version)
			if known && r.before(4, 3) {
				p.Failf(i.At(version), "Pgpool-II %s takes the shutdown of a node, or pg_terminate_backend on one session, for the node's death and cannot be told otherwise: a restart of the primary becomes a failover with two primaries", version.Text).
					Helpf("Move to a supported Pgpool-II and write %s.", line(i, facts.Setting{Key: onShutdown}, "off"))
				continue
			}
			setting, ok := i.Known(onShutdown)
			if !ok {
				continue
			}
			if setting.State == facts.Default && !known && !i.Image() {
				p.Skipf("%s is not set, and what that means depends on Pgpool-II's version, which is not known; write %s", onShutdown, line(i, setting, "off"))
				continue
			}
			if on(setting) {
				p.Failf(i.At(setting), "%s: one restart of the primary, or pg_terminate_backend on one session, becomes a failover with two primaries", subject(i, setting)).
					Helpf("Write %s; a node that is really gone is found by the health check.", line(i, setting, "off"))
			}
		}
	},
}
