package drift

import (
	"slices"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// Settings compares each written setting with the one that is in force.
var Settings = &rules.Rule{
	ID:       "drift/settings",
	Title:    "what is running has the settings that the files declare",
	Live:     true,
	Severity: rules.Warning,
	Needs:    append([]facts.Key{facts.LiveParameters, facts.PgpoolSettings, facts.PostgreSQLNodes}, serverLevel...),
	Check: func(p *rules.Pass) {
		declared, running := instances(p, facts.PgpoolSettings)
		if running != nil {
			comparePgpool(p, declared, running)
		}
		comparePostgreSQL(p)
	},
}

// instances gives the instances that files declare, and the running one; the reason is noted when either is missing, and
// running is then nil.
func instances(p *rules.Pass, key facts.Key) (declared []*facts.Pgpool, running *facts.Pgpool) {
	for _, i := range p.Pgpools() {
		if i.Measured() {
			running = i.Declared(facts.LiveParameters)
			continue
		}
		declared = append(declared, i.Declared(key))
	}
	switch {
	case len(declared) == 0 && running != nil:
		p.Skipf("no Pgpool-II settings among the files")
		return nil, nil
	case len(declared) > 0 && running == nil:
		p.Skipf("no running Pgpool-II was measured; --live does it")
		return nil, nil
	}
	return declared, running
}

// comparePgpool reports the parameters that no declared instance has as the running one has them: of several instances
// nobody knows which one answered.
func comparePgpool(p *rules.Pass, declared []*facts.Pgpool, running *facts.Pgpool) {
	var keys []facts.Key
	for _, pgpool := range declared {
		for key := range pgpool.Settings.Own { // what is common is written nowhere
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	for _, key := range slices.Compact(keys) {
		measured, ok := running.Settings.Lookup(key)
		if !ok || !comparable(key, measured) {
			continue
		}
		var first facts.Setting
		agrees := false
		for _, pgpool := range declared {
			setting := pgpool.Settings.Get(key)
			switch {
			case setting.State != facts.Set || !comparable(key, setting):
				// Nobody wrote it, or it is not known: an instance like this may well be the one that runs.
				agrees = true
			case same(key, setting.Norm, measured.Norm):
				p.OK()
				agrees = true
			case first.State == facts.Absent:
				first = setting
			}
		}
		if agrees || first.State == facts.Absent {
			continue
		}
		report(p, first, measured, "the running Pgpool-II", "reload Pgpool-II, or restart it where the parameter is fixed at start (num_init_children, max_pool, the mode)")
	}
}

// comparable says whether values of a parameter tell anything. Where the backend nodes are is rule drift/nodes' matter, and
// weights are shown as they were turned into shares.
func comparable(key facts.Key, setting facts.Setting) bool {
	for _, prefix := range []string{"backend_hostname", "backend_port", "backend_weight"} {
		if strings.HasPrefix(string(key), prefix) {
			return false
		}
	}
	// Pgpool-II shows asterisks for whatever it takes for a password, pool_passwd's file name too.
	hidden := len(setting.Text) >= 3 && strings.Trim(setting.Text, "*") == ""
	return !hidden && !setting.Sensitive() && setting.Known() && setting.Bad == "" && (setting.Norm != "" || setting.Text == "")
}

// serverLevel are the parameters of PostgreSQL that are the same for every role and database of a node.
var serverLevel = []facts.Key{"max_connections", "superuser_reserved_connections", "reserved_connections"}

// comparePostgreSQL reports the parameters that a running node has as no declared node has them.
func comparePostgreSQL(p *rules.Pass) {
	var declared, running []*facts.Node
	for _, node := range p.AnyNodes() {
		if node.Measured {
			running = append(running, node)
		} else {
			declared = append(declared, node)
		}
	}
	if len(declared) == 0 {
		return
	}
	for _, node := range running {
		for _, key := range serverLevel {
			measured := p.AnyNodeSetting(node, key)
			if !measured.Known() {
				continue
			}
			var first facts.Setting
			agrees := false
			for _, one := range declared {
				setting := p.AnyNodeSetting(one, key)
				if setting.State != facts.Set || setting.Norm == "" || setting.Norm == measured.Norm {
					agrees = true
				} else if first.State == facts.Absent {
					first = setting
				}
			}
			if agrees {
				p.OK()
				continue
			}
			report(p, first, measured, node.Name, "restart PostgreSQL, the standby first where the value grows")
		}
	}
}

func report(p *rules.Pass, declared, measured facts.Setting, who, how string) {
	p.Failf(declared.Origin, "%s is declared, but %s has %s: not deployed, not restarted, or overridden", pair(rules.NameOf(declared), declared), who, pair(string(measured.Key), measured)).
		Also(measured.Origin, "the value in force").
		Helpf("Deploy this file and %s; or, when the running value is the right one, write it here.", how)
}

func pair(name string, setting facts.Setting) string {
	if setting.Text == "" {
		return name + "='' (empty)"
	}
	return name + "=" + setting.Shown()
}
