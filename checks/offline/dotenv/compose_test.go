package dotenv

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/sirupsen/logrus"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv/traced/tracedtest"
)

func TestMain(m *testing.M) {
	logrus.SetOutput(io.Discard) // compose-go warns of every variable that is not set
	os.Exit(m.Run())
}

// compareCompose says how the reader and compose-go's own parser differ over a file, "" if they do not.
//
// compose-go is asked twice: with a caller's environment that has nothing but what is known, and with one that has
// every other variable too. A value that is Set must be what compose-go makes of it in the first; one that is Unresolved
// must be different in the second, or docker compose must refuse the file.
func compareCompose(t testing.TB, text string) string {
	t.Helper()
	known, err := dotenv.ParseWithLookup(strings.NewReader(text), lookupText)
	full, fullErr := dotenv.ParseWithLookup(strings.NewReader(text), func(name string) (string, bool) {
		if text, ok := lookupText(name); ok {
			return text, true
		}
		return "value of " + name, true
	})
	assignments, problems := Read(facts.NewSource("env", []byte(text)), facts.ComposeEnv, lookup)
	values := map[string]facts.Setting{}
	demanded := false
	for _, assignment := range assignments {
		tracedtest.Check(t, assignment.Value)
		values[assignment.Name] = assignment.Value
		demanded = demanded || strings.Contains(assignment.Value.Why, "demands")
	}
	_, nameless := known[""]
	if refused := len(problems) > 0; refused != (err != nil || nameless) && !(err != nil && demanded) {
		return fmt.Sprintf("compose-go's error: %s; problems: %s", errorText(err), problemText(problems))
	}
	if err != nil {
		return ""
	}
	for name, text := range known {
		value, ok := values[name]
		switch {
		case name == "":
		case !ok:
			return fmt.Sprintf("%q = %q is not read", name, text)
		case value.State == facts.Set && value.Text != text:
			return fmt.Sprintf("%q: compose-go has %q, the reader %q", name, text, value.Text)
		case value.State != facts.Set && fullErr == nil && full[name] == text && !repeated(assignments, name):
			return fmt.Sprintf("%q = %q is %s: %s", name, text, value.State, value.Why)
		}
	}
	for name, value := range values {
		if _, ok := known[name]; !ok && (value.State != facts.Unresolved || value.Origin.Span.Len() > 0) {
			return fmt.Sprintf("compose-go does not have %q = %q", name, value.Text)
		}
	}
	return ""
}

// repeated says whether a name has a second assignment, which the one without a value leaves standing when the caller
// has no such variable.
func repeated(assignments []facts.Assignment, name string) bool {
	n := 0
	for _, assignment := range assignments {
		if assignment.Name == name {
			n++
		}
	}
	return n > 1
}

var composeFiles = []string{
	// Lines, names, comments.
	"", "\n", "\r\n", " \n\t", "\ufeff", "\ufeffA=1", "\ufeff\ufeffA=1", "#", "# c\n", " # c\nA=1", "#A=1\nB=2", "A=1\n# c",
	"A=1", "A=1\n", "A=1\r\n", "A=1\r", "A=1\r\nB=2\r\n", "A=1\rB=2\n", "A=1\n\n\nB=2", "A=\n", "A=", "A=\r\n", "A=\nB=2", "A= \n", "A=\t\nB=1",
	"A =1\n", "A\t=1\n", "A = 1\n", " A=1\n", "\vA=1\n", "\u00a0A=1\n", "\u2003A=1\n", "A\u00a0=1\n", "A\u00a0B=1\n", "A\tB=1\n", "A B=1\n", "A B\n", "A=1\n B C=2\nD=3\n",
	"A:1\n", "A: 1\n", "A : 1\n", "A:\n", "A:=1\n", "A=:1\n", "A.B=1\n", "A-B=1\n", "A[0]=1\n", "1A=1\n", "ÄRGER=1\n", "A;B=1\n", "A$B=1\n", "\"A\"=1\n", "A/B=1\nC=2\n", "A(=1",
	"=1\n", "=\n", " = 1\n", ":1\n", "A\n", "A", "A ", "A B", "HOST\n", "HOST", "HOST\r\n", "HOST \n", "EMPTY\n", "A=1\nA\n", "HOST=1\nHOST\n", "A\nA=1\n",
	"export A=1\n", "export\tA=1\n", "export  A=1\n", "export A\n", "export HOST\n", "export\n", "export \n", "export", "export ", "export=1\n", "export =1\n", "exportA=1\n", "export\nA=1\n", "export export A=1\n", "export\u00a0A=1\n", "export\vA=1\n",
	"\xff=1\n", "A\xff=1\n", "A=\xff\n", "A=\xff\xfe $HOST \xff", "A=\x00\n", "\x00\n", "A=a\x00b\n",
	// Values without quotes.
	"A=1 # c\n", "A=1# c\n", "A=1 #\n", "A=1  # c # d\n", "A=1\t# c\n", "A=#c\n", "A= #c\n", "A= # c\n", "A=  a  \n", "A=a b c\n", "A=a\\nb\n", "A=a\\\nB=2\n", "A=\\\n",
	"A=a\"b\"\n", "A=a'b'\n", "A=a\"b\n", "A=`x`\n", "A=a=b\n", "A=a: b\n", "A=ä\n", "A=a\u00a0\n", "A=a\u2003\n", "A=\u2003a\n", "A=(x)\n", "A=a\\$HOST\n", "A=$(x)\n",
	// Quotes.
	"A=\"1\"\n", "A='1'\n", "A=\"\"\n", "A=''\n", "A=\"1\"", "A=\" 1 \"\n", "A= \"1\" \n", "A=\"1\" # c\n", "A=\"1\"# c\n", "A=\"a # b\"\n", "A='a # b'\n", "A=\"1\"B=2\n", "A=\"1\" B=2\n", "A=\"1\"b\n", "A=\"1\"'2'\n", "A=\"1\"\"2\"\n", "A='1''2'\n",
	"A=\"1\n2\"\nB=3\n", "A='1\n2'\nB=3\n", "A=\"1\r\n2\"\r\nB=3\r\n", "A=\"\n\"\n", "A=\"\n# no comment\n\"\n", "A=\"1\nB=2\n", "A='1\nB=2\n", "A=\"", "A='", "A=\"1\\\"", "A='1\\'", "A='1\\'\nB='2'\n", "A=\"a'b\"\n", "A='a\"b'\n",
	"A=\"a\\\"b\"\n", "A='a\\'b'\n", "A=\"a\\'b\"\n", "A='a\\\"b'\n", "A=\"a\\\\\"\n", "A='a\\\\'\n", "A='a\\\\'b'\n", "A=\"\\\\\\\"\"\n", "A='\\n'\n", "A='\\\\n'\n", "A='$HOST ${HOST}'\n", "A='$$'\n",
	"A=\"\\n\"\n", "A=\"a\\tb\\rc\"\n", "A=\"\\a\\b\\f\\v\\c\"\n", "A=\"\\x41\\u0041\"\n", "A=\"\\q\"\n", "A=\"\\\n\"\n", "A=\"\\0\"\n", "A=\"\\01\"\n", "A=\"\\012\"\n", "A=\"\\0123\"\n", "A=\"\\0377\"\n", "A=\"\\0400\"\n", "A=\"\\089\"\n", "A=\"\\0089\"\n", "A=\"\\01234\"\n", "A=\"\\0044HOST\"\n", "A=\"\\0044{HOST}\"\n", "A=\"\\0044\\0044\"\n", "A=\"\\0134n\"\n", "A=\"\\\\n\"\n", "A=\"\\\\\\n\"\n", "A=\"\\d\\n\"\n", "A=\"\\é\"\n", "A=\"\\\xff\"\n",
	"A=\"$HOST\"\n", "A=\"${HOST}\"\n", "A=\"\\$HOST\"\n", "A=\"\\${HOST}\"\n", "A=\"$$HOST\"\n", "A=\"\\$$HOST\"\n", "A=\"$\\$HOST\"\n", "A=\"\\\\$HOST\"\n", "A=\"\\\\\\$HOST\"\n", "A=\"a\n${HOST}\nb\"\n", "A=\"${EMPTY:-a\nb}\"\n", "A=\"$\\n\"\n", "A=\"${HOST\\n}\"\n",
	// Variables.
	"A=$HOST\n", "A=${HOST}\n", "A=x$HOST.y\n", "A=x${HOST}y\n", "A=$HOST$HOST\n", "A=$HOST-x\n", "A=$HOST_x\n", "A=$\n", "A=a$ b\n", "A=$1\n", "A=$?\n", "A=$$\n", "A=$$$\n", "A=$$$$\n", "A=$$HOST\n", "A=$$$HOST\n", "A=$${HOST}\n", "A=$-\n", "A=$}\n", "A={HOST}\n", "A=$ÄRGER\n", "A=${ÄRGER}\n", "A=$\u212a\n", "A=${\u017f}\n",
	"A=$EMPTY\n", "A=${EMPTY}\n", "A=$MISSING\n", "A=${MISSING}\n", "A=x${MISSING}y\n", "A=$DOLLAR\n", "A=\"$QUOTE\"\n", "A=$QUOTE\n", "A=\"${DOLLAR}\"\n", "$HOST=1\n",
	"A=${MISSING:-d}\n", "A=${MISSING-d}\n", "A=${EMPTY:-d}\n", "A=${EMPTY-d}\n", "A=${HOST:-d}\n", "A=${HOST-d}\n", "A=${MISSING:-}\n", "A=${MISSING-}\n",
	"A=${MISSING:+a}\n", "A=${MISSING+a}\n", "A=${EMPTY:+a}\n", "A=${EMPTY+a}\n", "A=${HOST:+a}\n", "A=${HOST+a}\n", "A=${HOST:+}\n",
	"A=${MISSING:?e}\n", "A=${MISSING?e}\n", "A=${EMPTY:?e}\n", "A=${EMPTY?e}\n", "A=${HOST:?e}\n", "A=${HOST?e}\n", "A=${HOST:?}\n", "A=${EMPTY:?}\n", "A=${EMPTY:?${}\n", "A=${HOST:?${}\n",
	"A=${MISSING:-$HOST}\n", "A=${MISSING:-${HOST}}\n", "A=${MISSING:-${MISSING}}\n", "A=${MISSING:-${MISSING:-d}}\n", "A=${MISSING:-a${HOST}b${HOST}c}d\n", "A=${MISSING:-$$HOST}\n", "A=${MISSING:-$$$HOST}\n", "A=${HOST:+${HOST:-x}}\n", "A=${HOST:+${MISSING}}\n", "A=${MISSING:-{}}\n", "A=${MISSING:-{a}}\n", "A=${MISSING:-{a}}b}\n", "A=${MISSING:-}}\n", "A=${MISSING:-{}}b}\n", "A=${MISSING:-{}b}c}\n", "A=${MISSING:-{\n", "A=${MISSING:-{}}}\n", "A=${MISSING:-a}${MISSING:-b}\n", "A=${MISSING:-a} } x\n", "A=${MISSING:-a}${\n", "A=${MISSING:-a}${}\n", "A=${MISSING:-a}$HOST}\n", "A=${MISSING:-a:-b}\n", "A=${MISSING-a:-b}\n", "A=${MISSING:-a-b+c?d}\n", "A=${MISSING:-{PG-0-IP}}\n", "A=${MISSING:-a b} # c\n", "A=${MISSING:-a #b}\n", "A=\"${MISSING:-a #b}\"\n", "A=\"${MISSING:-\\\"}\"\n", "A=\"${MISSING:-'x'}\"\n", "A=\"${MISSING:-a}b\n${MISSING:-c}d\"\n", "A=\"${MISSING:-a\n}b\"\n",
	"A=${\n", "A=${}\n", "A=${ }\n", "A=${ HOST}\n", "A=${HOST }\n", "A=${HOST\n", "A=${HOST:}\n", "A=${HOST:a}\n", "A=${HOST!}\n", "A=${HOST:-\n", "A=${HOST:-a\n", "A=${1}\n", "A=${HOST/x/y}\n", "A=${#HOST}\n", "A=${!HOST}\n", "A=${HOST:=x}\n", "A=${{HOST}}\n", "A=\"${\"\nB=2\n", "A=${MISSING:-${}\n", "A=${HOST:-${}}\n", "A=${HOST:-${}\n",
	"A=1\nB=$A\n", "A=1\nB=${A}2\nC=${B}3\n", "B=$A\nA=1\n", "A=$A\n", "A=1\nA=${A}2\nA=${A}3\n", "HOST=mine\nA=$HOST\n", "A='$HOST'\nB=$A\n", "A=\"a\\nb\"\nB=${A}c\n", "A=\nB=${A:-d}\n", "A=\nB=${A-d}\n", "A=$MISSING\nB=$A\n", "A=$MISSING\nB=${A:-x}\n", "A=$MISSING\nB=${A:+x}\n", "A\nB=$A\n", "HOST\nB=$HOST\n", "HOST=1\nHOST\nB=$HOST\n", "A=\"x\\$y\"\nB=$A\n",
	// As they are in the wild.
	"PGPOOL_BACKEND_NODES=0:pg-0:5432,1:pg-1:5432\nPGPOOL_NUM_INIT_CHILDREN=32 # children\n", "PGPOOL_BACKEND_NODES=0:{PG-0-HOST},1:{PG-1-HOST}\n", "JDBC_URL=jdbc:postgresql://pgpool:5432/bitbucket?targetServerType=primary&user=x\n", "JDBC_URL=\"jdbc:postgresql://${HOST}:5432/bitbucket\"\n", "JDBC_PASSWORD=pa$$word\n", "JDBC_PASSWORD='pa$word#1'\n", "JDBC_PASSWORD=pa#word $x\n", "PGPOOL_AES_KEY=\"random string\"\n", "X=${{VAR}}\n", "X={{ var }}\n", "TAG=4.5\nIMAGE=bitnami/pgpool:${TAG:-latest}\n",
}

func TestComposeAgreesWithComposeGo(t *testing.T) {
	t.Parallel()
	if len(composeFiles) < 100 {
		t.Fatalf("%d files", len(composeFiles))
	}
	for _, text := range composeFiles {
		if diff := compareCompose(t, text); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}

var composeTokens = []string{"A", "B", "HOST", "EMPTY", "MISSING", "=", "=", "=", "\n", "\n", "\r\n", " ", "\t", " #", "#", "\"", "\"", "'", "$", "${", "${HOST", "${EMPTY", "${MISSING", "}", "}", ":-", ":?", ":+", "-", "?", "+", "{", "\\", "\\", "n", "0", "044", "377", "export ", "\ufeff", "\x00", "\xff", "ä", "\u00a0", "1", ":", "$A", "A=", "A=\"", "B='"}

func TestComposeAgreesWithComposeGoOnRandomFiles(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	for range 60_000 {
		text := randomText(random, composeTokens)
		if diff := compareCompose(t, text); diff != "" {
			t.Fatalf("%q: %s", text, diff)
		}
	}
}

func FuzzCompose(f *testing.F) {
	for _, text := range composeFiles {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 10_000 {
			return // compose-go takes the square of the length
		}
		if diff := compareCompose(t, text); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	})
}
