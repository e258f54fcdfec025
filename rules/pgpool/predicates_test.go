package pgpool

import (
	"strings"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

func TestRelease(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text   string
		ok     bool
		old    bool // before 4.3
		lacks  bool // the repair of automatic failback
		reason string
	}{
		{"4.0.25", true, true, true, ""},
		{"4.3.20", true, false, true, "never repaired there"},
		{"4.4.15", true, false, true, ""},
		{"4.4.16", true, false, false, "the first repaired one"},
		{"4.4", true, false, false, "the newest of the minor version"},
		{"4.5.10-debian-12-r3", true, false, true, ""},
		{"4.6.6", true, false, false, ""},
		{"4.7.0", true, false, true, ""},
		{"4.8.0", true, false, false, "behind the table"},
		{"5.0", true, false, false, ""},
		{"4", false, false, false, "no minor version"},
		{"latest", false, false, false, ""},
		{"", false, false, false, ""},
	} {
		r, ok := releaseOf(facts.Setting{Text: c.text, State: facts.Set})
		if ok != c.ok {
			t.Errorf("%q: known is %v", c.text, ok)
			continue
		}
		if ok && (r.before(4, 3) != c.old || r.lacks(failbackRepaired) != c.lacks) {
			t.Errorf("%q: before 4.3 is %v, lacks the repair is %v; %s", c.text, r.before(4, 3), r.lacks(failbackRepaired), c.reason)
		}
	}
	if _, ok := releaseOf(facts.Setting{Text: "4.5.5", State: facts.Unresolved}); ok {
		t.Error("an unresolved version is taken for known")
	}
}

func TestPromotion(t *testing.T) {
	t.Parallel()
	for command, want := range map[string]promotionKind{
		"": promotesNot,
		`echo ">>> Failover - that will initialize new primary node search!"`: promotesNot,
		"/usr/bin/logger -t pgpool node %d failed":                            promotesNot,
		"/bin/true":                   promotesNot,
		"echo %d && pg_ctl promote":   promotes,
		"ssh %H pg_ctl promote":       promotes,
		"/etc/pgpool-II/failover.sh":  promotes,
		"/opt/promote_standby %H":     promotes,
		"repmgr standby promote":      promotes,
		"echo done; /opt/ops/next":    unclear,
		"/opt/ops/notify-failover.sh": unclear,
		"/opt/ops/on-node-loss":       unclear,
	} {
		if got := promotion(command); got != want {
			t.Errorf("promotion(%q) = %d, want %d", command, got, want)
		}
	}
}

func TestDiscards(t *testing.T) {
	t.Parallel()
	for list, want := range map[string]bool{
		"ABORT; DISCARD ALL": true, "discard  all": true, "ABORT;DISCARD\tALL;": true,
		"": false, "ABORT": false, "DISCARD ALLES": false, "ABORT; DISCARD PLANS": false, "DISCARDALL": false,
	} {
		if got := discards(list); got != want {
			t.Errorf("discards(%q) = %v", list, got)
		}
	}
}

func TestOnlyLocal(t *testing.T) {
	t.Parallel()
	for addresses, want := range map[string]bool{
		"localhost": true, "127.0.0.1": true, "::1": true, "[::1]": true, "": true, "localhost, 127.0.1.1": true,
		"*": false, "0.0.0.0": false, "localhost,10.0.0.5": false, "::": false, "localhost.example.com": false,
	} {
		if got := onlyLocal(addresses); got != want {
			t.Errorf("onlyLocal(%q) = %v", addresses, got)
		}
	}
}

func TestPublishes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		port facts.Port
		want bool
	}{
		{facts.Port{Container: "9898", Host: "9898", Protocol: "tcp"}, true},
		{facts.Port{Container: "9890-9899", Protocol: "tcp"}, true},
		{facts.Port{Container: "9898", HostIP: "0.0.0.0", Protocol: "tcp"}, true},
		{facts.Port{Container: "9898", HostIP: "127.0.0.1", Protocol: "tcp"}, false},
		{facts.Port{Container: "9898", Protocol: "udp"}, false},
		{facts.Port{Container: "5432", Host: "9898", Protocol: "tcp"}, false},
		{facts.Port{Container: "9899-9900", Protocol: "tcp"}, false},
		{facts.Port{Container: "9898-x", Protocol: "tcp"}, false},
		{facts.Port{Container: "", Protocol: "tcp"}, false},
	} {
		if _, got := publishes(&facts.Container{Ports: []facts.Port{c.port}}, "9898"); got != c.want {
			t.Errorf("%+v publishes 9898: %v", c.port, got)
		}
	}
}

func TestTrustsCheckUser(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		image         string
		trusts, known bool
	}{
		{"bitnami/pgpool:4.5.5", true, true},
		{"bitnami/pgpool:4.5", true, true},
		{"docker.io/bitnamilegacy/pgpool:4.6.0-debian-12-r7", true, true},
		{"registry.example.com:5000/bitnami/pgpool:4.6.0-debian-12-r8@sha256:0123", false, true},
		{"bitnami/pgpool:4.6.0-debian-12-r10", false, true},
		{"bitnami/pgpool:4.6.1", false, true},
		{"bitnami/pgpool:4.7.0-debian-12-r0", false, true},
		{"bitnami/pgpool:4.6.0", false, false},
		{"bitnami/pgpool:4.6.0-debian-12", false, false},
		{"bitnami/pgpool:4.6.0-debian-12-rc", false, false},
		{"bitnami/pgpool:4.6", false, false},
		{"bitnami/pgpool:4", false, false},
		{"bitnami/pgpool:latest", false, false},
		{"bitnami/pgpool", false, false},
		{"bitnami/pgpool@sha256:0123", false, false},
		{"pgpool:4.5.5", false, false},
		{"ghcr.io/example/pgpool:4.5.5", false, false},
		{"bitnami/pgpool-exporter:4.5.5", false, false},
		{"", false, false},
	} {
		trusts, known := trustsCheckUser(facts.Setting{Text: c.image, State: facts.Set})
		if trusts != c.trusts || known != c.known {
			t.Errorf("%q: trusts %v, known %v", c.image, trusts, known)
		}
	}
	for _, image := range []facts.Setting{{}, {Text: "bitnami/pgpool:4.5.5", State: facts.Unresolved}} {
		if _, known := trustsCheckUser(image); known {
			t.Errorf("%v image tells its version", image.State)
		}
	}
}

func TestMajorOf(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"17": 17, "16.3": 16, "9.6": 9} {
		if major, ok := majorOf(facts.Setting{Text: text, State: facts.Set}); !ok || major != want {
			t.Errorf("majorOf(%q) = %d, %v", text, major, ok)
		}
	}
	for _, text := range []string{"", "latest", "v17"} {
		if major, ok := majorOf(facts.Setting{Text: text, State: facts.Set}); ok {
			t.Errorf("majorOf(%q) = %d", text, major)
		}
	}
}

func TestIPv6(t *testing.T) {
	t.Parallel()
	for entry, want := range map[string]bool{
		"0:[fe80::1]:5432":             true,
		"0:2001:db8::1:5432":           true,
		"0:fe80::1":                    true,
		"0:::1":                        true,
		"0:2001:db8:0:0:0:0:0:1":       true,
		"0:pg-0:5432":                  false,
		"0:pg-0::2":                    false,
		"0:db::2":                      false, // a host, an empty port and a weight
		"0:db1:5432:1":                 false,
		"0:cafe:5432:1":                false,
		"0:cafe::12345":                false,
		"0:cafe::1:/data":              false,
		"0:10.0.0.1:5432:1:/data:FLAG": false,
		"":                             false,
	} {
		var fields []facts.ListItem
		for field := range strings.SplitSeq(entry, ":") {
			fields = append(fields, facts.ListItem{Text: field})
		}
		if got := ipv6(entry, fields); got != want {
			t.Errorf("ipv6(%q) = %v", entry, got)
		}
	}
}

func TestValidPort(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"1024": true, "5432": true, "65535": true, "1023": false, "65536": false, "": false, "postgres": false, "-5432": false, "5432 ": false,
	} {
		if got := validPort(text); got != want {
			t.Errorf("validPort(%q) = %v", text, got)
		}
	}
}

// TestManyBackends sees to it that a list that no Pgpool-II takes makes one finding, however long it is.
func TestManyBackends(t *testing.T) {
	t.Parallel()
	list := facts.Setting{Key: backendList, Text: "0:a", State: facts.Set}
	pgpool := &facts.Pgpool{Image: true, Environment: facts.Layers{Own: facts.Settings{backendList: list}}, Settings: facts.Layers{Own: facts.Settings{}}}
	for range maxBackend + 2 {
		pgpool.BackendList = append(pgpool.BackendList, facts.BackendEntry{Text: "0:a", Fields: []facts.ListItem{{Text: "0"}, {Text: "a"}}})
		pgpool.Backends = append(pgpool.Backends, facts.BackendNode{Index: "0"})
	}
	results := rules.Run(&facts.Deployment{Pgpools: []*facts.Pgpool{pgpool}}, []*rules.Rule{BackendNodes, ApplicationNames})
	if got := results[0]; got.Outcome != rules.Failed || len(got.Findings) != 1 {
		t.Errorf("%s with %d findings", got.Outcome, len(got.Findings))
	}
	if got := results[1]; got.Outcome != rules.Skipped {
		t.Errorf("%s with %d findings", got.Outcome, len(got.Findings))
	}
	pgpool.BackendList = pgpool.BackendList[1:]
	if got := rules.Run(&facts.Deployment{Pgpools: []*facts.Pgpool{pgpool}}, []*rules.Rule{BackendNodes})[0]; len(got.Findings) < maxBackend {
		t.Errorf("%d findings for %d nodes that are one", len(got.Findings), maxBackend+1)
	}
}
