package facts

// setting is a measured parameter as a setting that points at its query.
func (m Measured) setting() Setting {
	return Setting{
		Key: Key(m.Name), Text: m.Value, Norm: m.Norm, State: Set,
		Origin: Origin{Key: m.Name, Query: m.Query, Value: m.Value},
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
		Name: "the running Pgpool-II", Environment: Settings{}, Settings: measuredSettings(s.Pgpool), Measured: true,
		Version: Setting{
			Key: PgpoolVersion, Text: s.Server.Version, Norm: s.Server.Version, State: Set,
			Origin: Origin{Query: "SHOW pool_version", Value: s.Server.Text},
		},
	}
	for _, node := range s.PoolNodes {
		column := func(name, value string) Setting {
			return Setting{Key: Key(name), Text: value, Norm: value, State: Set, Origin: Origin{Key: name, Query: "SHOW pool_nodes", Value: value}}
		}
		index := node.ID
		p.Backends = append(p.Backends, BackendNode{
			Index: index, Host: column("backend_hostname"+index, node.Hostname), Port: column("backend_port"+index, node.Port),
			Weight: column("backend_weight"+index, node.LBWeight),
			Flag:   p.Settings[Key("backend_flag"+index)], ApplicationName: p.Settings[Key("backend_application_name"+index)],
		})
	}
	return p
}

// AsNodes gives the PostgreSQL nodes whose settings were measured: the primary through the endpoint, and every node that
// was asked directly.
func (s *Snapshot) AsNodes() []*Node {
	if s == nil {
		return nil
	}
	var nodes []*Node
	direct := false
	for _, probe := range s.Nodes {
		if !probe.Login.OK {
			continue
		}
		direct = true
		nodes = append(nodes, &Node{Name: "node " + probe.ID + " (" + probe.Host + ":" + probe.Port + ")", Settings: measuredSettings(probe.Settings), Measured: true})
	}
	if !direct && s.PostgreSQL != nil {
		nodes = append(nodes, &Node{Name: "the primary", Settings: measuredSettings(s.PostgreSQL.Settings), Measured: true})
	}
	return nodes
}
