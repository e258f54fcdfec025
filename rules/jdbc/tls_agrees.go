package jdbc

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/jdbcurl"
	"github.com/bbdoctor/bbdoctor/rules"
)

// What decides about TLS at Pgpool-II.
const (
	pgpoolTLS facts.Key = "ssl"
	clientCA  facts.Key = "PGPOOL_TLS_CA_FILE"
)

// TLSAgrees guards that the driver and Pgpool-II want the same kind of connection.
var TLSAgrees = &rules.Rule{
	ID:       "jdbc/tls-agrees",
	Title:    "jdbc.url and Pgpool-II agree on TLS",
	Severity: rules.Error,
	Needs:    []facts.Key{facts.JDBCURLKey, facts.BitbucketContainers, pgpoolTLS, clientCA, ownHBA},
	Check: func(p *rules.Pass) {
		url, ok := postgreSQLURL(p)
		if !ok {
			return
		}
		mode, by := tlsMode(url)
		for _, pgpool := range p.Pgpools(pgpoolTLS) {
			switch ssl := pgpool.Get(pgpoolTLS); {
			case !pgpool.On(pgpoolTLS) && requiresTLS(mode):
				off := "off"
				if ssl.State == facts.Default {
					off = "off by default"
				}
				finding := p.Failf(url.Origin.Sub(by.Span.Start, by.Span.End), "%s in %s demands TLS, but Pgpool-II has it %s: the driver refuses the connection",
					asWritten(url, by), rules.NameOf(url.Setting), off)
				if pgpool.Image() {
					finding.Helpf("Set %s with %s and %s, or remove the parameter if the network between the two is trusted.",
						pgpool.Assign(ssl, "PGPOOL_ENABLE_TLS", "yes"), pgpool.VariableName("PGPOOL_TLS_CERT_FILE"), pgpool.VariableName("PGPOOL_TLS_KEY_FILE"))
				} else {
					finding.Helpf("Set ssl = on with ssl_cert and ssl_key in pgpool.conf, or remove the parameter if the network between the two is trusted.")
				}
				finding.Also(ssl.Origin, "%s=%s", rules.NameOf(ssl), ssl.Shown())
			case pgpool.On(pgpoolTLS) && mode != "disable" && mode != "allow":
				judgeCertificate(p, url, pgpool)
			}
		}
	},
}

// judgeCertificate reports a URL without a client certificate where the image's pool_hba.conf demands one of everybody
// who connects with TLS.
func judgeCertificate(p *rules.Pass, url facts.JDBCURL, pgpool rules.Instance) {
	ca, hba := pgpool.Variable(clientCA), pgpool.Variable(ownHBA)
	for _, setting := range []facts.Setting{ca, hba} {
		if setting.State == facts.Unresolved || setting.State == facts.Secret {
			p.Skipf("%s is not known: %s", rules.NameOf(setting), setting.Why)
			return
		}
	}
	if ca.Text == "" {
		return
	}
	if hba.Text != "" {
		p.Skipf("%s replaces the pool_hba.conf that asks for client certificates", rules.NameOf(hba))
		return
	}
	if _, ok := url.Parsed.Effective("sslcert"); ok {
		return
	}
	if _, ok := url.Parsed.Effective("sslfactory"); ok {
		p.Skipf("sslfactory in %s decides about the client certificate", rules.NameOf(url.Setting))
		return
	}
	for _, container := range p.BitbucketContainers() {
		for _, volume := range container.Volumes {
			if strings.Contains(volume.Target+"/", "/.postgresql/") {
				p.Skipf("%s is mounted, where the driver looks for a client certificate", volume.Target)
				return
			}
		}
	}
	p.Failf(url.Origin, "%s has no client certificate, but %s makes Pgpool-II demand one of every client that uses TLS", rules.NameOf(url.Setting), rules.NameOf(ca)).
		Helpf("Add sslcert= and sslkey= (PKCS-8, DER) to the URL, or remove %s when Pgpool-II need not check its clients.", rules.NameOf(ca)).
		Also(ca.Origin, "%s=%s", rules.NameOf(ca), ca.Shown())
}

// tlsMode gives the sslmode that the driver works with, and the parameter that says so, if there is one.
func tlsMode(url facts.JDBCURL) (mode string, by jdbcurl.Parameter) {
	if parameter, ok := url.Parsed.Effective("sslmode"); ok {
		return strings.ToLower(parameter.Value), parameter
	}
	if parameter, ok := url.Parsed.Effective("ssl"); ok && (parameter.Value == "" || strings.EqualFold(parameter.Value, "true")) {
		return "verify-full", parameter
	}
	return "prefer", jdbcurl.Parameter{}
}

func requiresTLS(mode string) bool {
	return mode == "require" || mode == "verify-ca" || mode == "verify-full"
}
