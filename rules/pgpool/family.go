// Package pgpool judges how Pgpool-II is set up between Bitbucket and the PostgreSQL nodes.
package pgpool

import "github.com/bbdoctor/bbdoctor/rules"

// Rules are the family's rules in the order in which they are shown.
var Rules = []*rules.Rule{
	ActivePassive,
	LoadBalancing,
	StatementRouting,
	BackendNodes,
	BackendFlags,
	AutoFailback,
	ApplicationNames,
	RequiredSettings,
	SettingValue,
	UnknownSetting,
	DeadSetting,
	OverriddenSetting,
	ReplicationCheck,
	HealthCheck,
	FailoverOnShutdown,
	PrimarySearch,
	FailoverCommand,
	ResetQuery,
	Authentication,
	SuperuserWithoutPassword,
	Redundancy,
	PCPExposed,
}
