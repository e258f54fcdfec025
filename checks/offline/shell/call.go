package shell

import (
	"maps"
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dockerrun"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
)

// call walks through a simple command: assignments, or a command with arguments and perhaps assignments in front of it.
func (e *evaluator) call(c *syntax.CallExpr) flow {
	if len(c.Args) == 0 {
		for _, a := range c.Assigns {
			e.assignment(a, false)
		}
		return goesOn
	}
	prefix := e.prefixOf(c)
	words := e.words(c.Args...)
	if len(words) == 0 || e.stopped {
		return goesOn
	}
	before := e.prefix
	e.prefix = prefix
	defer func() { e.prefix = before }()

	name := words[0].Prefix()
	if !words[0].Known() {
		name = ""
	}
	if f := e.functions[name]; f != nil {
		return e.callWith(f, words[1:], c)
	}
	if how, ok := e.builtin(name, words[1:], c); ok {
		return how
	}
	e.run(c, words)
	if name == "exec" && len(words) > 1 {
		return ends
	}
	return goesOn
}

// callWith calls a function. Variables in front of the call are set while it runs.
func (e *evaluator) callWith(f *function, arguments []dockerrun.Word, c *syntax.CallExpr) flow {
	old, during := map[string]*variable{}, map[string]*variable{}
	for _, name := range slices.Sorted(maps.Keys(e.prefix)) {
		old[name], during[name] = e.variables[name], &variable{value: e.prefix[name], exported: yes}
		e.set(name, during[name])
	}
	e.prefix = nil
	how := e.callFunction(f, &variable{array: true, words: arguments})
	for _, name := range slices.Sorted(maps.Keys(old)) {
		inner := e.variables[name]
		e.set(name, old[name])
		if inner != during[name] {
			// Whether what the function does with it outlives the call depends on how it does it.
			e.join(c, outcome{variables: map[string]*variable{name: inner}, allExport: e.allExport})
		}
	}
	return how
}

// prefixOf gives the variables in front of a command.
func (e *evaluator) prefixOf(c *syntax.CallExpr) map[string]facts.Setting {
	if len(c.Assigns) == 0 {
		return nil
	}
	prefix := map[string]facts.Setting{}
	mark := len(e.log)
	for _, a := range c.Assigns {
		if a.Name == nil || a.Index != nil || a.Array != nil {
			continue
		}
		prefix[a.Name.Value] = e.scalar(a, false)
		e.assign(a.Name.Value, prefix[a.Name.Value]) // the next one may name it
	}
	e.rollback(mark)
	return prefix
}

// run takes a command that is no function and no builtin.
func (e *evaluator) run(c *syntax.CallExpr, words []dockerrun.Word) {
	if len(e.containers) >= maxContainers {
		e.stop("it starts more than a thousand containers")
		return
	}
	e.engines = e.engines || usesEngine(words)
	context := dockerrun.Context{
		Source: e.file.source, Format: facts.Shell, Limits: e.limits, Environment: e.environmentOf,
		Input: input.Context{Files: directory{e}, Variables: e.context.Variables},
	}
	container, problems, ok := dockerrun.Read(words, context)
	if ok {
		e.containers = append(e.containers, container)
		for _, problem := range problems {
			e.tell(problem)
		}
		return
	}
	e.programEnvironment(c, words)
	e.hiddenCommands(words)
}

// usesEngine says whether a command uses a program that starts containers, behind "sudo" and the like.
func usesEngine(words []dockerrun.Word) bool {
	for _, word := range words[:min(len(words), 4)] {
		switch strings.TrimSuffix(path.Base(word.Prefix()), ".exe") {
		case "docker", "podman", "nerdctl", "docker-compose", "podman-compose", "kubectl", "helm", "oc":
			return true
		}
	}
	return false
}

// ourNames are the beginnings of the names that make an environment worth reading.
var ourNames = []string{"PGPOOL_", "REPMGR_", "POSTGRESQL_", "JDBC_", "DB_POOL_"}

func ours(name string) bool {
	return slices.ContainsFunc(ourNames, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

// programEnvironment takes the environment of a program that is run with variables of the image in front of it.
func (e *evaluator) programEnvironment(c *syntax.CallExpr, words []dockerrun.Word) {
	if !slices.ContainsFunc(slices.Collect(maps.Keys(e.prefix)), ours) {
		return
	}
	container := &facts.Container{
		Format: facts.Shell, Replicas: 1, Environment: e.exports(),
		Origin: facts.Origin{Source: e.file.source, Span: e.file.span(c.Args[0]), Key: words[0].Prefix(), Format: facts.Shell},
	}
	for _, a := range c.Assigns {
		if a.Name != nil {
			if value, ok := e.prefix[a.Name.Value]; ok {
				container.Environment = append(container.Environment, facts.Assignment{Name: a.Name.Value, Value: value})
			}
		}
	}
	e.containers = append(e.containers, container)
}

// exports gives the variables that the script has exported, in the order of their names.
func (e *evaluator) exports() (environment []facts.Assignment) {
	if e.unread != nil {
		environment = append(environment, facts.UnknownVariables("a script that is read in is not among the inputs", *e.unread))
	}
	for _, name := range slices.Sorted(maps.Keys(e.variables)) {
		v := e.variables[name]
		if v != nil && v.exported != no && !v.unset && !v.array && v.value.Origin.Source != nil && e.limits.Variables > 0 {
			e.limits.Variables--
			value, _ := e.environmentOf(name)
			environment = append(environment, facts.Assignment{Name: name, Value: value})
		}
	}
	return environment
}

// ownEnvironment takes what the script exports for an environment of its own, when it starts no container itself.
func (e *evaluator) ownEnvironment() {
	if e.engines || len(e.containers) > 0 {
		return
	}
	environment := e.exports()
	first := -1
	for i, variable := range environment {
		at := variable.Value.Origin
		if ours(variable.Name) && (first < 0 || at.Source == e.main && at.KeySpan.Start < environment[first].Value.Origin.KeySpan.Start) {
			first = i
		}
	}
	if first < 0 {
		return
	}
	origin := environment[first].Value.Origin
	e.containers = append(e.containers, &facts.Container{
		Name: e.main.Name, Format: facts.Shell, Replicas: 1, Environment: environment,
		Origin: facts.Origin{Source: origin.Source, Span: origin.KeySpan, Key: origin.Key, Format: facts.Shell},
	})
}

// writtenFile tells of a configuration file that the script itself writes with a here-document.
func (e *evaluator) writtenFile(s *syntax.Stmt) {
	document := slices.ContainsFunc(s.Redirs, func(r *syntax.Redirect) bool { return r.Hdoc != nil })
	if !document {
		return
	}
	targets := []*syntax.Word{}
	for _, r := range s.Redirs {
		if r.Op == syntax.RdrOut || r.Op == syntax.AppOut || r.Op == syntax.RdrClob {
			targets = append(targets, r.Word)
		}
	}
	if call, ok := s.Cmd.(*syntax.CallExpr); ok && len(call.Args) > 1 && slices.ContainsFunc(call.Args, func(w *syntax.Word) bool { return w.Lit() == "tee" }) {
		targets = append(targets, call.Args[1:]...)
	}
	for _, target := range targets {
		written := strings.Trim(e.file.written(target), `"'`)
		for _, name := range []string{"bitbucket.properties", ".env", "pgpool.conf", "postgresql.conf", "compose.yml", "compose.yaml"} {
			if strings.HasSuffix(written, name) {
				e.problem(e.file, e.file.span(target), "the script writes "+written+" itself; what is in it is not checked here, check the file that it has written", true)
			}
		}
	}
}

// hiddenCommands tells of a command inside quotes that starts a container, as in ssh host "docker run ...".
func (e *evaluator) hiddenCommands(words []dockerrun.Word) {
	switch words[0].Prefix() {
	case "echo", "printf", "cat", "log", "grep", "sed", "awk", "git", "alias", "logger":
		return
	}
	for _, word := range words[1:] {
		for _, command := range []string{"docker run", "docker create", "podman run"} {
			if !e.quoted && strings.Contains(string(word.Bytes), command) {
				e.quoted = true
				e.problem(e.file, word.Span, "\""+command+"\" inside quotes is not read; what it starts is not checked", true)
			}
		}
	}
}
