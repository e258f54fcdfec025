package compose

import (
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

func TestPair(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct {
		pair     string
		override bool
	}{
		"compose.yaml": {"compose", false}, "compose.yml": {"compose", false}, "compose.override.yml": {"compose", true},
		"docker-compose.yml": {"docker-compose", false}, "docker-compose.override.yaml": {"docker-compose", true},
		"compose.prod.yml": {}, "main.yaml": {}, "docker-compose.json": {}, "Compose.yaml": {},
	} {
		if pair, override := Pair(name); pair != want.pair || override != want.override {
			t.Errorf("%s: %s %v", name, pair, override)
		}
	}
}

// TestReadTakesOneBase reads one of several files that docker compose finds by itself.
func TestReadTakesOneBase(t *testing.T) {
	t.Parallel()
	p := parseProject(t, `
files: d/compose.yml d/compose.yaml d/compose.override.yaml d/compose.override.yml
-- d/compose.yml --
services: {a: {image: a}}
-- d/compose.yaml --
services: {b: {image: b}}
-- d/compose.override.yml --
services: {c: {image: c}}
-- d/compose.override.yaml --
services: {d: {image: d}}
`)
	containers, problems := p.read(t)
	if len(containers) != 2 || containers[0].Name != "b" || containers[1].Name != "c" {
		t.Error(containers)
	}
	if len(problems) != 2 || !problems[0].Note || problems[0].File != "d/compose.yml" || problems[1].File != "d/compose.override.yaml" {
		t.Error(problems)
	}
}

func TestEncode(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		style      facts.Style
		text, want string
		ok         bool
	}{
		{facts.Plain, "a$b", "a$$b", true},
		{facts.SingleQuoted, "it's $1", "it''s $$1", true},
		{facts.DoubleQuoted, "a\n$", `a\n$$`, true},
		{facts.Plain, "a}", "", false},
		{facts.Plain, "a: b", "", false},
	} {
		if got, ok := Encode(test.style, test.text); ok != test.ok || ok && got != test.want {
			t.Errorf("%q %q: %q %v", test.style, test.text, got, ok)
		}
	}
}
