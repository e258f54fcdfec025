package jdbcurl

import (
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// valueAnswer is what org.postgresql.Driver makes of one value; see Values.java.
type valueAnswer struct {
	Line    int
	Known   bool
	Connect string
	Reads   *string
}

// refused says whether the driver refused a value. sure is false where the server of the oracle or its machine was the
// reason: the value itself was taken.
func (a valueAnswer) refused() (refused, sure bool) {
	for _, other := range []string{
		"The server does not support SSL", "The server does not support GSS Encryption", "SSL error", "Could not open SSL root certificate",
		"server skipped authentication", "not allowed by requireAuth", "specified targetServerType", "The connection attempt failed",
		"SocketFactory class provided bogus ", "SocketFactory class provided 1 ", "SocketFactory class provided true ", "Could not instantiate connectExecutor",
	} {
		if strings.Contains(a.Connect, other) {
			return false, false
		}
	}
	return a.Connect != "connected", true
}

// releases are the answers to one line, the newest release first.
type releases []valueAnswer

// refused says whether all releases that know the parameter refuse the value, and whether any does.
func (r releases) refused() (all, some, sure bool) {
	all, sure = true, true
	for _, answer := range r {
		if !answer.Known {
			continue
		}
		refused, certain := answer.refused()
		all, some, sure = all && refused, some || refused, sure && certain
	}
	return all, some, sure
}

func TestValuesAgreeWithDriver(t *testing.T) {
	t.Parallel()
	lines := readLines(t, filepath.Join(oracle, "values.txt"))
	read := func(release string) map[int]valueAnswer {
		byLine := map[int]valueAnswer{}
		for _, answer := range readAnswers[valueAnswer](t, filepath.Join(oracle, "values-"+release+".jsonl")) {
			byLine[answer.Line] = answer
		}
		return byLine
	}
	newest, middle, early, old := read("42.7.14"), read("42.7.7"), read("42.5.5"), read("42.2.15")
	if len(newest) < 1500 || len(newest) != len(old) {
		t.Fatalf("%d and %d answers", len(newest), len(old))
	}
	for line, answer := range newest {
		all := releases{answer, answer, answer}
		for i, release := range []map[int]valueAnswer{middle, early} {
			if other, differs := release[line]; differs {
				all[i+1] = other
			}
		}
		compareValue(t, Driver427, lines[line-1], all)
		compareValue(t, Driver4215, lines[line-1], releases{old[line]})
	}
}

func compareValue(t *testing.T, driver Driver, line string, answers releases) {
	t.Helper()
	name, rest, _ := strings.Cut(line, "\t")
	url := Parse("jdbc:postgresql://127.0.0.1:5432"+strings.ReplaceAll(unescape(t, rest), "SERVER", "127.0.0.1:5432"), driver)
	parameter, ok := url.Effective(name)
	property, known := Known(driver, name)
	if !url.Accepted || known != answers[0].Known {
		t.Fatalf("%s %s: accepted %v, known %v", driver, line, url.Accepted, known)
	}
	if !ok || !known {
		return
	}
	verdict := url.Check(parameter)
	wrong := func(format string, values ...any) {
		t.Helper()
		t.Errorf("%s %s: "+format+"\n\tverdict: %+v\n\tdriver: %+v", append(append([]any{driver, line}, values...), verdict, answers)...)
	}
	if len(url.Parameters) == 1 && len(url.Hosts) == 1 && CheckValue(driver, name, parameter.Value) != verdict {
		wrong("CheckValue says %+v", CheckValue(driver, name, parameter.Value))
	}
	if (verdict.Outcome == Fine) != (verdict.Reason == "") || (verdict.Reason == "") != (verdict.Write == "") || strings.HasSuffix(verdict.Reason, ".") {
		wrong("the texts do not go with the outcome")
	}

	all, some, sure := answers.refused()
	refused, misread := false, false // by any parameter of the URL
	verdicts := url.CheckAll()
	for i, parameter := range url.Parameters {
		if verdicts[i] != url.Check(parameter) {
			wrong("CheckAll says %+v of %s", verdicts[i], parameter.Name)
		}
		outcome := verdicts[i].Outcome
		refused, misread = refused || outcome == Refused, misread || outcome == Misread
	}
	switch {
	case strings.HasPrefix(rest, "/scram"): // the server asks for a password, which not every one does
		if refused || misread != some {
			wrong("refused is %v, misread is %v", refused, misread)
		}
	case !sure && refused:
		wrong("refused, but the driver took the value")
	case !sure:
	case refused != all:
		wrong("refused is %v, by every release is %v", refused, all)
	case some && !all && !misread:
		wrong("some releases refuse it")
	}
	answer := answers[0]
	if verdict.As == "" || answer.Reads == nil {
		return
	}
	if reads := *answer.Reads; !sameReading(name, verdict.As, reads) {
		wrong("As is not what the driver reads, %s", reads)
	}
	// What is read as something else must not be called fine, nor the other way round.
	if property.Type == Enum && name != "targetServerType" && name != "protocolVersion" && (verdict.Outcome == Fine) != strings.EqualFold(parameter.Value, verdict.As) {
		wrong("Fine, or not, but read as %s", verdict.As)
	}
	if property.Type == Boolean && verdict.Outcome == Fine && verdict.As == "false" && !meansNo(parameter.Value) {
		wrong("a yes is called fine and read as false")
	}
}

// sameReading compares our words with the driver's: "verify-full" and VERIFY_FULL.
func sameReading(name, as, reads string) bool {
	switch name {
	case "stringtype":
		return (as == "varchar") == (reads == "true")
	case "connectTimeout": // some milliseconds have passed, and the oracle rounds up
		number, err := strconv.Atoi(as)
		rounded := strconv.Itoa((number + 99) / 100 * 100)
		return err == nil && rounded == reads
	}
	plain := strings.NewReplacer("_", "", "-", "")
	if name == "loginTimeout" {
		plain = strings.NewReplacer()
	}
	return strings.EqualFold(plain.Replace(as), plain.Replace(reads))
}
