package offline

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// environments are the words that people name environments with. A name only counts as one among others: where a
// repository has a prod and a test, what lies in them is never one installation, however alike it is.
var environments = []string{
	"prod", "production", "prd", "preprod", "live", "stage", "staging", "stg", "test", "testing", "tst", "qa", "uat", "int",
	"integration", "dev", "develop", "development", "sandbox", "demo", "lab", "dr",
}

// environmentWord finds the word in a name such as "prod-eu" or "pgpool.test", "" when it has none.
func environmentWord(name string) string {
	for word := range strings.FieldsFuncSeq(strings.ToLower(name), func(c rune) bool { return c == '-' || c == '_' || c == '.' }) {
		if slices.Contains(environments, word) {
			return word
		}
	}
	return ""
}

// services are words that name a part of an installation and so tell no environment from another: pgpool-prod and
// bitbucket-prod are both of prod, prod-eu and prod-us are two.
var services = []string{
	"bitbucket", "stash", "pgpool", "pool", "postgres", "postgresql", "pg", "db", "database", "repmgr", "node", "nodes", "server", "primary", "standby",
}

// environmentOf is the environment that a directory is named after, "" when it is not.
func environmentOf(directory string) string {
	if environmentWord(directory) == "" {
		return ""
	}
	var words []string
	for word := range strings.FieldsFuncSeq(strings.ToLower(directory), func(c rune) bool { return c == '-' || c == '_' || c == '.' }) {
		if !slices.Contains(services, word) && strings.Trim(word, "0123456789") != "" {
			words = append(words, word)
		}
	}
	return strings.Join(words, "-")
}

// placed tells by its place which environment a unit is of: the name of the innermost directory that names one, else the
// word in the file's name; "" when neither does.
func (u unit) placed() string {
	for rest := u.dir; rest != ""; {
		slash := strings.LastIndexByte(rest, '/')
		if environment := environmentOf(rest[slash+1:]); environment != "" {
			return environment
		}
		rest = rest[:max(slash, 0)]
	}
	if u.overlay != "" {
		return environmentWord(u.overlay)
	}
	return environmentWord(path.Base(u.source.Name))
}

// byEnvironment sorts units by their environment; those without one are under "".
func byEnvironment(units []unit) map[string][]unit {
	sorted := map[string][]unit{}
	for _, u := range units {
		sorted[u.environment] = append(sorted[u.environment], u)
	}
	return sorted
}

// severalEnvironments says whether units are of two environments or more.
func severalEnvironments(units []unit) bool {
	first := ""
	for _, u := range units {
		switch {
		case u.environment == "":
		case first == "":
			first = u.environment
		case u.environment != first:
			return true
		}
	}
	return false
}

// acrossServices makes deployments of a directory that has one directory a service and in it one an environment:
// bitbucket/prod, bitbucket/test, pgpool/prod, pgpool/test, or one directory for each of these. It gives nil for any other.
func (l *loader) acrossServices(d *directory) (deployments []*facts.Deployment) {
	if len(d.units) > 0 || len(d.children) < 2 {
		return nil
	}
	in := map[string]int{} // environment -> services that have it
	for _, child := range d.children {
		for environment, units := range byEnvironment(child.all) {
			if environment == "" || !oneInstallation(units) {
				return nil
			}
			in[environment]++
		}
	}
	if slices.Max(slices.Collect(maps.Values(in))) < 2 {
		return nil
	}
	sorted := byEnvironment(d.all)
	for _, environment := range slices.Sorted(maps.Keys(sorted)) {
		if !oneInstallation(sorted[environment]) {
			return nil
		}
	}
	for _, environment := range slices.Sorted(maps.Keys(sorted)) {
		deployments = append(deployments, l.deployment(path.Join(d.name, environment), sorted[environment]))
	}
	return deployments
}

// shareable are names of directories whose files may be part of every environment beside them.
var shareable = []string{"base", "common", "shared", "default", "defaults", "global", "all"}

// unsure says of the deployments of one part of a directory that they may belong to the environments beside it.
func unsure(part string, d *directory, deployments []*facts.Deployment) {
	if !slices.Contains(shareable, strings.ToLower(path.Base(part))) {
		return
	}
	var beside []string
	for name, child := range d.children {
		if child.name != part && severalOrNamed(child) {
			beside = append(beside, name)
		}
	}
	if len(beside) == 0 {
		return
	}
	slices.Sort(beside)
	for _, deployment := range deployments {
		deployment.Problems = append(deployment.Problems, facts.Problem{
			File: deployment.FirstFile(), Note: true,
			Message: fmt.Sprintf("%s may be part of what is in %s, and nothing tells; it is judged by itself. Declare the deployments in .bbdoctor.yaml", part, strings.Join(beside, ", ")),
		})
	}
}

// severalOrNamed says whether a directory is named after an environment or has several.
func severalOrNamed(d *directory) bool {
	return environmentWord(path.Base(d.name)) != "" || severalEnvironments(d.all)
}
