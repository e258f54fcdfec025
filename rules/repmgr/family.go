// Package repmgr judges the PostgreSQL nodes that repmgr keeps in step and one of which it makes the primary.
package repmgr

import (
	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// Rules are the family's rules in the order in which they are shown.
var Rules = []*rules.Rule{
	TwoNodes,
	PartnerNodes,
	PrimaryHost,
	NodeName,
	NetworkName,
	SharedSettings,
	RequiredSettings,
	PortsAgree,
	PersistentData,
	SplitBrain,
	SynchronousNames,
	MaxConnections,
}

// The variables of the postgresql-repmgr image that say which nodes there are and where.
const (
	partnerNodes facts.Key = "REPMGR_PARTNER_NODES"
	primaryHost  facts.Key = "REPMGR_PRIMARY_HOST"
	primaryPort  facts.Key = "REPMGR_PRIMARY_PORT"
	nodeName     facts.Key = "REPMGR_NODE_NAME"
	nodeID       facts.Key = "REPMGR_NODE_ID"
	nodeType     facts.Key = "REPMGR_NODE_TYPE"
	networkName  facts.Key = "REPMGR_NODE_NETWORK_NAME"
	repmgrPort   facts.Key = "REPMGR_PORT_NUMBER"
	postgresPort facts.Key = "POSTGRESQL_PORT_NUMBER"
)

// whoBelongsTogether is what [clusters] reads; every rule that judges several nodes needs it.
var whoBelongsTogether = []facts.Key{facts.PostgreSQLNodes, facts.BackendNodes, partnerNodes, primaryHost, nodeType, networkName}

// needs are the facts of a rule that judges several nodes.
func needs(more ...facts.Key) []facts.Key {
	return append(whoBelongsTogether[:len(whoBelongsTogether):len(whoBelongsTogether)], more...)
}

// written is how messages name a setting with its value.
func written(setting facts.Setting) string {
	if setting.Text == "" {
		return rules.NameOf(setting) + " is empty"
	}
	return rules.NameOf(setting) + "=" + setting.Shown()
}
