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
	Needs:    []facts.Key{facts.LiveLogin},
	Check: func(p *rules.Pass) {
		snapshot, ok := p.LoggedIn()
		if !ok || snapshot.Endpoint.TLS {
			return
		}
		p.Failf(rules.Measured("login to "+address(snapshot.Endpoint), "no TLS"), "the session with %s is not encrypted (sslmode=%s): what Bitbucket reads and writes can be read on the way", address(snapshot.Endpoint), snapshot.Endpoint.SSLMode).
			Helpf("Turn TLS on in Pgpool-II (ssl = on; PGPOOL_ENABLE_TLS=yes with PGPOOL_TLS_CERT_FILE and PGPOOL_TLS_KEY_FILE), and write sslmode=verify-full and sslrootcert into jdbc.url.")
	},
}
