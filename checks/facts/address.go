package facts

import "net"

// Address is "host:port" for messages, with brackets around an IPv6 address.
func Address(host, port string) string { return net.JoinHostPort(host, port) }
