package endpoint

import (
	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// TLS tells that password and data travel in the clear.
var TLS = &rules.Rule{
	ID:       "endpoint/tls",
	Title:    "the session is encrypted",
	Severity: rules.Info,
	Live:     true,
	Needs:    []facts.Key{facts.LiveLogin, facts.LiveServer, facts.LiveParameters},
	Check: func(p *rules.Pass) {
		snapshot, ok := p.LoggedIn(facts.LiveServer, facts.LiveParameters)
		if !ok || snapshot.Endpoint.TLS {
			return
		}
		p.Failf(rules.Measured("login to "+address(snapshot.Endpoint), "no TLS"), "the session with %s is not encrypted (sslmode=%s): what Bitbucket reads and writes can be read on the way", address(snapshot.Endpoint), snapshot.Endpoint.SSLMode).
			Helpf("%s", turnOn(snapshot))
	},
}

// turnOn says what is left to do until sessions are encrypted.
func turnOn(snapshot *facts.Snapshot) string {
	const ask = "write sslmode=verify-full and sslrootcert into jdbc.url"
	if snapshot.Server.Kind != facts.KindPgpool {
		return "Turn TLS on in the server that answers, and " + ask + "."
	}
	for _, parameter := range snapshot.Pgpool {
		if parameter.Name == "ssl" && parameter.Norm == "on" {
			return "Pgpool-II has TLS on, and jdbc.url does not ask for it: " + ask + "."
		}
	}
	return "Turn TLS on in Pgpool-II (ssl = on; PGPOOL_ENABLE_TLS=yes with PGPOOL_TLS_CERT_FILE and PGPOOL_TLS_KEY_FILE), and " + ask + "."
}
