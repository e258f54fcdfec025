package helm

import (
	"maps"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// The charts.
const (
	Bitbucket    = "bitbucket"
	PostgreSQLHA = "postgresql-ha"
)

// part is the values of one chart: the whole, or what stands under the chart's name in the values of another.
type part struct {
	chart string
	// name is the key under which the values stand; empty for the whole.
	name   string
	values *value
	// global is global: of the whole, which is stronger than that of a part.
	global *value
}

// parts finds the values of the charts.
func parts(root *value) []part {
	global := root.at("global")
	var found []part
	if isBitbucket(root) {
		found = append(found, part{chart: Bitbucket, values: root, global: global})
	}
	if isPostgreSQLHA(root) {
		found = append(found, part{chart: PostgreSQLHA, values: root, global: global})
	}
	if len(found) > 0 {
		return found
	}
	for _, name := range slices.Sorted(maps.Keys(root.fields)) {
		below := root.fields[name]
		switch {
		case below.fields == nil || disabled(below):
		case name == PostgreSQLHA && len(below.fields) > 0, isPostgreSQLHA(below):
			found = append(found, part{PostgreSQLHA, name, below, global})
		case name == Bitbucket && (below.at("database").isMapping() || below.at("bitbucket").isMapping()), isBitbucket(below):
			found = append(found, part{Bitbucket, name, below, global})
		}
	}
	return found
}

func (v *value) isMapping() bool { return v != nil && v.fields != nil }

// disabled says whether a part is turned off by the condition that charts have by custom.
func disabled(v *value) bool {
	enabled := v.at("enabled")
	if enabled == nil || enabled.fields != nil {
		return false
	}
	kind, text := typed(enabled.node)
	return kind == boolean && text == "false"
}

// isBitbucket says whether values are those of Atlassian's chart for Bitbucket. Its charts for other products look alike
// except for the product's name.
func isBitbucket(v *value) bool {
	database := v.at("database")
	if !database.isMapping() {
		return false
	}
	atlassian := database.at("credentials").isMapping() || database.has("driver") || database.has("url")
	for _, product := range []string{"jira", "confluence", "bamboo", "crowd"} {
		if v.at(product) != nil {
			return false
		}
	}
	if atlassian && v.at("bitbucket").isMapping() {
		return true
	}
	// An overlay need not have more than the database.
	return atlassian && v.file != nil && strings.Contains(strings.ToLower(path.Base(path.Dir(v.file.Source.Name))+path.Base(v.file.Source.Name)), "bitbucket")
}

// distinctive are the keys under pgpool: that no other chart has. replicaCount, image and the like are everywhere.
var distinctive = strings.Fields(`adminUsername adminPassword numInitChildren maxPool useLoadBalancing useConnectionCache
	reservedConnections childMaxConnections childLifeTime clientIdleLimit connectionLifeTime customUsers customUsersSecret
	srCheckUsername srCheckPassword srCheckDatabase authenticationMethod usePasswordFiles usePasswordFile
	disableLoadBalancingOnWrite loadBalancingOnWrite logPerNodeStatement logPcpProcesses poolHbaConfiguration`)

// isPostgreSQLHA says whether values are those of Bitnami's chart postgresql-ha.
func isPostgreSQLHA(v *value) bool {
	pgpool, postgresql := v.at("pgpool"), v.at("postgresql")
	if pgpool.isMapping() {
		for _, name := range distinctive {
			if _, ok := pgpool.fields[name]; ok {
				return true
			}
		}
		if namesPgpool(pgpool.at("extraEnvVars")) {
			return true
		}
	}
	if postgresql.isMapping() {
		for name := range postgresql.fields {
			if strings.HasPrefix(name, "repmgr") {
				return true
			}
		}
	}
	return v.at("global", "pgpool").isMapping()
}

// namesPgpool says whether a list of variables has one of the pgpool image.
func namesPgpool(list *value) bool {
	if list == nil || list.node == nil || list.node.Kind != yaml.SequenceNode {
		return false
	}
	return slices.ContainsFunc(list.node.Content, func(item *yaml.Node) bool {
		for i := 0; item.Kind == yaml.MappingNode && i+1 < len(item.Content); i += 2 {
			if item.Content[i].Value == "name" && strings.HasPrefix(item.Content[i+1].Value, "PGPOOL_") {
				return true
			}
		}
		return false
	})
}
