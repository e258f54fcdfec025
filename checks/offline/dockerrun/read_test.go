package dockerrun

import (
	"strings"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv/traced/tracedtest"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
)

// words splits a line at its blanks. $NAME is a variable that is not known; alone in a word it may be several arguments.
func words(text string) (*facts.Source, []Word) {
	source := facts.NewSource("line", []byte(text))
	var all []Word
	for at := 0; at < len(text); {
		written, _, _ := strings.Cut(text[at:], " ")
		word := Word{Span: facts.Span{Start: at, End: at + len(written)}}
		inside := strings.Trim(written, `"`)
		known, variable, unknown := strings.Cut(inside, "$")
		word.Verbatim(known, source, at+strings.Index(written, inside), facts.Plain)
		if unknown {
			word.Unknown("$" + variable + " is not set in the inputs")
			word.Several = written == "$"+variable
		}
		all = append(all, word)
		at += len(written) + 1
	}
	return source, all
}

func readLine(t *testing.T, text string) (*facts.Container, []facts.Problem, bool) {
	t.Helper()
	source, all := words(text)
	container, problems, ok := Read(all, Context{Source: source, Format: facts.Shell, Environment: callerVariable, Input: input.Context{Files: memory(envFiles)}})
	if ok {
		for _, variable := range container.Environment {
			if variable.Name != "" {
				tracedtest.Check(t, variable.Value)
			}
		}
		if container.Image.State != facts.Absent {
			tracedtest.Check(t, container.Image)
		}
	}
	return container, problems, ok
}

// memory has files by name.
type memory map[string]string

func (m memory) Open(_ *facts.Source, path string) (*facts.Source, error) {
	text, ok := m[path]
	if !ok {
		return nil, input.ErrMissing
	}
	return facts.NewSource(path, []byte(text)), nil
}

func (m memory) Exists(_ *facts.Source, path string) bool { _, ok := m[path]; return ok }

// summary is what matters of a container, on one line.
func summary(container *facts.Container) string {
	parts := []string{container.Image.Text + "/" + container.Image.State.String()}
	if container.Name != "" {
		parts = append(parts, "name "+container.Name)
	}
	for _, variable := range container.Environment {
		text := variable.Value.Text
		if variable.Value.State != facts.Set {
			text = variable.Value.State.String()
		}
		if variable.Name == "" {
			parts = append(parts, "others")
			continue
		}
		parts = append(parts, variable.Name+"="+text)
	}
	if len(container.Command) > 0 {
		parts = append(parts, "command "+strings.Join(container.Command, " "))
	}
	return strings.Join(parts, ", ")
}

func TestRead(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ line, want string }{
		// Programs.
		{"docker run -e A=1 img", "img/set, A=1"},
		{"docker create -e A=1 img", "img/set, A=1"},
		{"docker container run -e A=1 img", "img/set, A=1"},
		{"/usr/bin/docker run -e A=1 img", "img/set, A=1"},
		{"docker.exe run -e A=1 img", "img/set, A=1"},
		{"podman run -e A=1 --replace --pod p --env-host img", "img/set, others, A=1"},
		{"nerdctl -n k8s.io run -e A=1 --snapshotter x img", "img/set, A=1"},
		{"docker --context prod -H tcp://x:1 -D run -e A=1 img", "img/set, A=1"},
		{"docker --context=prod run -e A=1 img", "img/set, A=1"},
		{"$DOCKER run -e A=1 img", "img/set, A=1"},
		{"$DOCKER_OPTS run -e A=1 img", ""},
		{"docker exec -e A=1 c bash", ""},
		{"docker compose run -e A=1 s", ""},
		{"docker run", ""},
		{"docker run --help", ""},
		{"docker", ""},
		{"docker -v", ""},
		{"echo docker run -e A=1 img", ""},
		{"run -e A=1 img", ""},
		// Programs that run docker.
		{"sudo docker run -e A=1 img", "img/set, A=1"},
		{"sudo -u root -n docker run -e A=1 img", "img/set, A=1"},
		{"sudo -E docker run -e HOST img", "img/set, HOST=db.example.com"},
		{"sudo docker run -e HOST img", "img/set, HOST=unresolved"},
		{"sudo --preserve-env=HOST docker run -e HOST -e EMPTY img", "img/set, HOST=db.example.com, EMPTY=unresolved"},
		{"sudo A=1 B=2 docker run -e A -e B img", "img/set, A=1, B=2"},
		{"sudo -l docker run -e A=1 img", ""},
		{"env A=1 docker run -e A -e HOST img", "img/set, A=1, HOST=db.example.com"},
		{"env -i A=1 docker run -e A -e HOST img", "img/set, A=1, HOST=unresolved"},
		{"env -u HOST docker run -e HOST img", "img/set, HOST=unresolved"},
		{"env A=$X docker run -e A img", "img/set, A=unresolved"},
		{"exec docker run -e A=1 img", "img/set, A=1"},
		{"exec -a name docker run -e A=1 img", "img/set, A=1"},
		{"command docker run -e A=1 img", "img/set, A=1"},
		{"command -v docker", ""},
		{"nohup nice -n 5 timeout -k 5 30 docker run -e A=1 img", "img/set, A=1"},
		{"$SUDO docker run -e A=1 img", "img/set, A=1"},
		{"ssh host docker run -e A=1 img", ""},
		// What is not known.
		{"docker run -e A=$X -e B=1 img", "img/set, A=unresolved, B=1"},
		{"docker run -eA=$X --env=B=$X img", "img/set, A=unresolved, B=unresolved"},
		{"docker run -e $X -e B=1 img", "img/set, others, B=1"},
		{"docker run --name $X -e B=1 img", "img/set, name $X, B=1"},
		{"docker run -e A=1 $IMAGE", "$IMAGE/unresolved, A=1"},
		{"docker run -e A=1 $IMAGE -e B=2", "$IMAGE/unresolved, A=1, command -e B=2"},
		{"docker run -e A=1 img:$TAG cmd", "img:$TAG/unresolved, A=1, command cmd"},
		{"docker run -e A=1 \"$X\" -e B=2", "$X/unresolved, A=1, command -e B=2"},
		{"docker run $X -e A=1 img", "img/set, others, A=1"},
		{"docker run -e A=1 $X img/x", "img/x/set, others, A=1"},
		{"docker run -e A=1 $X bash", "$X/unresolved, A=1, command bash"},
		{"docker run -e A=1 $OPTS img", "img/set, others, A=1"},
		{"docker run -e A=1 $X", "$X/unresolved, A=1"},
		{"docker run $X", "$X/unresolved"},
		{"docker run -$X -e A=1 img", "img/set, others, A=1"},
		{"docker run --$X -e A=1 img", "img/set, others, A=1"},
		{"docker run -it$X -e A=1 img", "img/set, others, A=1"},
		{"docker run -e A=1 -p $X:5432 -v $X:/data img", "img/set, A=1"},
		{"docker run -e A=1 --rm=$X img", "img/set, A=1"},
		// What docker refuses.
		{"docker run -e A=1 --unknown=1 -e B=1 img", "img/set, A=1, B=1"},
		{"docker run --unknown 1 -e B=1 img", "img/set, B=1"},
		{"docker run --unknown -e B=1 img", "img/set, B=1"},
		{"docker run -e A=1", "/absent, A=1"},
		{"docker run -e A=1 -e", "/absent, A=1"},
		{"podman run -e PG* -e A=1 img", "img/set, others, A=1"},
		{"docker run --env-file a.env -e A=2 img", "img/set, A=file, Q=\"quoted\", HOST=db.example.com, MISSING=unresolved, A=2"},
		{"docker run --env-file $X -e A=2 img", "img/set, others, A=2"},
		{"docker run --env-file bad.env img", "img/set, A=1"},
		{"docker run --env-file none.env -e A=2 --env-file $X img", "img/set, others, A=2"},
	} {
		container, _, ok := readLine(t, test.line)
		got := ""
		if ok {
			got = summary(container)
		}
		if got != test.want {
			t.Errorf("%s\n got %s\nwant %s", test.line, got, test.want)
		}
	}
}

func TestProblems(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		line, message string
		note          bool
	}{
		{"docker run -e A=1 img", "", false},
		{"docker run --unknown=1 -e A=1 img", "no option --unknown", false},
		{"docker run -dz -e A=1 img", "no option -z", false},
		{"docker run --network-alias=x --replace -e A=1 img", "no option --replace", false},
		{"podman run --replace -e A=1 img", "", false},
		{"docker run ---x -e A=1 img", "does not take ---x", false},
		{"docker run --rm=maybe -e A=1 img", "true or false", false},
		{"docker run -e =1 img", "has no name", false},
		{"docker run -e A=1", "without an image", false},
		{"docker run -e A=1 --name", "--name needs a value", false},
		{"docker run -p 5432: img", "port of the container", false},
		{"docker run --mount type=bind,source=/x img", "no path in the container", false},
		{"docker run --env-file none.env img", "--env-file none.env is not read, so its variables are not known: no such file", false},
		{"docker run --env-file $F img", "which file $F is", false},
		{"docker run --env-file bad.env img", "white space", false},
		{"docker run $OPTS -e A=1 img", "$OPTS", true},
		{"docker run -e $PAIR img", "$PAIR", true},
		{"docker run -e A=1 \"$IMAGE\" $ARGS", "", false},
	} {
		_, problems, ok := readLine(t, test.line)
		if !ok {
			t.Errorf("%s: not read", test.line)
			continue
		}
		message, note := "", false
		for _, problem := range problems {
			message, note = message+problem.Message, problem.Note
			if problem.File == "" || problem.Origin.Source == nil {
				t.Errorf("%s: %s points nowhere", test.line, problem.Message)
			}
		}
		if !strings.Contains(message, test.message) || test.message == "" && message != "" || note != test.note {
			t.Errorf("%s: note %v: %s", test.line, note, message)
		}
	}
}

func TestOrigins(t *testing.T) {
	t.Parallel()
	container, _, _ := readLine(t, `docker run --env=AB=x -e "CD=yz" -e EF= -eHOST --env-file a.env -p 1:2 -v d:/e img`)
	at := func(span facts.Span) string { return string(container.Origin.Source.Text[span.Start:span.End]) }
	if got := at(container.Origin.Span); got != "docker" {
		t.Error(got)
	}
	if got := at(container.Image.Origin.Span); got != "img" {
		t.Error(got)
	}
	if got := at(container.Ports[0].Origin.Span) + " " + at(container.Volumes[0].Origin.Span); got != "1:2 d:/e" {
		t.Error(got)
	}
	var got []string
	for _, variable := range container.Environment[4:] {
		origin := variable.Value.Origin
		got = append(got, at(origin.KeySpan)+"|"+at(origin.Span))
	}
	if got := strings.Join(got, " "); got != "AB|x CD|yz EF| HOST|" {
		t.Error(got)
	}
	first := container.Environment[0].Value
	if first.Origin.Source.Name != "a.env" || len(first.Via) != 1 || at(first.Via[0].Span) != "a.env" || at(first.Via[0].KeySpan) != "--env-file" {
		t.Errorf("%+v", first)
	}
	host := container.Environment[7].Value
	places, ok := host.Origin.Places(0, len(host.Text))
	if !ok || len(places) != 1 || places[0].Source != callerSource || len(host.Via) != 1 || host.Via[0].Source != callerSource {
		t.Errorf("%+v", host)
	}
	if _, ok := host.Origin.Places(0, 0); !ok {
		t.Error("nothing can be put in front of HOST")
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	container, _, _ := readLine(t, "docker run --name pg-0 -h pg-0 --network-alias a --network name=N,alias=B --net-alias a img")
	if got := strings.Join(container.Names, " "); got != "pg-0 a b" || container.Hostname != "pg-0" || container.HostNetwork || container.Replicas != 1 {
		t.Errorf("%s: %+v", got, container)
	}
	container, _, _ = readLine(t, "podman run --network bridge:alias=pgpool,ip=10.0.0.1 img")
	if got := strings.Join(container.Names, " "); got != "pgpool" {
		t.Error(got)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	source, all := words("docker run " + strings.Repeat("-e A=1 ", 20) + "--env-file a.env --env-file a.env img")
	limits := &Limits{Variables: 15, FileBytes: 60}
	container, problems, ok := Read(all, Context{Source: source, Input: input.Context{Files: memory(envFiles)}, Limits: limits})
	if !ok || len(container.Environment) != 16 || container.Environment[0].Name != "" || len(problems) != 2 || !strings.Contains(problems[0].Message, "more variables") || !strings.Contains(problems[1].Message, "too large") {
		t.Errorf("%d variables, %v", len(container.Environment), problems)
	}
}

func FuzzRead(f *testing.F) {
	for _, arguments := range commands {
		f.Add("docker run " + strings.Join(arguments, " "))
	}
	f.Add("sudo -u x env -i A=$X docker container run -e B=$Y $OPTS --env-file a.env img:$TAG")
	f.Fuzz(func(t *testing.T, text string) {
		readLine(t, text)
	})
}

func BenchmarkRead(b *testing.B) {
	source, all := words(`docker run --detach --name pgpool --network my-network -p 5432:5432 -e PGPOOL_BACKEND_NODES=0:{PG-0-HOST},1:{PG-1-HOST} -e PGPOOL_SR_CHECK_USER=postgres -e PGPOOL_SR_CHECK_PASSWORD=adminpassword -e PGPOOL_ENABLE_LDAP=no -e PGPOOL_USERNAME=customuser -e PGPOOL_PASSWORD=custompassword bitnami/pgpool:latest`)
	b.ReportAllocs()
	for b.Loop() {
		Read(all, Context{Source: source, Format: facts.Shell})
	}
}
