package facts

import (
	"net"
	"net/netip"
	"strings"
	"sync"
)

// Address is "host:port" for messages, with brackets around an IPv6 address.
func Address(host, port string) string { return net.JoinHostPort(host, port) }

// Reach says from where an address can be reached, as far as the address itself tells.
type Reach uint8

// The reaches. What a name of several labels stands for only DNS knows.
const (
	ReachUnknown  Reach = iota // a name that may stand for any address, or no address at all
	ReachLoopback              // this machine or container alone: localhost, 127.0.0.0/8, ::1
	ReachInternal              // not routed in the Internet: private, shared, link-local, unique local; a name that no public DNS has
	ReachPublic                // routed in the Internet
)

// Host is a host as hosts are compared: in lower case, without brackets, zone and final dot; an IPv4 address in an IPv6
// one is the IPv4 address.
func Host(host string) string {
	host = strings.TrimSuffix(strings.TrimPrefix(strings.ToLower(host), "["), "]")
	if maybeAddress(host) {
		if address, err := netip.ParseAddr(host); err == nil {
			return address.Unmap().WithZone("").String()
		}
	}
	return strings.TrimSuffix(host, ".")
}

// maybeAddress is false for most hosts that are no IP address, for which netip makes an error that nobody reads.
func maybeAddress(host string) bool {
	return strings.IndexByte(host, ':') >= 0 || host != "" && '0' <= host[0] && host[0] <= '9'
}

// IsIP says whether a host is an IP address and no name.
func IsIP(host string) bool {
	host = Host(host)
	if !maybeAddress(host) {
		return false
	}
	_, err := netip.ParseAddr(host)
	return err == nil
}

// ReachOf says from where a host can be reached.
func ReachOf(host string) Reach {
	host = Host(host)
	if !maybeAddress(host) {
		return reachOfName(host)
	}
	address, err := netip.ParseAddr(host)
	if err != nil {
		return reachOfName(host)
	}
	switch {
	case address.IsLoopback():
		return ReachLoopback
	case address.IsUnspecified():
		return ReachUnknown
	}
	for _, prefix := range notRouted() {
		if prefix.Contains(address) {
			return ReachInternal
		}
	}
	return ReachPublic
}

// notRouted are the blocks of the IANA special-purpose address registries that are not globally reachable, with
// multicast and what is reserved.
var notRouted = sync.OnceValue(func() (all []netip.Prefix) {
	for text := range strings.FieldsSeq(`0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
		192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
		100::/64 2001:2::/48 2001:db8::/32 3fff::/20 5f00::/16 fc00::/7 fe80::/10 ff00::/8`) {
		all = append(all, netip.MustParsePrefix(text))
	}
	return all
})

// unusual says whether a character is none of a host's name.
func unusual(c rune) bool {
	return (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' && c != '.'
}

// reachOfName is ReachOf for a name. Names of one label are docker's or a search domain's; the endings are kept out of
// public DNS (RFC 6762, RFC 8375, ICANN's .internal) or are a cluster's own.
func reachOfName(name string) Reach {
	switch {
	case name == "":
		return ReachUnknown
	case name == "localhost", strings.HasSuffix(name, ".localhost"):
		return ReachLoopback
	case strings.ContainsFunc(name, unusual):
		return ReachUnknown
	case !strings.Contains(name, "."), strings.HasSuffix(name, ".svc"), strings.Contains(name, ".svc."):
		return ReachInternal
	}
	for _, ending := range []string{".internal", ".local", ".lan", ".home.arpa", ".test", ".example", ".invalid"} {
		if strings.HasSuffix(name, ending) {
			return ReachInternal
		}
	}
	return ReachUnknown
}
