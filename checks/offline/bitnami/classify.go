package bitnami

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// Role is what a container runs, as far as it concerns an installation of Bitbucket.
type Role string

// The roles. A container of none of them has no role.
const (
	RolePgpool     Role = "pgpool"     // the pgpool image or a rebuild of it: [Pgpool] reads it
	RolePostgreSQL Role = "postgresql" // the postgresql-repmgr image or a rebuild of it: [Node] reads it
	RoleBitbucket  Role = "bitbucket"
	// RolePlainPostgreSQL is any other image of PostgreSQL, which need not have to do with the installation. [Node] reads
	// what its command line sets.
	RolePlainPostgreSQL Role = "plain postgresql"
)

// Classify says what a container runs, by the variables it is given before its image's name: rebuilds of the images have
// any name. An env file that stands by itself, which has no image, can be for several.
func Classify(c *facts.Container) []Role {
	var pgpool, repmgr, jdbc, bitbucketOwn bool
	for _, variable := range c.Environment {
		switch name := variable.Name; {
		case pgpoolTable().reads(name) && strings.HasPrefix(name, "PGPOOL_"):
			pgpool = true
		case strings.HasPrefix(name, "REPMGR_"):
			repmgr = repmgr || nodeTable().reads(name)
		case name == "JDBC_URL" || name == "JDBC_DRIVER":
			jdbc = true
		case bitbucketVariable(name):
			bitbucketOwn = true
		}
	}
	if c.Chart != nil && c.Chart.Name == "bitbucket" { // whatever its image is called
		return []Role{RoleBitbucket}
	}
	image := strings.ToLower(parseReference(c.Image.Text).repository)
	name := image[strings.LastIndexByte(image, '/')+1:]
	if image == "" {
		var roles []Role
		if pgpool {
			roles = append(roles, RolePgpool)
		}
		if repmgr {
			roles = append(roles, RolePostgreSQL)
		}
		if jdbc || bitbucketOwn {
			roles = append(roles, RoleBitbucket)
		}
		return roles
	}
	switch {
	case strings.Contains(name, "pgpool") && (pgpool || strings.Contains(image, "bitnami")):
		return []Role{RolePgpool}
	case strings.Contains(name, "repmgr") && (repmgr || strings.Contains(image, "bitnami")):
		return []Role{RolePostgreSQL}
	case strings.Contains(name, "bitbucket") && !strings.Contains(name, "mirror") && !strings.Contains(name, "pipelines"):
		return []Role{RoleBitbucket}
	case pgpool && has(c, "PGPOOL_BACKEND_NODES"):
		return []Role{RolePgpool}
	case repmgr:
		return []Role{RolePostgreSQL}
	case pgpool:
		return []Role{RolePgpool}
	case jdbc && bitbucketOwn:
		return []Role{RoleBitbucket}
	case name == "postgres" || name == "postgresql":
		return []Role{RolePlainPostgreSQL}
	}
	return nil
}

// bitbucketVariable says whether only Bitbucket's image, or Bitbucket itself, would be given a variable of that name.
func bitbucketVariable(name string) bool {
	switch name {
	case "SERVER_PROXY_NAME", "SERVER_PROXY_PORT", "SERVER_SECURE", "ELASTICSEARCH_ENABLED", "SEARCH_ENABLED", "APPLICATION_MODE":
		return true
	}
	return strings.HasPrefix(name, "BITBUCKET_") || strings.HasPrefix(name, "SETUP_") || strings.HasPrefix(name, "PLUGIN_SEARCH_") ||
		strings.HasPrefix(name, "DB_POOL_") || strings.HasPrefix(name, "HAZELCAST_")
}

func has(c *facts.Container, name string) bool {
	for _, variable := range c.Environment {
		if variable.Name == name {
			return true
		}
	}
	return false
}
