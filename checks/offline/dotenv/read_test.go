package dotenv

import (
	"strings"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv/traced"
)

// last gives the last variable of a file.
func last(t *testing.T, dialect facts.Format, text string) facts.Setting {
	t.Helper()
	assignments, _ := Read(facts.NewSource("env", []byte(text)), dialect, lookup)
	if len(assignments) == 0 {
		t.Fatalf("%q: no variable", text)
	}
	return assignments[len(assignments)-1].Value
}

func TestUnresolved(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		dialect   facts.Format
		text, why string // why is empty for a value that is known
	}{
		{facts.DockerEnv, "A", "it is taken from the environment of whoever runs docker"},
		{facts.DockerEnv, "HOST", ""},
		{facts.DockerEnv, "A=$MISSING", ""},
		{facts.ComposeEnv, "A\n", "it is taken from the environment of whoever runs docker compose"},
		{facts.ComposeEnv, "A", "no line end follows its name"},
		{facts.ComposeEnv, "A=$MISSING", "$MISSING is not set in the inputs"},
		{facts.ComposeEnv, "A=x${MISSING}", "${MISSING} is not set in the inputs"},
		{facts.ComposeEnv, "A=${MISSING}${B:?}", "${MISSING} is not set in the inputs"},
		{facts.ComposeEnv, "A=${MISSING:?set it}", "${MISSING} is not set in the inputs, and docker compose demands it"},
		{facts.ComposeEnv, "A=${MISSING:+x}", "${MISSING} is not set in the inputs"},
		{facts.ComposeEnv, "A=${MISSING:-x}", ""},
		{facts.ComposeEnv, "A=${MISSING-}", ""},
		{facts.ComposeEnv, "A=${HOST:?x}", ""},
		{facts.ComposeEnv, "A=1\nB=$A", ""},
		{facts.ComposeEnv, "B=1\nA=x\nB=${B}2", ""},
		{facts.ComposeEnv, "B=$A\nA=1\nC=$B", "$A is not set in the inputs"},
		{facts.ComposeEnv, "A=$MISSING\nB=${A:-x}", "$MISSING is not set in the inputs"},
		{facts.ComposeEnv, "A='$MISSING'", ""},
		{facts.ComposeEnv, "A=$$MISSING", ""},
		{facts.ComposeEnv, "A=${", "docker compose refuses it"},
		{facts.ComposeEnv, "A=\"x", "its quote is not closed"},
		{facts.ComposeEnv, "A=" + strings.Repeat("${A:-", 60) + strings.Repeat("}", 60), "its variables are nested too deep"},
	} {
		value := last(t, test.dialect, test.text)
		if value.Why != test.why || (value.State == facts.Unresolved) != (test.why != "") {
			t.Errorf("%q: state %s, reason %q", test.text, value.State, value.Why)
		}
	}
}

// TestSecretStaysSecret has a variable that lookup has but does not know.
func TestSecretStaysSecret(t *testing.T) {
	t.Parallel()
	secret := func(name string) (facts.Setting, bool) {
		return facts.Setting{State: facts.Secret, Why: "a secret store has it"}, name == "P"
	}
	for _, text := range []string{"A=x$P\n", "A=${P:-x}\n", "A=${P:+x}\n", "P\n"} {
		assignments, _ := Read(facts.NewSource("env", []byte(text)), facts.ComposeEnv, secret)
		if value := assignments[0].Value; value.State != facts.Secret || value.Why != "a secret store has it" {
			t.Errorf("%q: %+v", text, value)
		}
	}
}

func TestProblems(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		dialect     facts.Format
		text, at    string // at is what the problem points to
		message     string
		assignments int // that are read all the same
	}{
		{facts.DockerEnv, "A=1\nexport B=2\nC=3\n", "export B", "without \"export\"", 2},
		{facts.DockerEnv, "A=1\n=2\nC=3\n", "=2", "no name", 2},
		{facts.DockerEnv, "A=1\nB=\xff\nC=3\n", "B=\xff", "not UTF-8", 2},
		{facts.DockerEnv, "\xff\xfeA\x00=\x001\x00\n\x00", "\xff\xfe", "UTF-16", 0},
		{facts.ComposeEnv, "A=1\nB C=2\nD=3\n", "B C", "blank", 2},
		{facts.ComposeEnv, "A=1\n=2\nD=3\n", "=", "no name", 2},
		{facts.ComposeEnv, "A=1\nB=2\"\n\"x\n", "\"", `must not contain "\""`, 2},
		{facts.ComposeEnv, "A=1\nB=\"x ${C}\nD=3\nE=4\n", "\"x ${C}", "never closed", 4},
		{facts.ComposeEnv, "A=1\nB=x${!C}\nD=3\n", "${", "malformed", 3},
		{facts.ComposeEnv, "A=1\nB=\"x\\n${!C}\"\nD=3\n", "${", "malformed", 3},
		{facts.ComposeEnv, "A=1\nB=${X:-a${Y:-b${-}}}\n", "${", "malformed", 2},
		{facts.ComposeEnv, "A=\nB=${A:?set A}\nD=3\n", "${A:?set A}", "demands", 3},
		{facts.ComposeEnv, "A=1\nB", "B", "last word", 2},
		{facts.ComposeEnv, "A=1\nexport ", "", "nothing follows", 1},
	} {
		assignments, problems := Read(facts.NewSource("f.env", []byte(test.text)), test.dialect, nil)
		if len(problems) != 1 {
			t.Errorf("%q: problems %v", test.text, problems)
			continue
		}
		problem := problems[0]
		at := problem.Origin.Span
		if got := test.text[at.Start:at.End]; got != test.at || problem.File != "f.env" || problem.Note || !strings.Contains(problem.Message, test.message) {
			t.Errorf("%q: points to %q: %s", test.text, got, problem.Message)
		}
		if len(assignments) != test.assignments {
			t.Errorf("%q: %d variables", test.text, len(assignments))
		}
	}
}

func TestReadAfter(t *testing.T) {
	t.Parallel()
	first := facts.NewSource("1.env", []byte("A=one\nB=two\n"))
	second := facts.NewSource("2.env", []byte("C=$A\nA=three\nD=${A}$B\n"))
	earlier, _ := Read(first, facts.ComposeEnv, nil)
	assignments, problems := ReadAfter(earlier, second, facts.ComposeEnv, nil, 0)
	if len(assignments) != 3 || len(problems) > 0 {
		t.Fatal(assignments, problems)
	}
	if got := assignments[0].Value.Text + " " + assignments[2].Value.Text; got != "one threetwo" {
		t.Error(got)
	}
	places, ok := assignments[2].Value.Origin.Places(0, 8)
	if !ok || len(places) != 2 || places[0].Source != second || places[1].Source != first || places[1].Span != (facts.Span{Start: 8, End: 11}) {
		t.Error(places, ok)
	}
	if via := assignments[2].Value.Via; len(via) != 2 || via[0].Key != "A" || via[1].Key != "B" || via[1].Source != first {
		t.Error(via)
	}
}

// TestGrowth has variables that would fill the memory.
func TestGrowth(t *testing.T) {
	t.Parallel()
	doubling := "X=0123456789abcdef\n" + strings.Repeat("X=$X$X\n", 40)
	value := last(t, facts.ComposeEnv, doubling)
	if value.State != facts.Unresolved || !strings.Contains(value.Why, "64 KiB") {
		t.Errorf("%s: %s", value.State, value.Why)
	}
	if value := last(t, facts.ComposeEnv, "X=0123456789abcdef\n"+strings.Repeat("X=$X$X\n", 12)); value.State != facts.Set || len(value.Text) != traced.MaxExpanded {
		t.Errorf("%s: %d bytes", value.State, len(value.Text))
	}
	// Ten thousand lines of 64 KiB each.
	wide := "X=" + strings.Repeat("x", 1<<15) + "\n" + strings.Repeat("Y=$X$X\n", 10_000)
	if value := last(t, facts.ComposeEnv, wide); value.State != facts.Unresolved {
		t.Errorf("%s: %d bytes", value.State, len(value.Text))
	}
	// More pieces than are traced: the value is known, its parts are not.
	pieces := "A=1\nX=\"" + strings.Repeat("\\n", maxRuns+1) + "\"\nZ=\"\\n\""
	if value := last(t, facts.ComposeEnv, pieces); value.State != facts.Set || value.Text != "\n" || value.Origin.Runs == nil || len(value.Origin.Runs) > 0 {
		t.Errorf("%+v", value)
	}
	// Braces that are counted again and again.
	braces := "A=" + strings.Repeat("${A:-{", 10_000) + "}\n"
	_, _ = Read(facts.NewSource("env", []byte(strings.Repeat(braces, 20))), facts.ComposeEnv, nil)
	many, problems := Read(facts.NewSource("env", []byte(strings.Repeat("A=\n", maxAssignments+5))), facts.ComposeEnv, nil)
	if len(many) != maxAssignments || len(problems) != 1 {
		t.Error(len(many), problems)
	}
	if _, problems := Read(facts.NewSource("env", []byte(strings.Repeat("=\n", 1000))), facts.DockerEnv, nil); len(problems) != maxProblems {
		t.Error(len(problems))
	}
}

func TestSecretsAreHidden(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		dialect      facts.Format
		text, hidden string
	}{
		{facts.DockerEnv, "JDBC_PASSWORD=jelly#fish\nA=1", "jelly#fish"},
		{facts.ComposeEnv, "P_PASSWORD=\"a\nb\"\nA=1", "a\nb"},
		{facts.ComposeEnv, "JDBC_URL='jdbc:postgresql://h/d?password=x&ssl=b'", "x"},
		{facts.ComposeEnv, "U=a/b?password=x\nJDBC_URL=\"${U}\\\\z&ssl=b\"", `x|\\z`},
		{facts.ComposeEnv, "A_PASSWORD=\"jelly", "jelly"},
	} {
		source := facts.NewSource("env", []byte(test.text))
		Read(source, test.dialect, nil)
		var hidden []string
		for _, span := range source.Hidden() {
			hidden = append(hidden, test.text[span.Start:span.End])
		}
		if got := strings.Join(hidden, "|"); got != test.hidden {
			t.Errorf("%q: hidden %q, want %q", test.text, got, test.hidden)
		}
	}
}

func BenchmarkDocker(b *testing.B)  { bench(b, facts.DockerEnv) }
func BenchmarkCompose(b *testing.B) { bench(b, facts.ComposeEnv) }

func bench(b *testing.B, dialect facts.Format) {
	text := strings.Repeat("# Pgpool-II\nPGPOOL_BACKEND_NODES=0:pg-0:5432,1:pg-1:5432\nPGPOOL_NUM_INIT_CHILDREN=\"100\"\nPGPOOL_ADMIN_USERNAME='admin'\nPGPOOL_POSTGRES_USERNAME=${PGPOOL_ADMIN_USERNAME:-postgres}\n\n", 10)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		Read(facts.NewSource("env", []byte(text)), dialect, nil)
	}
}
