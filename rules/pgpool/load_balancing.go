package pgpool

import (
	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

const loadBalancing = facts.Key("load_balance_mode")

// LoadBalancing guards that every statement goes to the primary. A standby lags behind, and Bitbucket reads what it has
// just written.
var LoadBalancing = &rules.Rule{
	ID:       "pgpool/load-balancing",
	Title:    "load balancing is off",
	Severity: rules.Error,
	Needs:    []facts.Key{loadBalancing},
	Check: func(p *rules.Pass) {
		for _, i := range p.Pgpools() {
			mode := i.Get(loadBalancing)
			effect := "queries go to standbys too, so Bitbucket reads data older than what it has just written"
			if refused(mode) {
				effect = "load balancing is not off"
			} else if _, ok := i.Known(loadBalancing); !ok || !on(mode) {
				continue
			}
			finding := p.Failf(i.At(mode), "%s: %s", subject(i, mode), effect).
				Helpf("Write %s and restart Pgpool-II.", line(i, mode, "off"))
			turned(finding, i, mode, "Turn load balancing off", "off")
		}
	},
}
