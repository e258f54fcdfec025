package offline

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/spelling"
)

// UnknownDeploymentError says that [Options.Deployments] has a name or glob that no deployment answers to.
type UnknownDeploymentError struct {
	Pattern string
	// Nearest is the deployment that may be meant, Names are all there are.
	Nearest string
	Names   []string
}

func (e *UnknownDeploymentError) Error() string {
	switch {
	case e.Nearest != "":
		return fmt.Sprintf("there is no deployment %q; did you mean %q?", e.Pattern, e.Nearest)
	case len(e.Names) == 0:
		return fmt.Sprintf("there is no deployment %q, for the inputs hold none", e.Pattern)
	case len(e.Names) > 10:
		return fmt.Sprintf("there is no deployment %q among %d", e.Pattern, len(e.Names))
	}
	return fmt.Sprintf("there is no deployment %q; there are %s", e.Pattern, strings.Join(e.Names, ", "))
}

// choice is what the user picks of the deployments.
type choice struct {
	patterns []string
	declared []Declaration
}

func newChoice(options Options) choice { return choice{options.Deployments, options.Declared} }

// wants says whether a deployment is to be judged.
func (c choice) wants(name string) bool {
	return len(c.patterns) == 0 || slices.ContainsFunc(c.patterns, func(pattern string) bool { return matchesName(pattern, name) })
}

// names says whether the user gives the very name.
func (c choice) names(name string) bool { return slices.Contains(c.patterns, name) }

// onlyDeclared says that whatever is picked is declared, so that nothing else needs to be read.
func (c choice) onlyDeclared() bool {
	return len(c.patterns) > 0 && !slices.ContainsFunc(c.patterns, func(pattern string) bool {
		return !slices.ContainsFunc(c.declared, func(d Declaration) bool { return d.Name == pattern })
	})
}

func matchesName(pattern, name string) bool {
	if pattern == name {
		return true
	}
	matched, err := path.Match(pattern, name)
	return err == nil && matched
}

// pick leaves what the user picked. A pattern that picks none is an error, for a typo must not leave a deployment out.
func (c choice) pick(deployments []*facts.Deployment) ([]*facts.Deployment, error) {
	if len(c.patterns) == 0 {
		return deployments, nil
	}
	names := make([]string, 0, len(deployments))
	for _, d := range deployments {
		names = append(names, d.Name)
	}
	for _, d := range c.declared {
		if !slices.Contains(names, d.Name) {
			names = append(names, d.Name)
		}
	}
	for _, pattern := range c.patterns {
		if slices.ContainsFunc(names, func(name string) bool { return matchesName(pattern, name) }) {
			continue
		}
		slices.Sort(names)
		return nil, &UnknownDeploymentError{pattern, spelling.Nearest(pattern, names), names}
	}
	return slices.DeleteFunc(deployments, func(d *facts.Deployment) bool { return !c.wants(d.Name) }), nil
}
