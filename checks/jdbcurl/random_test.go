package jdbcurl

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"
)

// TestAgreesWithDriverOnRandomURLs asks the driver itself about URLs made at random out of the corpus. It needs Java and
// the jars; see fixtures/oracle/jdbcurl/regenerate.sh.
func TestAgreesWithDriverOnRandomURLs(t *testing.T) {
	t.Parallel()
	if os.Getenv("BBDOCTOR_ORACLE") != "1" {
		t.Skip("needs Java and the driver's jars: BBDOCTOR_ORACLE=1 asks for it")
	}
	var corpus []string
	for _, line := range readLines(t, filepath.Join(oracle, "urls.txt")) {
		if line != "" && line[0] != '#' && !strings.Contains(line, `\*`) {
			corpus = append(corpus, unescape(t, line))
		}
	}
	urls := randomURLs(corpus, 8000)
	var lines strings.Builder
	for _, url := range urls {
		lines.WriteString(escape(url) + "\n")
	}
	file := filepath.Join(t.TempDir(), "urls.txt")
	if err := os.WriteFile(file, []byte(lines.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, release := range []struct {
		driver Driver
		name   string
	}{{Driver4215, "42.2.15"}, {Driver427, "42.5.5"}, {Driver427, "42.7.7"}, {Driver427, "42.7.14"}} {
		command := exec.Command(filepath.Join(oracle, "regenerate.sh"), "urls", file, release.name)
		command.Stderr = os.Stderr
		out, err := command.Output()
		if err != nil {
			t.Fatalf("%s: %v", release.name, err)
		}
		answers := decodeAnswers[answer](t, out)
		if len(answers) != len(urls) {
			t.Fatalf("%s: %d answers to %d URLs", release.name, len(answers), len(urls))
		}
		accepted := 0
		for _, answer := range answers {
			url := Parse(urls[answer.Line-1], release.driver)
			if url.Accepted {
				accepted++
			}
			compare(t, release.name+": "+escape(url.Text), url, answer)
		}
		t.Logf("%s: %d URLs, %d accepted", release.name, len(urls), accepted)
	}
}

// tokens are what the random URLs are mutated with.
var tokens = []string{
	"/", "//", "?", "&", "=", ":", ",", "[", "]", "%", "%2", "%20", "%41", "%zz", "%+1", "%-0", "%C3", "%C3%BC", "%E2%82", "%ED%A0%80", "%F0%9F", "+", " ", ";", "#", "@", "\\", "\t", "\u0000",
	"é", "😀", "٣", "５", "ſ", "ﬆ", "Ａ", "0", "1", "65535", "65536", "-1", "+7", "5432", "99999999999", "abc", "pgpool", "[::1]", "::1", "127.0.0.1", "a,b", "a:1,b:2", ":1", ",,",
	"host=x", "host=a,b", "port=1", "port=1,2", "port=", "dbname=y", "HOST=", "PGHOST=x", "PGHOST=a,b", "PGPORT=9", "PGPORT=x", "PGPORT=1,2", "PGDBNAME=z", "host", "PGPORT",
	"service=empty", "service=none", "service", "user=u", "password=p%", "targetServerType=primary", "targetServerType=bogus", "sslmode=bogus", "sslmode=require", "ssl=yes", "autosave=x", "a=b", "jdbc:postgresql:",
}

func randomURLs(corpus []string, count int) []string {
	random := rand.New(rand.NewPCG(42, 2015))
	urls := make([]string, 0, count)
	for len(urls) < count {
		url := []rune(corpus[random.IntN(len(corpus))])
		for range 1 + random.IntN(5) {
			at := random.IntN(len(url) + 1)
			end := at + random.IntN(min(8, len(url)-at)+1)
			switch random.IntN(6) {
			case 0, 1: // insert
				url = splice(url, at, at, []rune(tokens[random.IntN(len(tokens))]))
			case 2: // replace
				url = splice(url, at, end, []rune(tokens[random.IntN(len(tokens))]))
			case 3: // delete
				url = splice(url, at, end, nil)
			case 4: // repeat
				url = splice(url, at, at, append([]rune(nil), url[at:end]...))
			case 5: // the end of another
				other := []rune(corpus[random.IntN(len(corpus))])
				url = splice(url, at, len(url), other[random.IntN(len(other)+1):])
			}
		}
		if random.IntN(8) > 0 && !strings.HasPrefix(string(url), prefix) { // most are to get past the prefix
			url = append([]rune(prefix), url...)
		}
		if len(url) > 0 {
			urls = append(urls, string(url))
		}
	}
	return urls
}

func splice(text []rune, start, end int, replacement []rune) []rune {
	out := append([]rune(nil), text[:start]...)
	out = append(out, replacement...)
	return append(out, text[end:]...)
}

// escape writes a URL as a line of the corpus.
func escape(url string) string {
	var out strings.Builder
	for i, unit := range utf16.Encode([]rune(url)) {
		switch {
		case unit == '\\':
			out.WriteString(`\\`)
		case unit < ' ' || unit > '~' || unit == '#' && i == 0:
			fmt.Fprintf(&out, `\u%04X`, unit)
		default:
			out.WriteByte(byte(unit))
		}
	}
	return out.String()
}
