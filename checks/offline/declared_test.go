package offline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// written writes files into a directory of the test's own.
func written(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, files)
	return dir
}

func notes(collection *facts.Collection) (all []string) {
	problems := collection.Problems
	for _, d := range collection.Deployments {
		problems = append(slices.Clip(problems), d.Problems...)
	}
	for _, p := range problems {
		all = append(all, p.Message)
	}
	return all
}

func TestDeclared(t *testing.T) {
	t.Parallel()
	other := strings.ReplaceAll(pgpoolFile, "pg-", "db-")
	files := map[string]string{
		".bbdoctor.yaml":               "services: pgpool PGPOOL_",
		"prod/bitbucket.properties":    bitbucketFile,
		"prod/deep/down/pg-0.env":      nodeFile,
		"staging/bitbucket.properties": bitbucketFile,
		"common/pgpool.env":            pgpoolFile,
		"lab/pgpool.env":               other,
		"lab/archive/pgpool.env":       other,
	}
	declared := []Declaration{
		{Name: "prod", Files: []string{"prod/**", "common/pgpool.env"}, BitbucketNodes: 6},
		{Name: "staging", Files: []string{"./staging/*", "common/*.env"}},
	}
	for title, c := range map[string]struct {
		options Options
		want    string
		notes   []string
	}{
		"a file of two deployments belongs to both": {
			Options{Paths: []string{"."}, Declared: declared, Exclude: []string{"**/archive/**"}},
			"prod: bitbucket node pgpool; staging: bitbucket pgpool; lab: pgpool (alone)",
			[]string{"no deployment of the config file declares it; it is judged by itself as lab"},
		},
		"one of them": {Options{Paths: []string{"."}, Declared: declared, Deployments: []string{"staging"}}, "staging: bitbucket pgpool", nil},
		"by a glob":   {Options{Paths: []string{"."}, Declared: declared, Deployments: []string{"pr*"}}, "prod: bitbucket node pgpool", nil},
		"an undeclared one": {
			Options{Paths: []string{"."}, Declared: declared, Deployments: []string{"lab"}, Exclude: []string{"lab/archive"}}, "lab: pgpool (alone)", []string{"judged by itself as lab"},
		},
		"a part of the repository": {
			Options{Paths: []string{"prod"}, Declared: declared}, "prod: bitbucket node",
			[]string{"deployment prod declares common/pgpool.env, which lies outside the inputs and is not read"},
		},
		"what is excluded is read when it is named": {
			Options{Paths: []string{"lab/archive/pgpool.env"}, Declared: declared, Exclude: []string{"**/archive/**"}}, "lab/archive: pgpool (alone)", []string{"judged by itself"},
		},
		"nothing that matches": {
			Options{Paths: []string{"prod"}, Declared: []Declaration{{Name: "prod", Files: []string{"prod/*.env"}}}}, "prod#undeclared: bitbucket node (alone)",
			[]string{"deployment prod: nothing among the inputs that it declares", "judged by itself as prod#undeclared"},
		},
		"two Pgpool-IIs that are not one installation": {
			Options{Paths: []string{"common", "lab/pgpool.env"}, Declared: []Declaration{{Name: "all", Files: []string{"**/*.env"}}}}, "all: pgpool*2 (alone)",
			[]string{"declares **/*.env, which lies outside the inputs", "they are read as one installation, as declared"},
		},
		"nothing declared, and one picked": {Options{Paths: []string{"."}, Deployments: []string{"common"}}, "common: pgpool (alone)", []string{"common may be part of what is in lab, prod, staging"}},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			c.options.Dir = written(t, files)
			c.options.Base = c.options.Dir
			collection, err := Load(context.Background(), c.options)
			if err != nil {
				t.Fatal(err)
			}
			if got := sketch(collection); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			said := notes(collection)
			if len(said) != len(c.notes) {
				t.Errorf("notes %q, want %q", said, c.notes)
			}
			for i := range min(len(said), len(c.notes)) {
				if !strings.Contains(said[i], c.notes[i]) {
					t.Errorf("note %q, want %q", said[i], c.notes[i])
				}
			}
		})
	}
}

func TestUnknownDeployment(t *testing.T) {
	t.Parallel()
	dir := written(t, map[string]string{"prod/bitbucket.properties": bitbucketFile, "staging/bitbucket.properties": bitbucketFile})
	for _, declared := range [][]Declaration{nil, {{Name: "prod", Files: []string{"prod/**"}}}} {
		for pattern, want := range map[string]string{"stagign": "staging", "prd": "prod", "x*": ""} {
			_, err := Load(context.Background(), Options{Dir: dir, Base: dir, Paths: []string{"."}, Declared: declared, Deployments: []string{"prod", pattern}})
			var unknown *UnknownDeploymentError
			if !errors.As(err, &unknown) || unknown.Nearest != want || unknown.Pattern != pattern {
				t.Errorf("%s: %v", pattern, err)
			}
		}
	}
}

// TestDeclaredValues says that each deployment has values for interpolation of its own, and what is stronger.
func TestDeclaredValues(t *testing.T) {
	t.Parallel()
	dir := written(t, map[string]string{
		"base/compose.yml": "services:\n  pgpool:\n    image: bitnami/pgpool:4\n    environment:\n      PGPOOL_BACKEND_NODES: 0:${PG}-0:5432\n      PGPOOL_MAX_POOL: ${POOL}\n",
		"a.env":            "PG=pa\nPOOL=2\n", "b.env": "PG=pb\nPOOL=2\n", "flag.env": "POOL=7\n",
		"outside/secret.env": "PG=x\n",
	})
	options := Options{
		Dir: dir, Base: dir, ConfigFile: ".bbdoctor.yaml", Paths: []string{"base"}, EnvFiles: []string{"flag.env"},
		Declared: []Declaration{{Name: "a", Files: []string{"base/**"}, EnvFiles: []string{"a.env"}}, {Name: "b", Files: []string{"base/**"}, EnvFiles: []string{"b.env"}}},
	}
	collection, err := Load(context.Background(), options)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"pa-0", "pb-0"} {
		pgpool := collection.Deployments[i].Pgpools[0]
		if got := pgpool.Backends[0].Host.Text; got != want {
			t.Errorf("%s has %s, want %s", collection.Deployments[i].Name, got, want)
		}
		if got := pgpool.Settings.Get("max_pool").Text; got != "7" {
			t.Errorf("max_pool %s: --env is not stronger than the config file", got)
		}
	}
	if collection.Deployments[0].Pgpools[0].Container.Origin.Source != collection.Deployments[1].Pgpools[0].Container.Origin.Source {
		t.Error("a file of two deployments is read twice")
	}
	options.Declared[0].EnvFiles = []string{"none.env"}
	if _, err := Load(context.Background(), options); err == nil || err.Error() != ".bbdoctor.yaml: env none.env: none.env: no such file" {
		t.Error(err)
	}
	options.Base = filepath.Join(dir, "base")
	if err := os.Symlink("../outside/secret.env", filepath.Join(dir, "base/link.env")); err != nil {
		t.Fatal(err)
	}
	options.Declared[0] = Declaration{Name: "a", Files: []string{"**"}, EnvFiles: []string{"link.env"}}
	if _, err := Load(context.Background(), options); err == nil || !strings.Contains(err.Error(), "outside the inputs") {
		t.Errorf("a link leads out of the config file's directory: %v", err)
	}
}

// TestLinkedFile says that one file by two paths belongs to the deployments of both.
func TestLinkedFile(t *testing.T) {
	t.Parallel()
	dir := written(t, map[string]string{"a/pgpool.env": pgpoolFile, "b/bitbucket.properties": bitbucketFile})
	if err := os.Symlink("../a/pgpool.env", filepath.Join(dir, "b/pgpool.env")); err != nil {
		t.Fatal(err)
	}
	collection, err := Load(context.Background(), Options{Dir: dir, Base: dir, Paths: []string{"."}, Declared: []Declaration{{Name: "a", Files: []string{"a/**"}}, {Name: "b", Files: []string{"b/**"}}}})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := sketch(collection), "a: pgpool; b: bitbucket pgpool"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestDeclarationsAreFoundByDirectory says that a glob is only tried below the directory that it begins with.
func TestDeclarationsAreFoundByDirectory(t *testing.T) {
	t.Parallel()
	var declared []Declaration
	for i := range 500 {
		declared = append(declared, Declaration{Files: []string{fmt.Sprintf("d%d/**", i), "common/{a,b}.env"}})
	}
	declared = append(declared, Declaration{Files: []string{"**/x.yml"}, Helm: [][]string{{"we[i]rd.yaml"}}})
	index := newDeclarations(declared)
	if n := len(index.globs["d7"]); n != 1 {
		t.Errorf("%d globs are tried in d7", n)
	}
	for name, want := range map[string]int{"d7/deep/file": 1, "common/a.env": 500, "common/c.env": 0, "d7/x.yml": 2, "x.yml": 1, "we[i]rd.yaml": 1, "weird.yaml": 0} {
		if got := index.of(name); len(got) != want {
			t.Errorf("%s belongs to %d deployments, want %d", name, len(got), want)
		}
	}
}
