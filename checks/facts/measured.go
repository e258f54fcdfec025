package facts

import "strconv"

// setting is a measured parameter as a setting that points at its query.
func (m Measured) setting() Setting {
	return Setting{
		Key: Key(m.Name), Text: m.Value, Norm: m.Norm, State: Set,
		Origin: MeasuredBy(m.Name, m.Query, m.Value),
	}
}

func measuredSettings(all []Measured) Settings {
	settings := make(Settings, len(all))
	for _, m := range all {
		settings[Key(m.Name)] = m.setting()
	}
	return settings
}

// AsPgpool gives the running Pgpool-II as an instance like those that files declare, so that one rule judges both. It is
// nil when no parameter was measured.
func (s *Snapshot) AsPgpool() *Pgpool {
	if s == nil || s.Server.Kind != KindPgpool || len(s.Pgpool) == 0 {
		return nil
	}
	p := &Pgpool{
		Name: "the running Pgpool-II", Settings: Layers{Own: measuredSettings(s.Pgpool)}, Measured: true,
		Version: Setting{
			Key: PgpoolVersion, Text: s.Server.Version, Norm: s.Server.Version, State: Set,
			Origin: MeasuredBy("", "SHOW pool_version", s.Server.Text),
		},
	}
	for _, node := range s.PoolNodes {
		column := func(name, value string) Setting {
			return Setting{Key: Key(name), Text: value, Norm: value, State: Set, Origin: MeasuredBy(name, "SHOW pool_nodes", value)}
		}
		index := node.ID
		p.Backends = append(p.Backends, BackendNode{
			Index: index, Host: column("backend_hostname"+index, node.Hostname), Port: column("backend_port"+index, node.Port),
			Weight: column("backend_weight"+index, node.LBWeight),
			Flag:   p.Settings.Get(Key("backend_flag" + index)), ApplicationName: p.Settings.Get(Key("backend_application_name" + index)),
		})
	}
	return p
}

// AsNodes gives the PostgreSQL nodes whose settings were measured: every node that was asked directly, and the primary
// through the endpoint when it is not among them.
func (s *Snapshot) AsNodes() []*Node {
	if s == nil {
		return nil
	}
	var nodes []*Node
	primary := false
	for _, probe := range s.Nodes {
		if !probe.Login.OK {
			continue
		}
		primary = primary || !probe.InRecovery
		nodes = append(nodes, &Node{
			Name: "node " + probe.ID + " (" + probe.Host + ":" + probe.Port + ")", Settings: Layers{Own: measuredSettings(probe.Settings)},
			Measured: true, InRecovery: probe.InRecovery, Version: majorVersion(probe.VersionNum),
		})
	}
	if !primary && s.PostgreSQL != nil {
		nodes = append(nodes, &Node{
			Name: "the primary", Settings: Layers{Own: measuredSettings(s.PostgreSQL.Settings)}, Measured: true, InRecovery: s.PostgreSQL.InRecovery, Version: majorVersion(s.PostgreSQL.VersionNum),
		})
	}
	return nodes
}

// majorVersion is the major version of a running node, "15" or "9.6", out of server_version_num.
func majorVersion(num int) Setting {
	version := Setting{Key: "PostgreSQL version", Origin: MeasuredBy("", "SELECT current_setting('server_version_num')", strconv.Itoa(num))}
	switch {
	case num >= 100_000:
		version.Text = strconv.Itoa(num / 10_000)
	case num >= 80_000:
		version.Text = strconv.Itoa(num/10_000) + "." + strconv.Itoa(num/100%100)
	default:
		version.State, version.Why = Unresolved, "the server did not tell it"
		return version
	}
	version.Norm, version.State = version.Text, Set
	return version
}
