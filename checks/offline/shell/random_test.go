package shell

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"mvdan.cc/sh/v3/syntax"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv/traced/tracedtest"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
)

// inProcess makes bash itself play docker, which is faster than starting a program for every call.
const inProcess = `docker() { printf '%s\0' "$@" >&3; printf 'END.OF.CALL\0' >&3; }
exec 3>"$RECORD"
unset RECORD
`

// preamble gives the variables that random words use. U is not set.
const preamble = `A=abc
B='x  y'
C=
D='*~{a,b}'
E=$'line\n'
G=,
L=(one 'two 2' '')
set -- p1 'p 2'
`

// writer makes random words of which everything is known.
type writer struct{ *rand.Rand }

func (w writer) pick(texts ...string) string { return texts[w.IntN(len(texts))] }

func (w writer) plain() string {
	return w.pick("a", "b1", "-", "--", "=", ":", "/", ".", ",", ",", "{", "{", "}", "}", "..", "1", "3", "\\ ", "\\\\", "\\$", "\\\"", "\\'", "\\a", "\\{", "\\}", "\\,", "\\\n", "#", "@", "%", "ä", "^", "!", "]", "+", "x{a,b}", "{1..3}")
}

func (w writer) word(depth int) string {
	var word strings.Builder
	for range 1 + w.IntN(4) {
		switch w.IntN(9) {
		case 0, 1, 2:
			word.WriteString(w.plain())
		case 3:
			word.WriteString("'" + w.pick("", "a b", "$A", "\\", "\"", "{a,b}", "\n", "ä") + "'")
		case 4:
			word.WriteString("$'" + w.pick("", "a", "\\n", "\\'", "\\\\", "\\x41", "\\101", "\\u00e9", "\\q", "\\e") + "'")
		case 5:
			word.WriteString(`"`)
			for range w.IntN(3) {
				if w.IntN(2) == 0 {
					word.WriteString(w.parameter(depth, true))
				} else {
					word.WriteString(w.pick("a b", "'", "\\\"", "\\\\", "\\$", "\\a", "\\\n", "{a,b}", "  ", "}", "\n", "ä", "#", "~"))
				}
			}
			word.WriteString(`"`)
		default:
			word.WriteString(w.parameter(depth, false))
		}
	}
	return word.String()
}

func (w writer) parameter(depth int, quoted bool) string {
	name := w.pick("A", "B", "C", "D", "E", "G", "1", "2", "3")
	switch w.IntN(8) {
	case 0:
		return "${" + name + "}"
	case 1:
		return w.pick("$@", "${*}", "${L[@]}", "${L[*]}", "${L[1]}", "${L[2]}", "${L}", "${#1}", "${#3}")
	case 2, 3:
		if depth > 2 {
			return "${A}"
		}
		inner := ""
		for range w.IntN(3) {
			switch w.IntN(4) {
			case 0:
				inner += w.parameter(depth+1, quoted)
			case 1:
				if quoted {
					return "${U:-\"" + w.pick("", "a b", "$B", "\\\"") + "\"}"
				}
				inner += `"` + w.pick("", "a b", "$B", "\\\"") + `"`
			case 2:
				if !quoted {
					inner += w.pick("'a b'", "$'\\t'", "''")
				}
			default:
				inner += w.pick("a", " ", "  ", "\\}", "\\\\", ",", ":", "\\$", "-")
			}
		}
		return "${" + w.pick("U", "C", "A", "3", name) + w.pick(":-", "-", ":-", "-") + inner + "}"
	case 4:
		return "${" + w.pick("A", "C", "B", name) + w.pick(":+", "+") + w.pick("x", "a b", "", "$B", "\"$B\"") + "}"
	case 5:
		return "${" + name + w.pick("#", "##", "%", "%%") + w.pick("a", "abc", "c", "x", ",", "") + "}"
	default:
		return "${" + name + "}"
	}
}

// script makes a script of lines that start a container.
func (w writer) script() string {
	script := preamble
	for range 20 {
		if w.IntN(3) == 0 {
			script += w.pick("A", "B", "C", "D", "E", "G") + w.pick("=", "=", "+=") + w.word(0) + "\n"
			continue
		}
		script += "docker run -e V=" + w.word(0) + " img " + w.word(0) + " " + w.word(0) + "\n"
	}
	return script
}

// TestAgreesWithBashOnRandomWords expands random words, of which everything is known, by bash and by the reader.
func TestAgreesWithBashOnRandomWords(t *testing.T) {
	t.Parallel()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash here")
	}
	dir := t.TempDir()
	w := writer{rand.New(rand.NewPCG(7, 8))}
	calls := 0
	for range 100 {
		script := w.script()
		record, file := filepath.Join(dir, "record"), filepath.Join(dir, "script.sh")
		if err := os.WriteFile(file, []byte(inProcess+script), 0o600); err != nil {
			t.Fatal(err)
		}
		run := exec.Command(bash, "-f", file)
		run.Dir, run.Env = dir, []string{"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "RECORD=" + record}
		if output, err := run.CombinedOutput(); err != nil || len(output) > 0 {
			continue // no script at all, or one that bash complains of
		}
		text, err := os.ReadFile(record)
		if err != nil {
			t.Fatal(err)
		}
		want := strings.Split(strings.TrimSuffix(string(text), "END.OF.CALL\x00"), "END.OF.CALL\x00")
		got := expanded(t, script)
		if len(got) != len(want) {
			t.Fatalf("%s\nbash calls docker %d times, the reader %d times\n%q\n%q", script, len(want), len(got), want, got)
		}
		for i := range want {
			calls++
			if got[i] != want[i] {
				t.Errorf("%s\ncall %d\n bash   %q\n reader %q", script, i+1, want[i], got[i])
				return
			}
		}
	}
	if calls < 500 {
		t.Errorf("only %d calls were compared", calls)
	}
}

// expanded gives the arguments of each call of docker in a script, each with a NUL behind it.
func expanded(t *testing.T, script string) []string {
	t.Helper()
	source := facts.NewSource("script.sh", []byte(script))
	e := newEvaluator(source, input.Context{})
	statements, err := e.file.parse()
	if err != nil {
		t.Fatalf("%s\n%v", script, err)
	}
	var calls []string
	for _, statement := range statements {
		call, ok := statement.Cmd.(*syntax.CallExpr)
		if !ok || len(call.Args) == 0 || call.Args[0].Lit() != "docker" {
			e.statement(statement)
			continue
		}
		arguments := ""
		for _, word := range e.words(call.Args[1:]...) {
			if !word.Known() {
				t.Errorf("%s\n%s is not known: %s", script, e.file.written(call), word.Why)
			}
			tracedtest.Check(t, word.Setting(facts.Origin{Source: source, Span: word.Span, Key: "V"}, ""))
			arguments += string(word.Bytes) + "\x00"
		}
		calls = append(calls, arguments)
	}
	return calls
}
