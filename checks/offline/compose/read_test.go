package compose

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
)

// parseProject reads a case written in a test.
func parseProject(t testing.TB, text string) *project {
	t.Helper()
	return readProject(t, txtar.Parse([]byte(text)))
}

// marked shows where a value is written: file:line:column and the bytes.
func marked(origin facts.Origin) string {
	if origin.Source == nil {
		return "nowhere " + origin.Key
	}
	line, column := origin.Source.Position(origin.Span.Start)
	return fmt.Sprintf("%s:%d:%d %s", origin.Source.Name, line, column, origin.Source.Text[origin.Span.Start:origin.Span.End])
}

func key(origin facts.Origin) string {
	return string(origin.Source.Text[origin.KeySpan.Start:origin.KeySpan.End])
}

// pieces shows the bytes of each run.
func pieces(origin facts.Origin) string {
	var out []string
	for _, run := range origin.Runs {
		source := origin.Source
		if run.In != nil {
			source = run.In
		}
		out = append(out, fmt.Sprintf("%s[%s]%s", source.Name, source.Text[run.Raw:run.Raw+run.RawN], run.Style))
	}
	return strings.Join(out, " ")
}

// TestReadTellsWhere reads a project and checks the place and the way of its values.
func TestReadTellsWhere(t *testing.T) {
	t.Parallel()
	p := parseProject(t, `
-- .env --
SECRET='s3cret'
HOST=pgpool
-- web.env --
FROM_FILE=f
-- base.yaml --
services:
  base:
    image: common:1
    environment:
      - EXTENDED=e
-- compose.yaml --
x-env: &env
  ANCHORED: a
services:
  web:
    image: bitnami/pgpool:4
    extends:
      file: base.yaml
      service: base
    env_file:
      - web.env
    environment:
      <<: *env
      PLAIN: value
      "QUOTED": "value \"x\""
      URL: jdbc:postgresql://${HOST}:5432/x
      DEFAULT: ${NOBODY:-32}
      PASSWORD: ${SECRET}
      GONE: a${NOBODY}b
      INHERITED:
      HEX: 0x20
  w-2:
    image: ${IMAGE:-i}
    environment:
      - É=ü
      - "B=it's ${HOST}"
      - C
      - D=
      - F=${NOBODY}
`)
	containers, problems := p.read(t)
	if len(problems) > 0 {
		t.Error(problems)
	}
	tests := []struct {
		service int
		name    string
		where   string
		key     string
		runs    string
		via     string
		why     string
	}{
		{0, "PLAIN", "compose.yaml:13:14 value", "PLAIN", "", "", ""},
		{0, "QUOTED", `compose.yaml:14:18 value \"x\"`, "QUOTED", `compose.yaml[value ]" compose.yaml[\"]" compose.yaml[x]" compose.yaml[\"]"`, "", ""},
		{0, "ANCHORED", "compose.yaml:2:13 a", "ANCHORED", "", "compose.yaml:12:11 *env", ""},
		{0, "FROM_FILE", "web.env:1:11 f", "FROM_FILE", "", "compose.yaml:10:9 web.env", ""},
		{0, "EXTENDED", "base.yaml:5:18 e", "EXTENDED", "", "compose.yaml:8:16 base", ""},
		{0, "URL", "compose.yaml:15:12 jdbc:postgresql://${HOST}:5432/x", "URL", "compose.yaml[jdbc:postgresql://] .env[pgpool] compose.yaml[:5432/x]", ".env:2:6 pgpool", ""},
		{0, "DEFAULT", "compose.yaml:16:16 ${NOBODY:-32}", "DEFAULT", "compose.yaml[32]", "", "${NOBODY} has no value among the inputs, so the default that stands with it is taken"},
		{0, "PASSWORD", "compose.yaml:17:17 ${SECRET}", "PASSWORD", ".env[s3cret]'", ".env:1:9 s3cret", ""},
		{0, "GONE", "compose.yaml:18:13 a${NOBODY}b", "GONE", "", "", "${NOBODY} is not set in the inputs"},
		{0, "INHERITED", "compose.yaml:19:17 ", "INHERITED", "", "", "it is taken from the environment of whoever runs docker compose"},
		{0, "HEX", "compose.yaml:20:12 0x20", "HEX", "", "", ""},
		{1, "É", "compose.yaml:24:11 ü", "É", "", "", ""},
		{1, "B", "compose.yaml:25:12 it's ${HOST}", "B", `compose.yaml[it's ]" .env[pgpool]`, ".env:2:6 pgpool", ""},
		{1, "C", "compose.yaml:26:10 ", "C", "", "", "it is taken from the environment of whoever runs docker compose"},
		{1, "D", "compose.yaml:27:11 ", "D", "", "", ""},
		{1, "F", "compose.yaml:28:11 ${NOBODY}", "F", "", "", "${NOBODY} is not set in the inputs"},
	}
	for _, test := range tests {
		value, ok := final(containers[test.service])[test.name]
		if !ok {
			t.Errorf("no %s", test.name)
			continue
		}
		var via []string
		for _, origin := range value.Via {
			via = append(via, marked(origin))
		}
		if got := marked(value.Origin); got != test.where {
			t.Errorf("%s: at %s, want %s", test.name, got, test.where)
		}
		if got := key(value.Origin); got != test.key {
			t.Errorf("%s: key %s, want %s", test.name, got, test.key)
		}
		if got := pieces(value.Origin); got != test.runs {
			t.Errorf("%s: runs %s, want %s", test.name, got, test.runs)
		}
		if got := strings.Join(via, ", "); got != test.via {
			t.Errorf("%s: via %s, want %s", test.name, got, test.via)
		}
		if value.Why != test.why {
			t.Errorf("%s: why %q, want %q", test.name, value.Why, test.why)
		}
		if value.Origin.Format != facts.Compose && test.name != "FROM_FILE" {
			t.Errorf("%s: format %s", test.name, value.Origin.Format)
		}
	}
	for i, want := range []string{"compose.yaml:4:3 web", "compose.yaml:21:3 w-2"} {
		if got := marked(containers[i].Origin); got != want {
			t.Errorf("container at %s, want %s", got, want)
		}
	}
	if got := marked(containers[1].Image.Origin); got != "compose.yaml:22:12 ${IMAGE:-i}" || containers[1].Image.Text != "i" {
		t.Errorf("image %q at %s", containers[1].Image.Text, got)
	}
	// The order is that of rising strength.
	var names []string
	for _, assignment := range containers[0].Environment {
		names = append(names, assignment.Name)
	}
	if got, want := strings.Join(names[:3], " "), "FROM_FILE EXTENDED PLAIN"; got != want {
		t.Errorf("order %s, want %s", got, want)
	}
}

// TestReadHidesSecrets shows nothing of a password, wherever it is written.
func TestReadHidesSecrets(t *testing.T) {
	t.Parallel()
	p := parseProject(t, `
-- .env --
PW=hunter-dotenv
-- web.env --
DB_PASSWORD=hunter-file
-- compose.yaml --
x: &pw hunter-anchor
services:
  web:
    image: a
    env_file: web.env
    environment:
      - A_PASSWORD=hunter-list
      - "B_PASSWORD=hunter ${PW} \"q\""
      - URL=jdbc:postgresql://h/d?password=hunter-url&x=y
  db:
    image: a
    environment:
      C_PASSWORD: |
        hunter-block
        hunter-two
      D_PASSWORD: *pw
      E_PASSWORD: ${NOBODY:-hunter-default}
      F_PASSWORD: ${NOBODY}hunter-unresolved
      PGPOOL_AES_KEY: 0x1234
`)
	containers, _ := p.read(t)
	seen := map[*facts.Source]bool{}
	for _, container := range containers {
		for _, assignment := range container.Environment {
			for _, origin := range append(assignment.Value.Via, assignment.Value.Origin) {
				seen[origin.Source] = true
			}
		}
	}
	for source := range seen {
		masked := source.Masked(facts.Span{Start: 0, End: len(source.Text)})
		if strings.Contains(masked, "hunter") || strings.Contains(masked, "0x1234") {
			t.Errorf("%s shows\n%s", source.Name, masked)
		}
	}
	if len(seen) != 3 {
		t.Errorf("looked at %d files", len(seen))
	}
}

func TestReadTemplates(t *testing.T) {
	t.Parallel()
	p := parseProject(t, `
alone
unresolved: web.A web.B web.C web.D web.E
-- compose.yaml --
services:
  web:
    image: a:{{.Tag}}
    hostname: "{{.Node.Hostname}}"
    environment:
      A: ${{RAILWAY}}
      B: "{{ jinja }}"
      C: x{{.Task.Slot}}
      D: "{% if x %}y{% endif %}"
      E: {{ bare }}
      F: '{"json": {"a": {}}}'
`)
	p.compare(t)
	containers, _ := p.read(t)
	if containers[0].Image.State != facts.Unresolved {
		t.Errorf("the image is %v", containers[0].Image.State)
	}
	for name, value := range final(containers[0]) {
		if name != "F" && value.Why != templateReason {
			t.Errorf("%s: %s", name, value.Why)
		}
	}
}

func TestReadWhatIsNoComposeFile(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "a: 1\n", "- services\n", "services: [a, b]\n", "services: x\n", "apiVersion: v1\nkind: Service\n",
		"services:\n", "include: x.yml\n", "\xff\xfe", "{{ if x }}\n a: [\n{{ end }}\n", "image: x\nservices:\n  - postgres:14\n",
	} {
		containers, problems := Read([]*facts.Source{facts.NewSource("values.yaml", []byte(text))}, input.Context{})
		if len(containers)+len(problems) > 0 {
			t.Errorf("%q: %v %v", text, containers, problems)
		}
	}
	if containers, problems := Read(nil, input.Context{}); containers != nil || problems != nil {
		t.Error(containers, problems)
	}
	// By its name or its lines it is one.
	for name, text := range map[string]string{"docker-compose.prod.yml": "a: [\n", "stack.yml": "x: [\nservices:\n"} {
		if _, problems := Read([]*facts.Source{facts.NewSource(name, []byte(text))}, input.Context{}); len(problems) != 1 {
			t.Errorf("%s: %v", name, problems)
		}
	}
}

func TestReadUnknownParts(t *testing.T) {
	t.Parallel()
	p := parseProject(t, `
alone
problem: the name of this variable is not known
problem: how many containers of web there are is not known
-- compose.yaml --
services:
  web:
    image: a
    scale: ${N}
    container_name: ${NAME}
    ports:
      - ${PORT}:5432
      - 127.0.0.1:${PORT}:${INNER:-5433}/udp
      - ${PORT}
    volumes:
      - ${DIR}:/data
      - ${DIR}/x:/opt/${NAME}:ro
    environment:
      - ${KEY}=x
`)
	p.compare(t)
	containers, _ := p.read(t)
	c := containers[0]
	if c.Replicas != 1 || !slices.Equal(c.Names, []string{"web", "${NAME}"}) {
		t.Error(c.Replicas, c.Names)
	}
	if got := ourPorts(c); !slices.Equal(got, []string{"127.0.0.1|${PORT}|${INNER:-5433}|udp", "|${PORT}|5432|tcp", "||${PORT}|tcp"}) {
		t.Errorf("%q", got)
	}
	var volumes []string
	for _, volume := range c.Volumes {
		volumes = append(volumes, volume.Source+" "+volume.Target)
	}
	if !slices.Equal(volumes, []string{"${DIR} /data", "${DIR}/x /opt/${NAME}"}) {
		t.Errorf("%q", volumes)
	}
}

// TestReadMountedFiles gives configs and secrets that are files as volumes.
func TestReadMountedFiles(t *testing.T) {
	t.Parallel()
	p := parseProject(t, `
-- base/base.yaml --
services:
  base:
    image: a
    secrets: [pw]
-- compose.yaml --
services:
  web:
    extends: {file: base/base.yaml, service: base}
    configs:
      - source: conf
        target: /config/myconf.conf
      - plain
    secrets:
      - source: key
        target: other
      - outside
configs:
  conf: {file: ./pgpool.conf}
  plain: {file: plain.conf}
secrets:
  pw: {file: pw.txt}
  key: {file: key.txt}
  outside: {external: true}
`)
	containers, problems := p.read(t)
	var got []string
	for _, volume := range containers[0].Volumes {
		got = append(got, volume.Source+" "+volume.Target+" "+marked(volume.Origin))
	}
	want := []string{
		"pw.txt /run/secrets/pw compose.yaml:16:14 pw.txt",
		"./pgpool.conf /config/myconf.conf compose.yaml:13:16 ./pgpool.conf",
		"plain.conf /plain compose.yaml:14:17 plain.conf",
		"key.txt /run/secrets/other compose.yaml:17:15 key.txt",
	}
	if !slices.Equal(got, want) || len(problems) > 0 {
		t.Errorf("got %q %v", got, problems)
	}
}
