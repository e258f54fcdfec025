package dotenv

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/docker/cli/pkg/kvfile"
	"github.com/google/go-cmp/cmp"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/checks/offline/dotenv/traced/tracedtest"
)

// caller is the environment that the tests give to both readers. Names that are not in it are not known.
var caller = map[string]string{"HOME": "/root", "HOST": "db.example.com", "EMPTY": "", "DOLLAR": "$HOST", "QUOTE": `"`, "ÄRGER": "ä"}

var callerSource = facts.NewSource("caller.env", []byte(`/root db.example.com $HOST " ä`))

// lookup gives the caller's values as settings that are written in a file.
func lookup(name string) (facts.Setting, bool) {
	text, ok := caller[name]
	if !ok {
		return facts.Setting{}, false
	}
	at := strings.Index(string(callerSource.Text), text)
	return facts.Setting{Key: facts.Key(name), Text: text, State: facts.Set,
		Origin: facts.Origin{Source: callerSource, Span: facts.Span{Start: at, End: at + len(text)}, Key: name}}, true
}

func lookupText(name string) (string, bool) {
	text, ok := caller[name]
	return text, ok
}

// compareDocker says how the reader and docker's own parser differ over a file, "" if they do not.
func compareDocker(t testing.TB, text string) string {
	t.Helper()
	expected, err := kvfile.ParseFromReader(strings.NewReader(text), lookupText)
	assignments, problems := Read(facts.NewSource("env", []byte(text)), facts.DockerEnv, lookup)
	if (err != nil) != (len(problems) > 0) {
		return "docker's error: " + errorText(err) + "; problems: " + problemText(problems)
	}
	got := []string{}
	for _, assignment := range assignments {
		tracedtest.Check(t, assignment.Value)
		switch {
		case assignment.Value.State == facts.Set:
			got = append(got, assignment.Name+"="+assignment.Value.Text)
		case assignment.Value.Origin.Span.Len() > 0:
			return "a value is not known: " + assignment.Name
		default:
			if _, ok := caller[assignment.Name]; ok {
				return "not taken from the caller: " + assignment.Name
			}
		}
	}
	if err == nil {
		return cmp.Diff(expected, got)
	}
	return ""
}

func errorText(err error) string {
	if err == nil {
		return "none"
	}
	return err.Error()
}

func problemText(problems []facts.Problem) string {
	var texts []string
	for _, problem := range problems {
		texts = append(texts, problem.Message)
	}
	return strings.Join(texts, "; ")
}

var dockerFiles = []string{
	"", "\n", "\r\n", " ", "\t\n", "\ufeff", "\ufeff\n", "#", "# c", "#\n", " # c\n", "\t# c",
	"A=1", "A=1\n", "A=1\r\n", "A=1\r", "A=1\r\r\n", "A=1\n\n", "\nA=1", "A=1\nB=2", "A=1\r\nB=2\r\n", "A=1\rB=2",
	"A=", "A=\n", "A=\r\n", "=", "=1", "= 1", " =1", "A==", "A==1", "A=1=2",
	" A=1", "\tA=1", " \t A=1", "\vA=1", "\fA=1", "\u00a0A=1", "\u2003A=1", "\u0085A=1",
	"A =1", "A\t=1", "A = 1", "A= 1", "A=1 ", "A=1\t", "A= 1 \n", "A B=1", "A B", "A\u00a0B=1", "A\vB=1", "A\fB=1",
	"A", "A\n", "A\r\n", "HOST", "HOST\n", "HOST\r\n", " HOST", "HOST ", "HOST\t\n", "EMPTY", "EMPTY=", "HOST\nHOST=2", "HOST=2\nHOST",
	"export A=1", "export\tA=1", "export", "exportA=1",
	"A=\"1\"", "A='1'", "A=\"1", "A='", "\"A\"=1", "'A'=1", "A=\"1\n2\"", "A=\\n", "A=a\\\nB=2", "A=\\",
	"A=$HOST", "A=${HOST}", "A=${HOST:-x}", "A=$$", "$HOST=1", "A=`x`", "A=$(x)",
	"A=1 # c", "A=1#c", "A=#c", "A= #c", "#A=1", "A#=1", "A#B=1", "A=1\n#B=2\nC=3",
	"1A=1", "A-B=1", "A.B=1", "A[0]=1", "ÄRGER=1", "ÄRGER", "A=ä", "A:1", "A: 1", "A:=1", "A;B=1", "(A)=1",
	"A=\x00", "\x00=1", "A\x00", "A=\xff", "\xff", "# \xff", "A=1\n\xff=2\nB=3", "\xef\xbb\xbfA=1", "\xef\xbb\xbf\xef\xbb\xbfA=1", "A=1\n\ufeffB=2",
	"A=\ufeff", " \ufeffA=1", "\ufeff A=1", "\ufeff#c", "A=1\nA=2", "A=1\n A=2",
	"PGPOOL_BACKEND_NODES=0:{PG-0-HOST},1:{PG-1-HOST}", "PGPOOL_BACKEND_NODES=\"0:pg-0:5432,1:pg-1:5432\"",
	"REPMGR_PARTNER_NODES=pg-0,pg-1\r\nREPMGR_NODE_NAME=pg-0\r\n", "JDBC_URL=jdbc:postgresql://pgpool:5432/bitbucket?targetServerType=primary\n",
	"JDBC_PASSWORD", "JDBC_PASSWORD=jelly fish", "POSTGRESQL_PASSWORD=a=b&c#d'e\"f",
	"A=" + strings.Repeat("x", maxDockerLine-2), "A=" + strings.Repeat("x", maxDockerLine-2) + "\nB=1", "A=" + strings.Repeat("x", maxDockerLine-3) + "\r\n",
	"A=" + strings.Repeat("x", maxDockerLine-1), "A=" + strings.Repeat("x", maxDockerLine-1) + "\n", "A=" + strings.Repeat("x", maxDockerLine-2) + "\r\n",
	"# " + strings.Repeat("x", maxDockerLine), "B=1\nA=" + strings.Repeat("x", maxDockerLine-2) + "\nC=1", "B=1\nA=" + strings.Repeat("x", maxDockerLine-1) + "\nC=1",
}

func TestDockerAgreesWithDocker(t *testing.T) {
	t.Parallel()
	if len(dockerFiles) < 100 {
		t.Fatalf("%d files", len(dockerFiles))
	}
	for _, text := range dockerFiles {
		if diff := compareDocker(t, text); diff != "" {
			t.Errorf("%.80q: %s", text, diff)
		}
	}
}

var dockerTokens = []string{"A", "B", "HOST", "EMPTY", "=", "=", "\n", "\n", "\r\n", "\r", " ", "\t", "#", "\"", "'", "$", "${", "}", "\\", "export ", "\ufeff", "\x00", "\xff", "ä", "\u00a0", "1", ":", "-", ","}

func TestDockerAgreesWithDockerOnRandomFiles(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for range 30_000 {
		text := randomText(random, dockerTokens)
		if diff := compareDocker(t, text); diff != "" {
			t.Fatalf("%q: %s", text, diff)
		}
	}
}

func randomText(random *rand.Rand, tokens []string) string {
	var text strings.Builder
	for range random.IntN(24) {
		text.WriteString(tokens[random.IntN(len(tokens))])
	}
	return text.String()
}

func FuzzDocker(f *testing.F) {
	for _, text := range dockerFiles {
		if len(text) < 200 {
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		if diff := compareDocker(t, text); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	})
}
