package rules

import "github.com/bbdoctor/bbdoctor/checks/facts"

// Known gives a parameter and notes the reason when it is not known or is no value that pgpool takes. It is for a
// parameter that a rule needs for a part of its judgement only, or that not every version has; what the whole rule needs
// is better named to [Pass.Pgpools].
func (i Instance) Known(key facts.Key) (setting facts.Setting, ok bool) {
	setting = i.Get(key)
	return setting, i.wellFormed(setting, key)
}

// PerNode gives a parameter as it is for one backend node: health_check_period1 where it is written, else
// health_check_period. The key is the one without the node's number. The reason is noted when it is not known.
func (i Instance) PerNode(key facts.Key, index string) (setting facts.Setting, ok bool) {
	setting = i.Get(key)
	// A running Pgpool-II shows the general value for each node, too.
	if own, written := i.declared.Settings.Lookup(key + facts.Key(index)); written && own.State != facts.Absent && own.Norm != setting.Norm {
		setting = own
	}
	return setting, i.wellFormed(setting, key)
}

func (i Instance) wellFormed(setting facts.Setting, key facts.Key) bool {
	if !i.pass.known(setting, nameOf(setting, key)) {
		return false
	}
	if setting.Bad != "" && setting.Norm == "" {
		i.pass.Skipf("%s=%s: %s (pgpool/setting-value)", nameOf(setting, key), setting.Shown(), setting.Bad)
		return false
	}
	return true
}

// Backends gives the backend nodes in the order of their index.
func (i Instance) Backends() []facts.BackendNode {
	i.pass.reads(facts.BackendNodes)
	return i.declared.Backends
}

// At is where to point for a setting of the instance: its value, or where the instance is declared when nobody wrote one.
func (i Instance) At(setting facts.Setting) facts.Origin {
	if setting.Origin.Known() {
		return setting.Origin
	}
	return i.Origin()
}

// DeclaredInstances is [Pass.Pgpools] without the running instance, for rules that measuring has nothing to tell.
func (p *Pass) DeclaredInstances() []Instance {
	if len(p.deployment.Pgpools) == 0 {
		p.Skipf("no Pgpool-II settings among the inputs")
	}
	return p.AnyDeclaredInstances()
}

// AnyDeclaredInstances is DeclaredInstances, but notes nothing.
func (p *Pass) AnyDeclaredInstances() []Instance {
	instances := make([]Instance, 0, len(p.deployment.Pgpools))
	for _, pgpool := range p.deployment.Pgpools {
		instances = append(instances, Instance{p, pgpool})
	}
	return instances
}

// DeclaredPgpools gives the Pgpool-II instances as files declare them, for the rules that judge how something is written
// and not what comes of it. The keys name what is read of them; when there is no instance, the reason is noted.
func (p *Pass) DeclaredPgpools(keys ...facts.Key) []*facts.Pgpool {
	p.reads(keys...)
	if len(p.deployment.Pgpools) == 0 {
		p.Skipf("no Pgpool-II settings among the inputs")
	}
	return p.deployment.Pgpools
}

// Note gives what the tables of the image or of Pgpool-II tell of a name that is written among the settings; ok is false
// when there is nothing to tell, or the name is not written. The note itself is part of reading the name's value.
func (i Instance) Note(name string) (note facts.VariableNote, ok bool) {
	i.pass.reads(facts.Key(name))
	note, ok = i.declared.Notes[name]
	return note, ok
}

// Replicas is how many of the instance run side by side from one declaration, at least 1.
func (i Instance) Replicas() int {
	i.pass.reads(facts.Containers)
	if i.declared.Container == nil {
		return 1
	}
	return max(1, i.declared.Container.Replicas)
}

// ImageReference gives the image that the instance's container runs, as written; State Absent when nothing tells.
func (i Instance) ImageReference() facts.Setting {
	i.pass.reads(facts.PgpoolImage)
	if i.declared.Container == nil {
		return facts.Setting{Key: facts.PgpoolImage}
	}
	return i.declared.Container.Image
}
