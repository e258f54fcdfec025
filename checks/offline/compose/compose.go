// Package compose reads docker compose files, and stacks of docker swarm, which look the same: what each service is
// started with, every value with the bytes that wrote it. It follows anchors, merge keys, extends, include, env_file and
// override files, and puts variables in as docker compose does. It is proved against compose-spec/compose-go.
//
// docker compose takes a variable that is set nowhere for empty. Here its value is unknown, because the environment of
// whoever runs docker compose is: the setting is Unresolved.
package compose

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
	"github.com/bbdoctor/bbdoctor/checks/offline/yamltext"
)

// What one project may make the reader do. Real projects have some dozens of services and hundreds of variables.
const (
	// maxWork is how many variables, ports and mounts are read, and copied from service to service by extends, include and
	// env_file. Each takes some 300 bytes.
	maxWork = 300_000
	// maxEnvFiles is how many bytes of env files are read, one that several services name as often.
	maxEnvFiles = 16 << 20
	// maxExpanded is how many bytes variables make the values of a project long.
	maxExpanded = 32 << 20
	// maxDepth is how deep services extend each other and files include each other.
	maxDepth = 100
	// maxIncludes is how many files a project includes, one that is included twice as often.
	maxIncludes = 1000
	// maxVia is how many places are remembered as the way that a value took.
	maxVia = 16
	// maxProblems is how many problems are told of.
	maxProblems = 100
	// maxRuns is how many pieces the values of a project are traced in; those behind can only be pointed at as a whole.
	maxRuns = 1 << 18
)

// Read reads the compose files of one project, of which the first is the base and each of the others is merged over what
// stands before it, and gives the containers in the order of the file. A file that is no compose file gives nothing.
//
// Of several base files that docker compose finds by itself (see [Pair]) it reads one; so does Read.
//
// A problem that is no Note is what could not be read or what makes docker compose refuse the project. What could be
// read is given all the same.
func Read(sources []*facts.Source, context input.Context) ([]*facts.Container, []facts.Problem) {
	r := &reader{context: context, parsed: map[*facts.Source]*yamltext.File{}, others: map[extended]*services{}, runs: maxRuns}
	sources = r.oneBase(sources)
	if len(sources) == 0 {
		return nil, nil
	}
	scope := &scope{reader: r, base: sources[0]}
	services := r.load(sources, scope)
	var containers []*facts.Container
	for _, service := range services.list {
		containers = append(containers, r.container(service, services, scope))
	}
	joined(services.list, containers)
	return containers, r.problems
}

// joined marks the containers whose network another one joins: the loopback address of both is the same.
func joined(services []*service, containers []*facts.Container) {
	joined := map[string]bool{}
	for _, s := range services {
		if s.networkMode != nil {
			joined[s.networkMode.Text] = true
		}
	}
	if len(joined) == 0 {
		return
	}
	for i, s := range services {
		byName := s.containerName != nil && joined["container:"+s.containerName.Text]
		containers[i].SharedNetwork = containers[i].SharedNetwork || byName || joined["service:"+s.name]
	}
}

// The names under which docker compose finds its files by itself, in the order of preference
// (compose-spec/compose-go, cli/options.go).
var (
	baseNames     = []string{"compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"}
	overrideNames = []string{"compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml"}
)

// Pair says whether docker compose finds a file of that name by itself. Files of one directory with the same pair belong
// to one project; override says that the file is merged over the other. For any other name, pair is empty.
func Pair(name string) (pair string, override bool) {
	override = slices.Contains(overrideNames, name)
	if !override && !slices.Contains(baseNames, name) {
		return "", false
	}
	pair, _, _ = strings.Cut(name, ".")
	return pair, override
}

// oneBase leaves out the files that docker compose passes over because it takes another of the same directory.
func (r *reader) oneBase(sources []*facts.Source) []*facts.Source {
	kept := slices.Clone(sources)
	for _, names := range [][]string{baseNames, overrideNames} {
		best := map[string]int{} // by directory
		for _, source := range sources {
			directory, name := path.Split(source.Name)
			rank := slices.Index(names, name)
			if known, ok := best[directory]; rank >= 0 && (!ok || rank < known) {
				best[directory] = rank
			}
		}
		kept = slices.DeleteFunc(kept, func(source *facts.Source) bool {
			directory, name := path.Split(source.Name)
			if rank := slices.Index(names, name); rank < 0 || rank == best[directory] {
				return false
			}
			r.note(facts.Origin{Source: source, Format: facts.Compose}, fmt.Sprintf("docker compose does not read it, because %s stands beside it", names[best[directory]]))
			return true
		})
	}
	return kept
}

// reader carries one Read.
type reader struct {
	context  input.Context
	parsed   map[*facts.Source]*yamltext.File // nil for a file that cannot be read
	problems []facts.Problem
	work     int // variables, ports and mounts copied
	envFiles int // bytes of env files read
	expanded int // bytes of values with variables
	includes int
	runs     int // runs that may still be made
	tired    bool
	others   map[extended]*services // of files that services extend
}

// spend takes work from what the project may cost. It is false, and the user is told once, when that is used up.
func (r *reader) spend(n int, at facts.Origin) bool {
	r.work += n
	if r.work <= maxWork {
		return true
	}
	if !r.tired {
		r.tired = true
		r.problem(at, "the project is too large: more than 300,000 variables, ports and mounts; the rest is not read")
	}
	return false
}

func (r *reader) problem(at facts.Origin, message string) { r.tell(at, message, false) }

// note tells what the user should know but what left nothing unread.
func (r *reader) note(at facts.Origin, message string) { r.tell(at, message, true) }

func (r *reader) tell(at facts.Origin, message string, note bool) {
	if len(r.problems) >= maxProblems {
		return
	}
	problem := facts.Problem{Origin: at, Message: message, Note: note}
	if at.Source != nil {
		problem.File = at.Source.Name
	}
	// A mapping that several services merge is read for each.
	for _, told := range r.problems {
		if told.Message == message && told.Origin.Source == at.Source && told.Origin.Span == at.Span {
			return
		}
	}
	r.problems = append(r.problems, problem)
}

// parse parses a file once. It gives nil for one that is no YAML, which the user is told of unless it may be none of ours.
func (r *reader) parse(source *facts.Source) *yamltext.File {
	if file, ok := r.parsed[source]; ok {
		return file
	}
	file, err := yamltext.Parse(source)
	if err != nil {
		file = nil
		r.unreadable(source, err)
	}
	r.parsed[source] = file
	return file
}

// document is one YAML document of a compose file.
type document struct {
	*reader
	file  *yamltext.File
	scope *scope
	// base is the file whose directory relative paths begin at.
	base *facts.Source
	// resets are what the document removes of the documents before it and of services that its own extend.
	resets []reset
}

// origin is the place of a node.
func (d *document) origin(node *yaml.Node) facts.Origin {
	return facts.Origin{Source: d.file.Source, Span: d.file.Span(node), Format: facts.Compose}
}

// fields gives the entries of a mapping. Names that are there twice are told of.
func (d *document) fields(node *yaml.Node) []yamltext.Field {
	fields, duplicate := d.file.Fields(node)
	if duplicate != nil {
		d.problem(d.origin(duplicate), fmt.Sprintf("%s is there twice and docker compose refuses the file; remove one", input.Shown(duplicate.Value)))
	}
	d.exhausted()
	return fields
}

func (d *document) items(node *yaml.Node) []yamltext.Field {
	items := d.file.Items(node)
	d.exhausted()
	return items
}

func (d *document) exhausted() {
	if d.file.Exhausted() && !d.tired {
		d.tired = true
		d.problem(facts.Origin{Source: d.file.Source, Format: facts.Compose}, "the file is too large, or its aliases make it so; the rest is not read")
	}
}
