package repmgr

import (
	"cmp"
	"slices"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// RequiredSettings guards against a node that prints what is missing and ends. The name and the network name have rules of
// their own.
var RequiredSettings = &rules.Rule{
	ID:       "repmgr/required-settings",
	Title:    "the image of every node has all that it needs to start",
	Severity: rules.Error,
	Needs:    []facts.Key{facts.PostgreSQLNodes, facts.NodeEnvironment},
	Check: func(p *rules.Pass) {
		for _, node := range p.RepmgrNodes() {
			undecided := false
			for _, refusal := range node.Refusals() {
				if first := refusal.Keys[0]; first == nodeName || first == networkName {
					continue
				}
				if refusal.Undecided {
					p.Skipf("%s: %s %s", node.Name(), refusal.Keys[0], refusal.Reason)
					undecided = true
					continue
				}
				finding := p.Failf(refusal.Origin, "%s %s: %s does not start", refusal.Keys[0], refusal.Reason, node.Name()).
					Helpf("%s", remedy(refusal))
				if refusal.Kind == facts.RefusalMissing {
					finding.Lacks(refusal.Keys[0])
				}
			}
			judgeWords(p, node)
			if !undecided {
				p.OK()
			}
		}
	},
}

// judgeWords reports single values that the image does not start with.
func judgeWords(p *rules.Pass, node rules.Node) {
	var bad []facts.Setting
	for _, setting := range node.OwnVariables() {
		if setting.State == facts.Set && setting.Bad != "" && setting.Norm == "" && strings.HasSuffix(setting.Bad, "does not start") && setting.Origin.Known() {
			bad = append(bad, setting)
		}
	}
	slices.SortFunc(bad, func(a, b facts.Setting) int { return cmp.Compare(a.Key, b.Key) })
	for _, setting := range bad {
		p.Failf(setting.Origin, "%s: %s", written(setting), setting.Bad).
			Helpf("Write another value, or remove the variable so that the image's default counts.")
	}
}

func remedy(refusal facts.Refusal) string {
	first := string(refusal.Keys[0])
	switch refusal.Kind {
	case facts.RefusalMissing:
		return "Set " + first + "."
	case facts.RefusalConflict:
		return "Remove one of the two."
	}
	return "Write another value of " + first + "."
}
