package helm

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
	"github.com/bbdoctor/bbdoctor/checks/offline/pgpoolconf"
)

// read reads values files and writes down one container: NAME=value with the state and where it stands.
func read(t *testing.T, container string, release Release, texts ...string) (lines []string, result Result) {
	t.Helper()
	var sources []*facts.Source
	for i, text := range texts {
		sources = append(sources, facts.NewSource(fmt.Sprintf("values%d.yaml", i), []byte(text)))
	}
	result = Read(sources, release)
	for _, c := range result.Containers {
		if c.Name != container {
			continue
		}
		for _, variable := range c.Environment {
			lines = append(lines, variable.Name+": "+written(variable.Value))
		}
	}
	return lines, result
}

func written(s facts.Setting) string {
	text := fmt.Sprintf("%s %q", s.State, s.Text)
	if s.Origin.Source != nil {
		line, column := s.Origin.Source.Position(s.Origin.Span.Start)
		raw := s.Origin.Source.Text[s.Origin.Span.Start:s.Origin.Span.End]
		text += fmt.Sprintf(" %s:%d:%d %s", s.Origin.Source.Name, line, column, raw)
	}
	return text
}

func only(lines []string, names ...string) (kept []string) {
	for _, name := range names {
		for _, line := range lines {
			if strings.HasPrefix(line, name+": ") {
				kept = append(kept, line)
			}
		}
	}
	return kept
}

func TestPgpool(t *testing.T) {
	t.Parallel()
	lines, result := read(t, "pgpool", Release{}, `
pgpool:
  useLoadBalancing: off
  numInitChildren: 0100
  maxPool: "4"
  reservedConnections: 0
  clientIdleLimit: ''
  adminUsername: null
  logHostname: true
  srCheckPassword: '{{ .pw }}'
  childLifeTime: 1000000
  existingSecret: admin-secret
  clientMinMessages: debug
  extraEnvVars:
    - name: PGPOOL_AUTO_FAILBACK
      value: "yes"
    - name: A
      valueFrom: {secretKeyRef: {name: s, key: k}}
    - {name: B, value: $(A)}
global: {postgresql: {username: app}}
`)
	want := []string{
		`PGPOOL_ENABLE_LOAD_BALANCING: set "no" values0.yaml:3:21 off`,
		`PGPOOL_NUM_INIT_CHILDREN: set "64" values0.yaml:4:20 0100`,
		`PGPOOL_MAX_POOL: set "4" values0.yaml:5:13 4`,
		`PGPOOL_ENABLE_LOG_HOSTNAME: set "yes" values0.yaml:9:16 true`,
		`PGPOOL_ENABLE_LOG_CONNECTIONS: default "no"`,
		`PGPOOL_SR_CHECK_PASSWORD: secret "" values0.yaml:12:3 existingSecret`,
		`PGPOOL_CHILD_LIFE_TIME: unresolved "1e+06" values0.yaml:11:18 1000000`,
		`PGPOOL_ADMIN_PASSWORD: secret "" values0.yaml:12:3 existingSecret`,
		`PGPOOL_POSTGRES_USERNAME: set "app" values0.yaml:20:33 app`,
		`PGPOOL_BACKEND_NODES: unresolved ""`,
		`PGPOOL_AUTO_FAILBACK: set "yes" values0.yaml:16:15 yes`,
		`A: secret "" values0.yaml:18:7 valueFrom`,
		`B: unresolved "$(A)" values0.yaml:19:24 $(A)`,
	}
	got := only(lines, "PGPOOL_ENABLE_LOAD_BALANCING", "PGPOOL_NUM_INIT_CHILDREN", "PGPOOL_MAX_POOL", "PGPOOL_ENABLE_LOG_HOSTNAME", "PGPOOL_ENABLE_LOG_CONNECTIONS",
		"PGPOOL_SR_CHECK_PASSWORD", "PGPOOL_CHILD_LIFE_TIME", "PGPOOL_ADMIN_PASSWORD", "PGPOOL_POSTGRES_USERNAME", "PGPOOL_BACKEND_NODES", "PGPOOL_AUTO_FAILBACK", "A", "B")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, absent := range []string{"PGPOOL_RESERVED_CONNECTIONS", "PGPOOL_CLIENT_IDLE_LIMIT", "PGPOOL_ADMIN_USERNAME", "PGPOOL_DISABLE_LOAD_BALANCE_ON_WRITE", "PGPOOL_CLIENT_MIN_MESSAGES", "PGPOOL_PORT_NUMBER"} {
		if found := only(lines, absent); len(found) > 0 {
			t.Errorf("%s is printed, but the chart does not print it: %q", absent, found)
		}
	}
	if len(result.Problems) != 1 || !result.Problems[0].Note || !strings.Contains(result.Problems[0].Message, "pgpool.clientMinMessages has no effect") {
		t.Errorf("problems: %+v", result.Problems)
	}
	if len(result.Containers) != 4 {
		t.Errorf("%d containers, want Pgpool-II and three nodes", len(result.Containers))
	}
}

func TestNodesAndRelease(t *testing.T) {
	t.Parallel()
	lines, result := read(t, "pg-postgresql-ha-postgresql-1", Release{Name: "pg"},
		"postgresql: {repmgrPassword: geheim, maxConnections: 200, replicaCount: 2}\nwitness: {create: true}\n",
		"postgresql: {maxConnections: 300, syncReplication: true, image: {tag: 17.6.0-debian-12-r2, registry: reg.example.com}}\npersistence: {enabled: no}\n")
	want := []string{
		`POSTGRESQL_MAX_CONNECTIONS: set "300" values1.yaml:1:30 300`,
		`REPMGR_NODE_NAME: default "pg-postgresql-ha-postgresql-1"`,
		`POSTGRESQL_NUM_SYNCHRONOUS_REPLICAS: set "1" values1.yaml:1:52 true`,
		`REPMGR_PASSWORD: set "geheim" values0.yaml:1:30 geheim`,
		`REPMGR_NODE_TYPE: default "data"`,
	}
	if diff := cmp.Diff(want, only(lines, "POSTGRESQL_MAX_CONNECTIONS", "REPMGR_NODE_NAME", "POSTGRESQL_NUM_SYNCHRONOUS_REPLICAS", "REPMGR_PASSWORD", "REPMGR_NODE_TYPE")); diff != "" {
		t.Error(diff)
	}
	var names []string
	for _, c := range result.Containers {
		names = append(names, c.Name)
		if strings.Contains(c.Name, "postgresql-1") && (c.Image.Text != "reg.example.com/bitnami/postgresql-repmgr:17.6.0-debian-12-r2" || len(c.Volumes) != 1 || !c.Volumes[0].Temporary) {
			t.Errorf("image %q, volumes %v", c.Image.Text, c.Volumes)
		}
	}
	if diff := cmp.Diff([]string{"pg-postgresql-ha-pgpool", "pg-postgresql-ha-postgresql-0", "pg-postgresql-ha-postgresql-1", "pg-postgresql-ha-postgresql-witness-0"}, names); diff != "" {
		t.Error(diff)
	}
}

func TestBitbucket(t *testing.T) {
	t.Parallel()
	lines, result := read(t, "bitbucket", Release{}, `
database:
  url: jdbc:postgresql://pgpool/bitbucket
  driver: org.postgresql.Driver
  credentials: {secretName: db}
bitbucket:
  additionalEnvironmentVariables:
  - name: DB_POOL_SIZE_MAX
    value: 40
replicaCount: 2
`, "replicaCount: 3\ndatabase: {url: 'jdbc:postgresql://pgpool:5433/bitbucket'}\n")
	want := []string{
		`JDBC_URL: set "jdbc:postgresql://pgpool:5433/bitbucket" values1.yaml:2:18 jdbc:postgresql://pgpool:5433/bitbucket`,
		`JDBC_DRIVER: set "org.postgresql.Driver" values0.yaml:4:11 org.postgresql.Driver`,
		`JDBC_USER: secret "" values0.yaml:5:17 secretName`,
		`JDBC_PASSWORD: secret "" values0.yaml:5:17 secretName`,
		`DB_POOL_SIZE_MAX: set "40" values0.yaml:9:12 40`,
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
	if c := result.Containers[0]; c.Replicas != 3 {
		t.Errorf("%d replicas, want 3", c.Replicas)
	}
}

// TestRecognised says of which charts values are.
func TestRecognised(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"pgpool: {numInitChildren: 4}":                                                  "postgresql-ha",
		"pgpool: {replicaCount: 2, image: {tag: x}}":                                    "", // any chart may have that
		"pgpool: {replicaCount: 2}\npostgresql: {repmgrPassword: x}":                    "postgresql-ha",
		"postgresql-ha: {pgpool: {replicaCount: 2}}":                                    "postgresql-ha",
		"postgresql-ha: {enabled: false, pgpool: {maxPool: 2}}":                         "",
		"db: {pgpool: {maxPool: 2}}":                                                    "postgresql-ha",
		"database: {url: x}\nbitbucket: {a: b}":                                         "bitbucket",
		"database: {url: x}\njira: {a: b}\nbitbucket: {}":                               "",
		"bitbucket: {database: {url: x}}":                                               "bitbucket",
		"bitbucket: {image: x}":                                                         "",
		"database: {url: x, credentials: {}}":                                           "",
		"bitbucket: {database: {url: x}}\npostgresql-ha: {pgpool: {}}\nother: [pgpool]": "bitbucket postgresql-ha",
		"[pgpool]": "", "pgpool:": "", "": "", "pgpool: &a {maxPool: *a}": "postgresql-ha",
	} {
		result := Read([]*facts.Source{facts.NewSource("values.yaml", []byte(text))}, Release{})
		if got := strings.Join(result.Charts, " "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestAliasesAreBounded reads a few lines that say 4^30 things.
func TestAliasesAreBounded(t *testing.T) {
	t.Parallel()
	text := "a0: &a0 {b: c}\n"
	for i := 1; i <= 30; i++ {
		text += fmt.Sprintf("a%d: &a%d {a: *a%d, b: *a%d, c: *a%d, d: *a%d}\n", i, i, i-1, i-1, i-1, i-1)
	}
	result := Read([]*facts.Source{facts.NewSource("values.yaml", []byte("pgpool: {maxPool: 4}\n"+text))}, Release{})
	if len(result.Problems) != 1 || !strings.Contains(result.Problems[0].Message, "too large") {
		t.Errorf("problems: %+v", result.Problems)
	}
}

// TestConfiguration reads a pgpool.conf that stands among the values.
func TestConfiguration(t *testing.T) {
	t.Parallel()
	text := "pgpool:\n  maxPool: 1\n  configuration: |\n    num_init_children = 50\n\n    load_balance_mode = on # here\n"
	_, result := read(t, "pgpool", Release{}, text)
	file := result.Containers[0].Volumes[0].File
	if file == nil {
		t.Fatal("it is not read")
	}
	conf := pgpoolconf.Read(file, input.Context{})
	if len(conf.Assignments) != 2 {
		t.Fatalf("%d settings", len(conf.Assignments))
	}
	for i, want := range []string{"50", "on"} {
		origin := conf.Assignments[i].Value.Origin
		if got := string(origin.Source.Text[origin.Span.Start:origin.Span.End]); got != want || string(origin.Source.Text) != text {
			t.Errorf("the place of %s has %q", want, got)
		}
	}
}
