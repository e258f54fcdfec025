package compose

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"sync"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/cli/pkg/kvfile"
	"github.com/sirupsen/logrus"
	"golang.org/x/tools/txtar"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
)

func TestMain(m *testing.M) {
	logrus.SetLevel(logrus.PanicLevel) // compose-go logs every unset variable
	// docker compose adds this format to compose-go's own.
	dotenv.RegisterFormat("raw", func(text io.Reader, _ string, variables map[string]string, lookup func(string) (string, bool)) error {
		lines, err := kvfile.ParseFromReader(text, lookup)
		for _, line := range lines {
			name, value, _ := strings.Cut(line, "=")
			variables[name] = value
		}
		return err
	})
	os.Exit(m.Run())
}

// project is a directory with compose files, as one test case has it.
type project struct {
	files map[string]string
	// compose are the compose files in order.
	compose []string
	// variables are those that the user gives.
	variables map[string]string
	// unresolved has "service.NAME" for every variable that is to be Unresolved.
	unresolved []string
	// problems are parts of the messages of the problems that are to be told of, in their order.
	problems []string
	// refused says that compose-go refuses the project.
	refused bool
	// alone says that compose-go cannot be asked: it refuses what may be right where it runs.
	alone bool
	// directory is where compose-go loaded it.
	directory string
}

// readProject reads a case in the txtar format. Lines of the comment say what the case demands:
//
//	files: a.yml b.yml          the compose files; default: those that docker compose finds
//	env: NAME=value             a variable that the user gives
//	unresolved: web.A db.B      what is to be Unresolved; nothing else may be
//	problem: text               a problem that contains the text
//	refused                     compose-go refuses the project
//	alone                       compose-go is not asked
func readProject(t testing.TB, archive *txtar.Archive) *project {
	t.Helper()
	p := &project{files: map[string]string{}, variables: map[string]string{}}
	for _, file := range archive.Files {
		p.files[file.Name] = string(file.Data)
	}
	for _, line := range strings.Split(string(archive.Comment), "\n") {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), ":")
		rest = strings.TrimSpace(rest)
		switch word {
		case "files":
			p.compose = strings.Fields(rest)
		case "env":
			name, value, _ := strings.Cut(rest, "=")
			p.variables[name] = value
		case "unresolved":
			p.unresolved = append(p.unresolved, strings.Fields(rest)...)
		case "problem":
			p.problems = append(p.problems, rest)
		case "refused":
			p.refused = true
		case "alone":
			p.alone = true
		case "":
		default:
			if !strings.HasPrefix(word, "#") {
				t.Fatalf("unknown line %q", line)
			}
		}
	}
	if p.compose == nil {
		for _, names := range [][]string{baseNames, overrideNames} {
			for _, name := range names {
				if _, ok := p.files[name]; ok {
					p.compose = append(p.compose, name)
					break
				}
			}
		}
	}
	return p
}

// crlf gives the project with Windows' line ends.
func (p *project) crlf() *project {
	changed := *p
	changed.files = map[string]string{}
	for name, text := range p.files {
		changed.files[name] = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return &changed
}

// memory gives files out of a map, as the walk gives them from disk.
type memory struct {
	mu      sync.Mutex
	texts   map[string]string
	sources map[string]*facts.Source
}

func (m *memory) Open(base *facts.Source, name string) (*facts.Source, error) {
	if !filepath.IsAbs(name) {
		directory := "."
		if base != nil {
			directory = filepath.Dir(base.Path)
		}
		name = filepath.Join(directory, name)
	}
	name = filepath.Clean(name)
	if strings.HasPrefix(name, "..") || filepath.IsAbs(name) {
		return nil, fmt.Errorf("%s: %w", name, input.ErrOutside)
	}
	text, ok := m.texts[name]
	if !ok {
		return nil, fmt.Errorf("%s: %w", name, input.ErrMissing)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.sources[name] == nil {
		m.sources[name] = facts.NewSource(name, []byte(text))
	}
	return m.sources[name], nil
}

func (m *memory) Exists(base *facts.Source, name string) bool {
	_, err := m.Open(base, name)
	return err == nil
}

// read has the project read.
func (p *project) read(t testing.TB) ([]*facts.Container, []facts.Problem) {
	t.Helper()
	files := &memory{texts: p.files, sources: map[string]*facts.Source{}}
	var sources []*facts.Source
	for _, name := range p.compose {
		source, err := files.Open(nil, name)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, source)
	}
	return Read(sources, input.Context{Files: files, Variables: func(name string) (facts.Setting, bool) {
		value, ok := p.variables[name]
		return facts.Setting{Key: facts.Key(name), Text: value, State: facts.Set, Why: "--env", Origin: facts.Origin{Key: name, Runs: []facts.Run{}}}, ok
	}})
}

// load has compose-go load the project from a directory.
func (p *project) load(t testing.TB) (*types.Project, error) {
	t.Helper()
	directory := t.TempDir()
	for name, text := range p.files {
		path := filepath.Join(directory, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var paths, variables []string
	for _, name := range p.compose {
		paths = append(paths, filepath.Join(directory, name))
	}
	for name, value := range p.variables {
		variables = append(variables, name+"="+value)
	}
	options, err := cli.NewProjectOptions(paths,
		cli.WithWorkingDirectory(directory), cli.WithEnv(variables), cli.WithEnvFiles(), cli.WithDotEnv, cli.WithProfiles([]string{"*"}),
		cli.WithoutEnvironmentResolution)
	if err != nil {
		return nil, err
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		return nil, err
	}
	p.directory = directory
	return project.WithServicesEnvironmentResolved(false)
}

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

// archives gives the cases under testdata.
func archives(t testing.TB) map[string]*txtar.Archive {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", "*.txtar"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	cases := map[string]*txtar.Archive{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) || err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(path), ".txtar")
		// One file has many small cases: each begins with a line "=== name".
		for i, part := range strings.Split("\n"+string(text), "\n=== ") {
			if i == 0 {
				continue
			}
			title, body, _ := strings.Cut(part, "\n")
			cases[name+"/"+strings.TrimSpace(title)] = txtar.Parse([]byte(body + "\n"))
		}
	}
	return cases
}

// TestReadAgainstComposeGo reads every case and has compose-go load it, with the line ends of Unix and of Windows.
func TestReadAgainstComposeGo(t *testing.T) {
	t.Parallel()
	cases := archives(t)
	if len(cases) < 120 {
		t.Errorf("only %d cases", len(cases))
	}
	for name, archive := range cases {
		p := readProject(t, archive)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p.compare(t)
		})
		t.Run(name+"/crlf", func(t *testing.T) {
			t.Parallel()
			p.crlf().compare(t)
		})
	}
}
