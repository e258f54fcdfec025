package offline

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// loaded is all that somebody who judges deployments sees of the inputs.
type loaded struct {
	calls       int
	deployments []string // as JSON
	outlines    []string
	problems    []string
	directives  []string
	hidden      []string
	others      []string
}

// see adds what a collection that is to be judged holds.
func (l *loaded) see(t *testing.T, c *facts.Collection) {
	t.Helper()
	l.calls++
	sources := map[*facts.Source]bool{}
	for _, d := range c.Deployments {
		if d.Assemble != nil {
			d.Assemble()
		}
		text := fmt.Sprint(d.Name, d.Today, d.Problems, visited(d))
		if d.Bitbucket != nil {
			text += fmt.Sprint(" ", d.Bitbucket.Name, len(d.Bitbucket.Settings), len(d.Bitbucket.Files), len(d.Bitbucket.Containers))
		}
		for _, p := range d.Pgpools {
			text += fmt.Sprint(" ", p.Name, len(p.Settings.Own), len(p.Environment.Own), len(p.Backends))
		}
		for _, n := range d.Nodes {
			text += fmt.Sprint(" ", n.Name, len(n.Settings.Own), len(n.Environment.Own))
		}
		l.deployments = append(l.deployments, text)
		d.Sources(func(source *facts.Source, _ facts.Format) { sources[source] = true })
	}
	for source := range sources {
		l.hidden = append(l.hidden, fmt.Sprint(source.Name, source.Hidden(), source.InWorkTree))
	}
	for _, d := range c.Directives {
		l.directives = append(l.directives, fmt.Sprint(d.Origin.Source.Name, d.Origin.Span, d.Text, d.First, d.Last))
	}
	for _, other := range c.Others {
		text := fmt.Sprint(other.Origin.Source.Name, other.Origin.Span, other.Name)
		for _, a := range other.Environment {
			text += fmt.Sprint(" ", a.Name, a.Value.Origin.Source.Name, a.Value.Origin.Span)
		}
		l.others = append(l.others, text)
	}
	for _, list := range l.lists() {
		slices.Sort(list)
	}
}

// lists are those that are made part by part.
func (l *loaded) lists() [][]string {
	return [][]string{l.deployments, l.directives, l.hidden, l.others}
}

// close adds what the whole collection tells in the end.
func (l *loaded) close(c *facts.Collection) {
	for _, d := range c.Deployments {
		text := d.Name
		if b := d.Bitbucket; b != nil {
			text += fmt.Sprint(" ", b.Name, b.Version.Text, b.Nodes.Text, len(b.URLs))
		}
		for _, p := range d.Pgpools {
			text += fmt.Sprint(" ", p.Name, p.Version.Text, p.Image)
		}
		for _, n := range d.Nodes {
			text += fmt.Sprint(" ", n.Name, n.Version.Text, n.Image)
		}
		l.outlines = append(l.outlines, text+fmt.Sprint(d.Problems))
	}
	for _, p := range c.Problems {
		l.problems = append(l.problems, fmt.Sprint(p.File, p.Origin.Span, p.Message, p.Note))
	}
}

// inPartsAsWhole loads files in both ways, demands that both see the same, and gives how often judge was called.
func inPartsAsWhole(t *testing.T, options Options) (calls int) {
	t.Helper()
	whole, err := Load(context.Background(), options)
	if err != nil {
		t.Fatal(err)
	}
	var want, got loaded
	want.see(t, whole)
	want.close(whole)
	var mu sync.Mutex
	each, judged, err := LoadEach(context.Background(), options, func(c *facts.Collection) *loaded {
		mu.Lock()
		defer mu.Unlock()
		seen := &loaded{}
		seen.see(t, c)
		return seen
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, seen := range judged {
		if seen != nil {
			calls++
			got.deployments = append(got.deployments, seen.deployments...)
			got.directives = append(got.directives, seen.directives...)
			got.hidden = append(got.hidden, seen.hidden...)
			got.others = append(got.others, seen.others...)
		}
	}
	for _, list := range got.lists() {
		slices.Sort(list)
	}
	got.close(each)
	for _, list := range []struct {
		name      string
		got, want []string
	}{
		{"deployments", got.deployments, want.deployments}, {"outlines", got.outlines, want.outlines}, {"problems", got.problems, want.problems},
		{"directives", got.directives, want.directives}, {"hidden", got.hidden, want.hidden}, {"others", got.others, want.others},
	} {
		if i := slices.IndexFunc(list.got, func(s string) bool { return !slices.Contains(list.want, s) }); i >= 0 {
			t.Errorf("%s: not as a whole: %s", list.name, list.got[i])
		}
		if !slices.Equal(list.got, list.want) {
			t.Errorf("%s: %d in parts, %d as a whole\nin parts   %.600q\nas a whole %.600q", list.name, len(list.got), len(list.want), list.got, list.want)
		}
	}
	return calls
}

// site is one installation in several files.
func site(dir string, children int) map[string]string {
	return map[string]string{
		dir + "/compose.yml": fmt.Sprintf("services:\n  pgpool:\n    image: bitnami/pgpool:4.6.3\n    env_file: [secret.env, common.list]\n    environment:\n"+
			"      # bbdoctor:ignore pool/* -- few users\n      PGPOOL_NUM_INIT_CHILDREN: %d\n      PGPOOL_BACKEND_NODES: 0:pg-0:5432,1:pg-1:5432\n"+
			"  pg-0:\n    image: bitnami/postgresql-repmgr:17.6.0\n    environment: {REPMGR_NODE_NAME: first, REPMGR_PASSWORD: Okapi}\n"+
			"  backup:\n    image: alpine\n    env_file: common.list\n", children),
		dir + "/common.list":                             "TZ=UTC\n",
		dir + "/secret.env":                              "PGPOOL_ADMIN_PASSWORD=Okapi\n# bbdoctor:ignore secrets/* -- a laboratory\nPGPOOL_POSTGRES_PASSWORD=Zebra\n",
		dir + "/home/bitbucket.properties":               bitbucketFile + "jdbc.password=Okapi\n",
		dir + "/units/pgpool.service":                    "[Service]\nExecStart=/usr/bin/docker run --env-file /etc/missing.env bitnami/pgpool:4.6.3\n",
		dir + "/units/pgpool.service.d/10-children.conf": "[Service]\nEnvironment=PGPOOL_NUM_INIT_CHILDREN=12\n",
		dir + "/broken.yml":                              "services: {bitbucket: {image: 'atlassian/bitbucket:9.4'\n",
		dir + "/ci.yml":                                  "stages: [build]\n",
	}
}

func sites(n int, name string) map[string]string {
	files := map[string]string{}
	for i := range n {
		maps.Copy(files, site(fmt.Sprintf(name, i), 10+i))
	}
	return files
}

// In parts the inputs give what they give as a whole, and in parts is how they are read where that is possible.
func TestInPartsAsWhole(t *testing.T) {
	t.Parallel()
	const n = fewestParts
	with := func(files, more map[string]string) map[string]string {
		files = maps.Clone(files)
		maps.Copy(files, more)
		return files
	}
	service := func(text string) string { return "services:\n  one:\n" + text }
	spread := map[string]string{"bitbucket/bitbucket.properties": bitbucketFile, "pgpool/pgpool.env": pgpoolFile}
	environments, across := map[string]string{}, map[string]string{}
	for i := range n {
		spread[fmt.Sprintf("pg-%d/node.env", i)] = strings.ReplaceAll(nodeFile, "pg-0", fmt.Sprintf("pg-%d", i))
		maps.Copy(environments, site(fmt.Sprintf("%c-prod", 'a'+i), 10))
		across[fmt.Sprintf("part-%d/prod/node.env", i)] = strings.ReplaceAll(nodeFile, "pg-0", fmt.Sprintf("pg-%d", i))
		across[fmt.Sprintf("part-%d/test/node.env", i)] = strings.ReplaceAll(nodeFile, "pg-0", fmt.Sprintf("tg-%d", i))
	}
	across["bitbucket/prod/bitbucket.properties"], across["bitbucket/test/bitbucket.properties"] = bitbucketFile, bitbucketFile
	across["pgpool/prod/pgpool.env"], across["pgpool/test/pgpool.env"] = pgpoolFile, pgpoolFile
	inPieces := func(dir string) map[string]string {
		files := map[string]string{}
		for name, text := range spread {
			files[dir+"/"+name] = text
		}
		return files
	}
	named, deep, regions := map[string]string{}, map[string]string{}, map[string]string{}
	for name, text := range spread {
		named[strings.Replace(name, "bitbucket/", "bitbucket-prod/", 1)] = text
		deep[strings.Replace(name, "/", "/in/", 1)] = text
	}
	for i := range n {
		dir := fmt.Sprintf("%s/%s/site-%d", []string{"eu", "us"}[i%2], []string{"prod", "test"}[i/2%2], i)
		regions[dir+"/bitbucket.properties"], regions[dir+"/pgpool.env"] = bitbucketFile, pgpoolFile
	}
	each := map[string]string{}
	for i := range n {
		each[fmt.Sprintf("%c-prod/bitbucket.properties", 'a'+i)] = bitbucketFile
		each[fmt.Sprintf("%c-prod/pgpool.env", 'a'+i)] = pgpoolFile
	}
	foreign := map[string]string{}
	for i := range n {
		foreign[fmt.Sprintf("svc-%d/deploy.yml", i)] = "kind: Service\nspec: {}\n"
	}
	for name, test := range map[string]struct {
		files map[string]string
		calls int
	}{
		"sites":                        {sites(n, "site-%d"), n},
		"few":                          {sites(fewestParts-1, "site-%d"), 1},
		"names that sort otherwise":    {with(sites(n, "s-%d"), with(site("s/x", 3), site("s/y", 4))), n + 2},
		"deep, beside something else":  {with(sites(n, "infra/sites/at-%d"), map[string]string{"infra/readme.yml": "a: b\n", "infra/broken.yml": site("", 1)["/broken.yml"], "ci/build.sh": "docker run alpine\n"}), n},
		"one is large":                 {with(sites(n, "site-%d"), sites(4, "site-3/sub-%d")), n},
		"beside them":                  {with(sites(n, "site-%d"), map[string]string{"compose.yml": service("    image: bitnami/pgpool:4.6.3\n")}), 1},
		"above them":                   {with(sites(n, "a/site-%d"), map[string]string{"b/bitbucket.properties": bitbucketFile}), n + 1},
		"regions":                      {with(sites(n, "eu/site-%d"), with(sites(n, "us/site-%d"), sites(n, "asia/east/site-%d"))), 3 * n},
		"regions, one as a whole":      {with(sites(n, "eu/site-%d"), with(sites(n, "us/site-%d"), map[string]string{"asia/a/bitbucket.properties": bitbucketFile, "asia/p/pgpool.env": pgpoolFile})), 2*n + 1},
		"beside those of a region":     {with(sites(n, "eu/site-%d"), with(sites(n, "us/site-%d"), map[string]string{"us/pgpool.env": pgpoolFile})), 1},
		"a region in pieces":           {with(sites(n, "eu/site-%d"), inPieces("us")), 1},
		"a region that shares":         {with(sites(n, "eu/site-%d"), with(sites(n, "us/site-%d"), map[string]string{"us/site-1/more.yml": service("    image: bitnami/pgpool:4.6.3\n    env_file: ../site-2/pgpool.env\n"), "us/site-2/pgpool.env": pgpoolFile})), 1},
		"a region with what is common": {with(sites(n, "eu/site-%d"), with(sites(n, "us/site-%d"), site("us/base", 3))), 1},
		"prod and test":                {with(sites(n, "prod/site-%d"), sites(n, "test/site-%d")), 2 * n},
		"prod and test in a region":    {with(sites(n, "eu/prod/site-%d"), with(sites(n, "eu/test/site-%d"), sites(n, "us/prod/site-%d"))), 3 * n},
		"prod and test in each":        {with(sites(n, "site-%d/prod"), sites(n, "site-%d/test")), 2 * n},
		"a common directory":           {with(sites(n, "site-%d"), map[string]string{"common/pgpool.env": pgpoolFile}), 1},
		"a file of another":            {with(sites(n, "site-%d"), map[string]string{"site-3/more.yml": service("    image: bitnami/pgpool:4.6.3\n    env_file: ../site-4/pgpool.env\n"), "site-4/pgpool.env": pgpoolFile}), 1},
		"a file beside all":            {with(sites(n, "site-%d"), map[string]string{"site-3/more.yml": service("    image: bitnami/pgpool:4.6.3\n    env_file: ../pgpool.env\n"), "pgpool.env": pgpoolFile}), 1},
		"a file by a link":             {with(sites(n, "site-%d"), map[string]string{"site-3/more.yml": service("    image: bitnami/pgpool:4.6.3\n    env_file: there\n"), "site-3/there": "-> ../site-4/pgpool.env", "site-4/pgpool.env": pgpoolFile}), 1},
		"a link":                       {with(sites(n, "site-%d"), map[string]string{"site-3/linked.yml": "-> ../site-4/compose.yml"}), 1},
		"from beside into one": {with(sites(n, "site-%d"), map[string]string{
			"up.yml":          "# as PGPOOL_MAX_POOL\nservices: {one: {extends: {file: site-4/part.yml, service: web}}}\n",
			"site-4/part.yml": "services:\n  web: {image: alpine}\n  pgpool: {image: 'bitnami/pgpool:4.6.3'}\n",
		}), 1},
		"a link to what another names": {with(sites(n, "site-%d"), map[string]string{
			"site-3/linked.env": "-> ../site-4/data.list", "site-4/data.list": pgpoolFile, "site-4/more.yml": service("    image: bitnami/pgpool:4.6.3\n    env_file: data.list\n"),
		}), 1},
		"a part with a drop-in only": {with(sites(n, "site-%d"), map[string]string{
			"solo/x.service.d/1.conf": "[Service]\nExecStart=/usr/bin/docker run --env-file ../pgpool.list bitnami/pgpool:4.6.3\n", "solo/pgpool.list": pgpoolFile,
		}), n + 1},
		"a manifest":                     {with(sites(n, "site-%d"), map[string]string{"site-9/pool.yml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {PGPOOL_MAX_POOL: '1'}\n"}), 1},
		"a kustomization":                {with(sites(n, "site-%d"), map[string]string{"site-9/kustomization.yaml": "resources: []\n"}), 1},
		"one installation":               {spread, 1},
		"environments":                   {environments, n},
		"one of each environment":        {each, n},
		"one of each, and one of none":   {with(each, map[string]string{"other/bitbucket.properties": bitbucketFile, "other/pgpool.env": pgpoolFile}), n + 1},
		"across services, one of none":   {with(across, map[string]string{"other/pgpool.env": pgpoolFile, "other/bitbucket.properties": bitbucketFile}), 2*n + 5},
		"across services, one is two":    {with(across, map[string]string{"part-3/prod/pgpool.env": pgpoolFile, "part-3/prod/pgpool.conf": "backend_hostname0 = 'x'\n"}), 2*n + 4},
		"a part of an environment":       {named, 1},
		"in pieces, deep":                {deep, 1},
		"regions, one site is two":       {with(regions, site("eu/prod/site-0", 3)), n},
		"environments and others":        {with(environments, site("other", 10)), n + 1},
		"across services":                {across, 1},
		"nothing":                        {foreign, 0},
		"one among others":               {with(foreign, site("site", 10)), 1},
		"one in two files among others":  {with(foreign, map[string]string{"site/b/bitbucket.properties": bitbucketFile, "site/p/pgpool.env": pgpoolFile}), 1},
		"a unit of the directory itself": {with(sites(n, "site-%d"), map[string]string{"pgpool.service.d/x.conf": "[Service]\nEnvironment=PGPOOL_NUM_INIT_CHILDREN=12\nExecStart=/usr/bin/docker run bitnami/pgpool:4.6.3\n"}), 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write(t, dir, test.files)
			var files []string
			for file, text := range test.files {
				if !strings.HasPrefix(text, "-> ") {
					files = append(files, file)
				}
			}
			for i, options := range []Options{{Dir: dir, Paths: []string{"."}}, {Dir: t.TempDir(), Paths: []string{dir}}, {Dir: dir, Paths: files}} {
				if calls := inPartsAsWhole(t, options); calls != test.calls && i < 2 {
					t.Errorf("judged %d times, want %d", calls, test.calls)
				}
			}
		})
	}
}

// What the user says of deployments is of all of them, so all are read together.
func TestOptionsThatNeedTheWhole(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, sites(fewestParts+3, "site-%d"))
	var others []string
	for i := range fewestParts {
		others = append(others, fmt.Sprintf("site-%d", 3+i))
	}
	write(t, dir, map[string]string{
		"values.env":         "X=1\n",
		"site-1/values.yaml": "pgpool: {numInitChildren: 80}\npostgresql: {repmgrPassword: Okapi}\n",
		"site-2/values.yaml": "pgpool: {numInitChildren: 90}\n",
	})
	for name, options := range map[string]Options{
		"declared": {Paths: []string{"."}, Base: dir, Declared: []Declaration{{Name: "x", Files: []string{"site-1/**"}}}},
		"chosen":   {Paths: []string{"."}, Deployments: []string{"site-1*"}},
		"releases": {Paths: others, Releases: []Release{{Name: "x", Files: []string{"site-1/values.yaml", "site-2/values.yaml"}}}},
		"values":   {Paths: []string{"."}, EnvFiles: []string{"values.env"}},
		"named":    {Paths: []string{".", "site-1/compose.yml"}},
		"twice":    {Paths: []string{".", "site-1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options.Dir = dir
			if calls := inPartsAsWhole(t, options); calls != 1 {
				t.Errorf("judged %d times, want 1", calls)
			}
		})
	}
}

// TestRandomPartsAsWhole puts files that name each other, or nothing, into directories at random.
func TestRandomPartsAsWhole(t *testing.T) {
	t.Parallel()
	texts := []struct{ name, text string }{
		{"bitbucket.properties", bitbucketFile}, {"pgpool.env", pgpoolFile}, {"node.env", nodeFile},
		{"compose.yml", "services:\n  pgpool:\n    image: bitnami/pgpool:4.6.3\n    env_file: %s\n    environment: {PGPOOL_BACKEND_NODES: '0:pg-%d:5432'}\n"},
		{"compose.prod.yml", "services:\n  pgpool:\n    environment: {PGPOOL_MAX_POOL: %[2]d}\n"},
		{"base.yml", "services:\n  pgpool:\n    extends: {file: %s, service: pgpool}\n"},
		{"start.sh", "docker run --env-file %s -e PGPOOL_BACKEND_NODES=0:pg-%d:5432 bitnami/pgpool:4.6.3\n"},
		{"other.yml", "services: {web: {image: nginx, env_file: %s}}\n"},
		{"pgpool.conf", "backend_hostname0 = 'pg-%[2]d'\n"},
		{"pool.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x%[2]d}\ndata: {PGPOOL_MAX_POOL: '1'}\n"}, // in few trees
	}
	words := []string{"site", "prod", "test", "base", "pgpool", "db", "eu-prod", "x"}
	parted := 0
	for seed := range uint64(40) {
		random := rand.New(rand.NewPCG(seed, 7)) //nolint:gosec // the same at every run
		files := map[string]string{}
		nested, crossing, kinds := seed%2 == 0, random.IntN(4) == 0, len(texts)-1+random.IntN(8)/7
		dirs := make([]string, 10+random.IntN(12))
		for i := range dirs {
			dirs[i] = fmt.Sprintf("%s-%d", words[cmp.Or(random.IntN(3), random.IntN(len(words)))%len(words)], i)
			if random.IntN(8) == 0 {
				dirs[i] += "/" + words[random.IntN(len(words))]
			}
			if nested {
				dirs[i] = words[random.IntN(len(words))] + "/" + dirs[i]
			}
		}
		for _, dir := range dirs {
			for range 1 + random.IntN(4) {
				one := texts[random.IntN(kinds)]
				named := texts[random.IntN(3)].name
				if crossing && random.IntN(10) == 0 {
					up := strings.Repeat("../", 1+strings.Count(dir, "/"))
					named = up + dirs[random.IntN(len(dirs))] + "/" + named
				}
				text := one.text
				if strings.Contains(text, "%") {
					text = fmt.Sprintf(text+"%.0[1]s%.0[2]d", named, random.IntN(3))
				}
				files[dir+"/"+one.name] = text
			}
		}
		dir := t.TempDir()
		write(t, dir, files)
		if calls := inPartsAsWhole(t, Options{Dir: dir, Paths: []string{"."}}); calls > 1 {
			parted++
		}
		if t.Failed() {
			t.Fatalf("seed %d: %v", seed, slices.Sorted(maps.Keys(files)))
		}
	}
	if parted < 5 || parted > 35 {
		t.Errorf("%d of 40 were read in parts; the test is to see both", parted)
	}
}
