package foreign

import "testing"

func TestKey(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"env = { PGPOOL_MAX_POOL = 4 }":                    "PGPOOL_MAX_POOL",
		`env = ["PGPOOL_MAX_POOL=4"]`:                      "PGPOOL_MAX_POOL",
		`{"name": "REPMGR_NODE_NAME", "value": "pg-0"}`:    "REPMGR_NODE_NAME",
		"- name: PGPOOL_A\n  value: b":                     "PGPOOL_A",
		"x = \"jdbc.url\"\njdbc.url=jdbc:postgresql://h/d": "jdbc.url",
		"# PGPOOL_A=b\n// JDBC_URL=c\n":                    "",
		"see PGPOOL_MAX_POOL in the manual":                "",
		"MY_PGPOOL_A=b":                                    "",
		"FROM bitnami/pgpool\nENV PGPOOL_MAX_POOL 1\n":     "PGPOOL_MAX_POOL",
		"ENV TZ=UTC \\\n    PGPOOL_MAX_POOL=1\n":           "PGPOOL_MAX_POOL",
		"pgpool.conf: num_init_children = {{ children }}":  "num_init_children",
		"a: b\n  JDBC_URL: '{{ url }}'\n  PGPOOL_A: c":     "JDBC_URL",
		"": "",
	} {
		got, span, ok := Key([]byte(text))
		if got != want || ok != (want != "") || ok && text[span.Start:span.End] != want {
			t.Errorf("%q: %q at %v, want %q", text, got, span, want)
		}
	}
}

func TestPlaceholder(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]bool{
		"{{ x }}": {true, true}, "a{{ x }}": {true, false}, "<%= @x %>": {true, true}, "@DB_HOST@": {true, true}, "jdbc:postgresql://@DB_HOST@/x": {true, false},
		"user@host": {}, "a@b@c": {}, "{PG-0-IP}": {}, "{{": {}, "%}{%": {}, "p@SS@": {}, "${X}": {}, "": {},
	} {
		if got := [2]bool{Placeholder(text), IsPlaceholder(text)}; got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestNamed(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"a/pgpool.conf.j2": "a Jinja template pgpool.conf", "bitbucket.properties.erb": "an ERB template bitbucket.properties", "main.tf": "Terraform ",
		"docker-compose.yml.j2": "a Jinja template docker-compose.yml", "x.tf.json": "Terraform ", "pgpool.nomad": "HCL ", "values.yaml.gotmpl": "a Go template values.yaml",
		"Dockerfile": "a Dockerfile ", "pgpool/Dockerfile.prod": "a Dockerfile ", "pgpool.dockerfile": "a Dockerfile ", "Containerfile": "a Dockerfile ",
		"Dockerfile.j2": "a Jinja template dockerfile", "env/main.jsonnet": "Jsonnet ", "pgpool.libsonnet": "Jsonnet ", "fly.toml": "TOML ",
		".in": "", "x.yaml": "", "pgpool.conf": "", "dockerfiles": "", ".dockerfile": "", "my-dockerfile": "",
	} {
		form, inner, ok := Named(name)
		if got := string(form) + " " + inner; ok != (want != "") || ok && got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestStatements(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]bool{
		"a = 1\n{% if x %}\n": {true, true}, "a = {{ x }}\n": {false, true}, "  {{- range }}": {true, true}, "a = 1 # {{ x }}\n": {false, true},
		"# a = @NAME@\nb = 1\n": {}, "a = '${NAME}'\n": {false, true}, "failover_command = 'x ${y}'": {}, "log_line_prefix = '%m: %u@%d'": {},
	} {
		if got := [2]bool{Statements([]byte(text)), Unquoted([]byte(text))}; got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func FuzzKey(f *testing.F) {
	f.Add([]byte("PGPOOL_A=b\n#"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if name, span, ok := Key(text); ok && string(text[span.Start:span.End]) != name {
			t.Fatal(name)
		}
		Statements(text)
		Unquoted(text)
		Placeholder(string(text))
	})
}
