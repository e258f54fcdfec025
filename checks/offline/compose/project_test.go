package compose

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
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
