package bitnami

import (
	"slices"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
)

func TestVersions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ image, pgpool, postgres string }{
		{"bitnami/pgpool:4.5.5-debian-12-r3", "4.5.5", ""},
		{"docker.io/bitnami/pgpool:4.6", "4.6", ""},
		{"bitnami/pgpool:4", "", ""},
		{"bitnami/pgpool:4-debian-12", "", ""},
		{"bitnami/pgpool", "", ""},
		{"bitnami/pgpool:latest", "", ""},
		{"bitnami/pgpool:4.5.5@sha256:0123", "4.5.5", ""},
		{"bitnami/pgpool@sha256:0123", "", ""},
		{"localhost:5000/bitnami/pgpool", "", ""},
		{"localhost:5000/bitnami/pgpool:4.3.2", "4.3.2", ""},
		{"registry:4.5.5/pgpool", "", ""},
		{"ghcr.io/example/bitnami-oss/pgpool:4.6.3", "4.6.3", ""},
		{"example/database:4.5.5", "", ""},
		{"example/pgpool:1.2.3", "", ""},
		{"example/pgpool:4.5.5rc1", "", ""},
		{"bitnami/postgresql-repmgr:17.6.0-debian-12-r2", "", "17"},
		{"bitnami/postgresql-repmgr:9.6.24", "", "9.6"},
		{"postgres:16-alpine", "", "16"},
		{"postgres:alpine", "", ""},
		{"pgvector/pgvector:0.8.0-pg17", "", ""},
		{"example/postgresql-repmgr:1.0", "", ""},
	} {
		source := facts.NewSource("compose.yaml", []byte("image: "+c.image))
		image := facts.Setting{Text: c.image, State: facts.Set, Origin: facts.Origin{Source: source, Span: facts.Span{Start: 7, End: len(source.Text)}}}
		for _, got := range []struct {
			want string
			facts.Setting
		}{{c.pgpool, pgpoolVersion(image)}, {c.postgres, postgresVersion(image)}} {
			if got.Text != got.want || (got.want == "") != (got.State == facts.Unresolved) || got.State == facts.Unresolved && got.Why == "" {
				t.Errorf("%s: got %q (%v, %s), want %q", c.image, got.Text, got.State, got.Why, got.want)
			}
		}
	}
	unknown := facts.Setting{Text: "bitnami/pgpool:${TAG}", State: facts.Unresolved, Why: "TAG has no value"}
	if got := pgpoolVersion(unknown); got.State != facts.Unresolved || got.Why != unknown.Why {
		t.Errorf("%+v", got)
	}
}

func TestClassify(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		image string
		names []string
		want  []Role
	}{
		{"bitnami/pgpool:latest", nil, []Role{RolePgpool}},
		{"bitnamilegacy/pgpool", nil, []Role{RolePgpool}},
		{"soldevelo/pgpool", []string{"PGPOOL_BACKEND_NODES"}, []Role{RolePgpool}},
		{"example/database-proxy", []string{"PGPOOL_BACKEND_NODES"}, []Role{RolePgpool}},
		{"example/database-proxy", []string{"PGPOOL_MAX_POOL", "PGPOOL_USERNAME"}, []Role{RolePgpool}},
		{"pgpool/pgpool", []string{"PGPOOL_PARAMS_MAX_POOL"}, nil},
		{"pgpool/pgpool2_exporter", []string{"PGPOOL_SERVICE"}, nil},
		{"bitnami/postgresql-repmgr", nil, []Role{RolePostgreSQL}},
		{"example/pg", []string{"REPMGR_PARTNER_NODES", "POSTGRESQL_PASSWORD"}, []Role{RolePostgreSQL}},
		{"example/pg", []string{"REPMGR_ANYTHING"}, nil},
		{"atlassian/bitbucket:9.4", nil, []Role{RoleBitbucket}},
		{"atlassian/bitbucket-server", nil, []Role{RoleBitbucket}},
		{"atlassian/bitbucket-mirror-farm", nil, nil},
		{"atlassian/bitbucket-pipelines-runner", nil, nil},
		{"example/app", []string{"JDBC_URL", "SETUP_DISPLAYNAME"}, []Role{RoleBitbucket}},
		{"example/app", []string{"JDBC_URL"}, nil},
		{"postgres:16", []string{"POSTGRES_PASSWORD"}, []Role{RolePlainPostgreSQL}},
		{"bitnami/postgresql:16", []string{"POSTGRESQL_PASSWORD"}, []Role{RolePlainPostgreSQL}},
		{"nginx", []string{"PATH"}, nil},
		{"", []string{"PGPOOL_BACKEND_NODES", "REPMGR_PASSWORD_FILE", "JDBC_URL"}, []Role{RolePgpool, RolePostgreSQL, RoleBitbucket}},
		{"", []string{"PATH"}, nil},
	} {
		container := &facts.Container{}
		if c.image != "" {
			container.Image = facts.Setting{Text: c.image, State: facts.Set}
		}
		for _, name := range c.names {
			container.Environment = append(container.Environment, facts.Assignment{Name: name})
		}
		if got := Classify(container); !slices.Equal(got, c.want) {
			t.Errorf("%s with %v: got %v, want %v", c.image, c.names, got, c.want)
		}
	}
}

func TestHostPath(t *testing.T) {
	t.Parallel()
	c := &facts.Container{Volumes: []facts.Volume{
		{Source: "./special", Target: "/conf/special/"}, {Source: "./conf", Target: "/conf"}, {Source: "data", Target: "/data"}, {Source: "~/home", Target: "/home"},
		{Source: "$PWD/here", Target: "/here"}, {Source: "${CONF}/x", Target: "/unknown"}, {Source: "/etc/abs", Target: "/abs"}, {Source: "deep/dir", Target: "/deep"},
		{Source: "secret.txt", Target: "/run/secrets/one"}, {Source: "missing.txt", Target: "/run/secrets/two"},
	}}
	ctx := input.Context{Files: secretOnly{}}
	for file, want := range map[string]string{
		"/conf/a": "conf/a", "/conf/special/a": "special/a", "/conf/specialist": "conf/specialist", "/conf": "conf", "/data/a": "", "/home/a": "", "/here/a": "here/a",
		"/unknown/a": "", "/abs/a": "/etc/abs/a", "/deep/a": "deep/dir/a", "/other": "", "/conf/../data/a": "", "/run/secrets/one": "secret.txt", "/run/secrets/two": "",
		"/conf/../../conf/a": "conf/a", "conf/a": "conf/a",
	} {
		got, _, ok := hostPath(c, file, ctx)
		if !ok {
			got = ""
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", file, got, want)
		}
	}
}

// secretOnly has the one file secret.txt.
type secretOnly struct{ oneFile }

func (secretOnly) Exists(_ *facts.Source, path string) bool { return path == "secret.txt" }
