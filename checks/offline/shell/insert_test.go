package shell

import (
	"maps"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/edit"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
)

// TestInsertAgainstBash adds a variable beside those of every script, runs the script with bash before and after, and
// compares what docker is called with: the variable has come, and nothing else has changed.
func TestInsertAgainstBash(t *testing.T) {
	t.Parallel()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash here")
	}
	const value = `a b'$x"#`
	inserted := make(chan int, 10_000)
	t.Run("scripts", func(t *testing.T) {
		for _, c := range scriptCases {
			if strings.Contains(c.script, "RANDOM") {
				continue // it is another at every run
			}
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				containers, _ := Read(facts.NewSource("script.sh", []byte(c.script)), input.Context{Files: files(c.files)})
				var before []recorded
				done := map[int]bool{}
				for _, container := range containers {
					for _, sibling := range container.Environment {
						if sibling.Value.Origin.Format != facts.Shell || sibling.Value.Origin.Source.Name != "script.sh" || len(done) == 3 {
							continue
						}
						insertion, ok := Insert(sibling.Value, "NEW", value, &edit.Parsed{})
						if !ok || done[insertion.At] {
							continue
						}
						script := c.script[:insertion.At] + insertion.Text + c.script[insertion.At:]
						if again, _ := Read(facts.NewSource("script.sh", []byte(script)), input.Context{Files: files(c.files)}); !sameBut(containers, again) {
							continue // what reads otherwise is not written
						}
						done[insertion.At] = true
						if before == nil {
							before = runBash(t, bash, c.script, c.files)
						}
						compareRuns(t, script, value, before, runBash(t, bash, script, c.files), c.files)
					}
				}
				inserted <- len(done)
			})
		}
	})
	close(inserted)
	total := 0
	for n := range inserted {
		total += n
	}
	if total < 60 {
		t.Errorf("only %d variables were added", total)
	}
}

// sameBut says whether two readings differ by the variable NEW only.
func sameBut(before, after []*facts.Container) bool {
	if len(before) != len(after) {
		return false
	}
	for i := range before {
		was, is := environmentOf(before[i]), environmentOf(after[i])
		delete(is, "NEW")
		if !maps.Equal(was, is) || before[i].Image.Text != after[i].Image.Text || !slices.Equal(before[i].Command, after[i].Command) {
			return false
		}
	}
	return true
}

func compareRuns(t *testing.T, script, value string, before, after []recorded, texts map[string]string) {
	t.Helper()
	if len(before) != len(after) {
		t.Fatalf("%s\nruns %d programs, it was %d", script, len(after), len(before))
	}
	found := false
	for i := range before {
		was, is := before[i].container(texts), after[i].container(texts)
		if was == nil || is == nil {
			if (was == nil) != (is == nil) {
				t.Errorf("%s\nrun %d starts another container", script, i)
			}
			continue
		}
		wasText, isText := environmentOf(was), environmentOf(is)
		if added, ok := isText["NEW"]; ok && added == value {
			found = true
			delete(isText, "NEW")
		}
		if diff := cmp.Diff(wasText, isText); diff != "" {
			t.Errorf("%s\nrun %d: %s", script, i, diff)
		}
		if diff := cmp.Diff([]any{was.Image.Text, was.Name, was.Command}, []any{is.Image.Text, is.Name, is.Command}); diff != "" {
			t.Errorf("%s\nrun %d: %s", script, i, diff)
		}
	}
	if !found {
		t.Errorf("%s\nno container has the variable", script)
	}
}

// environmentOf is the effective environment as bash and docker make it.
func environmentOf(c *facts.Container) map[string]string {
	texts := map[string]string{}
	for name, value := range effective(c.Environment) {
		texts[name] = value.Text
	}
	return texts
}

func TestInsert(t *testing.T) {
	t.Parallel()
	// The sibling is the variable A of the first container; want is empty where there is no place.
	tests := []struct{ script, want string }{
		{"docker run -e A=1 img\n", "docker run -e A=1 -e NEW=no img\n"},
		{"docker run \\\n  --env \"A=1\" \\\n  img\n", "docker run \\\n  --env \"A=1\" \\\n  --env NEW=no \\\n  img\n"},
		{"docker run \\\r\n  -e A=1 \\\r\n  img\r\n", "docker run \\\r\n  -e A=1 \\\r\n  -e NEW=no \\\r\n  img\r\n"},
		{"docker run -eA=1 img\n", "docker run -eA=1 -eNEW=no img\n"},
		{"docker run --env='A=1' img\n", "docker run --env='A=1' --env=NEW=no img\n"},
		{"docker run -e 'A=1'\"2\" img\n", "docker run -e 'A=1'\"2\" -e NEW=no img\n"},
		{"A=1\nexport A\ndocker run -e A img\n", "A=1\nexport A\ndocker run -e A -e NEW=no img\n"},
		{"X=`docker run -e A=1 img`\n", ""},
		{"docker run -dite A=1 img\n", ""},
		{"X=\"-e A=1\"\ndocker run $X img\n", ""},
		{"X=A\ndocker run -e $X=1 img\n", ""},
		{"a=(\n  -e A=1\n)\ndocker run \"${a[@]}\" img\n", "a=(\n  -e A=1 -e NEW=no\n)\ndocker run \"${a[@]}\" img\n"},
		{"if true; then docker run -e A=1 img; fi; )\n", "if true; then docker run -e A=1 -e NEW=no img; fi; )\n"},
		{"docker run -e A=$(date) -e B=1 img\n", "docker run -e A=$(date) -e NEW=no -e B=1 img\n"},
	}
	for _, test := range tests {
		containers, _ := Read(facts.NewSource("script.sh", []byte(test.script)), input.Context{Files: files(nil)})
		if len(containers) == 0 {
			t.Errorf("%q: no container", test.script)
			continue
		}
		insertion, ok := Insert(containers[0].Environment[0].Value, "NEW", "no", &edit.Parsed{})
		got := ""
		if ok {
			got = test.script[:insertion.At] + insertion.Text + test.script[insertion.At:]
		}
		if got != test.want {
			t.Errorf("%q gives %q, want %q", test.script, got, test.want)
		}
	}
}
