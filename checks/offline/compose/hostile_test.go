package compose

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	"golang.org/x/tools/txtar"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
)

// TestReadHostileProjects reads what is made to take forever or to fill the memory. A bound that fails shows as a test
// that does not end.
func TestReadHostileProjects(t *testing.T) {
	t.Parallel()
	// A million values without names of their own, each from a variable of 60 KB.
	long := strings.Repeat("x", 60_000)
	var chain, wide, ring, nest, merges strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&chain, "  s%d: {extends: s%d, environment: [A%d=1]}\n", i, i+1, i)
		fmt.Fprintf(&wide, "  s%d: {<<: *all, image: a}\n", i)
		fmt.Fprintf(&ring, "  s%d: {extends: s%d}\n", i, (i+1)%20_000)
	}
	chain.WriteString("  s20000: {image: a}\n")
	for range 5_000 {
		nest.WriteString("${A:-")
	}
	for i := 1; i < 40; i++ {
		fmt.Fprintf(&merges, "x%d: &x%d {<<: [*x%d, *x%d]}\n", i, i, i-1, i-1)
	}
	tests := map[string]struct {
		text     string
		problems []string
	}{
		"a chain of services":      {"services:\n" + chain.String(), []string{"circle", "too large"}},
		"a ring of services":       {"services:\n" + ring.String(), []string{"circle"}},
		"a chain in good order":    {"services:\n" + reversed(chain.String()), []string{"too large"}},
		"aliases of much":          {"x: &all {environment: [" + strings.Repeat("A=1,", 5_000) + "]}\nservices:\n" + wide.String(), []string{"too large"}},
		"merges of merges":         {"x0: &x0 {image: a}\n" + merges.String() + "services:\n  s: *x39\n", nil},
		"long variables":           {"services:\n  s:\n    environment:\n" + strings.Repeat("    - A=$LONG\n", 100_000), nil},
		"nested defaults":          {"services:\n  s:\n    environment:\n    - A=" + nest.String() + strings.Repeat("}", 5_000) + "\n", nil},
		"open braces":              {"services:\n  s:\n    environment:\n    - 'A=" + strings.Repeat("${A:-", 200_000) + "}'\n", []string{"malformed"}},
		"many variables":           {"services:\n  s:\n    environment:\n    - 'A=" + strings.Repeat("${A:-b}", 200_000) + "'\n", nil},
		"one long line":            {"services: {s: {environment: [" + strings.Repeat("é=é,", 400_000) + "]}}\n", []string{"too large"}},
		"many ports":               {"services:\n  s:\n    ports:\n" + strings.Repeat("    - 0-65535\n", 10_000), []string{"too large"}},
		"an env file many times":   {"services:\n" + strings.Repeat("  s@: {env_file: big.env}\n", 2_000), []string{"too large"}},
		"an env file that expands": {"services:\n" + strings.Repeat("  s@: {env_file: expand.env}\n", 2_000), []string{"too large"}},
		"includes of includes":     {"include: [i.yaml, i.yaml]\n", []string{"circle"}},
		"includes that double":     {"include: [d0.yaml, d0.yaml]\n", []string{"too many"}},
		"deep nesting":             {"services: " + strings.Repeat("{a: ", 5_000) + strings.Repeat("}", 5_000), nil},
		"many problems":            {"services:\n" + strings.Repeat("  s@: x\n", 50_000), []string{"must be a mapping"}},
		"volumes in many words":    {"services:\n  a: {volumes: [" + strings.Repeat("'a:/@',", 50_000) + "]}\n  b: {extends: a, volumes: [" + strings.Repeat("'b:/@',", 50_000) + "]}\n", nil},
	}
	files := map[string]string{".env": "LONG=" + long + "\n", "i.yaml": "include: [compose.yaml]\n", "big.env": strings.Repeat("A=12345678\n", 10_000), "expand.env": strings.Repeat("A=$LONG\n", 1_000)}
	for i := range 30 {
		files[fmt.Sprintf("d%d.yaml", i)] = fmt.Sprintf("include: [d%d.yaml, d%d.yaml]\n", i+1, i+1)
	}
	files["d30.yaml"] = "services: {x: {image: a}}\n"
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			texts := map[string]string{"compose.yaml": numbered(test.text)}
			for name, text := range files {
				texts[name] = text
			}
			p := &project{files: texts, compose: []string{"compose.yaml"}}
			containers, problems := p.read(t)
			for _, container := range containers[:min(len(containers), 3)] {
				checkContainer(t, container)
			}
			if len(problems) > maxProblems {
				t.Errorf("%d problems", len(problems))
			}
			for _, want := range test.problems {
				found := false
				for _, problem := range problems {
					found = found || strings.Contains(problem.Message, want)
				}
				if !found {
					t.Errorf("no problem %q among %d: %.200v", want, len(problems), problems)
				}
			}
			if test.problems == nil && len(problems) > 0 {
				t.Errorf("problems: %.300v", problems)
			}
		})
	}
}

// numbered puts a number for each @.
func numbered(text string) string {
	parts := strings.Split(text, "@")
	var out strings.Builder
	for i, part := range parts {
		if i > 0 {
			fmt.Fprint(&out, i)
		}
		out.WriteString(part)
	}
	return out.String()
}

// reversed turns lines around.
func reversed(text string) string {
	lines := strings.SplitAfter(text, "\n")
	var out strings.Builder
	for i := len(lines) - 1; i >= 0; i-- {
		out.WriteString(lines[i])
	}
	return out.String()
}

// FuzzRead reads arbitrary bytes as a compose file beside files that it may name.
func FuzzRead(f *testing.F) {
	paths, err := filepath.Glob(filepath.Join("testdata", "*.txtar"))
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for i, part := range strings.Split("\n"+string(text), "\n=== ") {
			if i%4 != 1 {
				continue
			}
			for _, file := range txtar.Parse([]byte(part)).Files {
				if file.Name == "compose.yaml" {
					f.Add(file.Data)
				}
			}
		}
	}
	others := map[string]string{
		".env": "A=1\nSET='value'\n", "a.env": "E=${A}\nF\n", "other.yaml": "services: {base: {image: b, environment: {A: \"${A}\"}}}\n",
		"circle.yaml": "include: [compose.yaml]\nservices: {x: {extends: {file: compose.yaml, service: web}}}\n",
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 1<<14 {
			return
		}
		texts := map[string]string{"compose.yaml": string(text)}
		for name, other := range others {
			texts[name] = other
		}
		p := &project{files: texts, compose: []string{"compose.yaml"}}
		containers, problems := p.read(t)
		for _, container := range containers {
			checkContainer(t, container)
		}
		for _, problem := range problems {
			span := problem.Origin.Span
			if problem.Origin.Source == nil || span.Start < 0 || span.End < span.Start || span.End > len(problem.Origin.Source.Text) {
				t.Fatalf("problem %+v", problem)
			}
			if strings.ContainsAny(problem.Message, "\n\r") {
				t.Fatalf("problem of several lines: %q", problem.Message)
			}
		}
	})
}

// page is a compose file as people write it for Pgpool-II and two nodes.
func page() []byte {
	var out strings.Builder
	out.WriteString("version: '3.8'\n# the nodes\nservices:\n")
	for i := range 2 {
		fmt.Fprintf(&out, "  pg-%d:\n    image: docker.io/bitnami/postgresql-repmgr:14\n    ports:\n      - 543%d:5432\n    volumes:\n      - pg_%d_data:/bitnami/postgresql\n    environment:\n", i, i, i)
		for _, line := range []string{"POSTGRESQL_POSTGRES_PASSWORD=adminpassword", "POSTGRESQL_USERNAME=customuser", "POSTGRESQL_PASSWORD=${DB_PASSWORD:-custompassword}", "POSTGRESQL_DATABASE=customdatabase", "POSTGRESQL_NUM_SYNCHRONOUS_REPLICAS=1", "REPMGR_PASSWORD=repmgrpassword", "REPMGR_PRIMARY_HOST=pg-0", "REPMGR_PARTNER_NODES=pg-0,pg-1", fmt.Sprintf("REPMGR_NODE_NAME=pg-%d", i), fmt.Sprintf("REPMGR_NODE_NETWORK_NAME=pg-%d", i)} {
			out.WriteString("      - " + line + "\n")
		}
	}
	out.WriteString("  pgpool:\n    image: docker.io/bitnami/pgpool:4\n    ports:\n      - \"5432:5432\"\n    environment:\n")
	for _, line := range []string{"PGPOOL_BACKEND_NODES: 0:pg-0:5432,1:pg-1:5432", "PGPOOL_SR_CHECK_USER: customuser", "PGPOOL_SR_CHECK_PASSWORD: custompassword", "PGPOOL_ENABLE_LDAP: \"no\"", "PGPOOL_POSTGRES_USERNAME: postgres", "PGPOOL_POSTGRES_PASSWORD: adminpassword", "PGPOOL_ADMIN_USERNAME: admin", "PGPOOL_ADMIN_PASSWORD: adminpassword", "PGPOOL_NUM_INIT_CHILDREN: 32"} {
		out.WriteString("      " + line + " # why\n")
	}
	out.WriteString("    healthcheck:\n      test: [\"CMD\", \"/opt/bitnami/scripts/pgpool/healthcheck.sh\"]\n      interval: 10s\n      timeout: 5s\n      retries: 5\nvolumes:\n  pg_0_data:\n    driver: local\n  pg_1_data:\n    driver: local\n")
	return []byte(out.String())
}

// BenchmarkUnmarshal is the parser alone, to compare BenchmarkRead with.
func BenchmarkUnmarshal(b *testing.B) {
	text := page()
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		var node yaml.Node
		if err := yaml.Unmarshal(text, &node); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	text := page()
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		containers, problems := Read([]*facts.Source{facts.NewSource("compose.yaml", text)}, input.Context{})
		if len(containers) != 3 || len(problems) > 0 {
			b.Fatal(containers, problems)
		}
	}
}
