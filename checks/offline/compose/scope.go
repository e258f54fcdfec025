package compose

import (
	"fmt"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv"
)

// scope has the variables for the files of one project, or of one include.
type scope struct {
	reader *reader
	// base is the file in whose directory .env lies.
	base    *facts.Source
	sources []*facts.Source
	// outer is the scope of the file that includes this one; its variables are stronger.
	outer *scope
	// envFiles are read instead of .env; nil for .env.
	envFiles []*facts.Source
	// variables are those of .env or envFiles, once they are needed.
	variables map[string]facts.Setting
	// searching says that the project's name is being looked for, which may itself need variables.
	searching bool
}

// lookup gives the value of a variable: what the user says, then what .env says. ok is false when neither does.
func (s *scope) lookup(name string) (facts.Setting, bool) {
	if setting, ok := s.reader.context.Variable(name); ok {
		return setting, true
	}
	if s.outer != nil {
		if setting, ok := s.outer.lookup(name); ok {
			return setting, true
		}
	}
	if setting, ok := s.env()[name]; ok {
		return setting, true
	}
	if name == "COMPOSE_PROJECT_NAME" && s.outer == nil {
		return s.projectName(), true
	}
	return facts.Setting{}, false
}

// env reads the files with the project's variables, when the first of them is asked for.
func (s *scope) env() map[string]facts.Setting {
	if s.variables != nil {
		return s.variables
	}
	s.variables = map[string]facts.Setting{} // while the files are read, their variables are not asked for here
	files := s.envFiles
	if files == nil {
		if source, err := s.reader.context.Open(s.base, ".env"); err == nil {
			files = append(files, source)
		}
	}
	var assignments []facts.Assignment
	for _, file := range files {
		if s.reader.envFiles += len(file.Text); s.reader.envFiles > maxEnvFiles {
			break
		}
		read, problems := dotenv.ReadAfter(assignments, file, facts.ComposeEnv, s.stronger, 0)
		assignments = append(assignments, read...)
		for _, problem := range problems {
			s.reader.tell(problem.Origin, problem.Message, problem.Note)
		}
	}
	for _, assignment := range assignments {
		s.variables[assignment.Name] = assignment.Value
	}
	return s.variables
}

// stronger gives the variables that are stronger than those of .env.
func (s *scope) stronger(name string) (facts.Setting, bool) {
	if setting, ok := s.reader.context.Variable(name); ok {
		return setting, true
	}
	if s.outer != nil {
		return s.outer.lookup(name)
	}
	return facts.Setting{}, false
}

// projectName is what docker compose sets COMPOSE_PROJECT_NAME to when nobody does: the name that the last of the files
// gives, else one made of the directory's name, which depends on where the files are copied to.
func (s *scope) projectName() facts.Setting {
	unknown := facts.Setting{Key: "COMPOSE_PROJECT_NAME", State: facts.Unresolved, Why: "docker compose makes COMPOSE_PROJECT_NAME of the directory's name"}
	if s.searching {
		return unknown
	}
	s.searching = true
	defer func() { s.searching = false }()
	name := unknown
	for _, source := range s.sources {
		file := s.reader.parse(source)
		if file == nil {
			continue
		}
		for _, root := range file.Documents {
			fields, _ := file.Fields(root)
			for _, field := range fields {
				if field.Key.Value != "name" {
					continue
				}
				d := &document{reader: s.reader, file: file, scope: s, base: s.base}
				if setting := d.text(field, "name"); setting.Text != "" {
					name = setting
				}
			}
		}
	}
	if normal := normalName(name.Text); name.Known() && normal != name.Text {
		name.Text, name.Origin.Runs = normal, []facts.Run{}
	}
	return name
}

// normalName is a project's name as docker compose makes it: lower case, and only the characters that it allows.
func normalName(name string) string {
	normal := make([]byte, 0, len(name))
	for i := range len(name) {
		c := name[i]
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', len(normal) > 0 && (c == '_' || c == '-'):
			normal = append(normal, c)
		}
	}
	return string(normal)
}

// watch gives a look-up that remembers the first variable for which nothing was found.
func (s *scope) watch(missing *string) func(string) (facts.Setting, bool) {
	return func(name string) (facts.Setting, bool) {
		setting, ok := s.lookup(name)
		if !ok && *missing == "" {
			*missing = name
		}
		return setting, ok
	}
}

// defaulted is why a value is what it is although a variable in it has none.
func defaulted(name string) string {
	return fmt.Sprintf("${%s} has no value among the inputs, so the default that stands with it is taken", name)
}
