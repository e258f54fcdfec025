package dockerrun

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv/traced/tracedtest"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
)

// line makes words of arguments, each on a line of its own in a source.
func line(arguments ...string) (*facts.Source, []Word) {
	source := facts.NewSource("line", []byte(strings.Join(arguments, "\n")))
	var words []Word
	at := 0
	for _, argument := range arguments {
		word := Word{Span: facts.Span{Start: at, End: at + len(argument)}}
		word.Verbatim(argument, source, at, facts.Plain)
		words = append(words, word)
		at += len(argument) + 1
	}
	return source, words
}

// environment of docker in the tests.
var caller = map[string]string{"HOST": "db.example.com", "EMPTY": ""}

var callerSource = facts.NewSource("caller", []byte("db.example.com"))

func callerVariable(name string) (facts.Setting, bool) {
	text, ok := caller[name]
	return facts.Setting{Text: text, State: facts.Set, Origin: facts.Origin{Source: callerSource, Span: facts.Span{End: len(text)}, Key: name}}, ok
}

// directory opens files of a directory.
type directory string

func (d directory) Open(_ *facts.Source, path string) (*facts.Source, error) {
	text, err := os.ReadFile(filepath.Join(string(d), path))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, input.ErrMissing)
	}
	return facts.NewSource(path, text), nil
}

func (d directory) Exists(base *facts.Source, path string) bool {
	_, err := d.Open(base, path)
	return err == nil
}

var envFiles = map[string]string{
	"a.env":   "# c\nA=file\nQ=\"quoted\"\nHOST\nMISSING\n",
	"b.env":   "B=file b\r\nA=second\n",
	"bad.env": "A=1\nexport B=2\n",
}

// commands are what is behind "docker create".
var commands = [][]string{
	{}, {"img"}, {""}, {"img", "cmd", "-e", "A=1"}, {"--", "img"}, {"--", "-e", "x"}, {"-"}, {"img", "--", "x"}, {"-e"}, {"--env"}, {"--env", "A=1"},
	{"-e", "A=1", "img"}, {"-eA=1", "img"}, {"-e=A=1", "img"}, {"--env=A=1", "img"}, {"--env", "A=1", "img"}, {"-e=", "img"}, {"-e", "=", "img"}, {"-e", "", "img"}, {"-e", "=1", "img"}, {"-e", "A=", "img"}, {"-eA", "img"}, {"-e", "A==", "img"},
	{"-e", "HOST", "img"}, {"-e", "MISSING", "img"}, {"-e", "EMPTY", "img"}, {"--env=HOST", "img"}, {"-e", "A=1", "-e", "A=2", "img"}, {"-e", "A b=1", "img"}, {"-e", " A=1", "img"}, {"-e", "A= 1 ", "img"}, {"-e", "A=x,y", "img"}, {"-e", "A=\"q\"", "img"}, {"-e", "A=$HOST", "img"}, {"-e", "-x=1", "img"}, {"-e", "--rm", "img"},
	{"--env-file", "a.env", "img"}, {"--env-file=a.env", "img"}, {"--env-file", "a.env", "-e", "A=flag", "img"}, {"-e", "A=flag", "--env-file", "a.env", "img"}, {"--env-file", "a.env", "--env-file", "b.env", "img"}, {"--env-file", "bad.env", "img"}, {"--env-file", "none.env", "img"},
	{"-it", "img"}, {"-itd", "img"}, {"-ite", "A=1", "img"}, {"-iteA=1", "img"}, {"-itp", "5432:5432", "img"}, {"-itp5432:5432", "img"}, {"-i=true", "img"}, {"-i=false", "img"}, {"-i=x", "img"}, {"-t", "false", "img"}, {"-it=", "img"}, {"-iq", "img"}, {"-iz", "img"}, {"-z"}, {"-P", "img"}, {"-ti=true", "img"},
	{"--rm", "img"}, {"--rm=true", "img"}, {"--rm=false", "img"}, {"--rm=0", "img"}, {"--rm=T", "img"}, {"--rm=yes", "img"}, {"--rm=", "img"}, {"--rm", "false", "img"}, {"--rm", "--rm=false", "img"},
	{"--name", "pg-0", "img"}, {"--name=pg-0", "img"}, {"--name", "pg-0"}, {"--name=a", "--name=b", "img"}, {"--nam", "x", "img"}, {"-name", "x", "img"}, {"--name==x", "img"}, {"---name", "img"}, {"--=x", "img"}, {"--name="},
	{"-h", "pg-0", "img"}, {"-h=", "img"}, {"-h=x", "img"}, {"-hpg-0", "img"}, {"--hostname", "pg-0", "img"}, {"--hostname=pg-0", "--domainname", "x", "img"}, {"--host", "x", "img"},
	{"--network", "my-network", "img"}, {"--net", "my-network", "img"}, {"--network=host", "img"}, {"--net=host", "img"}, {"--network", "my-network", "--network-alias", "pgpool", "img"}, {"--network", "name=My-Net,alias=PgPool", "img"}, {"--network", "my-network", "--net-alias=a", "--network-alias", "b", "img"}, {"--network", "a", "--network", "b", "img"},
	{"-p", "5432:5432", "img"}, {"-p5432", "img"}, {"--publish", "5432:5432/tcp", "img"}, {"--publish=9898:9898/udp", "img"}, {"-p", "127.0.0.1:5432:5432", "img"}, {"-p", "[::1]:5432:5432", "img"}, {"-p", "127.0.0.1::5432", "img"}, {"-p", "5433:5432", "-p", "9898:9898", "img"}, {"-p", "published=5433,target=5432", "img"}, {"-p", "target=5432,published=5433,protocol=udp", "img"}, {"-p", ":5432", "img"}, {"-p", "5432:", "img"}, {"-p", "", "img"},
	{"-v", "data:/bitnami", "img"}, {"-v", "/srv/data:/bitnami:ro", "img"}, {"-v", "/bitnami", "img"}, {"--volume=data:/bitnami", "img"}, {"-v", "C:\\data:/bitnami", "img"}, {"-v", "a-b:/b", "-v", "c:/d:rw,z", "img"}, {"-v", "C:/data:/bitnami", "img"}, {"--mount", "type=bind,source=/srv,target=/data", "img"}, {"--mount", "type=volume,src=vol,dst=/data,readonly", "img"}, {"--mount", "source=vol,destination=/data", "img"}, {"--mount", "type=tmpfs,target=/data", "img"}, {"--tmpfs", "/data", "img"}, {"--tmpfs=/data:rw,size=64m", "-v", "data:/b", "img"}, {"--mount", "type=volume,target=/data", "img"}, {"--mount", "\"type=bind\",source=/a,target=/b", "img"}, {"--mount", "type=bind,source=/srv", "img"},
	{"--restart", "always", "-u", "0", "-w", "/x", "-m", "512m", "-l", "a=b", "-a", "stdout", "-c", "512", "-e", "A=1", "img"}, {"--memory=1g", "--cpus", "2", "--ulimit", "nofile=1024", "--sysctl", "net.core.somaxconn=1024", "--shm-size", "1g", "-e", "A=1", "img"}, {"--health-cmd", "pg_isready", "--health-interval=5s", "--log-driver", "json-file", "--log-opt", "max-size=1m", "--privileged", "--init", "-e", "A=1", "img"}, {"--entrypoint", "", "img"}, {"--entrypoint", "bash", "img", "-c", "x"}, {"--pull", "always", "--platform", "linux/amd64", "--quiet", "-e", "A=1", "img"}, {"--read-only", "-e", "A=1", "img"}, {"--unknown", "img"}, {"--unknown=x", "img"}, {"--help"}, {"--help", "img"}, {"-e", "A=1", "--", "img", "-e", "B=2"}, {"img", "-e", "A=1"}, {"--cap-add", "SYS_ADMIN", "--security-opt", "no-new-privileges", "--add-host", "pg-0:10.0.0.1", "--dns=8.8.8.8", "-e", "A=1", "registry.example.com:5000/bitnami/pgpool:4.5.5@sha256:" + strings.Repeat("0", 64)},
	{"--name", "pgpool", "--network", "my-network", "-p", "5432:5432", "-e", "PGPOOL_BACKEND_NODES=0:{PG-0-HOST},1:{PG-1-HOST}", "--env", "PGPOOL_SR_CHECK_USER=postgres", "bitnami/pgpool:latest"},
}

// accepted are commands that docker refuses and the reader does not, because what is wrong with them changes nothing of
// what it is asked.
var accepted = map[string]string{
	"":         "docker checks the form of the image's name",
	"-- -e x":  "docker checks the form of the image's name",
	"-":        "docker checks the form of the image's name",
	"-itd img": "docker create has no -d; the reader takes it for docker run, which has",
}

// created is what docker asks its server to create.
type created struct {
	Hostname, Image string
	Env, Cmd        []string
	HostConfig      struct {
		AutoRemove   bool
		NetworkMode  string
		Binds        []string
		PortBindings map[string][]struct{ HostIP, HostPort string }
		Mounts       []struct{ Type, Source, Target string }
		Tmpfs        map[string]string
	}
	Volumes          map[string]struct{}
	NetworkingConfig struct {
		EndpointsConfig map[string]*struct{ Aliases []string }
	}
	name string
}

// server answers docker on a socket and remembers what it is asked to create.
type server struct {
	mu      sync.Mutex
	request *created
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Api-Version", "1.50")
	w.Header().Set("Ostype", "linux")
	if !strings.HasSuffix(r.URL.Path, "/containers/create") {
		return
	}
	request := &created{name: r.URL.Query().Get("name")}
	if err := json.NewDecoder(r.Body).Decode(request); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	s.request = request
	s.mu.Unlock()
	w.WriteHeader(http.StatusCreated)
	fmt.Fprint(w, `{"Id":"0123456789ab","Warnings":[]}`)
}

// outcome is what one command gives, in a form in which both readings can be compared.
type outcome struct {
	Image, Name, Hostname string
	Env, Command          []string
	Remove, HostNetwork   bool
	Ports, Volumes, Names []string
}

// TestAgreesWithDocker runs the docker program with a server of its own and compares what it asks for.
func TestAgreesWithDocker(t *testing.T) {
	t.Parallel()
	docker, err := exec.LookPath("docker")
	if err != nil {
		t.Skip("there is no docker program here")
	}
	dir := t.TempDir()
	for name, text := range envFiles {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	listener, err := net.Listen("unix", filepath.Join(dir, "s"))
	if err != nil {
		t.Skipf("no socket: %v", err)
	}
	recorder := &server{}
	web := &http.Server{Handler: recorder}
	go web.Serve(listener) //nolint:errcheck // it ends with the test
	t.Cleanup(func() { web.Close() })

	for _, arguments := range commands {
		recorder.request = nil
		run := exec.Command(docker, append([]string{"create"}, arguments...)...)
		run.Dir = dir
		run.Env = []string{"DOCKER_HOST=unix://" + filepath.Join(dir, "s"), "DOCKER_CONFIG=" + dir, "HOME=" + dir, "PATH=" + os.Getenv("PATH")}
		for name, text := range caller {
			run.Env = append(run.Env, name+"="+text)
		}
		output, err := run.CombinedOutput()
		if err != nil && strings.Contains(string(output), "Cannot connect") {
			t.Fatalf("%q: %s", arguments, output)
		}
		source, words := line(append([]string{"docker", "create"}, arguments...)...)
		container, problems, ok := Read(words, Context{Source: source, Format: facts.Shell, Environment: callerVariable, Input: input.Context{Files: directory(dir)}})
		real := recorder.request
		if real == nil {
			if reason := accepted[strings.Join(arguments, " ")]; ok && len(problems) == 0 && (reason == "" || len(arguments) == 0) {
				t.Errorf("%q: docker refuses it, the reader does not: %s", arguments, output)
			}
			continue
		}
		if !ok || len(problems) > 0 {
			t.Errorf("%q: docker takes it, the reader does not: %v %v", arguments, ok, problems)
			continue
		}
		for _, variable := range container.Environment {
			tracedtest.Check(t, variable.Value)
		}
		tracedtest.Check(t, container.Image)
		if diff := cmp.Diff(docked(real), read(container)); diff != "" {
			t.Errorf("%q: docker -, reader +\n%s", arguments, diff)
		}
	}
}

// docked is the outcome of docker.
func docked(real *created) outcome {
	o := outcome{Image: real.Image, Name: real.name, Hostname: real.Hostname, Command: real.Cmd,
		Remove: real.HostConfig.AutoRemove, HostNetwork: real.HostConfig.NetworkMode == "host"}
	for i, variable := range real.Env {
		name, _, assigned := strings.Cut(variable, "=")
		stronger := slices.ContainsFunc(real.Env[i+1:], func(v string) bool { return strings.HasPrefix(v, name+"=") })
		if assigned && !stronger {
			o.Env = append(o.Env, variable)
		}
	}
	for port, bindings := range real.HostConfig.PortBindings {
		for _, binding := range bindings {
			o.Ports = append(o.Ports, binding.HostIP+" "+binding.HostPort+" "+port)
		}
	}
	for _, bind := range real.HostConfig.Binds {
		parts := strings.Split(strings.NewReplacer(`C:\`, `C|\`, "C:/", "C|/").Replace(bind), ":")
		o.Volumes = append(o.Volumes, strings.ReplaceAll(parts[0], "|", ":")+" "+parts[1])
	}
	for target := range real.Volumes {
		o.Volumes = append(o.Volumes, " "+target)
	}
	for _, mount := range real.HostConfig.Mounts {
		o.Volumes = append(o.Volumes, mountOf(mount.Source, mount.Target, mount.Type == "tmpfs"))
	}
	for target := range real.HostConfig.Tmpfs {
		o.Volumes = append(o.Volumes, mountOf("", target, true))
	}
	names := map[string]bool{real.name: true, real.Hostname: true}
	for _, endpoint := range real.NetworkingConfig.EndpointsConfig {
		if endpoint != nil {
			for _, alias := range endpoint.Aliases {
				names[alias] = true
			}
		}
	}
	for name := range names {
		if name != "" {
			o.Names = append(o.Names, name)
		}
	}
	return o.sorted()
}

// read is the outcome of the reader.
func read(container *facts.Container) outcome {
	o := outcome{Image: container.Image.Text, Name: container.Name, Hostname: container.Hostname, Command: container.Command,
		Remove: container.Remove, HostNetwork: container.HostNetwork, Names: container.Names}
	for i, variable := range container.Environment {
		stronger := slices.ContainsFunc(container.Environment[i+1:], func(v facts.Assignment) bool { return v.Name == variable.Name })
		if variable.Value.State == facts.Set && !stronger {
			o.Env = append(o.Env, variable.Name+"="+variable.Value.Text)
		}
	}
	for _, port := range container.Ports {
		o.Ports = append(o.Ports, port.HostIP+" "+port.Host+" "+port.Container+"/"+port.Protocol)
	}
	for _, volume := range container.Volumes {
		o.Volumes = append(o.Volumes, mountOf(volume.Source, volume.Target, volume.Temporary))
	}
	return o.sorted()
}

func mountOf(source, target string, temporary bool) string {
	if temporary {
		source = "tmpfs"
	}
	return source + " " + target
}

// sorted puts in order what docker itself gives in another order every time.
func (o outcome) sorted() outcome {
	slices.Sort(o.Env)
	slices.Sort(o.Ports)
	slices.Sort(o.Volumes)
	slices.Sort(o.Names)
	return o
}
