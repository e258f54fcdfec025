package jdbcurl

import "strings"

// piece is one element of a host or port list with its place in the text.
type piece struct {
	text string
	span Span
}

// settleHosts puts the host and port lists of parameters in the place of the addresses, fills in the defaults, and
// refuses what the driver refuses at the end: ports that are none, and lists that do not go together.
func (r *reader) settleHosts() {
	if !r.addresses {
		at := Span{min(len(prefix), len(r.Text)), min(len(prefix), len(r.Text))}
		if r.Question >= 0 && at.Start > r.Question {
			at = Span{r.Question, r.Question}
		}
		r.Hosts = []Host{{Name: defaultHost, Port: defaultPort, NameSpan: at, PortSpan: at, Span: at}}
	}
	if r.host >= 0 || r.port >= 0 {
		r.replaceHosts()
	} else {
		r.dropEmptyHosts()
	}
	for i := range r.Hosts {
		host := &r.Hosts[i]
		if number, ok := parseInt(host.Port); ok && 1 <= number && number <= 65535 {
			host.PortNumber = number
		}
		r.checkPort(*host, r.port)
	}
}

// dropEmptyHosts drops the empty names at the end of the list, which the driver loses when it takes the list apart once
// more. Only the algorithm up to 42.3.1 has an empty name behind another: "//a,:5432/db".
func (r *reader) dropEmptyHosts() {
	last := len(r.Hosts)
	if last < 2 {
		return
	}
	for last > 0 && r.Hosts[last-1].Name == "" {
		last--
	}
	if last == 0 {
		r.refuse(Span{r.Hosts[0].Span.Start, r.Hosts[len(r.Hosts)-1].Span.End}, "there are ports but no host: write the host of Pgpool-II in front of the port, as in //pgpool:5432/bitbucket")
	}
	r.Hosts = r.Hosts[:last]
}

// replaceHosts makes Hosts of the host list and the port list where at least one of them is a parameter.
func (r *reader) replaceHosts() {
	var names, ports []piece
	for _, host := range r.Hosts {
		names = append(names, piece{host.Name, host.NameSpan})
		ports = append(ports, piece{host.Port, host.PortSpan})
	}
	names, ports = withoutEmptyEnd(names), withoutEmptyEnd(ports)
	at := Span{len(r.Text), len(r.Text)}
	if r.port >= 0 {
		at = r.Parameters[r.port].Span
		ports = split(r.Text, r.Parameters[r.port])
	}
	if r.host >= 0 {
		at = r.Parameters[r.host].Span
		names = split(r.Text, r.Parameters[r.host])
	}
	r.Hosts = make([]Host, 0, min(len(names), len(ports)))
	for i := range min(len(names), len(ports)) {
		host := Host{Name: names[i].text, Port: ports[i].text, NameSpan: names[i].span, PortSpan: ports[i].span, Span: names[i].span}
		if between := r.Text[min(host.NameSpan.End, host.PortSpan.Start):host.PortSpan.Start]; between == ":" {
			host.Span.End = host.PortSpan.End
		}
		r.Hosts = append(r.Hosts, host)
	}
	if r.HasService && (r.host < 0 || r.port < 0) && !r.addresses {
		return // the section may have the other list
	}
	switch {
	case len(names) == 0:
		r.refuse(at, "there is no host: write the host and the port of Pgpool-II, as in //pgpool:5432/bitbucket")
	case len(names) > len(ports), !r.old && len(names) < len(ports):
		if r.old { // it looks at the ports one by one until it misses one
			for _, host := range r.Hosts {
				r.checkPort(host, r.port)
			}
		}
		r.refusef(at, "the number of hosts is %d and the number of ports is %d: write one port for each host, best as //host:port,host:port/database", len(names), len(ports))
	}
}

// withoutEmptyEnd leaves out the empty elements at the end, as the driver does when it takes a joined list apart, unless
// there is only one element.
func withoutEmptyEnd(list []piece) []piece {
	if len(list) == 1 {
		return list
	}
	for len(list) > 0 && list[len(list)-1].text == "" {
		list = list[:len(list)-1]
	}
	return list
}

// split takes the decoded value of a parameter apart at its commas; the places are those in the text.
func split(text string, parameter Parameter) []piece {
	value := parameter.Value
	var origin []int
	if len(value) != parameter.ValueSpan.End-parameter.ValueSpan.Start {
		d := decoding{traced: true}
		if _, ok := d.decode(text, parameter.ValueSpan); ok {
			origin = d.origin
		}
	}
	var list []piece
	for start := 0; start <= len(value); {
		end := len(value)
		if comma := strings.IndexByte(value[start:], ','); comma >= 0 {
			end = start + comma
		}
		span := Span{parameter.ValueSpan.Start + start, parameter.ValueSpan.Start + end}
		if origin != nil {
			span = Span{origin[start], origin[end]}
		}
		list = append(list, piece{value[start:end], span})
		start = end + 1
	}
	return withoutEmptyEnd(list)
}

// checkPort refuses a port that is no number from 1 to 65535. parameter is the index of the parameter that it comes from,
// or -1.
func (r *reader) checkPort(host Host, parameter int) {
	number, ok := parseInt(host.Port)
	if ok && 1 <= number && number <= 65535 {
		return
	}
	at := host.PortSpan
	switch {
	case ok && r.old && parameter >= 0 && number == 0:
		return // only the algorithm since 42.3.2 looks at the range of a port in a parameter, and an operating system takes 0
	case ok:
		r.refusef(at, "the port %s is not from 1 to 65535: write the port of Pgpool-II", quoted(host.Port, "number"))
	case host.Port == "" && parameter < 0:
		at.Start--
		r.refuse(at, "there is no port behind the colon: write the port of Pgpool-II, as in //pgpool:5432/bitbucket, or leave out the colon")
	case host.Port == "":
		r.refuse(r.Parameters[parameter].Span, "the list of ports is empty: write one port for each host")
	case strings.Contains(host.Port, "@"):
		r.refuse(host.Span, "the driver knows no user:password@ in front of the host: write them as jdbc.user and jdbc.password and leave only host and port in the URL")
	case strings.Count(host.Name, ":") >= 1 && !strings.Contains(host.Name, "["):
		r.refuse(host.Span, "an IPv6 address needs brackets: write //[address]:5432/bitbucket")
	default:
		r.refusef(at, "the port %s is not a number: write the port of Pgpool-II, as in //pgpool:5432/bitbucket", quoted(host.Port, "behind the colon"))
	}
}
