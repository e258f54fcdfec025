// Package kubernetes reads manifests of Kubernetes and kustomizations: what each container is started with, every value
// with the bytes that wrote it. It finds the ConfigMaps and Secrets that a container names in other files of the same tree,
// and the Services under whose names others reach it. It is proved against the API's own types, the kubelet's expansion of
// variables and kustomize (fixtures/oracle/kubernetes).
package kubernetes

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
	"github.com/bbdoctor/bbdoctor/checks/offline/yamltext"
)

// What one run may make the reader do. A large installation has some dozens of containers and hundreds of variables.
const (
	// maxValues is how many mappings, lists and scalars are copied of one document; aliases let a file of a few lines say a
	// billion things. Each takes some 150 bytes, and is held for as long as its file is read.
	maxValues = 300_000
	// maxCopied is how many are copied of all documents; a base is read anew for each of its overlays.
	maxCopied = 10_000_000
	// maxWidth is how many entries a mapping has. The API takes no ConfigMap of more than 1 MiB.
	maxWidth = 10_000
	// maxDocuments is how many documents a file has.
	maxDocuments = 20_000
	// largeFile is from how many bytes on one file is read at a time.
	largeFile = 256 << 10
	// maxWork is how many variables containers are given, those of a ConfigMap that several name as often.
	maxWork = 1_000_000
	// maxExpanded is how many bytes $(NAME) makes values long.
	maxExpanded = 32 << 20
	// maxVia is how many places are remembered as the way that a value took.
	maxVia = 16
	// maxProblems is how many problems are told of.
	maxProblems = 200
	// maxPods is up to how many pods of a StatefulSet are told apart by their names.
	maxPods = 32
)

// Input is what is read.
type Input struct {
	// Manifests are files that hold a name of ours.
	Manifests []*facts.Source
	// Kustomizations are all kustomizations of the tree.
	Kustomizations []Kustomization
	// Others gives, of the files with Services, ConfigMaps and Secrets that hold no name of ours, those whose text is
	// wanted. It may be nil.
	Others func(wanted func(text []byte) bool) []*facts.Source
	// Parallel does work for 0..n-1, perhaps at the same time. It may be nil.
	Parallel func(n int, work func(int))
	// Take is given what is found, so that the caller decides how much of thousands of containers is held, perhaps several at
	// the same time. What it gives is called one by one, in order: containers of all workloads, then files.
	Take    func(Found) (enter func())
	Context input.Context
}

// Found is one thing that manifests configure. Exactly one of Container, Properties and Conf is set, but a Conf may have
// the Container that it is mounted in.
type Found struct {
	// Home is the file in whose directory the installation lies: the manifest, or the kustomization that makes it.
	Home *facts.Source
	// Namespace is that of the container or the ConfigMap; empty when it is not said.
	Namespace  string
	Container  *facts.Container
	Ends       string                // says why the container is no server; empty for one that is
	Properties *facts.PropertiesFile // of a ConfigMap or Secret
	Conf       *facts.Source         // a pgpool.conf in a ConfigMap
}

// Result is what Read gives.
type Result struct {
	Problems []facts.Problem
	// Taken are files that kustomizations make ConfigMaps and Secrets of, which are nothing by themselves.
	Taken map[*facts.Source]bool
}

// Read reads manifests and kustomizations. An overlay is an installation of its own, a base that others build on is none.
// What a manifest names and what is not in the same tree is not known.
func Read(in Input) Result {
	r := &reader{input: in, taken: map[*facts.Source]bool{}, told: map[string]bool{}}
	if r.input.Parallel == nil {
		r.input.Parallel = func(n int, work func(int)) {
			for i := range n {
				work(i)
			}
		}
	}
	roots := r.plan()
	parsed := make([][]*object, len(in.Manifests))
	built := make([][]*object, len(roots))
	r.input.Parallel(len(in.Manifests)+len(roots), func(i int) {
		if i >= len(in.Manifests) {
			built[i-len(in.Manifests)] = r.build(roots[i-len(in.Manifests)])
		} else if !r.isTaken(in.Manifests[i]) {
			parsed[i] = r.objects(in.Manifests[i])
		}
	})
	r.alone = newPool(parsed)
	pools := make([]*pool, 0, len(built)+1)
	pools = append(pools, r.alone)
	for _, objects := range built {
		pools = append(pools, newPool([][]*object{objects}))
	}
	r.others(pools)
	for _, p := range pools {
		p.index()
	}
	mounted := map[*datum]string{}
	for _, p := range pools {
		r.started(p, mounted)
	}
	for _, p := range pools {
		files(p, mounted, in.Take)
	}
	return Result{Problems: r.problems, Taken: r.taken}
}

// reader carries one Read.
type reader struct {
	input Input
	alone *pool // what no kustomization names

	expanded, work, copied atomic.Int64
	// large is held by whoever has a large file in pieces, which take some fifty times its size.
	large sync.Mutex

	// embedding is held by whoever makes a file of a ConfigMap's entry, which several containers may mount.
	embedding sync.Mutex

	mu       sync.Mutex
	problems []facts.Problem
	told     map[string]bool
	taken    map[*facts.Source]bool
}

func (r *reader) isTaken(source *facts.Source) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.taken[source]
}

func (r *reader) take(source *facts.Source) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.taken[source] = true
}

func (r *reader) problem(at facts.Origin, message string) { r.tell(at, message, false) }

// note tells what the user should know but what left nothing unread.
func (r *reader) note(at facts.Origin, message string) { r.tell(at, message, true) }

func (r *reader) tell(at facts.Origin, message string, note bool) {
	at = at.Located()
	problem := facts.Problem{Origin: at, Message: facts.RedactText(message), Note: note}
	if at.Source != nil {
		problem.File = at.Source.Name
	}
	key := fmt.Sprintf("%s:%d:%s", problem.File, at.Span.Start, message)
	r.mu.Lock()
	defer r.mu.Unlock()
	// A base is read for each of its overlays.
	if r.told[key] || len(r.problems) >= maxProblems {
		return
	}
	r.told[key] = true
	r.problems = append(r.problems, problem)
}

// spend takes work from what one run may cost.
func (r *reader) spend(n int, at facts.Origin) bool {
	if r.work.Add(int64(n)) <= maxWork {
		return true
	}
	r.problem(at, "the containers have more than 1,000,000 variables; the rest is not read")
	return false
}

// parse parses a file. It gives nil for one that is no YAML, which the user is told of.
func (r *reader) parse(source *facts.Source) *yamltext.File {
	if bytes.Count(source.Text, []byte("\n---")) > maxDocuments {
		r.problem(facts.Origin{Source: source, Format: facts.Kubernetes}, "it has more than 20,000 documents and is too large to be read; split it")
		return nil
	}
	file, err := yamltext.Parse(source)
	if err == nil {
		return file
	}
	at := facts.Origin{Source: source, Format: facts.Kubernetes}
	message := "it is no YAML: " + err.Error()
	if syntax, ok := err.(*yamltext.Error); ok && syntax.Line > 0 { //nolint:errorlint // Parse says which type it is
		at.Span = source.Line(syntax.Line)
	}
	if text := string(source.Text); strings.Contains(text, "{{") || strings.Contains(text, "{%") {
		r.note(at, "it is a template and passed over; have bbdoctor read what the template makes")
		return nil
	}
	r.problem(at, message+"; correct it")
	return nil
}
