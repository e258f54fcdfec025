package jdbc

import (
	"strings"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/jdbcurl"
	"github.com/bbdoctor/bbdoctor/rules"
)

// installation is a deployment in a few words.
type installation struct {
	url string
	// bitbucket is "" for a Bitbucket outside of containers, else "container" or "host network".
	bitbucket string
	// pgpool is the published ports of a Pgpool-II container called pgpool ("5432:5432"), "none", "host network", "conf" for
	// a pgpool.conf with port 9999, or "unknown port".
	pgpool string
	// backends are host:port as Pgpool-II has them.
	backends []string
	nodes    []node
}

// node is a PostgreSQL container with the published ports "[address:]host:container[/udp]".
type node struct {
	name, network, port string
	ports               []string
	hostNetwork         bool
}

func set(text string) facts.Setting {
	return facts.Setting{Text: text, Norm: text, State: facts.Set}
}

func ports(list ...string) (all []facts.Port) {
	for _, text := range list {
		text, protocol, udp := strings.Cut(text, "/")
		if !udp {
			protocol = "tcp"
		}
		parts := strings.Split(text, ":")
		port := facts.Port{Protocol: protocol, Host: parts[len(parts)-2], Container: parts[len(parts)-1]}
		if len(parts) > 2 {
			port.HostIP = strings.Join(parts[:len(parts)-2], ":")
		}
		all = append(all, port)
	}
	return all
}

func (i installation) deployment() *facts.Deployment {
	url := set(i.url)
	url.Key = facts.JDBCURLKey
	d := &facts.Deployment{Bitbucket: &facts.Bitbucket{
		Settings: facts.Settings{facts.JDBCURLKey: url},
		URLs:     []facts.JDBCURL{{Setting: url, Parsed: jdbcurl.Parse(i.url, jdbcurl.Driver427)}},
	}}
	if i.bitbucket != "" {
		d.Bitbucket.Containers = []*facts.Container{{Name: "bitbucket", HostNetwork: i.bitbucket == "host network"}}
	}
	if i.pgpool != "none" {
		pgpool := &facts.Pgpool{Settings: facts.Layers{Own: facts.Settings{pgpoolPort: set("5432")}}, Container: &facts.Container{Name: "pgpool", Names: []string{"pgpool"}}}
		switch i.pgpool {
		case "":
		case "conf":
			pgpool.Container, pgpool.Settings.Own[pgpoolPort] = nil, set("9999")
		case "host network":
			pgpool.Container.HostNetwork = true
		case "unknown port":
			pgpool.Settings.Own[pgpoolPort] = facts.Setting{State: facts.Unresolved}
		default:
			pgpool.Container.Ports = ports(strings.Fields(i.pgpool)...)
		}
		for _, backend := range i.backends {
			host, port, _ := strings.Cut(backend, ":")
			entry := facts.BackendNode{Index: "0", Host: set(host), Port: set(port)}
			if host == "?" {
				entry.Host.State = facts.Unresolved
			}
			if port == "?" {
				entry.Port.State = facts.Unresolved
			}
			pgpool.Backends = append(pgpool.Backends, entry)
		}
		d.Pgpools = append(d.Pgpools, pgpool)
	}
	for _, n := range i.nodes {
		one := &facts.Node{Name: n.name, Environment: facts.Layers{Own: facts.Settings{}}}
		one.Container = &facts.Container{Name: n.name, Names: []string{n.name}, Ports: ports(n.ports...), HostNetwork: n.hostNetwork}
		if n.network != "" {
			one.Environment.Own["REPMGR_NODE_NETWORK_NAME"] = set(n.network)
		}
		switch n.port {
		case "":
		case "?":
			one.Environment.Own["POSTGRESQL_PORT_NUMBER"] = facts.Setting{State: facts.Unresolved}
		default:
			one.Environment.Own["POSTGRESQL_PORT_NUMBER"] = set(n.port)
		}
		d.Nodes = append(d.Nodes, one)
	}
	return d
}

func TestEndpointIsPgpool(t *testing.T) {
	t.Parallel()
	inside := []node{{name: "pg-0"}, {name: "pg-1"}}
	published := []node{{name: "pg-0", ports: []string{"5433:5432"}}, {name: "pg-1", ports: []string{"5434:5432"}}}
	for name, test := range map[string]struct {
		installation
		want rules.Outcome
	}{
		"inside, service name of Pgpool-II":            {installation{url: "//pgpool:5432/b", bitbucket: "container", nodes: inside}, rules.Passed},
		"inside, default port":                         {installation{url: "//pgpool/b", bitbucket: "container", nodes: inside}, rules.Passed},
		"inside, service name of a node":               {installation{url: "//pg-1:5432/b", bitbucket: "container", nodes: inside}, rules.Failed},
		"inside, node in capitals with a dot":          {installation{url: "//PG-1.:5432/b", bitbucket: "container", nodes: inside}, rules.Failed},
		"inside, port with a sign and zeros":           {installation{url: "//pg-1:+05432/b", bitbucket: "container", nodes: inside}, rules.Failed},
		"inside, a node without Pgpool-II":             {installation{url: "//pg-1:5432/b", bitbucket: "container", pgpool: "none", nodes: inside}, rules.Failed},
		"inside, another name without Pgpool-II":       {installation{url: "//proxy:5432/b", bitbucket: "container", pgpool: "none", nodes: inside}, rules.Skipped},
		"inside, another name at the nodes' port":      {installation{url: "//proxy:5432/b", bitbucket: "container", nodes: inside}, rules.Skipped},
		"inside, another name at no node's port":       {installation{url: "//proxy:9999/b", bitbucket: "container", nodes: inside}, rules.Passed},
		"inside, a node's name at another port":        {installation{url: "//pg-0:9999/b", bitbucket: "container", nodes: inside}, rules.Skipped},
		"inside, own port though another is published": {installation{url: "//pg-0:5432/b", bitbucket: "container", nodes: published}, rules.Failed},
		"inside, loopback":                             {installation{url: "//localhost:5432/b", bitbucket: "container", nodes: inside}, rules.Skipped},
		"inside, loopback at another port":             {installation{url: "//127.0.0.1:9999/b", bitbucket: "container", nodes: inside}, rules.Skipped},
		"inside, empty host":                           {installation{url: "///b", bitbucket: "container", nodes: inside}, rules.Skipped},
		"inside, the machine's port of Pgpool-II":      {installation{url: "//host.docker.internal:5432/b", bitbucket: "container", pgpool: "5432:5432", nodes: published}, rules.Passed},
		"inside, the machine's port of a node":         {installation{url: "//host.docker.internal:5433/b", bitbucket: "container", pgpool: "5432:5432", nodes: published}, rules.Failed},
		"host network, loopback":                       {installation{url: "//localhost:5433/b", bitbucket: "host network", pgpool: "5432:5432", nodes: published}, rules.Failed},

		"outside, published port of Pgpool-II":       {installation{url: "//localhost:5432/b", pgpool: "5432:5432", nodes: published}, rules.Passed},
		"outside, published port of a node":          {installation{url: "//localhost:5434/b", pgpool: "5432:5432", nodes: published}, rules.Failed},
		"outside, IPv6 loopback":                     {installation{url: "//[::1]:5434/b", pgpool: "5432:5432", nodes: published}, rules.Failed},
		"outside, port that both publish":            {installation{url: "//localhost:5432/b", pgpool: "5432:5432", nodes: []node{{name: "pg-0", ports: []string{"5432:5432"}}}}, rules.Skipped},
		"outside, only nodes publish":                {installation{url: "//localhost:5432/b", nodes: []node{{name: "pg-0", ports: []string{"5432:5432"}}}}, rules.Failed},
		"outside, UDP is not meant":                  {installation{url: "//localhost:5433/b", pgpool: "5432:5432", nodes: []node{{name: "pg-0", ports: []string{"5433:5432/udp"}}}}, rules.Passed},
		"outside, another port of the node":          {installation{url: "//localhost:9187/b", pgpool: "5432:5432", nodes: []node{{name: "pg-0", ports: []string{"9187:9187"}}}}, rules.Passed},
		"outside, published at an address":           {installation{url: "//10.0.4.11:5433/b", pgpool: "5432:5432", nodes: []node{{name: "pg-0", ports: []string{"10.0.4.11:5433:5432"}}}}, rules.Failed},
		"outside, published at another address":      {installation{url: "//localhost:5433/b", pgpool: "5432:5432", nodes: []node{{name: "pg-0", ports: []string{"10.0.4.11:5433:5432"}}}}, rules.Skipped},
		"outside, published at the loopback address": {installation{url: "//localhost:5433/b", pgpool: "5432:5432", nodes: []node{{name: "pg-0", ports: []string{"127.0.0.1:5433:5432"}}}}, rules.Failed},
		"outside, published at every address":        {installation{url: "//localhost:5433/b", pgpool: "5432:5432", nodes: []node{{name: "pg-0", ports: []string{"0.0.0.0:5433:5432"}}}}, rules.Failed},
		"outside, published at every IPv6 address":   {installation{url: "//localhost:5433/b", pgpool: "5432:5432", nodes: []node{{name: "pg-0", ports: []string{":::5433:5432"}}}}, rules.Failed},
		"outside, DNS name, nodes publish nothing":   {installation{url: "//db.example.com:5432/b", pgpool: "5432:5432", nodes: inside}, rules.Passed},
		"outside, DNS name at a published port":      {installation{url: "//db.example.com:5433/b", pgpool: "5432:5432", nodes: published}, rules.Skipped},
		"outside, DNS name, a port is a range":       {installation{url: "//db.example.com:5499/b", pgpool: "5432:5432", nodes: []node{{name: "pg-0", ports: []string{"5433-5440:5432"}}}}, rules.Skipped},
		"outside, DNS name, docker chooses the port": {installation{url: "//db.example.com:5499/b", pgpool: "5432:5432", nodes: []node{{name: "pg-0", ports: []string{":5432"}}}}, rules.Skipped},
		"outside, container name that publishes":     {installation{url: "//pg-0:5433/b", pgpool: "5432:5432", nodes: published}, rules.Failed},
		"outside, container name, other port inside": {installation{url: "//pg-0:5432/b", pgpool: "5432:5432", nodes: published}, rules.Skipped},
		"outside, container name, nothing published": {installation{url: "//pg-0:5432/b", pgpool: "5432:5432", nodes: inside}, rules.Failed},
		"outside, two ports for one":                 {installation{url: "//pg-0:5432/b", nodes: []node{{name: "pg-0", ports: []string{"5433:5432", "5432:5432"}}}}, rules.Failed},
		"outside, host network":                      {installation{url: "//localhost:5433/b", pgpool: "host network", nodes: []node{{name: "pg-0", port: "5433", hostNetwork: true}}}, rules.Failed},
		"outside, Pgpool-II in the host network":     {installation{url: "//localhost:5432/b", pgpool: "host network", nodes: []node{{name: "pg-0", port: "5433", hostNetwork: true}}}, rules.Passed},

		"network name":                              {installation{url: "//10.0.4.11:5432/b", pgpool: "5432:5432", nodes: []node{{name: "pg-0", network: "10.0.4.11", ports: []string{"5432:5432"}}}}, rules.Failed},
		"network name, own port":                    {installation{url: "//10.0.4.11:5433/b", nodes: []node{{name: "pg-0", network: "10.0.4.11", port: "5433"}}}, rules.Failed},
		"network name, another port published":      {installation{url: "//10.0.4.11:5432/b", pgpool: "5432:5432", nodes: []node{{name: "pg-0", network: "10.0.4.11", ports: []string{"5433:5432"}}}}, rules.Skipped},
		"network name, another port, from inside":   {installation{url: "//10.0.4.11:5432/b", bitbucket: "container", pgpool: "5432:5432", nodes: []node{{name: "pg-0", network: "10.0.4.11", ports: []string{"5433:5432"}}}}, rules.Skipped},
		"network name, the published port":          {installation{url: "//10.0.4.11:5433/b", pgpool: "5432:5432", nodes: []node{{name: "pg-0", network: "10.0.4.11", ports: []string{"5433:5432"}}}}, rules.Failed},
		"network name is loopback":                  {installation{url: "//localhost:5432/b", pgpool: "5432:5432", nodes: []node{{name: "pg-0", network: "localhost"}}}, rules.Passed},
		"port of a node unknown":                    {installation{url: "//pg-0:5432/b", bitbucket: "container", nodes: []node{{name: "pg-0", port: "?"}}}, rules.Skipped},
		"port of a node unknown, Pgpool-II's known": {installation{url: "//pgpool:5432/b", bitbucket: "container", nodes: []node{{name: "pg-0", port: "?"}}}, rules.Passed},

		"backend":                                {installation{url: "//10.0.4.11/b", backends: []string{"10.0.4.11:5432"}}, rules.Failed},
		"backend, mapped address":                {installation{url: "//[::ffff:10.0.4.11]:5432/b", backends: []string{"10.0.4.11:5432"}}, rules.Failed},
		"backend, another port":                  {installation{url: "//10.0.4.11:9999/b", pgpool: "conf", backends: []string{"10.0.4.11:5432"}}, rules.Passed},
		"backend, another port than Pgpool-II's": {installation{url: "//10.0.4.11:9998/b", pgpool: "conf", backends: []string{"10.0.4.11:5432"}}, rules.Skipped},
		"backend, another host":                  {installation{url: "//10.0.4.10:5432/b", backends: []string{"10.0.4.11:5432"}}, rules.Skipped},
		"backend, loopback of one machine":       {installation{url: "//localhost:5432/b", pgpool: "conf", backends: []string{"localhost:5432"}}, rules.Failed},
		"backend, Pgpool-II on the same machine": {installation{url: "//localhost:9999/b", pgpool: "conf", backends: []string{"localhost:5432"}}, rules.Passed},
		"backend, loopback of a container":       {installation{url: "//localhost:5432/b", backends: []string{"localhost:5432"}}, rules.Skipped},
		"backend, the machine of a container":    {installation{url: "//localhost:5433/b", pgpool: "5432:5432", backends: []string{"host.docker.internal:5433"}}, rules.Failed},
		"backend, host unknown":                  {installation{url: "//10.0.4.11:5432/b", backends: []string{"?:5432"}}, rules.Skipped},
		"backend, port unknown":                  {installation{url: "//10.0.4.11:5432/b", backends: []string{"10.0.4.11:?"}}, rules.Skipped},
		"backend that a container covers":        {installation{url: "//db.example.com:5432/b", pgpool: "5432:5432", backends: []string{"pg-0:5432"}, nodes: inside}, rules.Passed},
		"backend that no container covers":       {installation{url: "//db.example.com:5432/b", pgpool: "5432:5432", backends: []string{"pg-9:5432"}, nodes: inside}, rules.Skipped},
		"backend at another port of a container": {installation{url: "//db.example.com:5439/b", pgpool: "5432:5432", backends: []string{"pg-0:5439"}, nodes: inside}, rules.Skipped},
		"Pgpool-II's port unknown":               {installation{url: "//pgpool:5432/b", bitbucket: "container", pgpool: "unknown port", nodes: inside}, rules.Skipped},

		"several, all Pgpool-II":   {installation{url: "//pgpool:5432,pgpool/b", bitbucket: "container", nodes: inside}, rules.Passed},
		"several, the last a node": {installation{url: "//pgpool:5432,pg-0/b", bitbucket: "container", nodes: inside}, rules.Failed},
		"several, one not known":   {installation{url: "//pgpool:5432,proxy/b", bitbucket: "container", nodes: inside}, rules.Skipped},
		"hosts from parameters":    {installation{url: "///b?host=pg-0&port=5432", bitbucket: "container", nodes: inside}, rules.Failed},
		"nothing known":            {installation{url: "//pgpool:5432/b", pgpool: "none"}, rules.Skipped},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.url = "jdbc:postgresql:" + test.url
			result := rules.Run(test.deployment(), []*rules.Rule{EndpointIsPgpool})[0]
			if result.Outcome != test.want {
				t.Errorf("%s: %v (%s), want %v", test.url, result.Outcome, result.Reason, test.want)
				for _, finding := range result.Findings {
					t.Log(finding.Message)
				}
			}
		})
	}
}
