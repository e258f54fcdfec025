package pgpool

import (
	"strconv"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// PCPExposed guards the port over which Pgpool-II is commanded: whoever logs in there can detach nodes, promote one or
// stop Pgpool-II.
var PCPExposed = &rules.Rule{
	ID:       "pgpool/pcp-exposed",
	Title:    "the PCP port is not reachable from elsewhere",
	Severity: rules.Error,
	Needs:    []facts.Key{"pcp_listen_addresses", "pcp_port", facts.Containers},
	Check: func(p *rules.Pass) {
		for _, i := range p.DeclaredInstances() {
			listens, ok := i.Known("pcp_listen_addresses")
			if !ok {
				continue
			}
			port, ok := i.Known("pcp_port")
			if !ok {
				continue
			}
			container := i.Declared(facts.Containers).Container
			if onlyLocal(listens.Text) {
				continue
			}
			const effect = "the PCP port %s is reachable from elsewhere, and whoever has its password can detach nodes, promote one or stop Pgpool-II; PCP knows no TLS"
			var finding *rules.Finding
			switch {
			case container == nil:
				finding = p.Failf(i.At(listens), "%s: unless a firewall stands before it, "+effect, subject(i, listens), port.Text).As(rules.Warning)
			case container.HostNetwork:
				finding = p.Failf(i.At(listens), "%s in the host's own network: "+effect, subject(i, listens), port.Text)
			default:
				published, ok := publishes(container, port.Norm)
				if !ok {
					continue
				}
				finding = p.Failf(published.Origin, "%s and the port is published: "+effect, subject(i, listens), port.Text).
					Also(listens.Origin, "PCP listens on more than the container's own loopback address")
			}
			finding.Helpf("Write %s, and run the pcp_ commands inside the container or on the host.", line(i, listens, "localhost"))
		}
	},
}

// onlyLocal says whether all addresses of a list are loopback ones. An empty list listens nowhere.
func onlyLocal(addresses string) bool {
	for address := range strings.SplitSeq(addresses, ",") {
		address = strings.TrimSpace(address)
		if address != "" && !strings.EqualFold(address, "localhost") && !strings.HasPrefix(address, "127.") && strings.Trim(address, "[]") != "::1" {
			return false
		}
	}
	return true
}

// publishes finds the published port, or range of ports, behind which a TCP port of the container is reachable from
// other machines.
func publishes(container *facts.Container, port string) (facts.Port, bool) {
	want, err := strconv.Atoi(port)
	if err != nil {
		return facts.Port{}, false
	}
	for _, published := range container.Ports {
		if published.Protocol != "" && published.Protocol != "tcp" || published.HostIP != "" && onlyLocal(published.HostIP) {
			continue
		}
		low, high, isRange := strings.Cut(published.Container, "-")
		first, err := strconv.Atoi(low)
		if err != nil {
			continue
		}
		last := first
		if isRange {
			if last, err = strconv.Atoi(high); err != nil {
				continue
			}
		}
		if first <= want && want <= last {
			return published, true
		}
	}
	return facts.Port{}, false
}
