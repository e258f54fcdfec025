package pgpool

import (
	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// HealthCheck guards how Pgpool-II finds out that a node is gone: by asking it, more than once, and not by the first
// error of any session.
var HealthCheck = &rules.Rule{
	ID:       "pgpool/health-check",
	Title:    "the nodes' health is checked, with retries",
	Severity: rules.Warning,
	Needs:    []facts.Key{"health_check_period", "health_check_max_retries", "failover_on_backend_error", facts.BackendNodes},
	Check: func(p *rules.Pass) {
		for _, i := range p.Pgpools("health_check_period", "health_check_max_retries", "failover_on_backend_error") {
			backends := i.Backends()
			if len(backends) == 0 { // they are not among the inputs; the general setting still is
				backends = []facts.BackendNode{{}}
			}
			for _, backend := range backends {
				judgeHealth(p, i, backend.Index)
			}
		}
	},
}

func judgeHealth(p *rules.Pass, i rules.Instance, index string) {
	period, ok := i.PerNode("health_check_period", index)
	if !ok {
		return
	}
	if period.Norm == "0" {
		p.Failf(i.At(period), "%s: Pgpool-II notices a dead node only when a session runs into it, and a node that hangs not at all", subject(i, period)).
			Helpf("Write %s.", checked(i, period, index))
		return
	}
	retries, ok := i.PerNode("health_check_max_retries", index)
	if !ok {
		return
	}
	onError := i.Get("failover_on_backend_error")
	switch {
	case retries.Norm == "0":
		p.Failf(i.At(retries), "%s: one lost packet at the wrong moment becomes a failover", subject(i, retries)).
			Helpf("Write %s.", line(i, retries, "5"))
	case on(onError):
		p.Failf(i.At(onError), "%s: the first error of any session detaches its node at once, and the retries of the health check (%s) never count", subject(i, onError), retries.Text).
			Helpf("Write %s, so that the health check decides.", line(i, onError, "off")).
			Also(retries.Origin, "the retries")
	}
}

// checked is what to write for a health check that deserves the name.
func checked(i rules.Instance, period facts.Setting, index string) string {
	lines := line(i, period, "30")
	if retries, ok := i.PerNode("health_check_max_retries", index); ok && retries.Norm == "0" {
		lines += ", " + line(i, retries, "5")
	}
	if onError := i.Get("failover_on_backend_error"); on(onError) {
		lines += " and " + line(i, onError, "off")
	}
	return lines
}
