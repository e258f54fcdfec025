package jdbc

import (
	"maps"
	"slices"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// EnvironmentOverridesFile guards against a bitbucket.properties that somebody edits in vain, because the environment
// says something else.
var EnvironmentOverridesFile = &rules.Rule{
	ID:       "jdbc/environment-overrides-file",
	Title:    "environment and bitbucket.properties do not contradict each other",
	Severity: rules.Warning,
	Needs:    []facts.Key{facts.PropertiesFiles, facts.EveryProperty},
	Check: func(p *rules.Pass) {
		if len(p.PropertiesFiles()) == 0 {
			return
		}
		properties := p.AnyProperties()
		fromEnvironment := false
		for _, key := range slices.Sorted(maps.Keys(properties)) {
			inForce := properties[key]
			if inForce.Origin.Source == nil || inForce.Origin.Format == facts.Properties || !databaseProperty(string(key)) {
				continue
			}
			fromEnvironment = true
			for _, hidden := range inForce.Overridden {
				if hidden.Origin.Format == facts.Properties {
					judgeHidden(p, inForce, hidden)
					break // earlier lines of the file are jdbc/duplicate-key's
				}
			}
		}
		if !fromEnvironment {
			p.Skipf("no environment with JDBC_* or DB_POOL_* among the inputs")
		}
	},
}

// judgeHidden reports a line of the file whose value is not the one that the environment gives.
func judgeHidden(p *rules.Pass, environment, file facts.Setting) {
	name, stronger := rules.NameOf(file), rules.NameOf(environment)
	switch {
	case !environment.Known() && environment.State != facts.Secret:
		p.Skipf("%s is not known: %s", stronger, environment.Why)
	case environment.State == facts.Secret || hasPlaceholder(file.Text):
		p.Skipf("whether %s and %s are the same is not known", stronger, name)
	case environment.Text == file.Text:
	case file.Sensitive():
		p.Failf(file.Origin, "%s has no effect: the environment has another one in %s, and the environment is stronger", name, stronger).
			Helpf("Keep one of the two: remove this line, or unset %s.", stronger).
			Also(environment.Origin, "%s is in force", stronger)
	default:
		p.Failf(file.Origin, "%s=%s has no effect: the environment says %s=%s, and the environment is stronger", name, file.Shown(), stronger, environment.Shown()).
			Helpf("Keep one of the two: remove this line, or unset %s.", stronger).
			Also(environment.Origin, "%s is in force", stronger)
	}
}
