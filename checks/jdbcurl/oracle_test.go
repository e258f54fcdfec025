package jdbcurl

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// oracle is where the answers of the real driver are kept; regenerate.sh there makes them anew.
const oracle = "../../fixtures/oracle/jdbcurl"

// answer is what org.postgresql.Driver makes of one URL; see Urls.java.
type answer struct {
	Line    int
	Props   map[string]string
	Throws  string
	Hosts   any // [[name, port], ...], or what it throws
	Connect string
	Tried   []string
}

func TestAgreesWithDriver(t *testing.T) {
	t.Parallel()
	urls := readLines(t, filepath.Join(oracle, "urls.txt"))
	for _, release := range []struct {
		driver Driver
		name   string
		whole  bool
	}{{Driver4215, "42.2.15", true}, {Driver427, "42.7.14", true}, {Driver427, "42.7.7", false}, {Driver427, "42.5.5", false}} {
		t.Run(release.name, func(t *testing.T) {
			t.Parallel()
			answers := readAnswers[answer](t, filepath.Join(oracle, "urls-"+release.name+".jsonl"))
			if release.whole && len(answers) < 500 || !release.whole && len(answers) > 0 {
				t.Fatalf("%d answers", len(answers))
			}
			for _, answer := range answers {
				compare(t, urls[answer.Line-1], Parse(unescape(t, urls[answer.Line-1]), release.driver), answer)
			}
		})
	}
}

// sections are the services of the oracle's service file; see pg_service.conf there.
var sections = map[string]bool{"empty": true, "pool": true}

// compare says where Parse and the driver differ.
func compare(t *testing.T, line string, url URL, want answer) {
	t.Helper()
	wrong := func(format string, values ...any) {
		t.Errorf("%s: %s\n\tdriver: %+v\n\tParse: %+v", line, fmt.Sprintf(format, values...), want, url)
	}
	checkSpans(t, url)

	hosts, ok := want.Hosts.([]any)
	accepted := want.Props != nil && ok && len(hosts) > 0
	for _, host := range hosts {
		if port := host.([]any)[1].(float64); port < 0 || port > 65535 {
			accepted = false // it is no address: connect throws before it tries
		}
	}
	if url.HasService && !accepted && (!sections[url.Service] || url.Accepted && len(want.Props) == 0 && halfTheAddresses(url)) {
		return // the service is not there, or the section would have to have what the URL leaves open
	}
	if url.Accepted != accepted {
		wrong("accepted is %v, want %v", url.Accepted, accepted)
		return
	}
	if !accepted {
		if len(want.Tried) > 0 || want.Connect == "" {
			wrong("the driver tried all the same")
		}
		return
	}
	if len(want.Tried) == 0 && !slices.ContainsFunc(url.Parameters, func(p Parameter) bool { return url.Check(p).Outcome == Refused }) {
		wrong("the driver does not try to connect, but no value is refused")
	}
	if url.Service != "pool" {
		compareHosts(wrong, url, hosts, want)
		if database := want.Props["PGDBNAME"]; url.Database != database && !(url.Database == "" && database == want.Props["user"]) {
			wrong("database is %q, want %q", url.Database, database)
		}
	}
	compareParameters(wrong, url, want)
}

// halfTheAddresses says whether a parameter gives the hosts or the ports and nothing gives the other list.
func halfTheAddresses(url URL) bool {
	lists := map[string]bool{}
	for _, parameter := range url.Parameters {
		if name := translate(parameter.Name); name == "PGHOST" || name == "PGPORT" {
			lists[name] = true
		}
	}
	server := strings.TrimPrefix(url.Text[:url.Question], prefix)
	return len(lists) == 1 && (!strings.HasPrefix(server, "//") || server == "//" || server == "///")
}

func compareHosts(wrong func(string, ...any), url URL, hosts []any, want answer) {
	if len(url.Hosts) != len(hosts) {
		wrong("%d hosts, want %d", len(url.Hosts), len(hosts))
		return
	}
	expected := map[string]bool{}
	for i, host := range url.Hosts {
		name, port := hosts[i].([]any)[0].(string), int(hosts[i].([]any)[1].(float64))
		if host.Name != name || host.PortNumber != port {
			wrong("host %d is %q, port %d, want %q, %d", i, host.Name, host.PortNumber, name, port)
		}
		if host.Name == "" {
			name = "localhost"
		}
		expected[name+":"+strconv.Itoa(host.PortNumber)] = true
	}
	for _, address := range want.Tried {
		host := address[:strings.LastIndexByte(address, ':')]
		if !expected[address] && !strings.Contains(host, ":") && !numeric(host) { // Java writes an IP address in its own way
			wrong("the driver tried %s", address)
		}
	}
}

func numeric(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil
}

// compareParameters compares the parameters with the driver's properties, where the last of a name has won.
func compareParameters(wrong func(string, ...any), url URL, want answer) {
	r := reader{old: url.Driver == Driver4215}
	got := map[string]string{}
	for _, parameter := range url.Parameters {
		switch meaning := r.meaning(parameter); {
		case meaning == "PGHOST", meaning == "PGPORT", meaning == "PGDBNAME":
		case meaning == "service" && url.HasService && parameter.HasValue:
		default:
			got[parameter.Name] = parameter.Value
			effective, ok := url.Effective(parameter.Name)
			if ok = ok && effective.Span.Start >= parameter.Span.Start; !ok {
				wrong("Effective(%q) is not the last", parameter.Name)
			}
		}
	}
	expected := maps.Clone(want.Props)
	maps.DeleteFunc(expected, func(name, _ string) bool { return name == "PGHOST" || name == "PGPORT" || name == "PGDBNAME" })
	if diff := cmp.Diff(expected, got); diff != "" {
		wrong("parameters (-driver +Parse):\n%s", diff)
	}
}

// readLines gives the lines of a file, from which the answers count.
func readLines(t *testing.T, name string) []string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(string(text), "\n")
}

func readAnswers[T any](t *testing.T, name string) []T {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return decodeAnswers[T](t, text)
}

func decodeAnswers[T any](t *testing.T, text []byte) []T {
	t.Helper()
	var all []T
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 1<<22)
	for lines.Scan() {
		var one T
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			t.Fatalf("%v in %s", err, lines.Text())
		}
		all = append(all, one)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// unescape decodes a line of the corpus: \\, \n, \r, \t, \uXXXX, and \*N{text} for text N times.
func unescape(t *testing.T, line string) string {
	t.Helper()
	if !strings.Contains(line, `\`) {
		return line
	}
	var out strings.Builder
	for i := 0; i < len(line); i++ {
		if line[i] != '\\' {
			out.WriteByte(line[i])
			continue
		}
		i++
		switch line[i] {
		case '*':
			open, end := strings.IndexByte(line[i:], '{')+i, strings.IndexByte(line[i:], '}')+i
			times, err := strconv.Atoi(line[i+1 : open])
			if err != nil {
				t.Fatal(err)
			}
			out.WriteString(strings.Repeat(line[open+1:end], times))
			i = end
		case 'u':
			size := 5
			if strings.HasPrefix(line[i+5:], `\u`) && strings.ContainsRune("dD", rune(line[i+1])) && strings.ContainsRune("89aAbB", rune(line[i+2])) {
				size = 11 // a surrogate pair
			}
			var char string
			if err := json.Unmarshal([]byte(`"\`+line[i:i+size]+`"`), &char); err != nil {
				t.Fatal(err)
			}
			out.WriteString(char)
			i += size - 1
		case 'n':
			out.WriteByte('\n')
		case 'r':
			out.WriteByte('\r')
		case 't':
			out.WriteByte('\t')
		case '\\':
			out.WriteByte('\\')
		default:
			t.Fatalf("unknown escape in %s", line)
		}
	}
	return out.String()
}

// checkSpans holds the spans against the text.
func checkSpans(t *testing.T, url URL) {
	t.Helper()
	inside := func(what string, span Span) string {
		if span.Start < 0 || span.Start > span.End || span.End > len(url.Text) {
			t.Fatalf("%q: the span of %s is %v", url.Text, what, span)
		}
		return url.Text[span.Start:span.End]
	}
	inside("the refusal", url.RefusedAt)
	if url.Accepted == (url.Refusal != "") {
		t.Errorf("%q: accepted %v, but refused because %q", url.Text, url.Accepted, url.Refusal)
	}
	if text, bad, ok := decode(url.Text, url.DatabaseSpan); inside("the database", url.DatabaseSpan) != "" && url.Accepted && ok && text != url.Database {
		t.Errorf("%q: the span of the database %q has %q %v", url.Text, url.Database, text, bad)
	}
	for i, host := range url.Hosts {
		inside("a host and port", host.Span)
		if name := inside("a host", host.NameSpan); name != host.Name && host.Name != defaultHost && !strings.ContainsAny(name, "%+") {
			t.Errorf("%q: host %d is %q, its span has %q", url.Text, i, host.Name, name)
		}
		if port := inside("a port", host.PortSpan); port != host.Port && !(port == "" && host.Port == defaultPort) && !strings.ContainsAny(port, "%+") {
			t.Errorf("%q: port %d is %q, its span has %q", url.Text, i, host.Port, port)
		}
	}
	at := url.Question
	for _, parameter := range url.Parameters {
		if parameter.Span.Start <= at {
			t.Errorf("%q: %v is not behind %d", url.Text, parameter, at)
		}
		at = parameter.Span.End
		if name := inside("a name", parameter.NameSpan); name != parameter.Name {
			t.Errorf("%q: the span of the name %q has %q", url.Text, parameter.Name, name)
		}
		inside("a value", parameter.ValueSpan)
		if value, _, _ := decode(url.Text, parameter.ValueSpan); value != parameter.Value {
			t.Errorf("%q: the span of the value %q has %q", url.Text, parameter.Value, value)
		}
		whole := parameter.Name
		if parameter.HasValue {
			whole += "=" + url.Text[parameter.ValueSpan.Start:parameter.ValueSpan.End]
		}
		if text := inside("a parameter", parameter.Span); text != whole {
			t.Errorf("%q: the span of %s has %q", url.Text, whole, text)
		}
	}
}
