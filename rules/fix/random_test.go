package fix_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
	"github.com/bbdoctor/bbdoctor/rules/fix"
	"github.com/bbdoctor/bbdoctor/rules/jdbc"
	"github.com/bbdoctor/bbdoctor/rules/pgpool"
)

// writer writes random installations, as people write them.
type writer struct{ *rand.Rand }

func (w writer) pick(texts ...string) string { return texts[w.IntN(len(texts))] }

// pair is a variable with its value; a value of none means that it is not written.
type pair struct{ name, value string }

const none = "-"

// pool gives the variables of a Pgpool-II in random order, some of them with what the rules look for.
func (w writer) pool() []pair {
	return w.shuffled([]pair{
		{"PGPOOL_BACKEND_NODES", w.pick("0:pg-0:5432,1:pg-1:5432", "0:pg-0,1:pg-1")},
		{"PGPOOL_ENABLE_LOAD_BALANCING", w.pick("yes", "no", none, none, "")},
		{"PGPOOL_AUTO_FAILBACK", w.pick("yes", "no", none)},
		{"PGPOOL_BACKEND_APPLICATION_NAMES", w.pick("pg-0,pg-1", none)},
		{"PGPOOL_POSTGRES_PASSWORD", "Kx7-winter-Okapi"},
		{"TZ", w.pick("UTC", none)},
	})
}

func (w writer) bitbucket() []pair {
	return w.shuffled([]pair{
		{"JDBC_DRIVER", "org.postgresql.Driver"},
		{"JDBC_URL", "jdbc:postgresql://pgpool:5432/bitbucket" + w.pick("", "?targetServerType=primary", "?sslmode=require&targetServerType=master", "?targetServerType=any&tcpKeepAlive=true&targetServerType=primary")},
		{"JDBC_USER", "bitbucketuser"},
		{"JDBC_PASSWORD", "Bq1-amber-Tundra"},
	})
}

func (w writer) shuffled(pairs []pair) []pair {
	w.Shuffle(len(pairs), func(i, j int) { pairs[i], pairs[j] = pairs[j], pairs[i] })
	return slices.DeleteFunc(pairs, func(p pair) bool { return p.value == none })
}

// compose writes both as a compose file, with whatever such files have.
func (w writer) compose() map[string]string {
	files := map[string]string{}
	var out, dotenv strings.Builder
	anchor := w.IntN(4) == 0
	if anchor {
		out.WriteString("x-common: &common\n  LANG: C.UTF-8\n  PGPOOL_MAX_POOL: \"4\" # few\n")
	}
	out.WriteString("services:\n")
	for i, service := range [][]pair{w.pool(), w.bitbucket()} {
		fmt.Fprintf(&out, "  %s:\n    image: %s\n", []string{"pool", "bitbucket"}[i], []string{"bitnamilegacy/pgpool:4.6.3", "atlassian/bitbucket:9.4"}[i])
		own := service
		if w.IntN(4) == 0 {
			var env strings.Builder
			cut := w.IntN(len(service) + 1)
			for _, p := range service[:cut] {
				fmt.Fprintf(&env, "%s%s\n", w.pick("", "", "# note\n", "export "), p.name+"="+w.pick(p.value, "'"+p.value+"'", `"`+p.value+`" # c`))
			}
			name := fmt.Sprintf("%d.env", i)
			files[name] = env.String()
			fmt.Fprintf(&out, "    env_file: %s\n", name)
			own = service[cut:]
		}
		switch style := w.IntN(4); {
		case len(own) == 0:
		case style == 0:
			items := make([]string, len(own))
			for i, p := range own {
				items[i] = fmt.Sprintf("%s: %q", p.name, p.value)
			}
			fmt.Fprintf(&out, "    environment: {%s}\n", strings.Join(items, w.pick(", ", ",\n      ")))
		case style == 1:
			out.WriteString("    environment:\n")
			for _, p := range own {
				quote := w.pick("", "'", `"`)
				fmt.Fprintf(&out, "    %s- %s%s=%s%s%s\n", w.pick("", "")+"  ", quote, p.name, p.value, quote, w.pick("", " # c"))
			}
		default:
			out.WriteString("    environment:\n")
			if anchor && i == 0 {
				out.WriteString("      <<: *common\n")
			}
			for j, p := range own {
				text := w.pick(fmt.Sprintf("%q", p.value), "'"+p.value+"'", ">-\n        "+p.value, fmt.Sprintf("%q # c", p.value))
				if p.value == "" {
					text = `""`
				} else if w.IntN(5) == 0 {
					variable := fmt.Sprintf("V%d%d", i, j)
					fmt.Fprintf(&dotenv, "%s=%s\n", variable, w.pick("'"+p.value+"'", `"`+p.value+`"`, p.value))
					text = w.pick("${"+variable+"}", `"${`+variable+`:-}"`)
				}
				fmt.Fprintf(&out, "      %s: %s\n%s", p.name, text, w.pick("", "", "\n", "      # next\n"))
			}
		}
	}
	files["compose.yaml"], files[".env"] = out.String(), dotenv.String()
	return files
}

// shell writes both as a script.
func (w writer) shell() map[string]string {
	files := map[string]string{}
	var out strings.Builder
	out.WriteString("#!/bin/bash\n")
	for i, service := range [][]pair{w.pool(), w.bitbucket()} {
		var options []string
		var before strings.Builder
		for j, p := range service {
			switch w.IntN(6) {
			case 0:
				fmt.Fprintf(&before, "v%d%d='%s'\n", i, j, p.value)
				options = append(options, fmt.Sprintf(`-e %s="$v%d%d"`, p.name, i, j))
			case 1:
				name := fmt.Sprintf("%d.env", i)
				files[name] += p.name + "=" + p.value + "\n"
				if option := "--env-file " + name; !slices.Contains(options, option) {
					options = append(options, option)
				}
			default:
				options = append(options, w.pick("-e ", "--env ", "--env=")+w.pick(`"%s=%s"`, "%s='%s'", `%s="%s"`))
				options[len(options)-1] = fmt.Sprintf(options[len(options)-1], p.name, p.value)
			}
		}
		glue := w.pick(" ", " \\\n  ", " \\\n\t")
		fmt.Fprintf(&out, "%sdocker run -d --name %s%s%s%s%s\n", before.String(), []string{"pool", "bitbucket"}[i], glue, strings.Join(options, glue), glue,
			[]string{"bitnamilegacy/pgpool:4.6.3", "atlassian/bitbucket:9.4"}[i])
	}
	files["start.sh"] = out.String()
	return files
}

// conf writes a pgpool.conf and a bitbucket.properties.
func (w writer) conf() map[string]string {
	var conf, properties strings.Builder
	for _, p := range w.shuffled([]pair{
		{"backend_hostname0", "'pg-0'"}, {"backend_hostname1", "'pg-1'"}, {"backend_application_name0", "'a'"}, {"backend_application_name1", "'b'"},
		{"load_balance_mode", w.pick("on", "off", none, "'yes'")}, {"auto_failback", w.pick("on", "off", none)}, {"sr_check_period", "10"}, {"health_check_period", "5"},
	}) {
		fmt.Fprintf(&conf, "%s%s%s%s%s\n", w.pick("", "# c\n", "  "), p.name, w.pick(" = ", "=", " "), p.value, w.pick("", " # c"))
	}
	for _, p := range w.bitbucket() {
		name := strings.ToLower(strings.Replace(p.name, "_", ".", 1))
		value := strings.ReplaceAll(p.value, "&", w.pick("&", "&\\\n    ", "\\u0026"))
		fmt.Fprintf(&properties, "%s%s%s%s\n", w.pick("", "#> c\n", " "), name, w.pick("=", " = ", ": ", " "), value)
	}
	return map[string]string{"pgpool.conf": conf.String(), "bitbucket.properties": properties.String()}
}

// TestFixRandomInstallations fixes random installations in all formats, with the line ends of Unix and of Windows, on disk:
// every fix is proved, nothing but what it speaks of reads otherwise, and a second run changes nothing.
func TestFixRandomInstallations(t *testing.T) {
	t.Parallel()
	all := []*rules.Rule{pgpool.LoadBalancing, pgpool.AutoFailback, jdbc.TargetServerType}
	var changed, added int
	for i := range 210 {
		w := writer{rand.New(rand.NewPCG(uint64(i), 31))}
		files := []func() map[string]string{w.compose, w.shell, w.conf}[i%3]()
		if i%3 != 1 && w.IntN(4) == 0 {
			for name, text := range files {
				files[name] = strings.ReplaceAll(text, "\n", "\r\n")
			}
		}
		c, a := fixOnDisk(t, files, all)
		changed, added = changed+c, added+a
		if t.Failed() {
			for name, text := range files {
				t.Logf("-- %s --\n%s", name, text)
			}
			t.FailNow()
		}
	}
	t.Logf("%d values changed, %d added", changed, added)
	if changed < 150 || added < 60 {
		t.Errorf("only %d values changed and %d added", changed, added)
	}
}

func fixOnDisk(t *testing.T, files map[string]string, all []*rules.Rule) (changed, added int) {
	t.Helper()
	before := judge(t, files, all...)
	plan, err := fix.Provable(context.Background(), fix.NewPlan(before.results, true).Writable(), before.options, before.collection, before.results, before.rules)
	if err != nil || len(plan.Refused) > 0 || plan.Conflicts > 0 {
		t.Errorf("%v %v, %d conflicts", err, plan.Refused, plan.Conflicts)
		return 0, 0
	}
	for _, file := range plan.Files {
		if err := file.Write(); err != nil {
			t.Error(err)
		}
		if strings.Contains(files[file.Source.Name], "\r\n") && strings.Contains(strings.ReplaceAll(string(file.New), "\r\n", ""), "\n") {
			t.Errorf("%s has two kinds of line ends now:\n%s", file.Source.Name, file.New)
		}
	}
	after := judgeDir(t, before.options.Dir, all...)
	for _, result := range after.results {
		for _, finding := range result.Findings {
			if finding.Fix != nil && len(finding.Fix.Edits) > 0 {
				t.Errorf("%s still fails: %s", result.Rule.ID, finding.Message)
			}
		}
	}
	if again := fix.NewPlan(after.results, true); len(again.Files) > 0 {
		t.Error("a second run changes something")
	}
	// The fixes speak of these; of URLs the parameter goes and the rest stays.
	was, is := values(before.collection), values(after.collection)
	for key, text := range is {
		if _, ok := was[key]; !ok && (strings.HasSuffix(key, "LOAD_BALANCING") || strings.HasSuffix(key, "FAILBACK") || strings.HasSuffix(key, "load_balance_mode") || strings.HasSuffix(key, "auto_failback")) {
			added++
			delete(is, key)
		} else if was[key] != text && (fixed[text] || strings.Contains(text, "jdbc:") && !strings.Contains(text, "targetServerType") && strings.Contains(was[key], "targetServerType")) {
			changed++
			is[key] = was[key]
		}
	}
	if diff := cmp.Diff(was, is); diff != "" {
		t.Errorf("other values changed: %s", diff)
	}
	entries, err := os.ReadDir(before.options.Dir)
	if err != nil || len(entries) != len(files) {
		t.Errorf("%d files, there were %d: %v", len(entries), len(files), err)
	}
	return changed, added
}

// fixed are the values that the fixes give.
var fixed = map[string]bool{"no": true, "yes": true, "off": true, "on": true}

// values has everything that is written, by where and as what it counts.
func values(collection *facts.Collection) map[string]string {
	all := map[string]string{}
	for _, deployment := range collection.Deployments {
		for _, container := range deployment.Containers() {
			for _, variable := range container.Environment {
				all[container.Name+"."+variable.Name] = variable.Value.Text
			}
			all[container.Name+" image"] = container.Image.Text
		}
		deployment.Visit(func(setting facts.Setting) {
			if origin := setting.Origin; origin.Source != nil && (origin.Format == facts.Properties || origin.Format == facts.PgpoolConf) {
				all[filepath.Base(origin.Source.Name)+"."+origin.Key] = setting.Text
			}
		})
	}
	return all
}
