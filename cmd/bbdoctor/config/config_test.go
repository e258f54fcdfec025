package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
	"github.com/bbdoctor/bbdoctor/rules/catalog"
)

// example is the one that the documentation begins with.
const example = `version: 1
bitbucket: {version: "9.4", nodes: 4}
deployments:
  prod:    {files: [prod/**, common/pgpool.env], bitbucket: {nodes: 6}, env: [prod/.env]}
  staging: {files: [staging/**]}
  chart:   {helm: [[values.yaml, values-prod.yaml]]}
rules:
  jdbc/tcp-keepalive: off
  secrets/*: {severity: warning}
  secrets/file-mode: {severity: info}
  pool/pgpool-capacity: {severity: error}
  endpoint/latency: {maximum: 25ms}
  role/valid-until: {days: 30, severity: warning}
  backends/replication-lag: {maximum-bytes: 64MB, maximum-time: 1m}
exclude: ["**/archive/**"]
postgres-support: {"10": [15, 16, 17, 18]}
end-of-life:
  postgresql: {"14": 2028-01-31}
  pgpool: {"4.3": "2029-06-30"}
fixed-vulnerabilities:
  CVE-2025-46801: ["4.3.9", "4.5.4"]
`

func TestExample(t *testing.T) {
	t.Parallel()
	got, err := Parse(Name, []byte(example), catalog.All())
	if err != nil {
		t.Fatal(err)
	}
	want := &Config{
		File:      Name,
		Bitbucket: Bitbucket{"9.4", 4},
		Deployments: []Deployment{
			{Name: "prod", Files: []string{"prod/**", "common/pgpool.env"}, Env: []string{"prod/.env"}, Bitbucket: Bitbucket{"", 6}},
			{Name: "staging", Files: []string{"staging/**"}},
			{Name: "chart", Helm: [][]string{{"values.yaml", "values-prod.yaml"}}},
		},
		Rules: []Rule{
			{Pattern: "jdbc/tcp-keepalive", Off: true},
			{Pattern: "secrets/*", Tuning: rules.Tuning{Severity: rules.Warning}},
			{Pattern: "secrets/file-mode", Tuning: rules.Tuning{Severity: rules.Info}},
			{Pattern: "pool/pgpool-capacity", Tuning: rules.Tuning{Severity: rules.Error}},
			{Pattern: "endpoint/latency", Tuning: rules.Tuning{Bounds: map[string]int64{"maximum": 25e6}}},
			{Pattern: "role/valid-until", Tuning: rules.Tuning{Severity: rules.Warning, Bounds: map[string]int64{"days": 30}}},
			{Pattern: "backends/replication-lag", Tuning: rules.Tuning{Bounds: map[string]int64{"maximum-bytes": 64 << 20, "maximum-time": 60e9}}},
		},
		Exclude: []string{"**/archive/**"},
		Tables: facts.Tables{
			PostgresSupport: map[string][]int{"10": {15, 16, 17, 18}},
			PostgresEnd:     map[string]time.Time{"14": time.Date(2028, 1, 31, 0, 0, 0, 0, time.UTC)},
			PgpoolEnd:       map[string]time.Time{"4.3": time.Date(2029, 6, 30, 0, 0, 0, 0, time.UTC)},
			PgpoolFixes:     map[string][]string{"CVE-2025-46801": {"4.3.9", "4.5.4"}},
		},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("want (-), got (+):\n%s", diff)
	}
	tuned := map[string]*rules.Rule{}
	for _, rule := range got.Tune(catalog.All(), nil) {
		tuned[rule.ID] = rule
	}
	if tuned["jdbc/tcp-keepalive"] != nil {
		t.Error("a rule that is off is still there")
	}
	if s := tuned["secrets/placeholder"].Severity; s != rules.Warning {
		t.Errorf("a glob gives %v", s)
	}
	if s := tuned["secrets/file-mode"].Severity; s != rules.Info {
		t.Errorf("the name is not stronger than a glob: %v", s)
	}
	if title := tuned["endpoint/latency"].Title; title != "a round trip through the endpoint takes 25ms at most" {
		t.Error(title)
	}
	if n := len(got.Tune(catalog.All(), []string{"jdbc/tcp-keepalive"})); n != len(catalog.All()) {
		t.Error("a rule that the command line names stays off")
	}
}

// examples are config files with what is wrong with them; "" is nothing. Those whose message begins with ! are refused by
// the decoder only, because no schema can know of it.
var examples = map[string]string{
	"version: 1": "",
	example:      "",
	"version: 1\nrules:\n  jdbc/tcp-keepalive: false\n":                                     "",
	"version: 1\npostgres-support: {10: [16], \"9.4\": []}\n":                               "",
	"version: 1\ndeployments: {a/b.c: {files: [\"**\"], helm: []}}\n":                       "",
	"version: 1\nrules: {version/postgres-eol: {months: 0}}\n":                              "",
	"version: 1\nbitbucket: &b {nodes: 2}\ndeployments: {a: {files: [a], bitbucket: *b}}\n": "",
	"version: 1\nbitbucket: {}\nrules: {}\nexclude: []\ndeployments: {}\n":                  "",

	"":                             "1:1: the file is empty",
	"{}":                           "1:1: version is missing",
	"version: 2":                   "1:10: version is 2, and this bbdoctor reads 1",
	"version: \"1\"":               "1:10: version is a whole number, not \"1\"",
	"version: 1.0":                 "!1:10: version is a whole number, not the number 1.0",
	"- version: 1":                 "1:1: the config file is a mapping, not a list",
	"version: 1\ndeployment: {}\n": "2:1: unknown key \"deployment\" in the config file; did you mean \"deployments\"?",
	"version: 1\nbitbucket: {version: 9.4}\n":                                 "2:22: bitbucket.version is a string: write \"9.4\" in quotes",
	"version: 1\nbitbucket: {version: latest}\n":                              "2:22: bitbucket.version is \"latest\"",
	"version: 1\nbitbucket: {nodes: 0}\n":                                     "2:20: bitbucket.nodes is 0; give a number between 1 and 1000",
	"version: 1\nbitbucket: {node: 4}\n":                                      "2:13: unknown key \"node\" in bitbucket; did you mean \"nodes\"?",
	"version: 1\nbitbucket: 9\n":                                              "2:12: bitbucket is a mapping, not the number 9",
	"version: 1\ndeployments:\n  prod:\n":                                     "3:8: deployment prod is a mapping, not nothing",
	"version: 1\ndeployments: [prod]\n":                                       "2:14: deployments is a mapping, not a list",
	"version: 1\ndeployments:\n  prod: {env: [a]}\n":                          "3:3: deployment prod declares no files",
	"version: 1\ndeployments:\n  prod: {files: []}\n":                         "3:17: files of deployment prod is empty",
	"version: 1\ndeployments:\n  prod: {files: prod/**}\n":                    "3:17: files of deployment prod is a list, not \"prod/**\"",
	"version: 1\ndeployments:\n  prod: {files: [../x]}\n":                     "3:18: \"../x\" leads out of the directory of the config file",
	"version: 1\ndeployments:\n  prod: {files: [/etc/**]}\n":                  "3:18: \"/etc/**\" leads out of the directory",
	"version: 1\ndeployments:\n  prod: {files: [a], env: [a/../../b]}\n":      "3:28: \"a/../../b\" leads out",
	"version: 1\ndeployments:\n  prod: {files: [\"\"]}\n":                     "3:18: \"\" is no path",
	"version: 1\ndeployments:\n  \"pr*d\": {files: [a]}\n":                    "3:3: \"pr*d\" is no name for a deployment",
	"version: 1\ndeployments:\n  prod: {files: [a], helm: [values.yaml]}\n":   "3:29: an entry of helm of deployment prod, one release, is a list, not \"values.yaml\"",
	"version: 1\nexclude: \"**\"\n":                                           "2:10: exclude is a list",
	"version: 1\nexclude: [1]\n":                                              "2:11: an entry of exclude is a string: write \"1\" in quotes",
	"version: 1\nrules: {jdbc/driver: {severity: fatal}}\n":                   "2:33: severity of jdbc/driver is \"fatal\"; there are error, warning and info",
	"version: 1\nrules: {jdbc/driver: on}\n":                                  "2:22: rules: jdbc/driver is \"on\"; write off",
	"version: 1\nrules: {jdbc/driver: true}\n":                                "2:22: rules: jdbc/driver is the word true; write off",
	"version: 1\nrules: {jdbc/driver: {maximum: 5ms}}\n":                      "2:23: unknown key \"maximum\" in rules: jdbc/driver",
	"version: 1\nrules: {endpoint/latency: {maximun: 5ms}}\n":                 "2:28: unknown key \"maximun\" in rules: endpoint/latency; did you mean \"maximum\"?",
	"version: 1\nrules: {endpoint/latency: {maximum: 25}}\n":                  "2:37: maximum of endpoint/latency is a string: write \"25\" in quotes",
	"version: 1\nrules: {endpoint/latency: {maximum: \"25\"}}\n":              "2:37: maximum of endpoint/latency is \"25\": write a duration with its unit, as in 10ms",
	"version: 1\nrules: {endpoint/latency: {maximum: -5ms}}\n":                "2:37: maximum of endpoint/latency is \"-5ms\"",
	"version: 1\nrules: {backends/replication-lag: {maximum-bytes: 16 Mb}}\n": "2:51: maximum-bytes of backends/replication-lag is \"16 Mb\": write a size with its unit, as in 16MB",
	"version: 1\nrules: {role/valid-until: {days: 0}}\n":                      "2:34: days of role/valid-until is 0; give a number between 1 and 3650",
	"version: 1\npostgres-support: {\"10\": 16}\n":                            "2:26: postgres-support of 10 is a list, not the number 16",
	"version: 1\npostgres-support: {ten: [16]}\n":                             "2:20: \"ten\" is no version of Bitbucket",
	"version: 1\npostgres-support: {\"10\": [\"16\"]}\n":                      "2:27: a major version of PostgreSQL is a whole number",
	"version: 1\nend-of-life: {postgres: {}}\n":                               "2:15: unknown key \"postgres\" in end-of-life; did you mean \"postgresql\"?",
	"version: 1\nend-of-life: {pgpool: {new: 2028-01-31}}\n":                  "2:24: \"new\" is no version",
	"version: 1\nend-of-life: {pgpool: {\"4.3\": 2028-01}}\n":                 "2:31: the end of life of pgpool 4.3 is a day such as 2028-01-31, not \"2028-01\"",
	"version: 1\nend-of-life: {pgpool: {\"4.3\": [2028-01-31]}}\n":            "2:31: the end of life of pgpool 4.3 is a day such as 2028-01-31, not a list",
	"version: 1\nfixed-vulnerabilities: {CVE-2025-46801: 4.5.4}\n":            "2:41: fixed-vulnerabilities of CVE-2025-46801 is a list",
	"version: 1\nfixed-vulnerabilities: {CVE-2025-46801: [\"4.5\"]}\n":        "2:42: \"4.5\" is no release of Pgpool-II; write \"4.5.4\"",
	"version: 1\nfixed-vulnerabilities: {CVE-2025-46810: []}\n":               "!2:25: \"CVE-2025-46810\" is no vulnerability that bbdoctor knows; did you mean \"CVE-2025-46801\"?",

	"version: 1\nrules: {jdbc/target-servertype: off}\n":                                   "!2:9: there is no rule \"jdbc/target-servertype\"; did you mean \"jdbc/target-server-type\"?",
	"version: 1\nrules: {nosuch/*: off}\n":                                                 "!2:9: there is no rule \"nosuch/*\"",
	"version: 1\nrules: {endpoint/latency: {maximum: 25h}}\n":                              "!2:37: maximum of endpoint/latency is \"25h\": 25h is not between 100µs and 10s",
	"version: 1\nrules: {backends/replication-lag: {maximum-bytes: 9000000000000000TB}}\n": "!2:51: maximum-bytes of backends/replication-lag is \"9000000000000000TB\"",
	"version: 1\nversion: 1\n":                                                             "!2:1: \"version\" stands twice in the config file, first on line 1",
	"version: 1\nexclude: [\"a[b\"]\n":                                                     "!2:11: \"a[b\" is no glob",
	"version: 1\nexclude: [\"{a,b}{a,b}{a,b}{a,b}{a,b}\"]\n":                               "!2:11: \"{a,b}{a,b}{a,b}{a,b}{a,b}\" has too many wildcards",
	"version: 1\n---\nversion: 1\n":                                                        "!2:1: a second document",
	"version: 1\nbitbucket:\n  nodes: 4\n deployments: {}\nx: 1\n":                         "!4:1: this is no YAML",
	"version: 1\nexclude: [a\nrules: {}\n":                                                 "!2:1: this is no YAML",
	"version: 1\nrules: {a: [\n":                                                           "!2:1: this is no YAML",
	"version: 1\nrules:\n\t- a\n":                                                          "!3:1: this is no YAML",
}

// TestSchemaAndDecoderAgree puts every example to both, so that neither the published schema nor the decoder drifts away.
func TestSchemaAndDecoderAgree(t *testing.T) {
	t.Parallel()
	schema, err := jsonschema.NewCompiler().Compile("../../../docs/config.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range examples {
		_, err := Parse("c.yaml", []byte(text), catalog.All())
		want, decoderOnly := strings.CutPrefix(want, "!")
		switch {
		case want == "" && err != nil:
			t.Errorf("%s\nis refused: %v", text, err)
		case want != "" && err == nil:
			t.Errorf("%s\nis accepted, want %s", text, want)
		case want != "" && !strings.HasPrefix(err.Error(), "c.yaml:"+want):
			t.Errorf("%s\ngot  %v\nwant c.yaml:%s", text, err, want)
		}
		if decoderOnly {
			continue
		}
		var document any
		if err := yaml.Unmarshal([]byte(text), &document); err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(likeJSON(document)); (err == nil) != (want == "") {
			t.Errorf("%s\nthe schema says %v, and we expect %q", text, err, want)
		}
	}
}

// likeJSON gives a YAML document as JSON would have it: the keys of mappings are strings.
func likeJSON(value any) any {
	switch v := value.(type) {
	case time.Time: // editors that ask the schema take a day for a text
		return v.Format(time.DateOnly)
	case map[string]any:
		for key := range v {
			v[key] = likeJSON(v[key])
		}
	case map[any]any:
		object := map[string]any{}
		for key, value := range v {
			object[fmt.Sprint(key)] = likeJSON(value)
		}
		return object
	case []any:
		for i := range v {
			v[i] = likeJSON(v[i])
		}
	}
	return value
}

// TestSchemaKnowsEveryBound compares the bounds in the schema with those of the rules, and says that each rule's title
// names the figure that will be replaced.
func TestSchemaKnowsEveryBound(t *testing.T) {
	t.Parallel()
	var schema struct {
		Properties struct {
			Rules struct {
				Properties map[string]struct {
					OneOf []struct {
						Properties map[string]any `yaml:"properties"`
					} `yaml:"oneOf"`
				}
			}
		}
	}
	text, err := os.ReadFile("../../../docs/config.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	got, want := map[string]bool{}, map[string]bool{}
	for id, rule := range schema.Properties.Rules.Properties {
		for _, one := range rule.OneOf {
			for name := range one.Properties {
				got[id+" "+name] = true
			}
		}
	}
	for _, rule := range catalog.All() {
		for _, bound := range rule.Bounds {
			want[rule.ID+" severity"], want[rule.ID+" "+bound.Name] = true, true
			if !strings.Contains(rule.Title, bound.InTitle) {
				t.Errorf("the title of %s does not have %q", rule.ID, bound.InTitle)
			}
			for _, figure := range []int64{bound.Default, bound.Least, bound.Most} {
				if again, err := bound.Parse(bound.Show(figure)); err != nil || again != figure {
					t.Errorf("%s %s: %d is shown as %s and read as %d, %v", rule.ID, bound.Name, figure, bound.Show(figure), again, err)
				}
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rules (-), docs/config.schema.json (+):\n%s", diff)
	}
}

func TestManyErrors(t *testing.T) {
	t.Parallel()
	_, err := Parse("c.yaml", []byte("version: 1\n"+strings.Repeat("nosuch: 1\n", 1)+"exclude: ["+strings.Repeat("1,", 30)+"]\n"), catalog.All())
	if err == nil || strings.Count(err.Error(), "\n") != maxErrors || !strings.HasSuffix(err.Error(), "c.yaml: and 21 more") {
		t.Error(err)
	}
}

// TestBombs gives small files that stand for huge ones.
func TestBombs(t *testing.T) {
	t.Parallel()
	var bomb strings.Builder
	bomb.WriteString("version: 1\nexclude: &a [" + strings.Repeat("x,", 1000) + "]\ndeployments:\n")
	for i := range 2000 {
		fmt.Fprintf(&bomb, "  d%d: {files: *a}\n", i)
	}
	if _, err := Parse("c.yaml", []byte(bomb.String()), catalog.All()); err == nil || !strings.Contains(err.Error(), "says more than bbdoctor takes") {
		t.Error(err)
	}
	for _, text := range []string{"version: 1\ndeployments: &a {x: *a}\n", "&a [*a]", strings.Repeat("[", 20000), "version: 1\nrules: " + strings.Repeat("{a: ", 9000)} {
		if _, err := Parse("c.yaml", []byte(text), catalog.All()); err == nil {
			t.Errorf("%.40s is accepted", text)
		}
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, path := range []string{"a/b/c", "tree/.git", "tree/below"} {
		if err := os.MkdirAll(filepath.Join(dir, path), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(dir, Name)
	if err := os.WriteFile(file, []byte("version: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for below, want := range map[string]string{"": file, "a/b/c": file, "tree": "", "tree/below": ""} {
		if got := Find(filepath.Join(dir, below)); got != want {
			t.Errorf("%s: found %q, want %q", below, got, want)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "big.yaml"), make([]byte, maxSize+1), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"big.yaml": "larger than 1 MiB", "none.yaml": "no such file", "a": "not a regular file"} {
		if _, err := Read(filepath.Join(dir, name), name, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for text := range examples {
		f.Add(text)
	}
	all := catalog.All()
	f.Fuzz(func(t *testing.T, text string) {
		config, err := Parse("c.yaml", []byte(text), all)
		if (config == nil) != (err != nil) {
			t.Fatal("neither a config nor an error, or both")
		}
		if err != nil && !strings.HasPrefix(err.Error(), "c.yaml:") {
			t.Errorf("an error without a place: %v", err)
		}
		config.Tune(all, nil)
	})
}
