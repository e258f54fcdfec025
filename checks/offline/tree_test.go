package offline

import (
	"context"
	"testing"
)

// A file that only another one names lies in the work tree like that one, unless git ignores it.
func TestNamedFilesAreOfTheWorkTree(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	write(t, root, map[string]string{
		".git/HEAD":  "ref: refs/heads/main\n",
		".gitignore": "secret.txt\n",
		"compose.yml": "services:\n  pgpool:\n    image: bitnami/pgpool:4.6.1\n    env_file: [plain.txt, secret.txt, out/side.txt]\n" +
			"    environment: [PGPOOL_BACKEND_NODES=0:pg-0:5432]\n",
		"plain.txt":    "PGPOOL_MAX_POOL=1\n",
		"secret.txt":   "PGPOOL_ADMIN_PASSWORD=Okapi\n",
		"out/side.txt": "PGPOOL_NUM_INIT_CHILDREN=99\n",
	})
	for given, of := range map[string]map[string]bool{
		".": {"compose.yml": true, "plain.txt": true, "secret.txt": false, "out/side.txt": true},
		// What is ignored elsewhere is not looked for.
		"compose.yml": {"compose.yml": true, "plain.txt": true, "secret.txt": false, "out/side.txt": false},
	} {
		collection, err := Load(context.Background(), Options{Dir: root, Paths: []string{given}})
		if err != nil || len(collection.Deployments) != 1 {
			t.Fatal(given, err, len(collection.Deployments))
		}
		got := map[string]bool{}
		for _, variable := range collection.Deployments[0].Pgpools[0].Container.Environment {
			got[variable.Value.Origin.Source.Name] = variable.Value.Origin.Source.InWorkTree
		}
		for name, want := range of {
			if in, read := got[name]; !read || in != want {
				t.Errorf("%s: %s: read %v, in the work tree %v, want %v", given, name, read, in, want)
			}
		}
	}
}
