package rules

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// Assign is what to write so that a variable of an image gets a value, in the words of whatever starts the container: a Helm
// chart has a value of its own for most. setting is what the variable is now, value in the words of the image.
func Assign(container *facts.Container, setting facts.Setting, variable, value string) string {
	chart := chartOf(container)
	if chart == nil || setting.Origin.Key == variable {
		return variable + "=" + value
	}
	behind, ok := chart.Values[variable]
	switch {
	case !ok && chart.Extra != "":
		return variable + "=" + value + " in the list " + chart.Extra
	case !ok:
		return variable + "=" + value
	case behind.Boolean && strings.EqualFold(value, "yes"):
		value = "true"
	case behind.Boolean && strings.EqualFold(value, "no"):
		value = "false"
	}
	return behind.Path + ": " + value
}

// Assign is what to write so that a variable of the image gets a value: see the function of the same name.
func (i Instance) Assign(setting facts.Setting, variable, value string) string {
	return Assign(i.declared.Container, setting, variable, value)
}

// VariableName is how messages name a variable that nobody has set: by the value of the Helm chart that sets it, if one does.
func (i Instance) VariableName(variable string) string {
	return variableName(i.declared.Container, variable)
}

// Chart tells by which values of a Helm chart the instance is configured; nil when no chart starts it.
func (i Instance) Chart() *facts.Chart { return chartOf(i.declared.Container) }

// Assign is what to write so that a variable of the image gets a value: see the function of the same name.
func (n Node) Assign(setting facts.Setting, variable, value string) string {
	return Assign(n.declared.Container, setting, variable, value)
}

// Chart tells by which values of a Helm chart the node is configured; nil when no chart starts it.
func (n Node) Chart() *facts.Chart { return chartOf(n.declared.Container) }

func chartOf(container *facts.Container) *facts.Chart {
	if container == nil {
		return nil
	}
	return container.Chart
}

func variableName(container *facts.Container, variable string) string {
	if chart := chartOf(container); chart != nil {
		if behind, ok := chart.Values[variable]; ok {
			return behind.Path
		}
	}
	return variable
}
