package offline

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/bitnami"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
)

func writeInstallation(t *testing.T, root, name, backends string) {
	t.Helper()
	dir := filepath.Join(root, name)
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	text := `services:
  bitbucket:
    image: atlassian/bitbucket:9.4
    environment: {JDBC_URL: "jdbc:postgresql://pgpool:5432/bitbucket"}
  pgpool:
    image: bitnami/pgpool:4.6.3
    environment: {PGPOOL_BACKEND_NODES: "` + backends + `", PGPOOL_SR_CHECK_USER: check}
  kept:
    image: bitnami/postgresql-repmgr:17.6.0
    environment: {REPMGR_PASSWORD_FILE: /run/secret}
    volumes: ["./secret:/run/secret"]
  pg-0:
    image: bitnami/postgresql-repmgr:17.6.0
    environment: {REPMGR_NODE_NAME: first, REPMGR_NODE_NETWORK_NAME: pg-0}
    volumes: ["data:/bitnami/postgresql"]
`
	for file, content := range map[string]string{"compose.yaml": text, "secret": "s\n"} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestDeferredIsTheSame(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	writeInstallation(t, root, "a", "0:pg-0:5432,1:pg-1")
	writeInstallation(t, root, "b", "0:pg-0:5433;7:pg-1:x,bad")
	load := func(deferred bool) *facts.Collection {
		collection, err := Load(context.Background(), Options{Dir: root, Paths: []string{"."}, Deferred: deferred})
		if err != nil {
			t.Fatal(err)
		}
		return collection
	}
	want, got := load(false), load(true)
	if len(got.Deployments) != 2 || len(want.Deployments) != 2 {
		t.Fatalf("%d and %d deployments", len(got.Deployments), len(want.Deployments))
	}
	// What is asked without assembling is the same as well: comments and baselines go by it.
	same := func(when string) {
		for i, d := range got.Deployments {
			if got, want := visited(d), visited(want.Deployments[i]); !slices.Equal(got, want) || len(got) < 8 {
				t.Errorf("%s: visited %q, want %q", when, got, want)
			}
		}
	}
	same("before")
	var releases []func()
	for i, d := range got.Deployments {
		p, node := d.Pgpools[0], d.Nodes[1]
		if p.Settings.Own != nil || node.Settings.Own != nil {
			t.Fatal("nothing was deferred")
		}
		whole := *p.Container
		whole.Unpack()
		text := backendText(bitnami.Addresses(&whole, input.Context{}))
		if eager := want.Deployments[i].Pgpools[0]; text != backendText((&unit{pgpool: eager}).backends()) || text == "" {
			t.Errorf("backends %q, want %q", text, backendText((&unit{pgpool: eager}).backends()))
		}
		if d.Nodes[0].Settings.Own == nil {
			t.Error("a node with a file of its own was deferred")
		}
		releases = append(releases, d.Assemble())
	}
	if !reflect.DeepEqual(got.JSON(), want.JSON()) {
		t.Errorf("got %+v\nwant %+v", got.JSON(), want.JSON())
	}
	for i, d := range got.Deployments {
		releases[i]()
		if p := d.Pgpools[0]; p.Settings.Own != nil || p.Name != "pgpool" {
			t.Errorf("released: %q with %d settings", p.Name, len(p.Settings.Own))
		}
		if n := d.Nodes[1]; n.Settings.Own != nil || n.Name != "first" {
			t.Errorf("released: %q with %d settings", n.Name, len(n.Settings.Own))
		}
	}
	same("released")
}

func visited(d *facts.Deployment) (settings []string) {
	d.Visit(func(s facts.Setting) { settings = append(settings, fmt.Sprint(s.Origin.Span, s.Key, "=", s.Text)) })
	slices.Sort(settings)
	return settings
}
