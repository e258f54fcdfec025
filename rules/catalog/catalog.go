// Package catalog is the list of all rules, and nothing else.
package catalog

import (
	"slices"

	"github.com/bbdoctor/bbdoctor/rules"
	"github.com/bbdoctor/bbdoctor/rules/backends"
	"github.com/bbdoctor/bbdoctor/rules/database"
	"github.com/bbdoctor/bbdoctor/rules/drift"
	"github.com/bbdoctor/bbdoctor/rules/endpoint"
	"github.com/bbdoctor/bbdoctor/rules/idle"
	"github.com/bbdoctor/bbdoctor/rules/image"
	"github.com/bbdoctor/bbdoctor/rules/jdbc"
	"github.com/bbdoctor/bbdoctor/rules/network"
	"github.com/bbdoctor/bbdoctor/rules/pgpool"
	"github.com/bbdoctor/bbdoctor/rules/pool"
	"github.com/bbdoctor/bbdoctor/rules/repmgr"
	"github.com/bbdoctor/bbdoctor/rules/role"
	"github.com/bbdoctor/bbdoctor/rules/secrets"
	"github.com/bbdoctor/bbdoctor/rules/version"
)

// All gives every rule in the order in which results are shown: family by family, from the URL to what runs against what is declared.
func All() []*rules.Rule {
	return slices.Concat(jdbc.Rules, pool.Rules, idle.Rules, pgpool.Rules, repmgr.Rules, secrets.Rules, network.Rules, image.Rules,
		endpoint.Rules, database.Rules, role.Rules, backends.Rules, version.Rules, drift.Rules)
}
