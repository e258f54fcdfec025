package compose

import (
	"fmt"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// compare demands that what is read is what compose-go loads, wherever it is known.
func (p *project) compare(t testing.TB) {
	t.Helper()
	containers, problems := p.read(t)
	checkProblems(t, p, problems)
	for _, container := range containers {
		checkContainer(t, container)
	}
	if p.alone {
		compareUnresolved(t, p, containers)
		return
	}
	theirs, err := p.load(t)
	if err != nil {
		if !p.refused {
			t.Fatalf("compose-go refuses: %v", err)
		}
		refusal := func(problem facts.Problem) bool { return !problem.Note }
		if !slices.ContainsFunc(problems, refusal) {
			t.Errorf("no problem is told of; compose-go says: %v", err)
		}
		return
	}
	if p.refused {
		t.Fatal("compose-go does not refuse")
	}
	var names []string
	for _, container := range containers {
		names = append(names, container.Name)
		service, ok := theirs.Services[container.Name]
		if !ok {
			t.Errorf("compose-go has no service %s", container.Name)
			continue
		}
		compareEnvironment(t, container, service)
		compareService(t, container, service, p.directory)
	}
	for name := range theirs.Services {
		if !slices.Contains(names, name) {
			t.Errorf("service %s is not read", name)
		}
	}
	compareUnresolved(t, p, containers)
}

// compareUnresolved demands that exactly those variables are not known of which the case says so.
func compareUnresolved(t testing.TB, p *project, containers []*facts.Container) {
	t.Helper()
	var unresolved []string
	for _, container := range containers {
		for name, value := range final(container) {
			if value.State == facts.Unresolved {
				unresolved = append(unresolved, container.Name+"."+name)
				if value.Why == "" {
					t.Errorf("%s.%s is unresolved without a reason", container.Name, name)
				}
			}
		}
	}
	if got, want := fmt.Sprint(sorted(unresolved)), fmt.Sprint(sorted(p.unresolved)); got != want {
		t.Errorf("%s are not known, want %s", got, want)
	}
}

func checkProblems(t testing.TB, p *project, problems []facts.Problem) {
	t.Helper()
	for i, problem := range problems {
		if i >= len(p.problems) || !strings.Contains(problem.Message, p.problems[i]) {
			t.Errorf("problem %d at %v: %s", i, problem.Origin.Span, problem.Message)
		}
		if problem.Origin.Source == nil || problem.File != problem.Origin.Source.Name {
			t.Errorf("problem %q has no place", problem.Message)
		}
	}
	if len(problems) < len(p.problems) {
		t.Errorf("%d problems, not %q", len(problems), p.problems)
	}
}

// final gives the effective variables: of two with one name the later.
func final(container *facts.Container) map[string]facts.Setting {
	values := map[string]facts.Setting{}
	for _, assignment := range container.Environment {
		values[assignment.Name] = assignment.Value
	}
	return values
}

func compareEnvironment(t testing.TB, container *facts.Container, service types.ServiceConfig) {
	t.Helper()
	ours := final(container)
	for name, value := range ours {
		theirs, ok := service.Environment[name]
		switch {
		case value.State == facts.Unresolved:
		case value.State != facts.Set:
			t.Errorf("%s.%s has state %v", container.Name, name, value.State)
		case !ok || theirs == nil:
			t.Errorf("%s.%s is %q, compose-go has none", container.Name, name, value.Text)
		case *theirs != value.Text:
			t.Errorf("%s.%s is %q, compose-go has %q", container.Name, name, value.Text, *theirs)
		}
	}
	for name, value := range service.Environment {
		if _, ok := ours[name]; !ok && value != nil {
			t.Errorf("%s.%s is missing, compose-go has %q", container.Name, name, *value)
		}
	}
}

func compareService(t testing.TB, container *facts.Container, service types.ServiceConfig, directory string) {
	t.Helper()
	same := func(what string, ours, theirs any) {
		if fmt.Sprintf("%q", ours) != fmt.Sprintf("%q", theirs) {
			t.Errorf("%s: %s is %q, compose-go has %q", container.Name, what, ours, theirs)
		}
	}
	if container.Image.State != facts.Unresolved {
		same("image", container.Image.Text, service.Image)
	}
	if !strings.Contains(container.Hostname, "$") {
		same("hostname", container.Hostname, service.Hostname)
	}
	same("profiles", container.Profiles, []string(service.Profiles))
	if !slices.ContainsFunc(container.Command, func(word string) bool { return strings.Contains(word, "$") }) {
		same("command", container.Command, []string(service.Command))
	}
	same("host network", container.HostNetwork, service.NetworkMode == "host")
	same("replicas", container.Replicas, service.GetScale())
	names := map[string]bool{container.Name: true}
	for _, network := range service.Networks {
		if network != nil {
			for _, alias := range network.Aliases {
				names[alias] = true
			}
		}
	}
	for _, name := range []string{service.Hostname, service.ContainerName} {
		if name != "" {
			names[name] = true
		}
	}
	var theirs []string
	for name := range names {
		theirs = append(theirs, name)
	}
	known := slices.DeleteFunc(slices.Clone(container.Names), func(name string) bool { return strings.Contains(name, "$") })
	if len(known) == len(container.Names) {
		same("names", sorted(known), sorted(theirs))
	}
	same("ports", ourPorts(container), theirPorts(service))
	same("volumes", ourVolumes(container, directory), theirVolumes(service))
}

func sorted(list []string) []string {
	list = slices.Clone(list)
	sort.Strings(list)
	return list
}

func ourPorts(container *facts.Container) []string {
	var ports []string
	for _, port := range container.Ports {
		ports = append(ports, fmt.Sprintf("%s|%s|%s|%s", port.HostIP, port.Host, port.Container, port.Protocol))
	}
	return sorted(ports)
}

func theirPorts(service types.ServiceConfig) []string {
	var ports []string
	for _, port := range service.Ports {
		ports = append(ports, fmt.Sprintf("%s|%s|%d|%s", port.HostIP, port.Published, port.Target, port.Protocol))
	}
	// A port in the long form whose published port is a number is not the same as another for compose-go.
	return slices.Compact(sorted(ports))
}

func ourVolumes(container *facts.Container, directory string) []string {
	var volumes []string
	for _, volume := range container.Volumes {
		source := volume.Source
		if strings.HasPrefix(source, ".") {
			source = filepath.Join(directory, filepath.Dir(volume.Origin.Source.Name), source)
		}
		volumes = append(volumes, source+":"+volume.Target)
	}
	return sorted(volumes)
}

func theirVolumes(service types.ServiceConfig) []string {
	var volumes []string
	for _, volume := range service.Volumes {
		volumes = append(volumes, volume.Source+":"+volume.Target)
	}
	for _, target := range service.Tmpfs {
		target, _, _ = strings.Cut(target, ":")
		volumes = append(volumes, ":"+target)
	}
	return sorted(volumes)
}

// checkContainer checks what holds for every container: that its places are places.
func checkContainer(t testing.TB, container *facts.Container) {
	t.Helper()
	inside := func(what string, source *facts.Source, span facts.Span) {
		if source == nil || span.Start < 0 || span.End < span.Start || span.End > len(source.Text) {
			t.Fatalf("%s: %s: %v is no place", container.Name, what, span)
		}
	}
	place := func(what string, origin facts.Origin) {
		inside(what, origin.Source, origin.Span)
		inside(what+"'s key", origin.Source, origin.KeySpan)
		for _, run := range origin.Runs {
			source := origin.Source
			if run.In != nil {
				source = run.In
			}
			inside(what+"'s run", source, facts.Span{Start: run.Raw, End: run.Raw + run.RawN})
		}
	}
	place("the container", container.Origin)
	place("the image", container.Image.Origin)
	for _, port := range container.Ports {
		place("a port", port.Origin)
	}
	for _, volume := range container.Volumes {
		place("a volume", volume.Origin)
	}
	if container.Format != facts.Compose || container.Name == "" || len(container.Names) == 0 {
		t.Fatalf("container %+v", container)
	}
	for _, assignment := range container.Environment {
		value := assignment.Value
		place(assignment.Name, value.Origin)
		for _, via := range value.Via {
			if via.Source != nil {
				place(assignment.Name+"'s way", via)
			}
		}
		if assignment.Name == "" && value.State == facts.Unresolved {
			continue // stands for the variables of an env file that is not read
		}
		if string(value.Key) != assignment.Name || value.Origin.Key != assignment.Name {
			t.Fatalf("%s.%s has key %q and is written as %q", container.Name, assignment.Name, value.Key, value.Origin.Key)
		}
		if value.Known() && value.Origin.Runs == nil {
			if got := string(value.Origin.Source.Text[value.Origin.Span.Start:value.Origin.Span.End]); got != value.Text {
				t.Fatalf("%s.%s is %q, written %q", container.Name, assignment.Name, value.Text, got)
			}
		}
		end := 0
		for _, run := range value.Origin.Runs {
			if run.Value < end || run.N <= 0 || run.Value+run.N > len(value.Text) {
				t.Fatalf("%s.%s: run %+v of %q", container.Name, assignment.Name, run, value.Text)
			}
			end = run.Value + run.N
		}
	}
}
