// Package jdbc judges how Bitbucket reaches its database: jdbc.url, the driver and the credentials.
package jdbc

import "github.com/bbdoctor/bbdoctor/rules"

// Rules are the family's rules in the order in which they are shown.
var Rules = []*rules.Rule{
	Driver,
	URLValid,
	DatabaseNamed,
	TargetServerType,
	ReAddsTargetServerType,
	EndpointIsPgpool,
	Credentials,
	PasswordInURL,
	RoleKnownToPgpool,
	SamePassword,
	DuplicateKey,
	EnvironmentOverridesFile,
	UnknownParameter,
	ParameterValue,
	ReadOnly,
	TLSAgrees,
	SocketTimeout,
	TCPKeepAlive,
	SurroundingSpace,
	TwoReadings,
}
