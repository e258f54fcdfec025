package jdbcurl

import (
	"fmt"
	"strings"
)

const (
	prefix      = "jdbc:postgresql:"
	defaultHost = "localhost"
	defaultPort = "5432"
)

// reader takes one URL apart.
type reader struct {
	URL
	old bool // the algorithm up to 42.3.1
	// The last parameters that replace the host list, the port list and the database; -1 if there are none.
	host, port, database int
	// addresses says that Hosts came out of the text in front of the first slash.
	addresses bool
}

// Parse reads a JDBC URL as the driver does. It never fails: a text that the driver refuses is a URL that is not Accepted.
// The text is to be what the driver is given, without the escapes of a properties file.
func Parse(text string, driver Driver) URL {
	r := reader{
		URL:  URL{Text: text, Driver: driver, Question: strings.IndexByte(text, '?')},
		old:  driver == Driver4215,
		host: -1, port: -1, database: -1,
	}
	server := Span{0, len(text)}
	if r.Question >= 0 {
		server.End = r.Question
	}
	if strings.HasPrefix(text[:server.End], prefix) {
		server.Start = len(prefix)
		r.readServer(server)
	} else {
		r.DatabaseSpan = Span{server.End, server.End}
		r.refusePrefix(server.End)
	}
	if r.Question >= 0 {
		r.readParameters(r.Question + 1)
	}
	r.settleDatabase()
	r.settleHosts()
	r.Accepted = r.Refusal == ""
	return r.URL
}

// refuse keeps the first reason, which is the one the driver stumbles over.
func (r *reader) refuse(at Span, reason string) {
	if r.Refusal == "" {
		r.Refusal, r.RefusedAt = reason, at
	}
}

func (r *reader) refusef(at Span, format string, values ...any) {
	if r.Refusal == "" {
		r.refuse(at, fmt.Sprintf(format, values...))
	}
}

// readServer reads what stands between the prefix and the first "?".
func (r *reader) readServer(server Span) {
	rest := r.Text[server.Start:server.End]
	switch {
	case !r.old && (rest == "//" || rest == "///"):
		r.DatabaseSpan = Span{server.End, server.End}
	case strings.HasPrefix(rest, "//"):
		r.readAuthority(Span{server.Start + 2, server.End})
	case !r.old && strings.HasPrefix(rest, "/"):
		r.DatabaseSpan = Span{server.Start + 1, server.End}
		r.refuse(Span{server.Start, server.Start + 1}, "there is a single slash in front of the host: write two, as in "+example)
	default:
		r.readDatabase(server)
	}
}

// readAuthority reads host:port,host:port/database.
func (r *reader) readAuthority(span Span) {
	slash := strings.IndexByte(r.Text[span.Start:span.End], '/')
	authority := Span{span.Start, span.Start + slash}
	if slash < 0 {
		authority.End = span.End
	}
	database := Span{min(authority.End+1, span.End), span.End}
	if !r.old && slash >= 0 {
		if extra := strings.IndexByte(r.Text[database.Start:database.End], '/'); extra >= 0 {
			extra += database.Start
			r.refuse(Span{extra, extra + 1}, "there is more than one slash behind the host: write one slash between the port and the database and none behind it (a slash that belongs to the database's name is written %2F)")
		}
	}
	if slash < 0 {
		r.DatabaseSpan = database
		r.readAddresses(authority)
		r.refuseMissingSlash(authority)
		return
	}
	r.readDatabase(database)
	r.readAddresses(authority)
	if len(r.Hosts) == 0 {
		r.refuse(authority, "there are commas but no host: write the host and the port of Pgpool-II, as in //pgpool:5432/bitbucket")
	}
	if r.old {
		for _, host := range r.Hosts {
			r.checkPort(host, -1)
		}
	}
}

func (r *reader) readDatabase(span Span) {
	r.DatabaseSpan = span
	var bad Span
	var ok bool
	if r.Database, bad, ok = decode(r.Text, span); !ok {
		r.refuse(bad, "the % in the database's name is not followed by two hexadecimal digits: write %25 for a percent sign")
	}
}

// readAddresses reads the comma-separated addresses in front of the slash.
func (r *reader) readAddresses(span Span) {
	r.addresses = true
	list := r.Text[span.Start:span.End]
	if single := !strings.Contains(list, ","); single {
		r.Hosts = []Host{r.readAddress(span)}
		return
	}
	list = strings.TrimRight(list, ",") // empty addresses at the end do not count
	if list == "" {
		return
	}
	r.Hosts = make([]Host, 0, min(1+strings.Count(list, ","), 16))
	for start := 0; start <= len(list); {
		end := len(list)
		if comma := strings.IndexByte(list[start:], ','); comma >= 0 {
			end = start + comma
		}
		r.Hosts = append(r.Hosts, r.readAddress(Span{span.Start + start, span.Start + end}))
		start = end + 1
	}
}

// readAddress reads one host:port. The host is not decoded.
func (r *reader) readAddress(span Span) Host {
	address := r.Text[span.Start:span.End]
	host := Host{Name: address, Port: defaultPort, NameSpan: span, PortSpan: Span{span.End, span.End}, Span: span}
	if colon := strings.LastIndexByte(address, ':'); colon >= 0 && strings.LastIndexByte(address, ']') < colon {
		host.Name, host.NameSpan.End = address[:colon], span.Start+colon
		host.Port, host.PortSpan.Start = address[colon+1:], span.Start+colon+1
		if host.Name == "" && !r.old {
			host.Name = defaultHost
		}
	}
	return host
}

// readParameters reads what stands behind the first "?".
func (r *reader) readParameters(start int) {
	arguments := r.Text[start:]
	if arguments != "" {
		r.Parameters = make([]Parameter, 0, min(1+strings.Count(arguments, "&"), 16))
	}
	for start <= len(r.Text) {
		end := len(r.Text)
		if ampersand := strings.IndexByte(r.Text[start:], '&'); ampersand >= 0 {
			end = start + ampersand
		}
		if start < end {
			r.readParameter(Span{start, end})
		}
		start = end + 1
	}
}

func (r *reader) readParameter(span Span) {
	parameter := Parameter{Name: r.Text[span.Start:span.End], Span: span, NameSpan: span, ValueSpan: Span{span.End, span.End}}
	if equals := strings.IndexByte(parameter.Name, '='); equals >= 0 {
		parameter.HasValue = true
		parameter.Name = parameter.Name[:equals]
		parameter.NameSpan.End = span.Start + equals
		parameter.ValueSpan.Start = parameter.NameSpan.End + 1
		value, bad, ok := decode(r.Text, parameter.ValueSpan)
		if !ok {
			r.refusef(bad, "the %% in the value of %s is not followed by two hexadecimal digits: write %%25 for a percent sign", quoted(parameter.Name, "a parameter"))
		}
		parameter.Value = value
	}
	index := len(r.Parameters)
	switch r.meaning(parameter) {
	case "PGHOST":
		r.host = index
	case "PGPORT":
		r.port = index
	case "PGDBNAME":
		r.database = index
	case "service":
		r.HasService, r.Service = true, parameter.Value
	}
	r.Parameters = append(r.Parameters, parameter)
}

// meaning gives the property that a parameter sets. The algorithm up to 42.3.1 knows no other names for properties and no
// service; the one after it, none without "=".
func (r *reader) meaning(parameter Parameter) string {
	switch {
	case parameter.Name == "service" && (r.old || !parameter.HasValue):
		return ""
	case r.old, !parameter.HasValue:
		return parameter.Name
	}
	return translate(parameter.Name)
}

// translate gives the property that the driver since 42.3.2 takes a name for: host, port and dbname in any case are PGHOST,
// PGPORT and PGDBNAME, every other name is its own.
func translate(name string) string {
	switch {
	case len(name) < len("host") || len(name) > len("dbname"):
	case upperCaseIs(name, "HOST"):
		return "PGHOST"
	case upperCaseIs(name, "PORT"):
		return "PGPORT"
	case upperCaseIs(name, "DBNAME"):
		return "PGDBNAME"
	}
	return name
}

// upperCaseIs says whether Java's name.toUpperCase(Locale.ROOT) is upper. Of the letters outside ASCII only the long s and
// two ligatures with it become letters of our names.
func upperCaseIs(name, upper string) bool {
	for _, char := range name {
		letters := ""
		switch char {
		case 'ſ':
			letters = "S"
		case 'ﬅ', 'ﬆ':
			letters = "ST"
		}
		if letters != "" {
			if !strings.HasPrefix(upper, letters) {
				return false
			}
			upper = upper[len(letters):]
			continue
		}
		if 'a' <= char && char <= 'z' {
			char -= 'a' - 'A'
		}
		if upper == "" || char != rune(upper[0]) {
			return false
		}
		upper = upper[1:]
	}
	return upper == ""
}

// settleDatabase takes the database from the parameter that replaces the one in front of the "?".
func (r *reader) settleDatabase() {
	if r.database >= 0 {
		r.Database, r.DatabaseSpan = r.Parameters[r.database].Value, r.Parameters[r.database].ValueSpan
	}
}
