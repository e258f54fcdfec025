package jdbc

import (
	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/jdbcurl"
	"github.com/bbdoctor/bbdoctor/rules"
)

// EndpointIsPgpool guards the point of it all: a URL that leads past Pgpool-II to one PostgreSQL node works until that
// node is no longer the primary.
var EndpointIsPgpool = &rules.Rule{
	ID:       "jdbc/endpoint-is-pgpool",
	Title:    "jdbc.url leads to Pgpool-II, not to a PostgreSQL node",
	Severity: rules.Error,
	Needs:    []facts.Key{facts.JDBCURLKey, facts.BackendNodes, pgpoolPort, facts.PostgreSQLNodes, facts.BitbucketContainers},
	Check: func(p *rules.Pass) {
		url, ok := postgreSQLURL(p)
		if !ok {
			return
		}
		view := whereTheyListen(p)
		if len(view.nodes) == 0 {
			p.Skipf("no backend node and no PostgreSQL node with a known address among the inputs")
			return
		}
		for _, host := range url.Parsed.Hosts {
			judgeHost(p, url, host, view)
		}
	},
}

func judgeHost(p *rules.Pass, url facts.JDBCURL, host jdbcurl.Host, view listening) {
	if view.inside && isLoopback(plainHost(host.Name)) {
		p.Skipf("%s:%s is Bitbucket's own container (network/loopback)", host.Name, host.Port)
		return
	}
	pgpool, isPgpool := view.find(view.pgpools, host)
	node, isNode := view.find(view.nodes, host)
	switch {
	case isNode && !isPgpool && !node.doubtful:
		finding := p.Failf(url.Origin.Sub(host.Span.Start, host.Span.End), "%s leads to %s:%s, %s, and not to Pgpool-II: Bitbucket stops working when that node fails or is no longer the primary",
			rules.NameOf(url.Setting), host.Name, host.Port, node.name).
			Also(node.at, "%s is declared here", node.name)
		switch {
		case len(url.Parsed.Hosts) > 1:
			finding.Helpf("Leave only addresses of Pgpool-II in the list of hosts.")
		default:
			finding.Helpf("Write Pgpool-II's host and port%s.", view.example(host))
		}
	case isPgpool && !isNode && !pgpool.doubtful:
		p.OK()
	case isNode || isPgpool || view.mayBeNode(host):
		p.Skipf("the inputs do not tell whether Pgpool-II or a PostgreSQL node answers at %s:%s", host.Name, host.Port)
	}
}
