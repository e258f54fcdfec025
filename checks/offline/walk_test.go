package offline

import (
	"context"
	"fmt"
	"path/filepath"
	"reflect"
	"testing"
)

// Directories that are walked at the same time give what they give one after the other, in the same order.
func TestWalkAhead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files := map[string]string{
		".git/HEAD": "ref: refs/heads/main\n", ".gitignore": "d-03/\n*.sh\n", "d-05/.gitignore": "pgpool.env\n",
		"d-06/bitbucket.properties": "-> nowhere", "zz.env": pgpoolFile,
	}
	for i := range manyDirectories + 4 {
		files[fmt.Sprintf("d-%02d/pgpool.env", i)] = pgpoolFile
		files[fmt.Sprintf("d-%02d/in/start.sh", i)] = "docker run bitnami/pgpool\n"
		files[fmt.Sprintf("d-%02d/in/bitbucket.properties", i)] = bitbucketFile
		files[fmt.Sprintf("d-%02d/up.env", i)] = "-> ../zz.env"
		files[fmt.Sprintf("node_modules/d-%02d/pgpool.env", i)] = pgpoolFile
	}
	write(t, dir, files)
	walk := func(ctx context.Context, within bool) *loader {
		found, err := newFiles(Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		l := &loader{options: Options{Dir: dir, Exclude: []string{"d-07/**"}, Base: dir}, base: resolveLinks(dir), files: found}
		l.files.allow(dir)
		w := &walker{loader: l, ctx: ctx, inTree: true, within: within}
		w.directory(dir, resolveLinks(dir), ignoreAbove(dir, dir), 0)
		return l
	}
	one, all := walk(context.Background(), true), walk(context.Background(), false)
	if !reflect.DeepEqual(one.inputs, all.inputs) || len(all.inputs) < 2*manyDirectories {
		t.Errorf("%d inputs, one after the other %d\n%v\n%v", len(all.inputs), len(one.inputs), all.inputs, one.inputs)
	}
	if !reflect.DeepEqual(one.problems, all.problems) || len(all.problems) != 1 {
		t.Errorf("problems %v, one after the other %v", all.problems, one.problems)
	}
	for _, c := range all.inputs {
		if name, err := filepath.Rel(dir, c.path); err != nil || name[:2] != "d-" && name != "zz.env" || filepath.Ext(name) == ".sh" {
			t.Errorf("%s is walked", name)
		}
	}
	ended, end := context.WithCancel(context.Background())
	end()
	if ended := walk(ended, false); len(ended.inputs) > 0 {
		t.Errorf("%d inputs after the end", len(ended.inputs))
	}
}
