package jdbc

import (
	"path/filepath"
	"regexp"
	"testing"

	"golang.org/x/tools/txtar"
)

// password is what every password in the fixtures looks like: "Kx7-winter-Okapi", or a piece of it.
var password = regexp.MustCompile(`\b[A-Z][a-z][0-9][-,%&][a-zï]+(-[A-Z][a-z]+)?\b|winter|Okapi|monsoon|Lemur|S3g3LX`)

// TestNoPasswordIsShown holds that no message of the family has a password or a piece of one in it.
func TestNoPasswordIsShown(t *testing.T) {
	t.Parallel()
	cases, err := filepath.Glob("../../fixtures/rules/jdbc/*/*.txtar")
	if err != nil || len(cases) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	inputs := 0
	for _, path := range cases {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range archive.Files {
			if file.Name != "want.txt" {
				inputs += len(password.FindAllIndex(file.Data, -1))
				continue
			}
			if found := password.Find(file.Data); found != nil {
				t.Errorf("%s: want.txt shows %q", path, found)
			}
		}
	}
	if inputs < 100 {
		t.Errorf("only %d passwords in the inputs: the pattern no longer finds them", inputs)
	}
}
