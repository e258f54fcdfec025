package bitnami

import (
	"bytes"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/pgpoolconf"
)

// The image's checks are shell functions. These say the same in as few words as possible; a real shell runs them.
const shellFunctions = `
shopt -s nocasematch
is_yes() { [[ $1 = 1 || $1 =~ ^(yes|true)$ ]]; }
is_yes_no() { [[ $1 =~ ^(yes|no)$ ]]; }
is_positive() { [[ $1 =~ ^-?[0-9]+ ]] && (( "$1" >= 0 )); }
is_above_zero() { [[ $1 -gt 0 ]]; }
items() { local -a items; read -r -a items <<<"$(tr ',;' ' ' <<<"$1")"; printf '%s' "${#items[@]}"; printf '|%s' "${items[@]}"; }
fields() { local -a items; read -r -a items <<<"$(tr ':' ' ' <<<"$1")"; printf '%s' "${#items[@]}"; printf '|%s' "${items[@]}"; }
in_file() { local file; file=$(mktemp); printf '%s' "$1" >"$file"; printf '%s' "$(< "$file")"; rm -f "$file"; }
number() { printf '%s' "$(( ${1##*-} + 1000 ))"; }
`

// runShell has a real shell run one of the functions over values and gives what each printed and whether it succeeded.
func runShell(t *testing.T, function string, values []string) (printed []string, succeeded []bool) {
	t.Helper()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash here to compare with")
	}
	script := shellFunctions + `for value in "$@"; do if out=$(` + function + ` "$value" 2>/dev/null; r=$?; printf x; exit $r); then r=1; else r=0; fi; printf '%s%s\0' "$r" "${out%x}"; done`
	command := exec.Command(bash, append([]string{"--norc", "-c", script, "bash"}, values...)...)
	command.Env = []string{"LC_ALL=C", "PATH=/usr/bin:/bin"}
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%s: %v", function, err)
	}
	results := bytes.Split(bytes.TrimSuffix(out, []byte{0}), []byte{0})
	if len(results) != len(values) {
		t.Fatalf("%s: %d results for %d values", function, len(results), len(values))
	}
	for _, result := range results {
		printed, succeeded = append(printed, string(result[1:])), append(succeeded, result[0] == '1')
	}
	return printed, succeeded
}

// words are odd values for yes/no variables.
func oddWords() []string {
	words := []string{"", " ", "yes\n", "\nyes", "yes ", " yes", `"yes"`, "'no'", "yes,no", "yes|no", "ye", "yess", "nno", "01", "1 ", "+1", "1.0", "10", "٣"}
	for _, word := range []string{"yes", "no", "true", "false", "on", "off", "y", "n", "t", "f", "1", "0", "2", "-1", "enabled", "disabled", "none", "null", "~", "always"} {
		words = append(words, word, strings.ToUpper(word), strings.ToUpper(word[:1])+word[1:])
	}
	return words
}

// oddNumbers are odd values for integer variables.
func oddNumbers() []string {
	numbers := []string{
		"", " ", "-", "+", "+5", "-0", "-00", "-1", "-08", "-010", "0", "00", "1", "5", "32", "010", "017", "018", "08", "09", "080", "0x10", "0X1F", "0x", "0xg",
		"0x1G", "1.5", "1e3", "30s", "10min", "5 min", "5 ", " 5", "5\n", "5\t", "5\n6", "abc", "a5", "5a", "5_000", "2147483647", "2147483648",
		"9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616", "99999999999999999999", "-9223372036854775808",
		"-9223372036854775809", "2#101", "2#102", "16#ff", "16#FF", "36#zz", "37#aA", "64#@_", "65#1", "1#0", "0#1", "8#7", "08#7", "10#08", "16#", "#5", "5#",
		"0b101", "0o17", "5%", "5!", "5=", "5:", "5;", "5'", "5\"", "5$", "5)", "(5", "5]", "5?", "5.", ".5", "٣", "５", "5５", "infinity", "nan", "1 2", "1\r", "0x10 ", "007", "0007", "0xff", "0xFF", "1'000",
	}
	for i := range 40 {
		numbers = append(numbers, strconv.Itoa(i*i*i), fmt.Sprintf("%03d", i), fmt.Sprintf("%ds", i))
	}
	return numbers
}

// oddLists are odd values for list variables.
func oddLists() []string {
	lists := []string{
		"", " ", ",", ";", ",;, ;", "\n", "\na,b", "a", "a,b", "a;b", "a b", "a\tb", "a\nb", "a,b,", ",a", " a , b ; c ", "a,,b", "a\r", "a,b\r\nc", "*", "?", "[a]", "~", "$HOME", "`id`",
		"a\\b", `a\ b`, `"a,b"`, "'a b'", "a=b", "0:pg-0:5432,1:pg-1:5432", "0:pg-0:5432:1:/data:ALLOW_TO_FAILOVER", "0:[fe80::1]:5432", "é,ü", "a\vb", "a\fb", "a&b", "a|b",
		"0:a,0:b", "1:a 2:b;3:c", "0:pg-0\n1:pg-1", "a\u00a0b", "-n", "-e x", "--", "%s", "a\\nb", "{a,b}", "!!", "#a", "a #b",
	}
	return lists
}

// oddEntries are odd entries of the list of backends.
func oddEntries() []string {
	return []string{
		"", ":", "::", "0", "0:", ":0", "0:a", "0:a:", "0::a", "0:a::2", "0:h:5432::/data:FLAG", "0:h:5432:1:/d:F:x", "pg-0:5432", "::0::a::", "0:[fe80::1]:5432", `"0:a"`, "0:a\t:5432", "0 :a",
		"*:*", "0:a:5432:0.5", "007:a", "0:a|b", "é:ü",
	}
}

func TestYesNoAsTheShell(t *testing.T) {
	t.Parallel()
	values := oddWords()
	_, yes := runShell(t, "is_yes", values)
	_, yesNo := runShell(t, "is_yes_no", values)
	for i, value := range values {
		if got := isYes(value); got != yes[i] {
			t.Errorf("isYes(%q) = %v, the shell says %v", value, got, yes[i])
		}
		if got := isYesNo(value); got != yesNo[i] {
			t.Errorf("isYesNo(%q) = %v, the shell says %v", value, got, yesNo[i])
		}
	}
}

func TestNumbersAsTheShell(t *testing.T) {
	t.Parallel()
	values := oddNumbers()
	_, positive := runShell(t, "is_positive", values)
	_, above := runShell(t, "is_above_zero", values)
	for i, value := range values {
		if got := isPositiveInteger(value); got != positive[i] {
			t.Errorf("isPositiveInteger(%q) = %v, the shell says %v", value, got, positive[i])
		}
		if got := greaterThanZero(value); got != above[i] {
			t.Errorf("greaterThanZero(%q) = %v, the shell says %v", value, got, above[i])
		}
	}
	// The shell computes expressions; then it is pgpool that refuses the text.
	expressions := []string{"10+5", "3*4", "7-2", "8/2", "9%4", "1<<3", "5>3", "1?2:3", "(5)", "5,6", "5,000", "1==1", "2**3", "6|1", "5&4"}
	for _, value := range expressions {
		if _, _, refused := pgpoolconf.Normalise("max_pool", value, ""); isPositiveInteger(value) || !refused {
			t.Errorf("%q: the image takes it: %v; pgpool refuses it: %v", value, isPositiveInteger(value), refused)
		}
	}
	if n := len(values) + len(oddWords()); n < 200 {
		t.Errorf("only %d values", n)
	}
}

// itemsOf writes a list the way the shell functions do.
func itemsOf(items []facts.ListItem) string {
	out := strconv.Itoa(len(items))
	for _, item := range items {
		out += "|" + item.Text
	}
	if len(items) == 0 {
		out += "|" // printf prints its format once all the same
	}
	return out
}

func TestListsAsTheShell(t *testing.T) {
	t.Parallel()
	values := oddLists()
	printed, _ := runShell(t, "items", values)
	for i, value := range values {
		if got := itemsOf(List(facts.Setting{Text: value})); got != printed[i] {
			t.Errorf("List(%q) = %q, the shell says %q", value, got, printed[i])
		}
	}
}

func TestEntriesAsTheShell(t *testing.T) {
	t.Parallel()
	values := oddEntries()
	printed, _ := runShell(t, "fields", values)
	for i, value := range values {
		// An entry has no blank in it: the list was cut there before.
		if strings.ContainsAny(value, " \t") || value == "" {
			continue
		}
		list := facts.Setting{Text: value}
		entries := Entries(list)
		if len(entries) != 1 {
			t.Errorf("Entries(%q): %d", value, len(entries))
			continue
		}
		if got := itemsOf(taken(entries[0])); got != printed[i] {
			t.Errorf("the fields of %q are %q, the shell says %q", value, got, printed[i])
		}
	}
}

func TestFilesAsTheShell(t *testing.T) {
	t.Parallel()
	values := []string{"", "a", "a\n", "a\n\n\n", "\na", "a\r\n", "a\nb\n", " a \n", "\n", "a\tb"}
	printed, _ := runShell(t, "in_file", values)
	for i, value := range values {
		source := facts.NewSource("secret", []byte(value))
		e := &environment{values: facts.Settings{}}
		if got := e.content(&variable{name: "PGPOOL_ADMIN_PASSWORD"}, source, facts.Setting{}); got.Text != printed[i] {
			t.Errorf("the content of a file with %q is %q, the shell says %q", value, got.Text, printed[i])
		}
	}
}

func TestNodeNumbersAsTheShell(t *testing.T) {
	t.Parallel()
	values := []string{"pg-0", "pg-1", "pg-7", "pg-08", "pg-09", "pg-010", "pg-10", "pg-0010", "a-b-12", "pg-99999", "pg-00", "pg-018"}
	printed, succeeded := runShell(t, "number", values)
	for i, value := range values {
		e := newEnvironment(&facts.Container{
			Image:       facts.Setting{Text: "bitnami/postgresql-repmgr", State: facts.Set},
			Environment: []facts.Assignment{{Name: "REPMGR_NODE_NAME", Value: facts.Setting{Text: value, State: facts.Set}}},
		}, nodeTable(), "", testContext)
		e.identity()
		id := e.get("REPMGR_NODE_ID")
		if ok := id.Bad == ""; ok != succeeded[i] || id.Text != printed[i] {
			t.Errorf("%s has the number %q (%s), the shell says %q, %v", value, id.Text, id.Bad, printed[i], succeeded[i])
		}
	}
}
