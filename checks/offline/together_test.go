package offline

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

const valuesFile = "pgpool: {maxPool: 4, numInitChildren: 40}\npostgresql: {replicaCount: 2}\n"

// poolOf gives max_pool and num_init_children of a deployment's only Pgpool-II.
func poolOf(d *facts.Deployment) string {
	if len(d.Pgpools) != 1 {
		return "none"
	}
	settings := d.Pgpools[0].Settings
	return settings.Get("max_pool").Text + " " + settings.Get("num_init_children").Text
}

// TestValuesFiles puts the values files of a directory over its values.yaml.
func TestValuesFiles(t *testing.T) {
	t.Parallel()
	overlays := map[string]string{
		"pg/values.yaml": valuesFile, "pg/values-prod.yaml": "pgpool: {maxPool: 1}\n", "pg/staging.values.yml": "pgpool: {numInitChildren: 90}\n",
		"pg/values-other.yaml": "replicaCount: 2\n",
	}
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"alone":         {map[string]string{"pg/values.yaml": valuesFile}, ".: node*2 pgpool"},
		"overlays":      {overlays, "pg/staging.values: node*2 pgpool; pg/values-other: node*2 pgpool; pg/values-prod: node*2 pgpool"},
		"without base":  {map[string]string{"pg/values-a.yaml": valuesFile, "pg/values-b.yaml": "x: y\n"}, ".: node*2 pgpool"},
		"not ours":      {map[string]string{"pg/values.yaml": "pgpool: {replicas: 2}\n", "pg/values-b.yaml": "x: y\n"}, ""},
		"other name":    {map[string]string{"pg/ha.yaml": valuesFile}, ".: node*2 pgpool"},
		"beside a file": {map[string]string{"values.yaml": valuesFile, "bitbucket.properties": bitbucketFile}, ".: bitbucket node*2 pgpool"},
	} {
		if got := sketch(unpack(t, c.files)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	var pools []string
	for _, d := range unpack(t, overlays).Deployments {
		pools = append(pools, poolOf(d))
	}
	if got := strings.Join(pools, ", "); got != "4 90, 4 40, 1 40" {
		t.Errorf("pools %s", got)
	}
}

// TestReleases reads values files in the order in which a release has them, also those that no path leads to.
func TestReleases(t *testing.T) {
	t.Parallel()
	dir := written(t, map[string]string{"common.yaml": valuesFile, "prod/pg.yaml": "pgpool: {maxPool: 1}\nfullnameOverride: pg\n", "last.yaml": "pgpool: {maxPool: 2}\n"})
	collection, err := Load(context.Background(), Options{Dir: dir, Paths: []string{"prod"}, Releases: []Release{
		{Name: "one", Files: []string{"common.yaml", "prod/pg.yaml", "last.yaml"}}, {Name: "two", Files: []string{"common.yaml", "last.yaml", "prod/pg.yaml"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range collection.Deployments {
		got = append(got, d.Name+" "+poolOf(d)+" "+d.Pgpools[0].Name)
	}
	slices.Sort(got)
	if want := "one 2 40 pg-pgpool | prod/two 1 40 pg-pgpool"; strings.Join(got, " | ") != want {
		t.Errorf("%q, want %q", strings.Join(got, " | "), want)
	}
	if len(collection.Problems) > 0 {
		t.Errorf("%+v", collection.Problems)
	}
}

// TestUnits puts a unit together with its drop-ins, whichever of them is there.
func TestUnits(t *testing.T) {
	t.Parallel()
	collection := unpack(t, map[string]string{
		"etc/systemd/system/pgpool.service":             "[Service]\nEnvironment=PGPOOL_MAX_POOL=4\nExecStart=/usr/bin/docker run -e PGPOOL_MAX_POOL --env-file /etc/pgpool.env pgpool\n",
		"etc/systemd/system/pgpool.service.d/10-a.conf": "[Service]\nEnvironment=PGPOOL_MAX_POOL=1\n",
		"etc/pgpool.env": "PGPOOL_NUM_INIT_CHILDREN=90\n",
		"etc/systemd/system/bitbucket.service.d/db.conf":      "[Service]\nEnvironment=JDBC_URL=jdbc:postgresql://pgpool/bitbucket JDBC_DRIVER=org.postgresql.Driver\n",
		"etc/containers/systemd/pg-0.container":               "[Container]\nImage=postgresql-repmgr:17\nEnvironment=REPMGR_NODE_NAME=pg-0\n",
		"etc/systemd/system/nginx.service":                    "[Service]\nExecStart=/usr/sbin/nginx\n",
		"etc/systemd/system/docker.service.d/http-proxy.conf": "[Service]\nEnvironment=HTTP_PROXY=http://proxy\n",
	})
	if got := sketch(collection); got != ".: bitbucket node pgpool" {
		t.Fatal(got)
	}
	if got := poolOf(collection.Deployments[0]); got != "1 90" {
		t.Errorf("pool %s", got)
	}
	if len(collection.Problems) > 0 {
		t.Errorf("%+v", collection.Problems)
	}
}

// TestPassedOver names what is not read: as a note what was found, as a problem what the user named.
func TestPassedOver(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"pgpool.conf.j2":           "num_init_children = {{ n }}\n",
		"templates/pgpool.conf":    "port = 5432\nnum_init_children = @CHILDREN@\n",
		"bitbucket.properties.erb": "jdbc.url=<%= @url %>\n",
		"docker-compose.yml.j2":    "services:\n{% for n in nodes %}\n  pgpool: {image: pgpool}\n",
		"main.tf":                  "env = [\"PGPOOL_MAX_POOL=4\"]\n",
		"play.yml":                 "- hosts: db\n  tasks:\n  - docker_container:\n      env: {PGPOOL_MAX_POOL: '4'}\n",
		"chart/templates/pg.yaml":  "{{- if .Values.x }}\nenv: {PGPOOL_MAX_POOL: {{ .Values.x }}}\n",
		"task.json":                `{"environment": [{"name": "REPMGR_NODE_NAME", "value": "x"}]}`,
		"values.yaml.gotmpl":       "pgpool: {maxPool: {{ .x }}}\n",
		"other.tf":                 "env = []\n",
		"notes.yml":                "text: see PGPOOL_MAX_POOL\n# PGPOOL_A: b\n",
		"nginx.conf.j2":            "port {{ x }}\n",
	}
	collection := unpack(t, files)
	var named []string
	for _, problem := range collection.Problems {
		if !problem.Note {
			t.Errorf("%s is a problem: %s", problem.File, problem.Message)
		}
		named = append(named, problem.File)
	}
	want := "bitbucket.properties.erb chart/templates/pg.yaml docker-compose.yml.j2 main.tf pgpool.conf.j2 play.yml task.json templates/pgpool.conf values.yaml.gotmpl"
	if got := strings.Join(named, " "); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if len(collection.Deployments) != 0 {
		t.Errorf("deployments: %s", sketch(collection))
	}
}

// TestFilledIn takes a value that another program fills in for unknown.
func TestFilledIn(t *testing.T) {
	t.Parallel()
	collection := unpack(t, map[string]string{
		"bitbucket.properties": "jdbc.url=jdbc:postgresql://@DB_HOST@/bitbucket\njdbc.user={{ user }}\njdbc.password=p{{x}}w\njdbc.driver=org.postgresql.Driver\n",
		"pgpool.env":           "PGPOOL_MAX_POOL=<%= @pool %>\nPGPOOL_NUM_INIT_CHILDREN=40\n",
	})
	settings := collection.Deployments[0].Bitbucket.Settings
	for key, want := range map[facts.Key]facts.State{"jdbc.url": facts.Unresolved, "jdbc.user": facts.Unresolved, "jdbc.password": facts.Set, "jdbc.driver": facts.Set} {
		if got := settings[key].State; got != want {
			t.Errorf("%s is %s, want %s", key, got, want)
		}
	}
	pool := collection.Deployments[0].Pgpools[0].Settings
	if pool.Get("max_pool").State != facts.Unresolved || pool.Get("num_init_children").State != facts.Set {
		t.Errorf("%+v", pool.Get("max_pool"))
	}
}
