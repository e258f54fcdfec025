package shell

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/input"
)

// flowWriter makes random scripts with branches, loops and functions. Every docker run has an ID of its own.
type flowWriter struct {
	writer
	id, counter int
	inFunction  bool
	inLoop      int
}

func (w *flowWriter) name() string { return w.pick("A", "B", "C") }

func (w *flowWriter) condition() string {
	return w.pick("true", "false", `[ "$`+w.name()+`" = x ]`, `[ -z "$`+w.name()+`" ]`, `[ "$`+w.name()+`" ]`, "! true", w.name()+"=c")
}

func (w *flowWriter) assignment() string {
	name := w.name()
	switch w.IntN(14) {
	case 0:
		return name + "=$" + w.name()
	case 1:
		return name + "=${" + w.name() + ":-d}"
	case 2:
		return name + "+=" + w.pick("y", "$"+w.name())
	case 3:
		return "export " + name + w.pick("", "=e", "=$"+w.name())
	case 4:
		return "unset " + name
	case 5:
		return name + "=$(echo z)"
	case 6:
		return "read " + name + " <<< r"
	case 7:
		return ": ${" + name + ":=w}"
	case 8:
		return "declare " + w.pick("", "-x ") + name + w.pick("", "=l", "=$"+w.name())
	case 9:
		if w.inFunction {
			return "local " + name + w.pick("", "=l", "=$"+w.name()+"m")
		}
		return "set -- " + w.pick("", "s", "s t")
	case 10:
		return name + "=$1"
	case 11:
		return name + "=n " + w.name() + "=$" + name
	}
	return name + "=" + w.pick("x", "''", "v")
}

func (w *flowWriter) docker() string {
	w.id++
	prefix := ""
	if w.IntN(5) == 0 {
		prefix = w.name() + "=p "
	}
	return prefix + fmt.Sprintf(`docker run -e ID=%d -e "V=$A-$B-${C:-n}" -e "P=${1-none}" -e A -e B img`, w.id)
}

func (w *flowWriter) statements(depth, count int) string {
	var out []string
	for range 1 + w.IntN(count) {
		out = append(out, w.statement(depth))
	}
	return strings.Join(out, "\n")
}

func (w *flowWriter) statement(depth int) string {
	choice := w.IntN(22)
	if depth > 3 {
		choice %= 10
	}
	switch choice {
	case 10, 11:
		text := "if " + w.condition() + "; then\n" + w.statements(depth+1, 3)
		if w.IntN(3) == 0 {
			text += "\nelif " + w.condition() + "; then\n" + w.statements(depth+1, 2)
		}
		if w.IntN(2) == 0 {
			text += "\nelse\n" + w.statements(depth+1, 2)
		}
		return text + "\nfi"
	case 12:
		return w.condition() + w.pick(" && ", " || ") + w.pick(w.assignment(), w.docker(), "{ "+w.statements(depth+1, 2)+"\n}")
	case 13:
		return "(\n" + w.statements(depth+1, 3) + "\n)"
	case 14:
		return w.pick("{ "+w.statements(depth+1, 2)+"\n} | cat", "true | { "+w.statements(depth+1, 2)+"\n}", "{ "+w.statements(depth+1, 2)+"\n} & wait")
	case 15:
		w.inLoop++
		body := w.statements(depth+1, 3)
		if w.IntN(3) == 0 {
			body += "\n" + w.condition() + " && " + w.pick("break", "continue") + "\n" + w.statements(depth+1, 2)
		}
		w.inLoop--
		return "for " + w.name() + " in " + w.pick("a", "a b", "$A", "1 2 3", "\"$@\"", "") + "; do\n" + body + "\ndone"
	case 16:
		w.counter++
		return fmt.Sprintf("n%d=0\nwhile [ $n%d -lt %d ]; do\n%s\nn%d=$((n%d+1))\ndone", w.counter, w.counter, w.IntN(3), w.statements(depth+1, 3), w.counter, w.counter)
	case 17:
		return "case $" + w.name() + " in\nx) " + w.statements(depth+1, 2) + w.pick("\n;;", "\n;;", "\n;&", "\n;;&") + "\n*) " + w.statements(depth+1, 2) + "\n;;\nesac"
	case 18, 19:
		if !w.inFunction {
			return w.pick("", "", "A=q ") + w.pick("f", "g", "h") + w.pick("", " x", " $A y")
		}
		return w.condition() + " && return"
	case 20:
		return w.name() + "=$( " + w.statements(depth+1, 2) + "\n)"
	case 0, 1, 2, 3, 21:
		return w.docker()
	}
	return w.assignment()
}

func (w *flowWriter) script() string {
	script := ""
	w.inFunction = true
	for _, name := range []string{"f", "g", "h"} {
		script += name + "() {\n" + w.statements(1, 3) + "\n}\n"
	}
	w.inFunction = false
	return script + w.statements(0, 8) + "\n" + w.docker() + "\n"
}

// call is one call of docker, by its environment.
type call map[string]facts.Setting

func callOf(container *facts.Container) call { return effective(container.Environment) }

// agrees says whether a call that bash makes can be the one that the reader sees.
func (c call) agrees(real map[string]string) bool {
	for name, value := range c {
		if text, ok := real[name]; value.State == facts.Set && (!ok || text != value.Text) {
			return false
		}
	}
	for name := range real {
		if _, ok := c[name]; !ok {
			return false
		}
	}
	return true
}

// rounds is how many random scripts are run.
const rounds = 40

// TestAgreesWithBashOnRandomFlow runs random scripts with bash. Every call of docker that bash makes must be one that the
// reader has seen, with every value that the reader knows.
func TestAgreesWithBashOnRandomFlow(t *testing.T) {
	t.Parallel()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash here")
	}
	dir := t.TempDir()
	random := rand.New(rand.NewPCG(9, 10))
	known, unknown := 0, 0
	for range rounds {
		w := &flowWriter{writer: writer{random}}
		script := w.script()
		diff, k, u := compareFlow(t, bash, dir, script)
		if diff != "" {
			small, why := smallest(script, func(script string) string {
				diff, _, _ := compareFlow(t, bash, dir, script)
				return diff
			})
			t.Fatalf("%s\n%s", small, why)
		}
		known, unknown = known+k, unknown+u
	}
	t.Logf("%d values known, %d not", known, unknown)
	if known < 500 {
		t.Errorf("only %d values are known", known)
	}
}

// compareFlow says how the reader differs from bash over a script, "" if it does not, and how many values it knows.
func compareFlow(t *testing.T, bash, dir, script string) (diff string, known, unknown int) {
	t.Helper()
	record, file := filepath.Join(dir, "record"), filepath.Join(dir, "script.sh")
	if err := os.WriteFile(file, []byte(inProcessWithExports+script), 0o600); err != nil {
		t.Fatal(err)
	}
	// A script that lost a line may loop for ever.
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	run := exec.CommandContext(ctx, bash, file)
	run.Dir, run.Env = dir, []string{"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "RECORD=" + record}
	run.WaitDelay = time.Second
	output, _ := run.CombinedOutput()
	if ctx.Err() != nil || strings.Contains(string(output), "syntax error") || strings.Contains(string(output), "unexpected EOF") {
		return "", 0, 0
	}
	text, err := os.ReadFile(record)
	if err != nil {
		t.Fatal(err)
	}
	containers, problems := Read(facts.NewSource("script.sh", []byte(script)), input.Context{})
	if len(problems) > 0 {
		return fmt.Sprint(problems), 0, 0
	}
	seen := map[string][]call{}
	for _, container := range containers {
		c := callOf(container)
		seen[c["ID"].Text] = append(seen[c["ID"].Text], c)
		for _, value := range c {
			if value.State == facts.Set {
				known++
			} else {
				unknown++
			}
		}
	}
	for _, entry := range strings.Split(strings.TrimSuffix(string(text), "END.OF.CALL\x00"), "END.OF.CALL\x00") {
		if entry == "" {
			continue
		}
		real := realCall(entry)
		id := real["ID"]
		// A loop whose rounds are not known is seen once for all its rounds.
		if !slices.ContainsFunc(seen[id], func(c call) bool { return c.agrees(real) }) {
			return fmt.Sprintf("bash calls docker with %q, the reader has %v", real, describe(seen[id])), 0, 0
		}
	}
	return "", known, unknown
}

// smallest leaves lines out of a script as long as it still fails.
func smallest(script string, fails func(string) string) (small, why string) {
	lines := strings.Split(script, "\n")
	why = fails(script)
	for size := min(len(lines), 8); size > 0; {
		removed := false
		for at := 0; at+size <= len(lines); {
			fewer := slices.Concat(lines[:at], lines[at+size:])
			if diff := fails(strings.Join(fewer, "\n")); diff != "" {
				lines, why, removed = fewer, diff, true
			} else {
				at++
			}
		}
		if !removed {
			size--
		}
	}
	return strings.Join(lines, "\n"), why
}

func describe(calls []call) string {
	var out strings.Builder
	for _, c := range calls {
		out.WriteString("\n")
		for _, name := range []string{"ID", "V", "P", "A", "B"} {
			if value, ok := c[name]; ok {
				fmt.Fprintf(&out, " %s=%q(%s)", name, value.Text, value.State)
			}
		}
	}
	return out.String()
}

// inProcessWithExports makes bash itself play docker, which writes down whether A and B are exported as well.
const inProcessWithExports = `docker() {
  printf '%s\0' "$@" >&3
  [[ -v A && ${A@a} == *x* ]] && printf 'export A=%s\0' "$A" >&3
  [[ -v B && ${B@a} == *x* ]] && printf 'export B=%s\0' "$B" >&3
  printf 'END.OF.CALL\0' >&3
}
exec 3>"$RECORD"
unset RECORD
`

// realCall reads what was written down of one call.
func realCall(entry string) map[string]string {
	real, exported := map[string]string{}, map[string]string{}
	words := strings.Split(entry, "\x00")
	for _, word := range words {
		if rest, ok := strings.CutPrefix(word, "export "); ok {
			name, value, _ := strings.Cut(rest, "=")
			exported[name] = value
		}
	}
	for i, word := range words {
		if word == "-e" && i+1 < len(words) {
			name, value, assigned := strings.Cut(words[i+1], "=")
			if !assigned {
				value = exported[name]
			}
			real[name] = value
		}
	}
	return real
}
