package facts

import "testing"

func TestReachOf(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]Reach{
		"": ReachUnknown, "0.0.0.0": ReachUnknown, "::": ReachUnknown, "db.example.com": ReachUnknown, "${HOST}": ReachUnknown, "{PG-0-IP}": ReachUnknown,
		"localhost": ReachLoopback, "LOCALHOST.": ReachLoopback, "pg.localhost": ReachLoopback, "127.0.0.1": ReachLoopback, "127.8.9.10": ReachLoopback,
		"::1": ReachLoopback, "[::1]": ReachLoopback, "::ffff:127.0.0.1": ReachLoopback,
		"10.0.0.1": ReachInternal, "172.16.0.1": ReachInternal, "172.31.255.255": ReachInternal, "192.168.1.1": ReachInternal,
		"100.64.0.1": ReachInternal, "100.127.255.255": ReachInternal, "169.254.1.1": ReachInternal, "fe80::1%eth0": ReachInternal,
		"fd00::1": ReachInternal, "[fc00::1]": ReachInternal, "192.0.2.10": ReachInternal, "198.51.100.7": ReachInternal, "203.0.113.7": ReachInternal,
		"2001:db8::1": ReachInternal, "::ffff:10.0.0.1": ReachInternal, "224.0.0.1": ReachInternal, "255.255.255.255": ReachInternal,
		"pg-0": ReachInternal, "pg-0.pg-headless.db.svc": ReachInternal, "pg-0.pg-headless.db.svc.cluster.local": ReachInternal, "db.internal": ReachInternal,
		"15.237.94.251": ReachPublic, "172.32.0.1": ReachPublic, "172.15.255.255": ReachPublic, "100.63.255.255": ReachPublic, "100.128.0.1": ReachPublic,
		"8.8.8.8": ReachPublic, "::ffff:8.8.8.8": ReachPublic, "2a00:1450::1": ReachPublic, "[2606:4700::1111]": ReachPublic,
	} {
		if got := ReachOf(host); got != want {
			t.Errorf("ReachOf(%q) = %d, want %d", host, got, want)
		}
	}
}

func TestHost(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]string{
		"PG-0.Example.COM.": "pg-0.example.com", "[2001:DB8::0:1]": "2001:db8::1", "::ffff:10.0.0.1": "10.0.0.1", "fe80::1%eth0": "fe80::1", "pg-0": "pg-0",
		"010.0.0.1": "010.0.0.1",
	} {
		if got := Host(host); got != want {
			t.Errorf("Host(%q) = %q, want %q", host, got, want)
		}
	}
}
