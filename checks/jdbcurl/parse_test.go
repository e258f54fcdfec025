package jdbcurl

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	t.Parallel()
	text := "jdbc:postgresql://pgpool:5432,[::1]/bit%62ucket?targetServerType=primary&ssl&password=a%26b"
	got := Parse(text, Driver427)
	want := URL{
		Text: text, Driver: Driver427, Accepted: true,
		Hosts: []Host{
			{Name: "pgpool", Port: "5432", NameSpan: Span{18, 24}, PortSpan: Span{25, 29}, Span: Span{18, 29}, PortNumber: 5432},
			{Name: "[::1]", Port: "5432", NameSpan: Span{30, 35}, PortSpan: Span{35, 35}, Span: Span{30, 35}, PortNumber: 5432},
		},
		Database: "bitbucket", DatabaseSpan: Span{36, 47},
		Parameters: []Parameter{
			{Name: "targetServerType", Value: "primary", Span: Span{48, 72}, NameSpan: Span{48, 64}, ValueSpan: Span{65, 72}, HasValue: true},
			{Name: "ssl", Span: Span{73, 76}, NameSpan: Span{73, 76}, ValueSpan: Span{76, 76}},
			{Name: "password", Value: "a&b", Span: Span{77, 91}, NameSpan: Span{77, 85}, ValueSpan: Span{86, 91}, HasValue: true},
		},
		Question: 47,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Parse (-want +got):\n%s", diff)
	}
}

// TestRefusal has one text for each reason: what the administrator reads and where the mark stands.
func TestRefusal(t *testing.T) {
	t.Parallel()
	tests := []struct {
		driver       Driver
		text, marked string
		reason       string // a part of it
	}{
		{Driver427, "", "", "the URL is empty"},
		{Driver427, " jdbc:postgresql://h/d", " ", "a blank"},
		{Driver427, "\uFEFFjdbc:postgresql://h/d", "\uFEFF", "byte order mark"},
		{Driver427, `"jdbc:postgresql://h/d"`, `"`, "quotation marks"},
		{Driver427, `jdbc\:postgresql\://h/d`, `\`, "only in a .properties file"},
		{Driver427, "jdbc:PostgreSQL://h/d", "P", "small letters"},
		{Driver427, "postgresql://h/d", "postgresql:", "jdbc: is missing"},
		{Driver427, "jdbc:postgres://h/d", ":", "does not begin with"},
		{Driver427, "jdbc:mysql://h/d", "mysql:", "for another driver"},
		{Driver427, "pgpool:5432/bitbucket", "p", "does not begin with"},
		{Driver427, "jdbc:postgres?ql://h/d", "", "does not begin with"},
		{Driver427, "jdbc:postgresql:/h/d", "/", "a single slash"},
		{Driver427, "jdbc:postgresql://pgpool:5432", "5432", "no slash after the port: write //pgpool:5432/bitbucket"},
		{Driver427, "jdbc:postgresql://pgpool?ssl=true", "pgpool", "no slash after the host: write //pgpool/bitbucket"},
		{Driver427, `jdbc:postgresql://h:5432\d`, `\`, "a backslash does not separate"},
		{Driver427, "jdbc:postgresql://h:5432&ssl=true", "&ssl=true", "follow a question mark"},
		{Driver427, "jdbc:postgresql://h/d/", "/", "more than one slash"},
		{Driver427, "jdbc:postgresql://,,/d", ",,", "commas but no host"},
		{Driver427, "jdbc:postgresql://h/d%", "%", "% in the database's name"},
		{Driver427, "jdbc:postgresql://h/d?password=100%&x=y", "%", "% in the value of password"},
		{Driver427, "jdbc:postgresql://h/d?x=%zz%41", "%zz", "% in the value of x"},
		{Driver427, "jdbc:postgresql://h:/d", ":", "no port behind the colon"},
		{Driver427, "jdbc:postgresql://h:54a2/d", "54a2", "the port 54a2 is not a number"},
		{Driver427, "jdbc:postgresql://h:65536/d", "65536", "not from 1 to 65535"},
		{Driver427, "jdbc:postgresql://u:secret@h/d", "u:secret@h", "no user:password@"},
		{Driver427, "jdbc:postgresql://fe80::abcd/d", "fe80::abcd", "needs brackets"},
		{Driver427, "jdbc:postgresql://h/d?port=", "port=", "list of ports is empty"},
		{Driver427, "jdbc:postgresql://h/d?port=1,2", "port=1,2", "number of hosts is 1 and the number of ports is 2"},
		{Driver427, "jdbc:postgresql:d?host=,&port=,", "host=,", "there is no host"},
		{Driver4215, "jdbc:postgresql://", "", "no slash"},
		{Driver4215, "jdbc:postgresql://:1,:2/d", ":1,:2", "ports but no host"},
		{Driver4215, "jdbc:postgresql://h/d?PGPORT=x", "x", "not a number"},
		{Driver4215, "jdbc:postgresql://a,b/d?PGPORT=1", "PGPORT=1", "number of hosts is 2"},
	}
	for _, test := range tests {
		got := Parse(test.text, test.driver)
		if got.Accepted {
			t.Errorf("%s: %q is accepted", test.driver, test.text)
			continue
		}
		if !strings.Contains(got.Refusal, test.reason) {
			t.Errorf("%s: %q is refused because %q, want %q", test.driver, test.text, got.Refusal, test.reason)
		}
		if marked := test.text[got.RefusedAt.Start:got.RefusedAt.End]; marked != test.marked {
			t.Errorf("%s: %q is marked at %q, want %q", test.driver, test.text, marked, test.marked)
		}
		if strings.Contains(got.Refusal, "secret") {
			t.Errorf("%q: the reason tells a secret: %s", test.text, got.Refusal)
		}
	}
}

func TestService(t *testing.T) {
	t.Parallel()
	got := Parse("jdbc:postgresql:?service=pool", Driver427)
	if !got.Accepted || !got.HasService || got.Service != "pool" {
		t.Errorf("service=pool: %+v", got)
	}
	if got := Parse("jdbc:postgresql:?service", Driver427); got.HasService {
		t.Errorf("a bare service: %+v", got)
	}
	if got := Parse("jdbc:postgresql:?service=pool", Driver4215); got.HasService {
		t.Errorf("42.2.15 knows no service: %+v", got)
	}
}

func TestEffective(t *testing.T) {
	t.Parallel()
	url := Parse("jdbc:postgresql://h/d?a=1&A=2&a=3&b", Driver427)
	if got, ok := url.Effective("a"); !ok || got.Value != "3" {
		t.Errorf("Effective(a) = %+v, %v", got, ok)
	}
	if got, ok := url.Effective("b"); !ok || got.Value != "" || got.HasValue {
		t.Errorf("Effective(b) = %+v, %v", got, ok)
	}
	if got, ok := url.Effective("c"); ok {
		t.Errorf("Effective(c) = %+v", got)
	}
	if got := url.All("a"); len(got) != 2 || got[0].Value != "1" || got[1].Value != "3" {
		t.Errorf("All(a) = %+v", got)
	}
}

// TestPortNumber: a port that is refused has no number.
func TestPortNumber(t *testing.T) {
	t.Parallel()
	for port, want := range map[string]int{"5432": 5432, "+05432": 5432, "٥٤٣٢": 5432, "65535": 65535, "65536": 0, "0": 0, "-1": 0, "x": 0, "": 0} {
		if got := Parse("jdbc:postgresql://h:"+port+"/d", Driver427).Hosts[0].PortNumber; got != want {
			t.Errorf("port %q is %d, want %d", port, got, want)
		}
	}
}
