package facts

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/jdbcurl"
)

func jsonURL(url JDBCURL) *JSONURL {
	parsed := url.Parsed
	out := &JSONURL{Accepted: parsed.Accepted, Error: RedactURL(parsed.Refusal), Hosts: []JSONHost{}, Database: RedactURL(parsed.Database), Parameters: []JSONParameter{}}
	for _, host := range parsed.Hosts {
		out.Hosts = append(out.Hosts, JSONHost{redactHost(host.Name), host.Port})
	}
	for _, parameter := range parsed.Parameters {
		value := parameter.Value
		if SensitiveName(parameter.Name) {
			value = "***"
		}
		_, known := jdbcurl.Known(parsed.Driver, parameter.Name)
		out.Parameters = append(out.Parameters, JSONParameter{parameter.Name, value, known})
	}
	return out
}

// redactHost hides the password of "user:password@host", which pgjdbc takes for a host's name.
func redactHost(host string) string {
	at := strings.LastIndexByte(host, '@')
	colon := strings.IndexByte(host, ':')
	if at < 0 || colon < 0 || colon > at {
		return host
	}
	return host[:colon+1] + "***" + host[at:]
}
