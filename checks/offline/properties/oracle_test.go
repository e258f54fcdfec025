package properties

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// askJava lets java.util.Properties itself read the samples, all in one run of the JDK. With arguments, those of "java" and
// of the program, it lets another reader do so.
func askJava(t *testing.T, samples []sample, arguments ...string) []judgement {
	t.Helper()
	if arguments == nil {
		arguments = []string{filepath.Join(oracleDir, "LoadProperties.java")}
	}
	java := exec.Command("java", arguments...)
	java.Stdin = bytes.NewReader(writeCorpus(samples))
	java.Stderr = os.Stderr
	lines, err := java.Output()
	if err != nil {
		t.Fatalf("java: %v", err)
	}
	return readJudgements(t, lines, samples)
}

// needJava skips a test that asks the JDK, unless BBDOCTOR_ORACLE=1 says that there is one.
func needJava(t *testing.T) {
	t.Helper()
	if os.Getenv("BBDOCTOR_ORACLE") != "1" {
		t.Skip("asks a JDK: set BBDOCTOR_ORACLE=1")
	}
}

// tokens are what random files are made of: everything that means something to a reader, and a little that does not.
var tokens = []string{
	"a", "b", "jdbc.url", "x y", "=", ":", " ", "\t", "\f", "\\", "\\\\", "\n", "\n", "\r", "\r\n", "\\\n", "\\\r\n", "\\\r",
	"\\\n  ", "\n#", "\n!", "#", "!", "#---", "-", "\\u0041", "\\u00", "\\uD83D", "\\uDE00", "\\u00fc", "\\t", "\\n", "\\#",
	"\\ ", "u", "0", "\xfc", "\xe2\x82", "\xac", "\xed\xa0\x80", "ü", "€", "😀", "\ufeff", "\x00", "\x0b", "\xa0", "[]", ",", "a=b", "k: v",
}

// randomSamples makes n files, always the same for one seed.
func randomSamples(n int, seed uint64) []sample {
	random := rand.New(rand.NewPCG(seed, 0))
	samples := make([]sample, n)
	for i := range samples {
		var text []byte
		for range random.IntN(40) {
			text = append(text, tokens[random.IntN(len(tokens))]...)
		}
		samples[i] = sample{fmt.Sprintf("random/%d", i), text}
	}
	return samples
}

// TestRandomFilesAgainstJava reads many random files, and compares with the JDK in both encodings.
func TestRandomFilesAgainstJava(t *testing.T) {
	needJava(t)
	t.Parallel()
	samples := randomSamples(20_000, 1)
	entries, refused := 0, 0
	for i, judged := range askJava(t, samples) {
		for _, difference := range differencesFromJava(samples[i], judged) {
			t.Errorf("%q: %s", samples[i].text, difference)
		}
		entries += len(judged.Latin1.Entries)
		if judged.Latin1.Error != "" {
			refused++
		}
	}
	t.Logf("%d files, %d entries, %d files refused", len(samples), entries, refused)
}

// TestRandomFilesAgainstSpringBoot reads many random files and compares with Spring Boot's own loader, the disagreements
// with Java included.
func TestRandomFilesAgainstSpringBoot(t *testing.T) {
	t.Parallel()
	classes := os.Getenv("SPRING_BOOT_CLASSPATH")
	if classes == "" {
		t.Skip("asks Spring Boot: set SPRING_BOOT_CLASSPATH as fixtures/oracle/properties/regenerate.sh wants it")
	}
	samples := randomSamples(20_000, 4)
	java := askJava(t, samples)
	for i, judged := range askJava(t, samples, "-cp", classes, filepath.Join(oracleDir, "LoadProperties.java"), "spring-boot") {
		for _, difference := range differencesFromSpringBoot(samples[i], java[i], judged) {
			t.Errorf("%q: %s", samples[i].text, difference)
		}
	}
}

// newTexts are what rewriting is tried with.
var newTexts = []string{
	"", "", "jdbc:postgresql://pgpool:5432/bitbucket?ApplicationName=bitbucket", "x", " led by a blank", "=x", ":x", "#x", "!x", `\`, `C:\users`,
	"\t", "a\nb\r\f", "ends in a blank ", "üß", "€ 😀", "\x00\x01\x7f", "\u0085\u2028", "${x}", "u0041", "\xff\xe2\x82",
}

// rewrite is one change of one value, to be judged by the JDK.
type rewrite struct {
	file       int // index of the sample it changes
	entry      int
	start, end int
	text       string
}

// rewrites chooses changes of every entry of a file: all ranges of a short value are removed, and of every value some
// ranges are replaced, removed and inserted into.
func rewrites(random *rand.Rand, index int, file *facts.PropertiesFile, each int) []rewrite {
	var chosen []rewrite
	for n, entry := range file.Entries {
		value := entry.Value.Text
		bounds := []int{}
		for at := range value {
			bounds = append(bounds, at)
		}
		bounds = append(bounds, len(value))
		chosen = append(chosen, rewrite{index, n, 0, len(value), newTexts[random.IntN(len(newTexts))]})
		if len(bounds) <= each {
			for i, start := range bounds {
				for _, end := range bounds[i:] {
					chosen = append(chosen, rewrite{index, n, start, end, ""})
				}
			}
		}
		for range each {
			start, end := bounds[random.IntN(len(bounds))], bounds[random.IntN(len(bounds))]
			chosen = append(chosen, rewrite{index, n, min(start, end), max(start, end), newTexts[random.IntN(len(newTexts))]})
		}
	}
	return chosen
}

// TestRewritesAgainstJava changes values of the corpus and of random files, and lets the JDK judge in both encodings that
// exactly the change was made: the same entries as before come back, but for the one value.
func TestRewritesAgainstJava(t *testing.T) {
	needJava(t)
	t.Parallel()
	random := rand.New(rand.NewPCG(2, 0))
	corpus := readCorpus(t)
	before := append(corpus, randomSamples(4000, 3)...)
	var changes []rewrite
	var after []sample
	files := make([]*facts.PropertiesFile, len(before))
	for i, sample := range before {
		files[i] = Read(facts.NewSource(sample.name, sample.text))
		if files[i].Refused != "" {
			continue
		}
		each := 2
		if i < len(corpus) {
			each = 8
		}
		for _, change := range rewrites(random, i, files[i], each) {
			edits, err := Replace(files[i].Entries[change.entry].Value, change.start, change.end, change.text)
			if err != nil {
				t.Errorf("%s: %+v: %v", sample.name, change, err)
				continue
			}
			changes = append(changes, change)
			after = append(after, sampleOf(len(after), Apply(sample.text, edits)))
		}
	}
	judged := askJava(t, append(slices.Clone(before), after...))
	pairs := 0
	for i, change := range changes {
		old, now := judged[change.file], judged[len(before)+i]
		entry := files[change.file].Entries[change.entry]
		want := string([]rune(change.text))
		want = entry.Value.Text[:change.start] + want + entry.Value.Text[change.end:]
		context := fmt.Sprintf("%q: [%d:%d] of value %d by %q gives %q",
			before[change.file].text, change.start, change.end, change.entry, change.text, after[i].text)
		if now.Latin1.Error != "" || now.utf8().Error != "" {
			t.Errorf("%s: Java refuses the file", context)
			continue
		}
		expected := slices.Clone(old.Latin1.Entries)
		expected[change.entry][1] = want
		if strings.Contains(entry.Value.Text, "\uFFFD") {
			// Two surrogates that were apart may be one character now, for Java.
			expected[change.entry][1] = valueOf(now.Latin1, change.entry)
			pairs++
		}
		if diff := cmp.Diff(expected, now.Latin1.Entries); diff != "" {
			t.Errorf("%s: ISO-8859-1 (-want +Java)\n%s", context, diff)
		}
		expected = slices.Clone(old.utf8().Entries)
		if raw := entry.Value.Origin.Span; isASCII(before[change.file].text[raw.Start:raw.End]) && !strings.Contains(entry.Value.Text, "\uFFFD") {
			expected[change.entry][1] = want
		} else {
			expected[change.entry][1] = valueOf(now.utf8(), change.entry)
		}
		if diff := cmp.Diff(expected, now.utf8().Entries); diff != "" {
			t.Errorf("%s: UTF-8 (-want +Java)\n%s", context, diff)
		}
	}
	t.Logf("%d changes, %d of them of values with half a surrogate pair", len(changes), pairs)
}

// valueOf is the value of entry n, if there is one.
func valueOf(reading javaReading, n int) string {
	if n >= len(reading.Entries) {
		return ""
	}
	return reading.Entries[n][1]
}

func sampleOf(n int, text []byte) sample { return sample{fmt.Sprintf("rewritten/%d", n), text} }

func isASCII(text []byte) bool {
	return bytes.IndexFunc(text, func(c rune) bool { return c >= utf8.RuneSelf }) < 0
}
