package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/bbdoctor/bbdoctor/rules/report"
)

// TestEachAsAll: what many installations are found to have, each let go of once it is judged, is what is found when all are
// held, as with a baseline that knows nothing.
func TestEachAsAll(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files := map[string]string{"baseline.json": `{"schema":"bbdoctor.baseline/v1","findings":[]}`}
	for i, name := range []string{"s", "u/x", "u/y", "u-1", "s-0", "s-1", "s.2", "t", "a", "b", "c", "d"} {
		site := installation(i)
		for _, file := range slices.Sorted(maps.Keys(site))[:2+i%5*2] {
			files[name+"/"+file] = site[file]
		}
		files[name+"/bitbucket.properties"] = "jdbc.driver=org.postgresql.Driver\n# bbdoctor:ignore jdbc/tcp-keepalive -- a router of ours\n" +
			"jdbc.url=jdbc:postgresql://pgpool:5432/bitbucket?tcpKeepAlive=" + fmt.Sprint(i%2 == 0) + "\n# bbdoctor:ignore nothing/at-all -- wrong\njdbc.user=x\n"
	}
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, format := range report.Formats {
		code, each, errors := doctor(t, dir, "check", "--format", format.Name, ".")
		wantCode, all, wantErrors := doctor(t, dir, "check", "--format", format.Name, "--baseline", "baseline.json", ".")
		if code != wantCode || each != all || errors != wantErrors {
			t.Errorf("%s: %d %s\n%s\n\nall held: %d %s\n%s", format.Name, code, errors, each, wantCode, wantErrors, all)
		}
	}
}
