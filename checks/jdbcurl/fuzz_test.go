package jdbcurl

import (
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzParse holds every URL against what must be true of all: the spans lie in the text and have what they say, and a URL
// without some of its parameters is the same URL without them.
func FuzzParse(f *testing.F) {
	for i, text := range []string{
		"jdbc:postgresql://pgpool:5432/bitbucket?targetServerType=primary&ssl&password=a%26b",
		"jdbc:postgresql://a,b:1,[::1]/x?host=c,d&port=1,2&dbname=y&&service=z",
		"jdbc:postgresql:db?a=%C3%BC+%F0%9F%98%80&%61=1&a==", "jdbc:postgresql:///%ED%A0%80?", "jdbc:postgresql://h:٥٤٣٢/d", "jdbc:postgresql://,:1/d?PGPORT=x",
		"\xff\xfe\x00jdbc:postgresql://\xc3/\xf0\x9f?\xe2\x82=%\xe2", "jdbc:postgresql:?ho\u017ft=a%2Cb,c%&PGHOST",
	} {
		f.Add(text, uint64(i))
	}
	f.Fuzz(func(t *testing.T, text string, choice uint64) {
		for _, driver := range []Driver{Driver427, Driver4215} {
			url := Parse(text, driver)
			checkSpans(t, url)
			checkWithout(t, url, choice)
			for _, parameter := range url.Parameters {
				url.Check(parameter)
				CheckValue(driver, parameter.Name, parameter.Value)
				Known(driver, parameter.Name)
			}
		}
	})
}

// FuzzCheckValue takes every parameter there is: no value may break it, and the texts go with the outcome.
func FuzzCheckValue(f *testing.F) {
	for _, value := range []string{"", "true", "30s", "-1", "4294968", "10percent", "9.0.1", "0x1p3f", "int4,bogus", "!md5,gss", "٥", "\xff", "1e999999", "99999999999999999999"} {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		for _, driver := range []Driver{Driver427, Driver4215} {
			for name := range properties(driver) {
				verdict := CheckValue(driver, name, value)
				if (verdict.Outcome == Fine) != (verdict.Reason == "") || (verdict.Reason == "") != (verdict.Write == "") || verdict.Outcome == Refused && verdict.As != "" {
					t.Errorf("%s=%q: %+v", name, value, verdict)
				}
			}
			Nearest(driver, value)
		}
	})
}

// checkWithout takes some of the parameters away, the bits of choice say which.
func checkWithout(t *testing.T, url URL, choice uint64) {
	t.Helper()
	random := rand.New(rand.NewPCG(choice, 0))
	var gone, kept []Parameter
	for _, parameter := range url.Parameters {
		if random.IntN(2) == 0 {
			gone = append(gone, parameter)
		} else {
			kept = append(kept, parameter)
		}
	}
	keepQuestion := random.IntN(2) == 0
	edits := url.Without(gone, keepQuestion)
	at := 0
	for _, edit := range edits {
		if edit.Start < at || edit.End <= edit.Start || edit.End > len(url.Text) || edit.New != "" {
			t.Fatalf("%q: edits %v", url.Text, edits)
		}
		at = edit.End
	}
	if len(gone) == 0 {
		if len(edits) > 0 {
			t.Errorf("%q: edits %v for nothing", url.Text, edits)
		}
		return
	}
	text := Apply(url.Text, edits)
	got := Parse(text, url.Driver)
	if diff := cmp.Diff(withoutPlaces(kept), withoutPlaces(got.Parameters)); diff != "" {
		t.Errorf("%q without %v is %q (-want +got):\n%s", url.Text, gone, text, diff)
	}
	if question := len(kept) > 0 || keepQuestion; question != (got.Question >= 0) || text[:max(got.Question, 0)] != "" && text[:got.Question] != url.Text[:url.Question] {
		t.Errorf("%q without %v is %q", url.Text, gone, text)
	}
	// Host, ports and database are those of the URL before, unless a parameter that set them is gone.
	if !slices.ContainsFunc(gone, func(p Parameter) bool { return meansAddress(url, p) }) && url.Accepted {
		if !got.Accepted || got.Database != url.Database || !slices.EqualFunc(got.Hosts, url.Hosts, func(a, b Host) bool { return a.Name == b.Name && a.Port == b.Port }) {
			t.Errorf("%q without %v is %q: %+v", url.Text, gone, text, got)
		}
	}
}

func meansAddress(url URL, parameter Parameter) bool {
	r := reader{old: url.Driver == Driver4215}
	meaning := r.meaning(parameter)
	return strings.HasPrefix(meaning, "PG") || meaning == "service"
}

func withoutPlaces(parameters []Parameter) []Parameter {
	var plain []Parameter
	for _, parameter := range parameters {
		parameter.Span, parameter.NameSpan, parameter.ValueSpan = Span{}, Span{}, Span{}
		plain = append(plain, parameter)
	}
	return plain
}

// TestWithoutOnCorpus is the same property on every URL of the oracle's corpus.
func TestWithoutOnCorpus(t *testing.T) {
	t.Parallel()
	for i, line := range readLines(t, filepath.Join(oracle, "urls.txt")) {
		if line == "" || line[0] == '#' {
			continue
		}
		for _, driver := range []Driver{Driver427, Driver4215} {
			url := Parse(unescape(t, line), driver)
			for choice := range uint64(4) {
				checkWithout(t, url, uint64(i)*4+choice)
			}
		}
	}
}

func BenchmarkParse(b *testing.B) {
	for name, text := range map[string]string{
		"typical":  "jdbc:postgresql://pgpool:5432/bitbucket?targetServerType=primary&socketTimeout=600&tcpKeepAlive=true",
		"plain":    "jdbc:postgresql://pgpool:5432/bitbucket",
		"several":  "jdbc:postgresql://pg-0:5432,pg-1:5432,[2001:db8::1]:5432/bitbucket?targetServerType=primary&password=a%26b%C3%BC",
		"replaced": "jdbc:postgresql:?host=pg-0%2Cpg-1&port=5432,5433&dbname=bit%62ucket",
		"refused":  "jdbc:postgresql://pgpool:5432?ssl=true",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Parse(text, Driver427)
			}
		})
	}
}

func BenchmarkKnown(b *testing.B) {
	Known(Driver427, "")
	b.ReportAllocs()
	for b.Loop() {
		Known(Driver427, "targetServerType")
	}
}

func BenchmarkReadTable(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		readTable(table427)
	}
}

func BenchmarkCheckValue(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		CheckValue(Driver427, "socketTimeout", "600")
	}
}
