package fix

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline"
)

// user is a variable of a container, or a parameter of a conf file, which takes its value from some place.
type user struct {
	deployment string // empty for a container that belongs to none
	// container also stands for a Pgpool-II or a PostgreSQL node that is known by its conf file alone.
	container *facts.Container
	variable  string
}

// use is a place in a file and who takes what is written there.
type use struct {
	value facts.Span // a piece of the value
	name  facts.Span // where the name is written, if it is in this file
	user  user
}

// used lists for every file who takes which of the values in it.
func (r *resolver) used() map[*facts.Source][]use {
	if r.users != nil {
		return r.users
	}
	r.users = map[*facts.Source][]use{}
	for _, deployment := range r.collection.Deployments {
		for _, container := range deployment.Containers() {
			r.takes(deployment.Name, container, container.Assignments())
		}
		for _, pgpool := range deployment.Pgpools {
			r.takesConf(deployment.Name, pgpool.Container, pgpool.Name, pgpool.Files)
		}
		for _, node := range deployment.Nodes {
			r.takesConf(deployment.Name, node.Container, node.Name, node.Files)
		}
		r.takesProperties(deployment)
	}
	for _, container := range r.collection.Others {
		r.takes("", container, container.Assignments())
	}
	return r.users
}

func (r *resolver) takesConf(deployment string, container *facts.Container, name string, files []*facts.ConfFile) {
	for _, file := range files {
		if container == nil {
			container = &facts.Container{Name: name, Origin: facts.Origin{Source: file.Source}}
		}
		r.takes(deployment, container, file.Assignments)
	}
}

// takesProperties notes who has a bitbucket.properties. All nodes of one Bitbucket have it from one shared home, so they are
// one user; a file that several installations have, by overlays or by the config file, serves others.
func (r *resolver) takesProperties(deployment *facts.Deployment) {
	bitbucket := deployment.Bitbucket
	if bitbucket == nil || len(bitbucket.Files) == 0 {
		return
	}
	owner := &facts.Container{Name: bitbucket.Name, Origin: facts.Origin{Source: bitbucket.Files[0].Source}}
	if len(bitbucket.Containers) > 0 {
		owner = bitbucket.Containers[0]
	}
	for _, file := range bitbucket.Files {
		r.takes(deployment.Name, owner, file.Entries)
	}
}

// takes notes that a container takes values from where they are written.
func (r *resolver) takes(deployment string, container *facts.Container, assignments []facts.Assignment) {
	for _, assignment := range assignments {
		u := user{deployment, container, assignment.Name}
		origin := assignment.Value.Origin
		places, _ := origin.Places(0, len(assignment.Value.Text))
		for _, place := range places {
			r.users[place.Source] = append(r.users[place.Source], use{value: place.Span, user: u})
		}
		if origin.Source != nil && origin.KeySpan.Len() > 0 {
			r.users[origin.Source] = append(r.users[origin.Source], use{value: facts.Span{Start: -1, End: -1}, name: origin.KeySpan, user: u})
		}
	}
	// What is added to a container itself serves all that are made of it.
	if at := container.Origin; at.Source != nil && at.Span.Len() > 0 {
		u := use{value: facts.Span{Start: -1, End: -1}, name: at.Span, user: user{deployment: deployment, container: container}}
		r.users[at.Source] = append(r.users[at.Source], u)
	}
}

// releases lists the containers that a value of a chart would change if it were written in one of the files: those of every
// release that is given the file and that does not set the variable by a stronger one.
func (r *resolver) releases(source *facts.Source, of *facts.Container, variable string) (users []user) {
	behind := of.Chart.Values[variable]
	given := func(at facts.Origin) bool { return at.Source == source }
	for _, deployment := range r.collection.Deployments {
		for _, container := range deployment.Containers() {
			chart := container.Chart
			if chart == nil || chart.Values[variable] != behind || behind.Path == "" && chart.Extra != of.Chart.Extra || !slices.ContainsFunc(chart.Files, given) {
				continue
			}
			set := func(a facts.Assignment) bool { return a.Name == variable && a.Value.State != facts.Default }
			if !slices.ContainsFunc(container.Assignments(), set) {
				users = append(users, user{deployment.Name, container, variable})
			}
		}
	}
	return users
}

// at lists who takes a value that an edit changes, each once.
func (r *resolver) at(edit offline.Edit) (users []user) {
	seen := map[user]bool{}
	for _, u := range r.used()[edit.Source] {
		if overlap(u.value, edit.Span) && !seen[u.user] {
			seen[u.user] = true
			users = append(users, u.user)
		}
	}
	return users
}

// named lists the containers that take a variable which is named within a part of a file, with one variable each. Hundreds of
// services may have their settings from one place, and each of them asks.
func (r *resolver) named(source *facts.Source, scope facts.Span) (users []user) {
	asked := question{source, scope}
	if users, ok := r.answers[asked]; ok {
		return users
	}
	seen := map[*facts.Container]bool{}
	for _, u := range r.used()[source] {
		if u.name.Len() > 0 && u.name.Start >= scope.Start && u.name.Start <= scope.End && !seen[u.user.container] {
			seen[u.user.container] = true
			users = append(users, u.user)
		}
	}
	if r.answers == nil {
		r.answers = map[question][]user{}
	}
	r.answers[asked] = users
	return users
}

// question is a part of a file, of which somebody asks who has their settings from it.
type question struct {
	source *facts.Source
	scope  facts.Span
}

// overlap says whether two ranges have a byte in common; an empty one lies within the other or at its edge.
func overlap(a, b facts.Span) bool {
	if a.Len() == 0 || b.Len() == 0 {
		return a.Start <= b.End && b.Start <= a.End
	}
	return a.Start < b.End && b.Start < a.End
}

// maxLabels is how many users are named.
const maxLabels = 8

// labels name the users so that they can be told apart: containers, with deployment or file where names are alike, and
// with their variables where one container takes the place for several. Of many, the first are named.
func labels(users []user, variables bool) []string {
	byContainer := map[*facts.Container][]string{}
	deployments := map[*facts.Container]string{}
	var order []*facts.Container
	names := map[string]int{}
	for _, u := range users {
		if byContainer[u.container] == nil {
			order = append(order, u.container)
			deployments[u.container] = u.deployment
			names[containerName(u.container)]++
		}
		byContainer[u.container] = append(byContainer[u.container], u.variable)
	}
	same := sameDeployment(deployments)
	var list []string
	for _, container := range order {
		label := containerName(container)
		if names[label] > 1 {
			if deployment := deployments[container]; deployment != "" && !same {
				label += " of " + deployment
			} else if source := container.Origin.Source; source != nil {
				line, _ := source.Position(container.Origin.Span.Start)
				label += fmt.Sprintf(" (%s:%d)", source.Name, line)
			}
		}
		if taken := byContainer[container]; variables && len(taken) > 1 {
			slices.Sort(taken)
			label = join(slices.Compact(taken)) + " of " + label
		}
		list = append(list, label)
	}
	slices.Sort(list)
	if rest := len(list) - maxLabels; rest > 1 {
		list = append(list[:maxLabels], fmt.Sprintf("%d others", rest))
	}
	return list
}

func sameDeployment(deployments map[*facts.Container]string) bool {
	seen := map[string]bool{}
	for _, name := range deployments {
		seen[name] = true
	}
	return len(seen) == 1
}

func containerName(c *facts.Container) string {
	switch {
	case c.Name != "":
		return c.Name
	case c.Origin.Source != nil:
		return "a container of " + c.Origin.Source.Name
	}
	return "a container"
}

// references says where a variable is used for more than what containers take: in a condition of a script, in the ports of a
// compose file. Empty when the edit is not in a variable's value, or everybody who uses it is known.
func references(setting facts.Setting, edit offline.Edit, users int) string {
	for _, via := range setting.Via {
		if via.Source != edit.Source || via.Key == "" || !overlap(via.Span, edit.Span) {
			continue
		}
		for _, source := range []*facts.Source{setting.Origin.Source, via.Source} {
			if at, n := uses(string(source.Text), via.Key); n > users {
				line, _ := source.Position(at)
				return fmt.Sprintf("%s is used elsewhere too (%s:%d)", via.Key, source.Name, line)
			}
		}
	}
	return ""
}

// uses counts where a text takes the value of a variable, as $NAME or ${NAME...}, and gives the last place.
func uses(text, name string) (last, n int) {
	for i := 0; ; {
		at := strings.Index(text[i:], name)
		if at < 0 {
			return last, n
		}
		at += i
		i = at + len(name)
		taken := at > 0 && text[at-1] == '$' && (i == len(text) || !nameByte(text[i]))
		braced := at > 1 && text[at-2:at] == "${" && (i == len(text) || !nameByte(text[i]))
		if taken || braced {
			last, n = at, n+1
		}
	}
}

func nameByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
