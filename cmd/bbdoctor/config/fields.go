package config

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/bmatcuk/doublestar/v4"
	"go.yaml.in/yaml/v3"

	"github.com/bbdoctor/bbdoctor/rules"
	"github.com/bbdoctor/bbdoctor/rules/version"
)

// The bounds of single values. A glob is matched against every file, so that one with many wildcards could take for ever.
const (
	maxNodesOfBitbucket = 1000
	maxGlob             = 500
	maxWildcards        = 8
	maxAlternatives     = 4
)

// The patterns are compiled when they are first needed: most runs of the program start without.
var (
	versionPattern = lazy(`^[0-9]{1,5}(\.[0-9]{1,5}){1,3}$`)
	seriesPattern  = lazy(`^[0-9]{1,5}(\.[0-9]{1,5})?$`)
	releasePattern = lazy(`^[0-9]{1,5}(\.[0-9]{1,5}){2}$`)
	namePattern    = lazy(`^[\p{L}\p{N}_][\p{L}\p{N}_./-]*$`)
)

func lazy(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}

// maxName is how long a deployment's name may be, in characters.
const maxName = 100

// nameOfDeployment says whether a deployment may have that name. What globs are made of is left out, so that --deployment
// can pick by one.
func nameOfDeployment(name string) bool {
	return utf8.RuneCountInString(name) <= maxName && namePattern().MatchString(name)
}

func (d *decoder) config(root *yaml.Node, config *Config) {
	versioned := false
	d.mapping(root, "the config file", map[string]field{
		"version": func(_, value *yaml.Node) {
			versioned = true
			if n, ok := d.number(value, "version", 1, 1<<30); ok && n != 1 {
				d.at(value, "version is %d, and this bbdoctor reads 1", n)
			}
		},
		"bitbucket":        func(_, value *yaml.Node) { config.Bitbucket = d.bitbucket(value) },
		"deployments":      func(_, value *yaml.Node) { config.Deployments = d.deployments(value) },
		"rules":            func(_, value *yaml.Node) { config.Rules = d.rules(value) },
		"exclude":          func(_, value *yaml.Node) { config.Exclude = d.list(value, "exclude", d.glob) },
		"postgres-support": func(_, value *yaml.Node) { config.Tables.PostgresSupport = d.support(value) },
		"end-of-life": func(_, value *yaml.Node) {
			d.mapping(value, "end-of-life", map[string]field{
				"postgresql": func(_, value *yaml.Node) { config.Tables.PostgresEnd = d.ends(value, "postgresql") },
				"pgpool":     func(_, value *yaml.Node) { config.Tables.PgpoolEnd = d.ends(value, "pgpool") },
			})
		},
		"fixed-vulnerabilities": func(_, value *yaml.Node) { config.Tables.PgpoolFixes = d.fixes(value) },
	})
	if !versioned && len(d.wrong) == 0 {
		d.at(root, "version is missing; begin with \"version: 1\"")
	}
}

func (d *decoder) bitbucket(node *yaml.Node) (b Bitbucket) {
	d.mapping(node, "bitbucket", map[string]field{
		"version": func(_, value *yaml.Node) {
			text, ok := d.text(value, "bitbucket.version")
			if ok && !versionPattern().MatchString(text) {
				d.at(value, "bitbucket.version is %q; give numbers as in \"9.4\" or \"10.2.1\"", text)
			}
			b.Version = text
		},
		"nodes": func(_, value *yaml.Node) { b.Nodes, _ = d.number(value, "bitbucket.nodes", 1, maxNodesOfBitbucket) },
	})
	return b
}

func (d *decoder) deployments(node *yaml.Node) (all []Deployment) {
	d.each(node, "deployments", func(key, value *yaml.Node) {
		if !nameOfDeployment(key.Value) {
			d.at(key, "%q is no name for a deployment; use letters, digits and _ . / -", key.Value)
			return
		}
		all = append(all, d.deployment(key, value))
	})
	return all
}

func (d *decoder) deployment(key, node *yaml.Node) Deployment {
	one := Deployment{Name: key.Value}
	what := "deployment " + key.Value
	complete := false
	d.mapping(node, what, map[string]field{
		"files": func(_, value *yaml.Node) {
			complete = true
			if one.Files = d.list(value, "files of "+what, d.glob); len(one.Files) == 0 && len(d.resolve(value).Content) == 0 && d.resolve(value).Kind == yaml.SequenceNode {
				d.at(value, "files of %s is empty; give globs such as %s/**", what, key.Value)
			}
		},
		"bitbucket": func(_, value *yaml.Node) { one.Bitbucket = d.bitbucket(value) },
		"env":       func(_, value *yaml.Node) { one.Env = d.list(value, "env of "+what, d.inside) },
		"helm": func(_, value *yaml.Node) {
			d.items(value, "helm of "+what, func(item *yaml.Node) {
				if values := d.list(item, "an entry of helm of "+what+", one release,", d.inside); len(values) > 0 {
					complete = true
					one.Helm = append(one.Helm, values)
				}
			})
		},
	})
	if !complete && d.resolve(node).Kind == yaml.MappingNode {
		d.at(key, "%s declares no files; give globs as in files: [%s/**]", what, key.Value)
	}
	return one
}

// inside says whether a path stays below the directory of the config file.
func (d *decoder) inside(node *yaml.Node) bool {
	text := node.Value
	switch {
	case text == "" || len(text) > maxGlob || strings.ContainsRune(text, 0):
		d.at(node, "%.40q is no path", text)
	case path.IsAbs(text) || strings.Contains("/"+text+"/", "/../"):
		d.at(node, "%q leads out of the directory of the config file; name what is below it", text)
	default:
		return true
	}
	return false
}

func (d *decoder) glob(node *yaml.Node) bool {
	text := node.Value
	switch {
	case !d.inside(node):
		return false
	case strings.Count(text, "*") > 2*maxWildcards || strings.Count(text, "**") > maxWildcards/2 || strings.Count(text, "?") > 4*maxWildcards || strings.Count(text, "{") > maxAlternatives || strings.Count(text, ",") > 4*maxAlternatives:
		d.at(node, "%.40q has too many wildcards; write several globs", text)
	case !doublestar.ValidatePattern(text):
		d.at(node, "%q is no glob: a bracket or brace is not closed, or a backslash ends it", text)
	default:
		return true
	}
	return false
}

func (d *decoder) support(node *yaml.Node) map[string][]int {
	support := map[string][]int{}
	d.each(node, "postgres-support", func(key, value *yaml.Node) {
		if !seriesPattern().MatchString(key.Value) {
			d.at(key, "%q is no version of Bitbucket; write \"10\" or \"9.4\"", key.Value)
			return
		}
		majors := []int{}
		d.items(value, "postgres-support of "+key.Value, func(item *yaml.Node) {
			if n, ok := d.number(item, "a major version of PostgreSQL", 9, 99); ok {
				majors = append(majors, n)
			}
		})
		support[key.Value] = majors
	})
	return support
}

// ends reads the last days with fixes of versions.
func (d *decoder) ends(node *yaml.Node, what string) map[string]time.Time {
	ends := map[string]time.Time{}
	d.each(node, "end-of-life of "+what, func(key, value *yaml.Node) {
		if !seriesPattern().MatchString(key.Value) {
			d.at(key, "%q is no version; write \"17\" of PostgreSQL, \"4.6\" of Pgpool-II", key.Value)
			return
		}
		value = d.resolve(value)
		day, err := time.Parse(time.DateOnly, value.Value)
		if value.Kind != yaml.ScalarNode || err != nil {
			d.at(value, "the end of life of %s %s is a day such as 2028-01-31, not %s", what, key.Value, kind(value))
			return
		}
		ends[key.Value] = day
	})
	return ends
}

// fixes reads the releases of Pgpool-II that have the fix of a vulnerability.
func (d *decoder) fixes(node *yaml.Node) map[string][]string {
	fixes, known := map[string][]string{}, version.Vulnerabilities()
	d.each(node, "fixed-vulnerabilities", func(key, value *yaml.Node) {
		if !slices.Contains(known, key.Value) {
			d.at(key, "%q is no vulnerability that bbdoctor knows%s", key.Value, nearest(key.Value, known))
			return
		}
		fixes[key.Value] = d.list(value, "fixed-vulnerabilities of "+key.Value, func(item *yaml.Node) bool {
			ok := releasePattern().MatchString(item.Value)
			if !ok {
				d.at(item, "%q is no release of Pgpool-II; write \"4.5.4\"", item.Value)
			}
			return ok
		})
	})
	return fixes
}

func (d *decoder) rules(node *yaml.Node) (all []Rule) {
	d.each(node, "rules", func(key, value *yaml.Node) {
		named := rules.Matching(d.all, key.Value)
		if len(named) == 0 {
			d.at(key, "there is no rule %q%s", key.Value, rules.Suggest(d.all, key.Value))
			return
		}
		all = append(all, d.rule(key, value, named))
	})
	return all
}

// rule reads what is said of one rule, or of all that a glob names.
func (d *decoder) rule(key, node *yaml.Node, named []*rules.Rule) Rule {
	one := Rule{Pattern: key.Value}
	value := d.resolve(node)
	if value.Kind == yaml.ScalarNode {
		// YAML 1.1 takes off for false.
		if one.Off = value.Value == "off" || value.ShortTag() == "!!bool" && value.Value == "false"; !one.Off {
			d.at(value, "rules: %s is %s; write off, or {severity: warning}", key.Value, kind(value))
		}
		return one
	}
	fields := map[string]field{
		"severity": func(_, value *yaml.Node) {
			text, ok := d.text(value, "severity of "+key.Value)
			if !ok {
				return
			}
			if one.Tuning.Severity, ok = rules.ParseSeverity(text); !ok {
				d.at(value, "severity of %s is %q; there are error, warning and info%s", key.Value, text, nearest(text, []string{"error", "warning", "info"}))
			}
		},
	}
	if named[0].ID == key.Value {
		for _, bound := range named[0].Bounds {
			fields[bound.Name] = func(_, value *yaml.Node) { d.bound(key.Value, bound, value, &one.Tuning) }
		}
	}
	d.mapping(value, "rules: "+key.Value, fields)
	return one
}

func (d *decoder) bound(rule string, bound rules.Bound, node *yaml.Node, tuning *rules.Tuning) {
	value := d.resolve(node)
	what := bound.Name + " of " + rule
	var text string
	var ok bool
	if bound.Unit == rules.Numbers {
		var n int
		n, ok = d.number(value, what, int(bound.Least), int(bound.Most))
		text = strconv.Itoa(n)
	} else {
		text, ok = d.text(value, what)
	}
	if !ok {
		return
	}
	figure, err := bound.Parse(text)
	if err != nil {
		d.at(value, "%s is %q: %v", what, text, err)
		return
	}
	if tuning.Bounds == nil {
		tuning.Bounds = map[string]int64{}
	}
	tuning.Bounds[bound.Name] = figure
}
