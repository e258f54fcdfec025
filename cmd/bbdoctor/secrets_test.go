package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// password finds what the fixtures hold as passwords: by the name in front of it, or by the shape that passwords of the
// fixtures have (Kx7-winter-Okapi).
var (
	shaped = regexp.MustCompile(`\b[A-Z][a-z][0-9]-[a-z]+-[A-Z][a-z]+\b`)
	named  = regexp.MustCompile(`(?i)\b[a-z_.]*(?:password|passwords)\s*[=:]\s*["']?([^\s"'\\&${,;]+)`)
)

// harmless are password values that also stand for something else in the same files, so that finding them tells nothing.
var harmless = regexp.MustCompile(`(?i)^(\{.*|<.*|CHANGEME.*|postgres|bitbucket|admin|test|secret|password|yes|no|true|false|/.*|.{0,3})$`)

// TestNoSecretLeaks runs every case in every format, and the facts, the diff and the fix, and looks for the passwords of
// the case in all of what comes out.
func TestNoSecretLeaks(t *testing.T) {
	t.Parallel()
	looked := 0
	for name, dir := range everyCase(t) {
		secrets := secretsIn(t, dir)
		if len(secrets) == 0 {
			continue
		}
		looked++
		_, texts := formatsOf(t, dir)
		// The pages of the rules show how a password is written.
		texts["sarif"] = withoutHelp(t, texts["sarif"])
		for _, args := range [][]string{
			{"check", "--verbose", "."},
			{"check", "--diff", "--unsafe-fixes", "."},
			{"facts", "."},
			{"baseline", "."},
			{"check", "--fix", "--unsafe-fixes", "."},
		} {
			_, stdout, stderr := doctor(t, dir, args...)
			texts[strings.Join(args, " ")] = stdout + stderr
		}
		for what, text := range texts {
			for _, secret := range secrets {
				if strings.Contains(text, secret) {
					t.Errorf("%s: bbdoctor prints the password %q: %s", name, secret, what)
				}
			}
		}
	}
	if looked < 20 {
		t.Errorf("only %d cases hold a password", looked)
	}
}

func secretsIn(t *testing.T, dir string) []string {
	t.Helper()
	found := map[string]bool{}
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, secret := range shaped.FindAllString(string(text), -1) {
			found[secret] = true
		}
		for _, match := range named.FindAllStringSubmatch(string(text), -1) {
			if !harmless.MatchString(match[1]) {
				found[match[1]] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	secrets := make([]string, 0, len(found))
	for secret := range found {
		secrets = append(secrets, secret)
	}
	return secrets
}
