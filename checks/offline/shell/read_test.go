package shell

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv/traced/tracedtest"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
)

// summary is what matters of the containers of a script, a line each.
func summary(containers []*facts.Container) string {
	var lines []string
	for _, container := range containers {
		line := "environment"
		if container.Image.State != facts.Absent {
			line = container.Image.Text + "/" + container.Image.State.String()
		}
		if container.Name != "" {
			line += " " + container.Name + ":"
		}
		for _, variable := range container.Environment {
			if variable.Name == "" {
				line += " others"
				continue
			}
			text := variable.Value.Text
			if variable.Value.State != facts.Set {
				text = "?"
			}
			line += " " + variable.Name + "=" + text
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func read(t *testing.T, name, script string) ([]*facts.Container, []facts.Problem) {
	t.Helper()
	containers, problems := Read(facts.NewSource(name, []byte(script)), input.Context{})
	check(t, containers)
	return containers, problems
}

// check looks at where all values of the containers are said to stand.
func check(t *testing.T, containers []*facts.Container) {
	t.Helper()
	for _, container := range containers {
		for _, variable := range container.Environment {
			if variable.Name != "" {
				tracedtest.Check(t, variable.Value)
			}
		}
		if container.Image.State != facts.Absent {
			tracedtest.Check(t, container.Image)
		}
	}
}

// TestEnvironments has scripts that make an environment without a container.
func TestEnvironments(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ script, want string }{
		{"export PGPOOL_MAX_POOL=4\nexport X=1 JDBC_URL=y\nPGPOOL_X=1", "environment x.sh: JDBC_URL=y PGPOOL_MAX_POOL=4 X=1"},
		{"export X=1", ""},
		{"PGPOOL_MAX_POOL=4", ""},
		{"export PGPOOL_MAX_POOL=4; docker compose up -d", ""},
		{"export PGPOOL_MAX_POOL=4; docker run -e PGPOOL_MAX_POOL img", "img/set PGPOOL_MAX_POOL=4"},
		{"export PGPOOL_MAX_POOL=4; kubectl apply -f x", ""},
		{". ./none.sh; export PGPOOL_MAX_POOL=4", "environment x.sh: others PGPOOL_MAX_POOL=4"},
		{"[ -n \"$X\" ] && export PGPOOL_MAX_POOL=4", "environment x.sh: PGPOOL_MAX_POOL=?"},
		{"f() { export PGPOOL_MAX_POOL=4; }", ""},
		{"f() { export PGPOOL_MAX_POOL=4; }; f", "environment x.sh: PGPOOL_MAX_POOL=4"},
		{"PGPOOL_MAX_POOL=4 /opt/bitnami/scripts/pgpool/run.sh", "environment PGPOOL_MAX_POOL=4"},
		{"export A=1; PGPOOL_MAX_POOL=4 REPMGR_X=$A exec /run.sh; echo", "environment A=1 PGPOOL_MAX_POOL=4 REPMGR_X=1"},
		{"IFS=, PGPOOL_MAX_POOL=4 true", "environment IFS=, PGPOOL_MAX_POOL=4"},
	} {
		containers, _ := read(t, "x.sh", test.script)
		if got := summary(containers); got != test.want {
			t.Errorf("%s\n got %s\nwant %s", test.script, got, test.want)
		}
	}
}

func TestRecovery(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, script, want, at, message string }{
		{"an open quote", "docker run -e A=1 img\ndocker run -e A=2 -e B=\"x img\necho y\n", "img/set A=1", "\"", "without closing quote"},
		{"an open quote, closed later", "docker run -e A=1 img\nX='\ndocker run -e A=2 img\n", "img/set A=1\nimg/set A=2", "'", "without closing quote"},
		{"a lonely fi", "docker run -e A=1 img\nfi\ndocker run -e A=2 img\n", "img/set A=1\nimg/set A=2", "f", "fi"},
		{"an if without fi", "docker run -e A=1 img\nif true; then\n  docker run -e A=2 img\n", "img/set A=1\nimg/set A=2", "i", "if"},
		{"a statement of several lines", "A=1\ndocker run -e A=$A \\\n  -e B=( \\\n  -e C=3 img\ndocker run -e A=$A img\n", "img/set A=1", "(", "("},
		{"another shell", "docker run -e A=1 img\nfunction a b { :; }\ndocker run -e A=2 img\n", "img/set A=1\nimg/set A=2", "f", "not a feature of bash"},
		{"an open substitution", "X=$(echo\ndocker run -e A=2 img\n", "img/set A=2", "$", "$("},
		{"an open here-document", "docker run -e A=1 img\ncat <<EOF\nx\n", "img/set A=1", "<", "here-document"},
		{"no error", "docker run -e A=1 img\n", "img/set A=1", "", ""},
	} {
		containers, problems := read(t, "x.sh", test.script)
		if got := summary(containers); got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", test.name, got, test.want)
		}
		if test.message == "" {
			if len(problems) > 0 {
				t.Errorf("%s: %v", test.name, problems)
			}
			continue
		}
		if len(problems) != 1 {
			t.Errorf("%s: problems %v", test.name, problems)
			continue
		}
		span := problems[0].Origin.Span
		if got := test.script[span.Start:span.End]; got != test.at || !strings.Contains(problems[0].Message, test.message) || problems[0].Note || problems[0].File != "x.sh" {
			t.Errorf("%s: %q: %s", test.name, got, problems[0].Message)
		}
	}
}

func TestTranscripts(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, file, text, want string }{
		{"prompts", "notes", "Start it:\n\n  $ docker run -e A='1 2' \\\n      -e B=2 img\n  0123456789ab\n  $ docker ps\n  CONTAINER ID   \"x\n", "img/set A=1 2 B=2"},
		{"prompts of continued lines", "notes", "$ docker run \\\n> -e A=1 \\\n> img\nabc\n$ docker run -e B=2 img", "img/set A=1\nimg/set B=2"},
		{"prompts of root", "notes", "# docker run -e A=1 img\nabc's\n# exit\n", "img/set A=1"},
		{"a comment in a script", "x.sh", "# docker run -e A=1 img\n", ""},
		{"a comment beside a command", "notes", "# docker run -e A=1 img\ndocker run -e B=2 img\n", "img/set B=2"},
		{"a script", "notes", "#!/bin/sh\n# docker run -e A=1 img\n", ""},
		{"Markdown", "README.md", "# It's a title\n\n```yaml\nservices: {\"x\n```\n\nText's.\n\n```bash\nexport A=1\ndocker run -e A img\n```\n\n```\n$ docker run -e B=2 img\nout'put\n```\n  ~~~ shell\n  docker run -e C=3 img\n  ~~~\n", "img/set A=1\nimg/set B=2\nimg/set C=3"},
		{"Markdown with an error", "README.md", "```sh\ndocker run -e A=\"1 img\n```\n```sh\ndocker run -e B=2 img\n```\n", "img/set B=2"},
		{"Markdown of other languages", "README.md", "```yaml\n- docker run -e A=1 img\n```\n~~~console\n# docker run -e B=2 img\n~~~\n", "img/set B=2"},
	} {
		containers, _ := read(t, test.file, test.text)
		if got := summary(containers); got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", test.name, got, test.want)
		}
		for _, container := range containers {
			for _, variable := range container.Environment {
				if origin := variable.Value.Origin; !strings.Contains(test.text[origin.Span.Start:origin.Span.End], variable.Value.Text) && origin.Span.Len() > 0 {
					t.Errorf("%s: %s is said to be at %q", test.name, variable.Name, test.text[origin.Span.Start:origin.Span.End])
				}
			}
		}
	}
}

func TestDialects(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ line, braces, exported, split, empty string }{
		{"", "img/set A=1 B=1", "img/set X=a b Y=2", "img/set A=xa", "img/set A="},
		{"#!/bin/bash\n", "img/set A=1 B=1", "img/set X=a b Y=2", "img/set A=xa", "img/set A="},
		{"#!/usr/bin/env -S bash -e\n", "img/set A=1 B=1", "img/set X=a b Y=2", "img/set A=xa", "img/set A="},
		{"#! /bin/sh -e\n", "img/set others", "img/set X=? Y=?", "img/set A=xa", "img/set A="},
		{"#!/bin/busybox ash\n", "img/set others", "img/set X=? Y=?", "img/set A=xa", "img/set A="},
		{"#!/usr/bin/zsh\n", "img/set A=1 B=1", "img/set X=a b Y=?", "cmd/set A=?", "img/set A="},
	} {
		for _, script := range [][2]string{
			{"docker run -e{A=1,B=1} img cmd", test.braces},
			{"V='a b'; export X=$V Y={1,2}; docker run -e X -e Y img", test.exported},
			{"V='a img'; docker run -e A=x$V cmd", test.split},
			{"V=; docker run -e A=$V $V img cmd", test.empty},
		} {
			containers, _ := read(t, "x", test.line+script[0])
			if got := summary(containers); got != script[1] {
				t.Errorf("%s%s\n got %s\nwant %s", test.line, script[0], got, script[1])
			}
		}
	}
}

func TestCarriageReturns(t *testing.T) {
	t.Parallel()
	const script = "#!/bin/bash\r\nA=1\r\nB=\"x\r\ny\"\r\nC='z'\r\ndocker run \\\r\n  -e A=$A \\\r\n  -e \"B=$B\" -e C=$C -e D=e\\\r\nf -e E=\"g\\\r\nh\" img\r\n"
	containers, problems := read(t, "x.sh", script)
	if got := summary(containers); got != "img/set A=1 B=x\ny C=z D=ef E=gh" {
		t.Errorf("%q", got)
	}
	if len(problems) != 1 || !problems[0].Note || !strings.Contains(problems[0].Message, "CR LF") {
		t.Error(problems)
	}
}

func TestOrigins(t *testing.T) {
	t.Parallel()
	const script = `LIST='pg-0,pg-1'
OPTS="-e B=2"
args=(-e "C=3 4")
docker run -e "A=$LIST" $OPTS "${args[@]}" -e D="x"'y'z --name "pg" -p 1:2 img:1
`
	source := facts.NewSource("x.sh", []byte(script))
	containers, _ := Read(source, input.Context{})
	at := func(span facts.Span) string { return script[span.Start:span.End] }
	container := containers[0]
	if at(container.Origin.Span) != "docker" || at(container.Image.Origin.Span) != "img:1" || at(container.Ports[0].Origin.Span) != "1:2" {
		t.Errorf("%+v", container)
	}
	var got []string
	for _, variable := range container.Environment {
		origin := variable.Value.Origin
		tracedtest.Check(t, variable.Value)
		places, ok := origin.Places(0, len(variable.Value.Text))
		if !ok {
			t.Errorf("%s is not traced", variable.Name)
		}
		line := at(origin.KeySpan) + "|" + at(origin.Span) + "|"
		for _, place := range places {
			line += " " + at(place.Span) + place.Style.String()
		}
		for _, via := range variable.Value.Via {
			line += " via " + via.Key
		}
		got = append(got, line)
	}
	want := []string{
		"A|$LIST| pg-0,pg-1' via LIST",
		`B|2| 2" via OPTS`,
		`C|3 4| 3 4" via args`,
		`D|x"'y'z| x" y' z`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s", strings.Join(got, "\n"))
	}
}

func TestReasons(t *testing.T) {
	t.Parallel()
	const script = `A=$(date)
if true; then B=1; fi
for i in $(seq 3); do C=$i; done
f() { docker run -e A=$A -e B=$B -e C=$C -e D=$D -e E=$1 -e F=~/x -e G=$RANDOM -e H=$((1+1)) -e I -e J img; }
J=1
f "$@"
`
	containers, _ := read(t, "x.sh", script)
	want := map[string]string{
		"A": "it is the output of a command",
		"B": "it is set in a branch (line 2)",
		"C": "it is set in a branch (line 3)",
		"D": "$D is not set in the inputs",
		"E": "$1 depends on how many arguments there are",
		"F": "~ is the home directory of whoever runs the script",
		"G": "$RANDOM is known only when the script runs",
		"H": "it is computed",
		"I": "it is taken from the environment of whoever runs docker",
		"J": "the script sets J but does not export it",
	}
	if len(containers) != 1 {
		t.Fatal(summary(containers))
	}
	for name, value := range effective(containers[0].Environment) {
		if value.Why != want[name] || value.State != facts.Unresolved {
			t.Errorf("%s: %s: %q", name, value.State, value.Why)
		}
	}
}

// TestGivenVariables has variables that the user named.
func TestGivenVariables(t *testing.T) {
	t.Parallel()
	given := facts.NewSource("given.env", []byte("prod"))
	context := input.Context{Variables: func(name string) (facts.Setting, bool) {
		return facts.Setting{Text: "prod", State: facts.Set, Origin: facts.Origin{Source: given, Span: facts.Span{Start: 0, End: 4}, Key: name}}, name == "STAGE" || name == "HOME"
	}}
	containers, _ := Read(facts.NewSource("x.sh", []byte("docker run -e A=$STAGE -e B=${STAGE:-dev} -e STAGE -e C=$HOME img\nSTAGE=mine\ndocker run -e STAGE -e A=$STAGE img\nSTAGE+=2; readonly STAGE; docker run -e STAGE img")), context)
	if got := summary(containers); got != "img/set A=prod B=prod STAGE=prod C=prod\nimg/set STAGE=mine A=mine\nimg/set STAGE=mine2" {
		t.Error(got)
	}
	for _, variable := range containers[0].Environment {
		tracedtest.Check(t, variable.Value)
		if places, ok := variable.Value.Origin.Places(0, 4); !ok || places[0].Source != given {
			t.Errorf("%s: %v", variable.Name, places)
		}
	}
}

func TestNotes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		script, message string
		note            bool
	}{
		{"ssh pg-0 \"docker run -e A=1 img\"", "inside quotes", true},
		{"eval \"docker run -e A=1 img\"", "inside quotes", true},
		{"echo \"docker run -e A=1 img\"", "", false},
		{". ./none.sh", "the script ./none.sh is not read in, so what it sets is not known: no such file", true},
		{". \"$DIR/none.sh\"", "which script", true},
		{"docker run --env-file none.env img", "no such file", false},
		{"cd \"$DIR\"; docker run --env-file none.env img", "directory is not known", false},
		{"cd \"$(dirname \"$0\")\"; docker run --env-file none.env img", "no such file", false},
		{"docker run $OPTS -e A=1 img", "what options $OPTS has is not known", true},
		{"cat > \"$HOME/shared/bitbucket.properties\" <<EOF\njdbc.url=x\nEOF", "writes $HOME/shared/bitbucket.properties itself", true},
		{"sudo tee -a /etc/pgpool.conf > /dev/null <<-'EOF'\n\tx = 1\n\tEOF", "writes /etc/pgpool.conf itself", true},
		{"cat > notes.txt <<EOF\nx\nEOF", "", false},
		{"cat > x.env", "", false},
		{"f() { docker run -e A=1 --wrong img; }; f; f", "no option --wrong", false},
	} {
		_, problems := read(t, "x.sh", test.script)
		message := ""
		for _, problem := range problems {
			message += problem.Message
			if problem.Note != test.note {
				t.Errorf("%s: note %v: %s", test.script, problem.Note, problem.Message)
			}
		}
		if !strings.Contains(message, test.message) || test.message == "" && message != "" || len(problems) > 1 {
			t.Errorf("%s: %v", test.script, problems)
		}
	}
}

func TestSecretsAreHidden(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ script, hidden string }{
		{"X_PASSWORD='jelly fish'", "jelly fish"},
		{"P=jelly; docker run -e DB_PASSWORD=x\"$P\" -e A=1 postgres", "jelly|x"},
		{"export PGPASS=jelly\ndocker run -e PGPASS img", "jelly"},
		{"docker run -e DB_PASSWORD=$P -e JDBC_URL=\"jdbc:postgresql://h/d?user=a&password=b\\$c\" img", `$P|b\$c`},
		{"docker run --env-file pg.env img", ""},
	} {
		source, env := facts.NewSource("x.sh", []byte(test.script)), facts.NewSource("pg.env", []byte("A_TOKEN=t"))
		Read(source, input.Context{Files: memory{"pg.env": env}})
		var hidden []string
		for _, span := range source.Hidden() {
			hidden = append(hidden, test.script[span.Start:span.End])
		}
		if got := strings.Join(hidden, "|"); got != test.hidden {
			t.Errorf("%s: hidden %q, want %q", test.script, got, test.hidden)
		}
		if strings.Contains(test.script, "env-file") && len(env.Hidden()) != 1 {
			t.Error("the env file's secret is not hidden")
		}
	}
}

// TestHostile has scripts that would take for ever or all the memory.
func TestHostile(t *testing.T) {
	t.Parallel()
	var calls strings.Builder
	for i := range 40 {
		fmt.Fprintf(&calls, "f%d() { f%d; f%d; }\n", i, i+1, i+1)
	}
	for name, script := range map[string]string{
		"doubling":            "X=0123456789abcdef\n" + strings.Repeat("X=$X$X\n", 40) + "docker run -e X=$X -e \"Y=$X\" img",
		"appending":           "X=0123456789abcdef\n" + strings.Repeat("X+=$X\n", 40) + "docker run -e X=$X img",
		"array":               "X=(a b c d)\n" + strings.Repeat("X+=(\"${X[@]}\")\n", 30) + "docker run \"${X[@]}\" img",
		"wide":                "X=" + strings.Repeat("x", 60_000) + "\n" + strings.Repeat("Y=$X;", 20_000),
		"functions":           calls.String() + "f0\n",
		"recursion":           "f() { f; }; f",
		"loops":               strings.Repeat("for i in 1 2 3 4 5 6 7 8; do ", 20) + "docker run -e A=$i img" + strings.Repeat("; done", 20),
		"braces":              "docker run -e A=" + strings.Repeat("{a,b}", 40) + " img",
		"sequence":            "docker run -e A={1..1000000000} img",
		"nested braces":       "docker run -e A=" + strings.Repeat("{a,", 2000) + strings.Repeat("}", 2000) + " img",
		"nested groups":       strings.Repeat("(", 30_000),
		"nested arithmetic":   "$((" + strings.Repeat("(", 30_000),
		"nested defaults":     "docker run -e A=" + strings.Repeat("${A:-", 15_000) + strings.Repeat("}", 15_000) + " img",
		"pipes":               strings.Repeat("a|", 100_000) + "a",
		"and":                 strings.Repeat("a&&", 80_000) + "a",
		"ifs":                 strings.Repeat("if ", 80_000),
		"quotes":              strings.Repeat("'\n", 50_001),
		"containers":          strings.Repeat("docker run -e A=1 img\n", 10_000),
		"large":               strings.Repeat("#", maxScript+1),
		"nul":                 "docker run -e A=\x00 img\x00",
		"invalid":             "docker run -e A=\xff -e $'\\xff' img",
		"set in a loop":       "while :; do " + strings.Repeat("f() { A=1; }; f; ", 1000) + "done",
		"many variables":      strings.Repeat("export A=1; docker run -e A -e A -e A -e A -e A -e A img\n", 4000),
		"assigning functions": strings.Repeat("f() { g; A=1; }; g() { f; B=1; }; while :; do f; done\n", 100),
	} {
		containers, problems := Read(facts.NewSource("x.sh", []byte(script)), input.Context{})
		if len(containers) > maxContainers || len(problems) > maxProblems {
			t.Errorf("%s: %d containers, %d problems", name, len(containers), len(problems))
		}
		check(t, containers)
		for _, container := range containers {
			for _, variable := range container.Environment {
				if len(variable.Value.Text) > 70_000 {
					t.Errorf("%s: %d bytes", name, len(variable.Value.Text))
				}
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, c := range scriptCases {
		f.Add(c.script)
	}
	f.Add("$ docker run -e A=\"1\" \\\n> img\nout")
	f.Add("```sh\ndocker run -e A={a,b} img\n```")
	f.Fuzz(func(t *testing.T, script string) {
		source := facts.NewSource("x", []byte(script))
		containers, problems := Read(source, input.Context{Files: files(map[string]string{"pg.env": "A=1\nB\n", "lib.sh": "A=2; f() { A=$1; }"})})
		check(t, containers)
		for _, problem := range problems {
			if span := problem.Origin.Span; span.Start < 0 || span.End < span.Start || span.End > len(problem.Origin.Source.Text) {
				t.Errorf("%v: %s", span, problem.Message)
			}
		}
	})
}

func BenchmarkRead(b *testing.B) {
	script := strings.Repeat(scriptCases[0].script+"\n", 10)
	b.SetBytes(int64(len(script)))
	b.ReportAllocs()
	for b.Loop() {
		Read(facts.NewSource("x.sh", []byte(script)), input.Context{})
	}
}
