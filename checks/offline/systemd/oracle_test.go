package systemd

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

var update = flag.Bool("update", false, "make the goldens anew with systemd's own parsers, from Debian's package systemd 252")

const (
	oracle    = "../../../fixtures/oracle/systemd"
	libraries = "/usr/lib/x86_64-linux-gnu/systemd"
)

// record is one text with what systemd makes of it.
type record struct {
	Text        string   `json:"text"`
	Environment []string `json:"environment"`
	Command     []string `json:"command,omitempty"`
	Refused     bool     `json:"refused,omitempty"`
}

// TestUnits compares with what systemd's manager loads.
func TestUnits(t *testing.T) {
	t.Parallel()
	for _, want := range records(t, "units.jsonl", "unit", unitText) {
		source := facts.NewSource("unit@one.service", []byte(want.Text))
		r := &reader{unit: newUnitName("unit@one.service"), main: source}
		entries := r.entries([]*facts.Source{source})
		got := record{Text: want.Text, Environment: pairs(r.environment(entries, sectionService))}
		for _, e := range list(entries, sectionService, "ExecStart") {
			for _, line := range r.commandLines(e, nil) {
				for _, w := range line {
					got.Command = append(got.Command, string(w.Bytes))
				}
			}
		}
		if want.Refused {
			if len(r.problems) == 0 {
				t.Errorf("%q: systemd refuses it, and nothing is told", want.Text)
			}
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%q (-systemd +here):\n%s", want.Text, diff)
		}
	}
}

// TestEnvironmentFiles compares with load_env_file of systemd.
func TestEnvironmentFiles(t *testing.T) {
	t.Parallel()
	for _, want := range records(t, "environment.jsonl", "env", environmentText) {
		got := record{Text: want.Text, Environment: pairs(readEnvironment(facts.NewSource("x.env", []byte(want.Text))))}
		var valid []string
		for _, variable := range want.Environment {
			if name, _, _ := strings.Cut(variable, "="); validName(name) {
				valid = append(valid, variable)
			}
		}
		// Since 254 a comment ends with its line; the goldens are older.
		if want.Environment = valid; want.Refused || continuedComment.MatchString(want.Text) {
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%q (-systemd +here):\n%s", want.Text, diff)
		}
	}
}

var continuedComment = regexp.MustCompile(`(?m)^[ \t\r]*[#;].*\\[\r\n]`)

// pairs gives the variables as NAME=value, the last of each name at the place of the first.
func pairs(assignments []facts.Assignment) (all []string) {
	index := map[string]int{}
	for _, a := range assignments {
		text := a.Name + "=" + a.Value.Text
		if at, ok := index[a.Name]; ok {
			all[at] = text
			continue
		}
		index[a.Name] = len(all)
		all = append(all, text)
	}
	return all
}

func records(t *testing.T, file, mode string, text func(*rand.Rand) string) (all []record) {
	t.Helper()
	path := filepath.Join(oracle, file)
	if *update {
		var texts []string
		for seed := range uint64(800) {
			texts = append(texts, text(rand.New(rand.NewPCG(seed, 9))))
		}
		var out bytes.Buffer
		encoder := json.NewEncoder(&out)
		for _, r := range ask(t, mode, texts) {
			if err := encoder.Encode(r); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(content))
	for decoder.More() {
		var r record
		if err := decoder.Decode(&r); err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	if len(all) < 500 {
		t.Fatalf("%s has only %d texts", path, len(all))
	}
	return all
}

// ask has systemd read the texts.
func ask(t *testing.T, mode string, texts []string) []record {
	t.Helper()
	dir := t.TempDir()
	program := filepath.Join(dir, "systemd")
	if out, err := exec.Command("gcc", "-o", program, filepath.Join(oracle, "systemd.c"), "-ldl").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	args := []string{libraries + "/libsystemd-shared-252.so", libraries + "/libsystemd-core-252.so", mode}
	all := make([]record, 0, len(texts))
	byFile := map[string]*record{}
	for i, text := range texts {
		// The name is that of an instance, so that each text is a unit of its own.
		path := filepath.Join(dir, fmt.Sprintf("%d", i), "unit@one.service")
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		all = append(all, record{Text: text})
		byFile[path] = &all[i]
		command := exec.Command(program, append(args, path)...)
		command.Env = append(os.Environ(), "SYSTEMD_UNIT_PATH="+filepath.Dir(path), "SYSTEMD_LOG_LEVEL=emerg")
		out, err := command.Output()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		understand(byFile[path], out)
	}
	return all
}

func understand(r *record, out []byte) {
	lines := bufio.NewScanner(bytes.NewReader(out))
	for lines.Scan() {
		line := lines.Text()
		if line == "refused" {
			r.Refused = true
		}
		if text, ok := strings.CutPrefix(line, "variable "); ok {
			decoded, _ := hex.DecodeString(text)
			r.Environment = append(r.Environment, string(decoded))
		}
		if text, ok := strings.CutPrefix(line, "\tEnvironment: "); ok {
			r.Environment = append(r.Environment, text)
		}
		if text, ok := strings.CutPrefix(line, "\t\tCommand Line: "); ok {
			r.Command = append(r.Command, shellWords(text)...)
		}
	}
}

// shellWords takes apart what quote_command_line of systemd writes.
func shellWords(text string) (words []string) {
	for text != "" {
		var word strings.Builder
		if text[0] != '"' {
			end := strings.IndexByte(text+" ", ' ')
			words, text = append(words, text[:end]), strings.TrimPrefix(text[end:], " ")
			continue
		}
		i := 1
		for ; i < len(text) && text[i] != '"'; i++ {
			if text[i] == '\\' {
				if i++; text[i] == 't' {
					word.WriteByte('\t')
					continue
				}
			}
			word.WriteByte(text[i])
		}
		words, text = append(words, word.String()), strings.TrimPrefix(text[i+1:], " ")
	}
	return words
}

func pick(r *rand.Rand, choices ...string) string { return choices[r.IntN(len(choices))] }

func unitText(r *rand.Rand) string {
	var out strings.Builder
	out.WriteString("[Service]\nType=oneshot\n")
	value := func() string {
		var v strings.Builder
		for range 1 + r.IntN(5) {
			v.WriteString(pick(r, "A=b", "B=", "C=c d", `"D=e f"`, `'E=g "h"'`, "F=$X", "G=a'b c'd", `H=\x41`, `I=\s`, `J=\101`, `K="x\"y"`, "1=x", "noassign", "L=%n", "M=%%", "N=%p-%i",
				`O=\q`, "P='open", "Q=é", `R=\u00e9`, `S=\\`, "T=a;b", "U=#x", "A=later", "V=a\"\"b", `W=''`, "X=%.", "Y=%5", `Z=a\tb`, "AA=x\u00a0y"))
			v.WriteString(pick(r, " ", " ", "  ", "\t", " \\\n", " \\\n  ", " \\\n# comment\n  ", "\\\n", ""))
		}
		return v.String()
	}
	for range 1 + r.IntN(5) {
		switch r.IntN(12) {
		case 0:
			out.WriteString("Environment=\n")
		case 1:
			out.WriteString("# Environment=Z=z\n; x\\\n")
		case 2:
			out.WriteString("[Unit]\nEnvironment=Z=z\n [Service] \n")
		case 3:
			out.WriteString("\n  Environment  =  A=spaced  \n")
		case 4:
			out.WriteString("garbage\nenvironment=a=b\n")
		default:
			out.WriteString("Environment=" + value() + "\n")
		}
	}
	out.WriteString("ExecStart=" + pick(r, "", "-", ":", "+") + "/bin/echo")
	for range r.IntN(6) {
		out.WriteString(pick(r, " ", "  ", "\t", " \\\n", "\\\n", " \\\n ; comment\n\t") + pick(r, "a", `"b c"`, "'d'", `e\x20f`, "-e", "A=b", `"A=b c"`, `';'`, `\;`, "; /bin/true", `a"b"c`, "%n", "%%", `\"`, "é", `''`, "'a b", `\y`, "--x='y z'"))
	}
	if r.IntN(4) > 0 {
		out.WriteString("\n")
	}
	return out.String()
}

func environmentText(r *rand.Rand) string {
	var out strings.Builder
	for range 1 + r.IntN(6) {
		out.WriteString(pick(r, "", "", " ", "\t") + pick(r, "A", "B", "C1", "_D", "E F", "1G", "export H", "A", "#I", ";J", "K ", "É") + pick(r, "=", "=", "=", "= ", " =", "", "=="))
		for range r.IntN(5) {
			out.WriteString(pick(r, "a", "b c", "'d e'", `"f g"`, `"h\"i"`, `"j\k"`, `\l`, `\\`, "$M", `"\$N"`, "#o", ";", " ", "\t", "é", "'p\nq'", "\"r\ns\"", "\\\n", "'open", `"open`, `''`, `""`, "\"a\\\nb\"", "\\'", "%n", `\"`, "\r"))
		}
		out.WriteString(pick(r, "\n", "\n", "\n", "\r\n", "\n\n", " \n", "\\\n", ""))
	}
	return out.String()
}
