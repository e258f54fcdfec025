package compose

import (
	"fmt"
	"net"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
	"github.com/bbdoctor/bbdoctor/checks/offline/yamltext"
)

// ports reads ports:. A range of container ports gives one port for each.
func (d *document) ports(field yamltext.Field) []facts.Port {
	var ports []facts.Port
	for _, item := range d.items(field.Value) {
		if item.Value.Tag == tagReset {
			continue
		}
		if item.Value.Kind == yaml.MappingNode {
			ports = append(ports, d.longPort(item))
			continue
		}
		spec := d.text(item, "ports")
		if !spec.Known() {
			ports = append(ports, unknownPort(spec))
			continue
		}
		parsed, why := parsePort(spec.Text)
		if why != "" {
			d.problem(spec.Origin, fmt.Sprintf("the port %s is malformed (%s) and docker compose refuses the file; write HOST:CONTAINER", input.Shown(spec.Text), why))
			continue
		}
		if !d.spend(len(parsed), spec.Origin) {
			return ports
		}
		for _, port := range parsed {
			port.Origin = spec.Origin
			ports = append(ports, port)
		}
	}
	return ports
}

// longPort reads a port that is a mapping.
func (d *document) longPort(item yamltext.Field) facts.Port {
	port := facts.Port{Protocol: "tcp", Origin: d.origin(item.Value)}
	for _, entry := range d.fields(item.Value) {
		if null(entry.Value) {
			continue
		}
		value := d.text(entry, entry.Key.Value)
		switch entry.Key.Value {
		case "target":
			port.Container, port.Origin = value.Text, value.Origin
		case "published":
			port.Host = value.Text
		case "host_ip":
			port.HostIP = value.Text
		case "protocol":
			port.Protocol = value.Text
		}
	}
	return port
}

// unknownPort takes apart a port with a variable that has no value: each part is as written.
func unknownPort(spec facts.Setting) facts.Port {
	parts := cutOutside(spec.Text, ':')
	port := facts.Port{Protocol: "tcp", Origin: spec.Origin, Container: parts[len(parts)-1]}
	if protocol := cutOutside(port.Container, '/'); len(protocol) == 2 {
		port.Container, port.Protocol = protocol[0], protocol[1]
	}
	if len(parts) > 1 {
		port.Host = parts[len(parts)-2]
	}
	if len(parts) > 2 {
		port.HostIP = strings.Join(parts[:len(parts)-2], ":")
	}
	return port
}

// cutOutside cuts a text at a separator wherever it stands outside of ${...}.
func cutOutside(text string, separator byte) []string {
	var parts []string
	depth, from := 0, 0
	for i := range len(text) {
		switch c := text[i]; {
		case c == '{' && i > 0 && (text[i-1] == '$' || depth > 0):
			depth++
		case c == '}' && depth > 0:
			depth--
		case c == separator && depth == 0:
			parts = append(parts, text[from:i])
			from = i + 1
		}
	}
	return append(parts, text[from:])
}

// parsePort takes apart [[IP:][HOST]:]CONTAINER[/PROTOCOL] as docker does (docker/go-connections, nat). why says what is
// wrong, and is empty when nothing is.
func parsePort(spec string) (ports []facts.Port, why string) {
	parts := strings.Split(spec, ":")
	container, protocol, _ := strings.Cut(parts[len(parts)-1], "/")
	host, ip := "", ""
	if len(parts) > 1 {
		host = parts[len(parts)-2]
	}
	if len(parts) > 2 {
		ip = strings.Join(parts[:len(parts)-2], ":")
	}
	switch protocol = strings.ToLower(protocol); protocol {
	case "":
		protocol = "tcp"
	case "tcp", "udp", "sctp":
	default:
		return nil, "the protocol is none of tcp, udp and sctp"
	}
	if strings.HasPrefix(ip, "[") {
		address, _, err := net.SplitHostPort(ip + ":")
		if err != nil {
			return nil, "no IP address in front"
		}
		ip = address
	}
	if ip != "" && net.ParseIP(ip) == nil {
		return nil, "no IP address in front"
	}
	first, last, ok := portRange(container)
	if !ok {
		return nil, "the container's port is no number up to 65535"
	}
	firstHost, lastHost := 0, 0
	if host != "" {
		if firstHost, lastHost, ok = portRange(host); !ok {
			return nil, "the host's port is no number up to 65535"
		}
		if last-first != lastHost-firstHost && first != last {
			return nil, "the two ranges have different lengths"
		}
	}
	for i := 0; i <= last-first; i++ {
		port := facts.Port{HostIP: ip, Container: strconv.Itoa(first + i), Protocol: protocol}
		switch {
		case host == "":
		case first == last && firstHost != lastHost:
			port.Host = strconv.Itoa(firstHost) + "-" + strconv.Itoa(lastHost)
		default:
			port.Host = strconv.Itoa(firstHost + i)
		}
		ports = append(ports, port)
	}
	return ports, ""
}

// portRange reads "5432" or "5432-5440".
func portRange(text string) (first, last int, ok bool) {
	start, end, isRange := strings.Cut(text, "-")
	first, ok = portNumber(start)
	if !ok || !isRange || start == end {
		return first, first, ok
	}
	last, ok = portNumber(end)
	return first, last, ok && last >= first
}

func portNumber(text string) (int, bool) {
	number, err := strconv.Atoi(text)
	return number, err == nil && number >= 0 && number <= 65535
}

// portKey is what makes two ports the same for docker compose, so that the later one counts.
func portKey(port facts.Port) string {
	ip := port.HostIP
	if ip == "" {
		ip = "0.0.0.0"
	}
	return ip + "|" + port.Host + "|" + port.Container + "|" + port.Protocol
}
