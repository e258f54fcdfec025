package properties

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// oracleDir holds the corpus, what Java makes of it, and the program that asks Java.
var oracleDir = filepath.FromSlash("../../../fixtures/oracle/properties")

// sample is one file of the corpus.
type sample struct {
	name string
	text []byte
}

// readCorpus reads corpus.txt, whose own first lines explain it.
func readCorpus(t testing.TB) []sample {
	t.Helper()
	file, err := os.ReadFile(filepath.Join(oracleDir, "corpus.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var samples []sample
	for n, line := range strings.Split(string(file), "\n") {
		switch {
		case strings.HasPrefix(line, "= "):
			samples = append(samples, sample{name: line[2:]})
		case strings.HasPrefix(line, `"`):
			quoted, times, repeated := strings.Cut(line, `" * `)
			count := 1
			if repeated {
				quoted += `"`
				if count, err = strconv.Atoi(times); err != nil {
					t.Fatalf("corpus.txt:%d: %v", n+1, err)
				}
			}
			text, err := strconv.Unquote(quoted)
			if err != nil {
				t.Fatalf("corpus.txt:%d: %v", n+1, err)
			}
			last := &samples[len(samples)-1]
			last.text = append(last.text, strings.Repeat(text, count)...)
		case line != "" && line[0] != '#':
			t.Fatalf("corpus.txt:%d: neither a name, nor a string, nor a comment", n+1)
		}
	}
	return samples
}

// writeCorpus writes samples for the program that asks Java.
func writeCorpus(samples []sample) []byte {
	var out bytes.Buffer
	for _, sample := range samples {
		fmt.Fprintf(&out, "= %s\n\"", sample.name)
		for _, c := range sample.text {
			if c < ' ' || c > '~' || c == '"' || c == '\\' {
				fmt.Fprintf(&out, `\x%02x`, c)
			} else {
				out.WriteByte(c)
			}
		}
		out.WriteString("\"\n")
	}
	return out.Bytes()
}

// javaReading is what a reader written in Java makes of a file.
type javaReading struct {
	Entries [][2]string
	Error   string
}

// judgement is a line of golden.jsonl or spring-boot.jsonl. UTF8 is nil when it is the same as Latin1.
type judgement struct {
	Name       string
	Latin1     javaReading
	UTF8       *javaReading
	SpringBoot javaReading
}

func (j judgement) utf8() javaReading {
	if j.UTF8 != nil {
		return *j.UTF8
	}
	return j.Latin1
}

// readJudgements reads lines of JSON, which must be about the samples in their order.
func readJudgements(t testing.TB, lines []byte, samples []sample) []judgement {
	t.Helper()
	judgements := make([]judgement, 0, len(samples))
	in := bufio.NewReader(bytes.NewReader(lines))
	for decoder := json.NewDecoder(in); decoder.More(); {
		var j judgement
		if err := decoder.Decode(&j); err != nil {
			t.Fatal(err)
		}
		judgements = append(judgements, j)
	}
	if len(judgements) != len(samples) {
		t.Fatalf("%d judgements of %d samples: run fixtures/oracle/properties/regenerate.sh", len(judgements), len(samples))
	}
	for i, j := range judgements {
		if j.Name != samples[i].name {
			t.Fatalf("judgement %d is of %q, not of %q: run fixtures/oracle/properties/regenerate.sh", i, j.Name, samples[i].name)
		}
	}
	return judgements
}

func readGolden(t testing.TB, name string, samples []sample) []judgement {
	t.Helper()
	lines, err := os.ReadFile(filepath.Join(oracleDir, name))
	if err != nil {
		t.Fatal(err)
	}
	return readJudgements(t, lines, samples)
}
