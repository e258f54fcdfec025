package dotenv

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/docker/cli/pkg/kvfile"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/edit"
)

// TestInsertIntoRandomFiles adds a variable beside others of random files and has docker's and docker compose's own parsers
// read what comes of it: the variable is there, and nothing else has changed.
func TestInsertIntoRandomFiles(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 6))
	inserted := map[facts.Format]int{}
	for range 80_000 {
		dialect, tokens := facts.DockerEnv, dockerTokens
		if random.IntN(2) == 0 {
			dialect, tokens = facts.ComposeEnv, composeTokens
		}
		text := randomText(random, tokens)
		assignments, problems := Read(facts.NewSource("env", []byte(text)), dialect, lookup)
		if len(problems) > 0 || len(assignments) == 0 {
			continue
		}
		sibling := assignments[random.IntN(len(assignments))].Value
		if sibling.Origin.KeySpan.Len() == 0 {
			continue
		}
		value := []string{"no", "a b", "it's", `"$HOST" #`, ""}[random.IntN(5)]
		insertion, ok := Insert(sibling, "NEW", value, &edit.Parsed{})
		if !ok && strings.HasSuffix(text, "\r") {
			continue // half a line end
		}
		if !ok {
			t.Fatalf("%q cannot be added beside %s in %q", value, sibling.Key, text)
		}
		changed := text[:insertion.At] + insertion.Text + text[insertion.At:]
		before, err := parsed(dialect, text)
		if err != nil {
			continue
		}
		after, err := parsed(dialect, changed)
		if err != nil {
			t.Fatalf("%q becomes %q: %v", text, changed, err)
		}
		at := slices.Index(after, "NEW="+value)
		if at < 0 {
			t.Fatalf("%q becomes %q, which has no %q but %q", text, changed, value, after)
		}
		if rest := slices.Delete(after, at, at+1); !slices.Equal(before, rest) {
			t.Fatalf("%q becomes %q: %q were %q", text, changed, rest, before)
		}
		inserted[dialect]++
	}
	for _, dialect := range []facts.Format{facts.DockerEnv, facts.ComposeEnv} {
		if inserted[dialect] < 1000 {
			t.Errorf("only %d variables were added to files of %s", inserted[dialect], dialect)
		}
	}
}

// parsed gives NAME=value as docker or docker compose reads it.
func parsed(dialect facts.Format, text string) ([]string, error) {
	if dialect == facts.DockerEnv {
		return kvfile.ParseFromReader(strings.NewReader(text), lookupText)
	}
	values, err := dotenv.ParseWithLookup(strings.NewReader(text), lookupText)
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		pairs = append(pairs, name+"="+values[name])
	}
	return pairs, err
}
