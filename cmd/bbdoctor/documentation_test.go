package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/bbdoctor/bbdoctor/cmd/bbdoctor/config"
	"github.com/bbdoctor/bbdoctor/rules/catalog"
)

// documented are the files that the examples of docs/configuration.md speak of, beside those that it shows.
const documented = `
-- wrong.yaml --
version: 1
deployment: {}
rules:
  jdbc/targetservertype: off
-- prod/bitbucket.properties --
jdbc.url=jdbc:postgresql://pgpool:5432/bitbucket
-- staging/bitbucket.properties --
jdbc.url=jdbc:postgresql://pgpool:5432/bitbucket
-- common/pgpool.env --
PGPOOL_BACKEND_NODES=0:pg-0:5432,1:pg-1:5432
PGPOOL_ENABLE_LOAD_BALANCING=yes
-- suppressed/.bbdoctor.yaml --
version: 1
`

var block = regexp.MustCompile("(?ms)^```(\\w+)\\n(.*?)^```$")

// TestConfigurationPage runs what docs/configuration.md shows.
func TestConfigurationPage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, text string) {
		target := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(target, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range txtar.Parse([]byte(documented)).Files {
		write(file.Name, string(file.Data))
	}
	ran := 0
	for _, match := range block.FindAllStringSubmatch(string(page), -1) {
		switch language, text := match[1], match[2]; language {
		case "yaml":
			if _, err := config.Parse("page", []byte(text), catalog.All()); err != nil {
				t.Error(err)
			}
			write(config.Name, text)
		case "properties":
			write("suppressed/bitbucket.properties", "jdbc.driver=org.postgresql.Driver\njdbc.user=a\n"+text)
		case "console":
			for _, example := range strings.Split(text, "$ bbdoctor ")[1:] {
				command, want, _ := strings.Cut(example, "\n")
				_, stdout, stderr := doctor(t, dir, strings.Fields(command)...)
				if diff := cmp.Diff(want, stdout+stderr); diff != "" {
					t.Errorf("%s: the page (-), the program (+):\n%s", command, diff)
				}
				ran++
			}
		}
	}
	if ran < 6 {
		t.Errorf("only %d examples were run", ran)
	}
}

// TestConfigurationPageKnowsEveryBound compares the page's table with the rules.
func TestConfigurationPageKnowsEveryBound(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range catalog.All() {
		for _, b := range rule.Bounds {
			row := "| " + rule.ID + " | `" + b.Name + "` | " + b.Show(b.Default) + " | " + b.Show(b.Least) + " | " + b.Show(b.Most) + " |"
			if !strings.Contains(string(page), row) {
				t.Errorf("the page lacks %s", row)
			}
		}
	}
}
