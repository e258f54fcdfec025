package helm

import (
	"fmt"
	"strings"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// TestInline reads what makes a release and which one: the kind, the chart, the namespace and the name of its Pgpool-II or
// Bitbucket.
func TestInline(t *testing.T) {
	t.Parallel()
	const flux, argo = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n", "apiVersion: argoproj.io/v1alpha1\nkind: Application\n"
	tests := []struct{ name, text, want string }{
		{"Flux", flux + "metadata: {name: pg, namespace: db}\nspec: {chart: {spec: {chart: postgresql-ha}}}\n", "HelmRelease postgresql-ha db pg-postgresql-ha-pgpool"},
		{"Flux, elsewhere", flux + "metadata: {name: pg, namespace: flux}\nspec: {targetNamespace: db, chart: {spec: {chart: ./charts/postgresql-ha}}}\n", "HelmRelease ./charts/postgresql-ha db db-pg-postgresql-ha-pgpool"},
		{"Flux, named", flux + "metadata: {name: pg}\nspec: {releaseName: postgresql-ha, chartRef: {kind: OCIRepository, name: postgresql-ha}}\n", "HelmRelease postgresql-ha  postgresql-ha-pgpool"},
		{"Flux, Bitbucket", flux + "metadata: {name: bb}\nspec: {chart: {spec: {chart: bitbucket}}}\n", "HelmRelease bitbucket  bb"},
		{"a part of another chart", flux + "metadata: {name: all}\nspec: {chart: {spec: {chart: umbrella}}, values: {postgresql-ha: {pgpool: {maxPool: 1}}}}\n", "HelmRelease umbrella  all-postgresql-ha-pgpool"},
		{"another chart", flux + "metadata: {name: all}\nspec: {chart: {spec: {chart: umbrella}}, values: {pgpool: {replicas: 1}}}\n", "HelmRelease umbrella  -"},
		{"Argo CD", argo + "metadata: {name: pg, namespace: argocd}\nspec: {destination: {namespace: db}, source: {chart: postgresql-ha}}\n", "Application postgresql-ha db pg-postgresql-ha-pgpool"},
		{"Argo CD, a directory", argo + "metadata: {name: pg}\nspec: {source: {path: charts/bitbucket, helm: {releaseName: bb}}}\n", "Application charts/bitbucket  bb"},
		{"Argo CD, several", argo + "metadata: {name: pg}\nspec: {sources: [{chart: postgresql-ha}, {path: other}, {chart: bitbucket}]}\n", "Application postgresql-ha  pg-postgresql-ha-pgpool; Application bitbucket  pg"},
		{"Argo CD, a set", "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: pg}\nspec: {template: {spec: {source: {chart: bitbucket}}}}\n", "ApplicationSet bitbucket  pg"},
		{"k3s", "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {name: pg}\nspec: {chart: oci://r.example.com/postgresql-ha, targetNamespace: db}\n", "HelmChart oci://r.example.com/postgresql-ha db pg-postgresql-ha-pgpool"},
		{"a list", "kind: List\nitems:\n- apiVersion: helm.toolkit.fluxcd.io/v2\n  kind: HelmRelease\n  metadata: {name: bb}\n  spec: {chart: {spec: {chart: bitbucket}}}\n", "HelmRelease bitbucket  bb"},
		{"several documents", "a: b\n---\n" + flux + "metadata: {name: bb}\nspec: {chart: {spec: {chart: bitbucket}}}\n", "HelmRelease bitbucket  bb"},
		{"somebody else's kind", "apiVersion: v1\nkind: HelmRelease\nspec: {chart: {spec: {chart: bitbucket}}}\n", ""},
		{"mappings where texts belong", flux + "metadata: {name: {a: b}, namespace: [c]}\nspec: {chart: {spec: {chart: {d: e}}}, values: f, valuesFrom: {}}\n", "HelmRelease   -"},
		{"nothing", flux, "HelmRelease   -"},
		{"no YAML", "a: [", ""},
	}
	for _, test := range tests {
		releases, problems := ReadInline(facts.NewSource("release.yaml", []byte(test.text)))
		var got []string
		for _, release := range releases {
			name := "-"
			if len(release.Containers) > 0 {
				name = release.Containers[0].Name
			}
			got = append(got, fmt.Sprintf("%s %s %s %s", release.Kind, release.Chart, release.Namespace, name))
		}
		if all := strings.Join(got, "; "); all != test.want || len(problems) > 0 {
			t.Errorf("%s: got %q and %v, want %q", test.name, all, problems, test.want)
		}
	}
}

// TestInlineHostile has a file of some hundred bytes a line say a million values, in several ways.
func TestInlineHostile(t *testing.T) {
	t.Parallel()
	big := "big: &big {" + strings.Repeat("a: b, ", 1000) + "pgpool: {maxPool: 1}}\n"
	sources := strings.Repeat("{chart: postgresql-ha, helm: {valuesObject: *big}}, ", 100_000)
	text := "text: &text |\n  pgpool: {maxPool: 1}\n" + strings.Repeat("  a: b\n", 100_000)
	texts := strings.Repeat("{chart: postgresql-ha, helm: {values: *text}}, ", 1000)
	const argo = "apiVersion: argoproj.io/v1alpha1\nkind: Application\n"
	for name, file := range map[string]string{
		"a mapping": argo + big + "spec: {sources: [" + sources + "]}\n",
		"a text":    argo + text + "spec: {sources: [" + texts + "]}\n",
		"releases":  strings.Repeat(argo+"spec: {source: {chart: bitbucket}}\n---\n", 10_000),
	} {
		releases, problems := ReadInline(facts.NewSource("release.yaml", []byte(file)))
		if len(releases) > maxReleases || len(problems) != 1 {
			t.Errorf("%s: %d releases and %v", name, len(releases), problems)
		}
	}
}
