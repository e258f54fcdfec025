package offline

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

const (
	bitbucketFile = "jdbc.driver=org.postgresql.Driver\njdbc.url=jdbc:postgresql://pgpool:5432/bitbucket\n"
	pgpoolFile    = "PGPOOL_BACKEND_NODES=0:pg-0:5432,1:pg-1:5432\n"
	nodeFile      = "REPMGR_NODE_NAME=pg-0\nREPMGR_PARTNER_NODES=pg-0,pg-1\n"
)

// write writes files; a text "-> x" is a symbolic link to x.
func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if to, link := strings.CutPrefix(text, "-> "); link {
			if err := os.Symlink(to, path); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// unpack writes files and loads them.
func unpack(t *testing.T, files map[string]string) *facts.Collection {
	t.Helper()
	dir := written(t, files)
	collection, err := Load(context.Background(), Options{Dir: dir, Paths: []string{"."}})
	if err != nil {
		t.Fatal(err)
	}
	return collection
}

// sketch writes deployments as "name: bitbucket pgpool*2 node".
func sketch(collection *facts.Collection) string {
	var out []string
	for _, d := range collection.Deployments {
		var parts []string
		if d.Bitbucket != nil {
			parts = append(parts, "bitbucket")
		}
		for kind, n := range map[string]int{"pgpool": len(d.Pgpools), "node": len(d.Nodes)} {
			if n == 1 {
				parts = append(parts, kind)
			} else if n > 1 {
				parts = append(parts, fmt.Sprintf("%s*%d", kind, n))
			}
		}
		slices.Sort(parts)
		if len(d.Problems) > 0 {
			parts = append(parts, "(alone)")
		}
		out = append(out, d.Name+": "+strings.Join(parts, " "))
	}
	return strings.Join(out, "; ")
}

func TestGrouping(t *testing.T) {
	t.Parallel()
	other := strings.ReplaceAll(pgpoolFile, "pg-", "db-")
	compose := func(pgpool, nodes string) string {
		return fmt.Sprintf("services:\n  bitbucket-%[1]s:\n    image: atlassian/bitbucket:9.4\n    environment:\n      JDBC_URL: jdbc:postgresql://%[1]s:5432/bitbucket\n  %[1]s:\n    image: bitnami/pgpool:4\n    environment:\n      PGPOOL_BACKEND_NODES: 0:%[2]s-0:5432,1:%[2]s-1:5432\n", pgpool, nodes)
	}
	onTop := "services:\n  pool:\n    environment:\n      PGPOOL_MAX_POOL: 2\n"
	for title, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"one directory":                                        {map[string]string{"bitbucket.properties": bitbucketFile, "pgpool.env": pgpoolFile, "pg-0.env": nodeFile}, ".: bitbucket node pgpool"},
		"one directory a service":                              {map[string]string{"bitbucket/shared/bitbucket.properties": bitbucketFile, "pgpool/pgpool.env": pgpoolFile, "pg/pg-0.env": nodeFile}, ".: bitbucket node pgpool"},
		"one directory an environment":                         {map[string]string{"prod/bitbucket.properties": bitbucketFile, "prod/pgpool.env": pgpoolFile, "staging/bitbucket.properties": bitbucketFile, "staging/pgpool.env": pgpoolFile}, "prod: bitbucket pgpool; staging: bitbucket pgpool"},
		"environments without Bitbucket":                       {map[string]string{"prod/pgpool.env": pgpoolFile, "prod/pg-0.env": nodeFile, "staging/pgpool.env": pgpoolFile, "staging/pg-0.env": nodeFile}, "prod: node pgpool; staging: node pgpool"},
		"environments with services":                           {map[string]string{"e/prod/bb/bitbucket.properties": bitbucketFile, "e/prod/pool/pgpool.env": pgpoolFile, "e/test/bb/bitbucket.properties": bitbucketFile, "e/test/pool/pgpool.env": other}, "e/prod: bitbucket pgpool; e/test: bitbucket pgpool"},
		"two Pgpool-II of one installation":                    {map[string]string{"bitbucket.properties": bitbucketFile, "pgpool-0/pgpool.env": pgpoolFile, "pgpool-1/pgpool.env": pgpoolFile}, ".: bitbucket pgpool*2"},
		"two Pgpool-II that are not":                           {map[string]string{"bitbucket.properties": bitbucketFile, "a/pgpool.env": pgpoolFile, "b/pgpool.env": other}, ".: bitbucket; a: pgpool; b: pgpool"},
		"several told apart by their names":                    {map[string]string{"a.yml": compose("pool-a", "pa"), "b.yml": compose("pool-b", "pb")}, ".#pool-a: bitbucket pgpool; .#pool-b: bitbucket pgpool"},
		"several that nothing tells apart":                     {map[string]string{"bitbucket.properties": bitbucketFile, "a.env": pgpoolFile, "b.env": other}, ".#a.env: pgpool (alone); .#b.env: pgpool (alone); .#bitbucket.properties: bitbucket (alone)"},
		"an env file that another names":                       {map[string]string{"compose.yml": "services:\n  pgpool:\n    image: bitnami/pgpool:4\n    env_file: pgpool.env\n", "pgpool.env": pgpoolFile}, ".: pgpool"},
		"a compose file that another extends":                  {map[string]string{"compose.yml": "services:\n  pgpool:\n    extends: {file: base.yml, service: pgpool}\n", "base.yml": "services:\n  pgpool:\n    image: bitnami/pgpool:4\n    environment:\n      PGPOOL_BACKEND_NODES: 0:pg-0:5432,1:pg-1:5432\n"}, ".: pgpool"},
		"environments with the same nodes":                     {map[string]string{"prod/pgpool.env": pgpoolFile, "test/pgpool.env": pgpoolFile}, "prod: pgpool; test: pgpool"},
		"environments, one of them whole":                      {map[string]string{"prod/bitbucket/bitbucket.properties": bitbucketFile, "prod/pgpool/pgpool.env": pgpoolFile, "prod/pg/pg-0.env": nodeFile, "test/pgpool.env": pgpoolFile}, "prod: bitbucket node pgpool; test: pgpool"},
		"one directory a service, below it one an environment": {map[string]string{"bitbucket/prod/bitbucket.properties": bitbucketFile, "bitbucket/test/bitbucket.properties": bitbucketFile, "pgpool/prod/pgpool.env": pgpoolFile, "pgpool/test/pgpool.env": pgpoolFile}, "prod: bitbucket pgpool; test: bitbucket pgpool"},
		"directories named after both":                         {map[string]string{"bitbucket-prod/bitbucket.properties": bitbucketFile, "bitbucket-test/bitbucket.properties": bitbucketFile, "pgpool-prod/pgpool.env": pgpoolFile, "pgpool-test/pgpool.env": pgpoolFile}, "prod: bitbucket pgpool; test: bitbucket pgpool"},
		"one installation named after its environment":         {map[string]string{"bitbucket-prod/bitbucket.properties": bitbucketFile, "pgpool-prod/pgpool.env": pgpoolFile, "prod-db/pg-0.env": nodeFile}, ".: bitbucket node pgpool"},
		"two regions":                                          {map[string]string{"prod-eu/pgpool.env": pgpoolFile, "prod-us/pgpool.env": pgpoolFile}, "prod-eu: pgpool; prod-us: pgpool"},
		"files named after environments":                       {map[string]string{"pgpool.prod.env": pgpoolFile, "pgpool.test.env": pgpoolFile, "bitbucket.prod.properties": bitbucketFile, "bitbucket.test.properties": bitbucketFile}, ".#prod: bitbucket pgpool; .#test: bitbucket pgpool"},
		"a base with overlays":                                 {map[string]string{"base/bitbucket.properties": bitbucketFile, "base/pgpool.env": pgpoolFile, "overlays/prod/pgpool.env": "PGPOOL_MAX_POOL=2\n", "overlays/test/pgpool.env": "PGPOOL_MAX_POOL=1\n"}, "base: bitbucket pgpool (alone); overlays/prod: pgpool; overlays/test: pgpool"},
		"common files beside environments":                     {map[string]string{"common/pgpool.env": pgpoolFile, "prod/bitbucket.properties": bitbucketFile, "test/bitbucket.properties": bitbucketFile}, "common: pgpool (alone); prod: bitbucket; test: bitbucket"},
		"common files of the only one":                         {map[string]string{"common/pgpool.env": pgpoolFile, "prod/bitbucket.properties": bitbucketFile}, ".: bitbucket pgpool"},
		"compose files on top of a base":                       {map[string]string{"compose.yml": compose("pool", "pg"), "compose.prod.yml": onTop, "compose.test.yml": onTop}, ".#prod: bitbucket pgpool; .#test: bitbucket pgpool"},
		"compose files that stand alone":                       {map[string]string{"compose.yml": compose("pool", "pg"), "compose.prod.yml": compose("pool-p", "pp")}, ".#pool: bitbucket pgpool; .#prod: bitbucket pgpool"},
		"everything in one file":                               {map[string]string{"compose.yml": compose("pool", "pg") + "  pg-0:\n    image: bitnami/postgresql-repmgr:16\n    environment: {REPMGR_NODE_NAME: pg-0}\n"}, ".: bitbucket node pgpool"},
		"a pgpool.conf that a container names":                 {map[string]string{"pgpool.sh": "docker run -v ./pgpool-x.conf:/c/x.conf -e PGPOOL_USER_CONF_FILE=/c/x.conf -e PGPOOL_BACKEND_NODES=0:pg-0:5432 bitnami/pgpool:4\n", "pgpool-x.conf": "max_pool = 1\n"}, ".: pgpool"},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			if got := sketch(unpack(t, c.files)); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// TestOverlays says that what a compose file sets on top of another counts, for its environment only.
func TestOverlays(t *testing.T) {
	t.Parallel()
	base := "services:\n  pgpool:\n    image: bitnami/pgpool:4\n    environment:\n      PGPOOL_BACKEND_NODES: 0:pg-0:5432\n      PGPOOL_MAX_POOL: 2\n"
	collection := unpack(t, map[string]string{
		"docker-compose.yml": base, "docker-compose.prod.yml": "services:\n  pgpool:\n    environment:\n      PGPOOL_MAX_POOL: 9\n",
		"docker-compose-test.yaml": "services:\n  pgpool:\n    environment:\n      PGPOOL_NUM_INIT_CHILDREN: 9\n",
	})
	for i, want := range []string{"9", "2"} {
		if got := collection.Deployments[i].Pgpools[0].Settings.Get("max_pool").Text; got != want {
			t.Errorf("%s has max_pool %s, want %s", collection.Deployments[i].Name, got, want)
		}
	}
	if said := notes(collection); !slices.Contains(said, "it is read together with docker-compose-test.yaml, docker-compose.prod.yml and not by itself") {
		t.Errorf("notes %q", said)
	}
}
