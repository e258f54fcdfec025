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
	torn := false // the rest of a password with an "&" in it
	for i, parameter := range parsed.Parameters {
		if torn = (torn || i > 0 && SensitiveName(parsed.Parameters[i-1].Name)) && !jdbcurl.Meant(parsed.Driver, parameter.Name, parameter.HasValue); torn {
			out.Parameters = append(out.Parameters, JSONParameter{Name: "***", Value: "***"})
			continue
		}
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
