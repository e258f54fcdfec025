package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/bbdoctor/bbdoctor/rules/report"
)

// inputs are the installations that every format has a golden of.
func inputs(t *testing.T) map[string][]string {
	t.Helper()
	live, err := filepath.Abs("testdata/live/failed-over.json")
	if err != nil {
		t.Fatal(err)
	}
	return map[string][]string{
		"page":    {copied(t, "atlassian-page")},
		"healthy": {copied(t, "healthy")},
		"live":    {copied(t, "healthy"), "--facts", live},
		"empty":   {t.TempDir()},
	}
}

// formatsOf writes one run in every format and gives the texts by the format's name.
func formatsOf(t testing.TB, dir string, args ...string) (code int, texts map[string]string) {
	t.Helper()
	out := t.TempDir()
	args = append([]string{"check", "."}, args...)
	for _, format := range report.Formats {
		args = append(args, "--format", format.Name+"="+filepath.Join(out, format.Name))
	}
	code, stdout, stderr := doctor(t, dir, args...)
	if stdout != "" || stderr != "" {
		t.Errorf("%s: stdout %q, stderr %q", dir, stdout, stderr)
	}
	texts = map[string]string{}
	for _, format := range report.Formats {
		text, err := os.ReadFile(filepath.Join(out, format.Name))
		if err != nil {
			t.Fatal(err)
		}
		texts[format.Name] = string(text)
	}
	return code, texts
}

// TestFormats compares every format with its golden, and validates it.
func TestFormats(t *testing.T) {
	t.Parallel()
	codes := map[string]int{"page": exitFindings, "healthy": exitClean, "live": exitFindings, "empty": exitIncomplete}
	validate := validators(t)
	for name, args := range inputs(t) {
		code, texts := formatsOf(t, args[0], args[1:]...)
		if code != codes[name] {
			t.Errorf("%s: exit code %d, want %d", name, code, codes[name])
		}
		for format, text := range texts {
			if err := validate[format](text); err != nil {
				t.Errorf("%s: %s: %v", name, format, err)
			}
			if format == "sarif" {
				text = withoutHelp(t, text)
			}
			if keepsGolden(name, format) {
				golden(t, name+"."+format, text)
			}
		}
	}
}

// keepsGolden leaves out what other tests have goldens of.
func keepsGolden(name, format string) bool {
	return !slices.Contains([]string{"pretty", "short", "json"}, format)
}

// withoutHelp leaves the pages of the rules out, and the rules that found nothing.
func withoutHelp(t *testing.T, text string) string {
	t.Helper()
	var log map[string]any
	if err := json.Unmarshal([]byte(text), &log); err != nil {
		t.Fatal(err)
	}
	run := log["runs"].([]any)[0].(map[string]any)
	named := map[string]bool{}
	for _, result := range run["results"].([]any) {
		named[result.(map[string]any)["ruleId"].(string)] = true
	}
	driver := run["tool"].(map[string]any)["driver"].(map[string]any)
	if rules, ok := driver["rules"].([]any); ok {
		driver["rules"] = slices.DeleteFunc(rules, func(rule any) bool {
			delete(rule.(map[string]any), "help")
			return !named[rule.(map[string]any)["id"].(string)]
		})
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(log); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestCasesInEveryFormat validates what a quarter of all rules' cases give, live ones included; of the rules only the family, for
// the pages of all of them are most of a SARIF file.
func TestCasesInEveryFormat(t *testing.T) {
	t.Parallel()
	validate := validators(t)
	cases := everyCase(t)
	for i, name := range slices.Sorted(maps.Keys(cases)) {
		if i%4 != 0 {
			continue // neighbours are alike, and there are many
		}
		dir := cases[name]
		var args []string
		if _, err := os.Stat(filepath.Join(dir, "snapshot.json")); err == nil {
			args = []string{"--facts", "snapshot.json"}
		}
		if family, _, ok := strings.Cut(filepath.ToSlash(name), "/"); ok {
			args = append(args, "--only", family+"/*")
		}
		_, texts := formatsOf(t, dir, args...)
		for format, text := range texts {
			if err := validate[format](text); err != nil {
				t.Errorf("%s: %s: %v", name, format, err)
			}
		}
	}
}

// validators say what is wrong with a text for those who will read it.
func validators(t *testing.T) map[string]func(string) error {
	t.Helper()
	all := map[string]func(string) error{
		"pretty": harmlessText, "short": harmlessText, "json": bySchema(t, "../../docs/report.schema.json"),
		"sarif":         both(bySchema(t, "../../rules/report/testdata/sarif-schema-2.1.0.json"), takenByGitHub),
		"junit":         rightJUnit,
		"code-insights": withinInsightsLimits,
		"github":        workflowCommands,
		"gitlab":        codeQuality,
		"checkstyle":    legalXML,
		"rdjson":        diagnostics,
		"markdown":      markdownComment,
		"openmetrics":   openMetrics,
		"html":          harmlessText,
	}
	for _, format := range report.Formats {
		if all[format.Name] == nil {
			t.Errorf("nothing validates the format %s", format.Name)
		}
	}
	return all
}

func both(a, b func(string) error) func(string) error {
	return func(text string) error { return errors.Join(a(text), b(text)) }
}

func bySchema(t *testing.T, path string) func(string) error {
	t.Helper()
	schema, err := jsonschema.NewCompiler().Compile(path)
	if err != nil {
		t.Fatal(err)
	}
	return func(text string) error {
		document, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			return err
		}
		return schema.Validate(document)
	}
}

// harmlessText has nothing that moves a cursor or turns the direction of writing.
func harmlessText(text string) error {
	if !utf8.ValidString(text) {
		return errors.New("not UTF-8")
	}
	for _, r := range text {
		if unicode.IsControl(r) && r != '\n' || unicode.Is(unicode.Cf, r) {
			return fmt.Errorf("the character %U", r)
		}
	}
	return nil
}

// takenByGitHub holds a log against what code scanning asks for beyond the schema.
func takenByGitHub(text string) error {
	var log struct {
		Runs []struct {
			Tool struct {
				Driver struct {
					Rules []struct {
						ID                                string
						ShortDescription, FullDescription struct{ Text string }
						Help                              struct{ Text, Markdown string }
						Properties                        struct{ Tags []string }
					}
				}
			}
			Results []struct {
				RuleID    string
				RuleIndex int
				Message   struct{ Text string }
				Locations []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           struct{ StartLine int }
					}
				}
				PartialFingerprints map[string]string
			}
		}
	}
	if err := json.Unmarshal([]byte(text), &log); err != nil {
		return err
	}
	if len(log.Runs) != 1 {
		return fmt.Errorf("%d runs", len(log.Runs))
	}
	run := log.Runs[0]
	for _, rule := range run.Tool.Driver.Rules {
		short, full := rule.ShortDescription.Text, rule.FullDescription.Text
		if short == "" || full == "" || len(short) > 1024 || len(full) > 1024 || len(rule.Properties.Tags) > 10 {
			return fmt.Errorf("rule %s: descriptions %q and %q, tags %q", rule.ID, short, full, rule.Properties.Tags)
		}
		if rule.Help.Text == "" || !strings.Contains(rule.Help.Markdown, "## How to fix it") || strings.Contains(rule.Help.Text, "\n## ") {
			return fmt.Errorf("rule %s: its help is not its page", rule.ID)
		}
	}
	for _, result := range run.Results {
		if result.Message.Text == "" || run.Tool.Driver.Rules[result.RuleIndex].ID != result.RuleID {
			return fmt.Errorf("result %+v", result)
		}
		for _, location := range result.Locations {
			uri := location.PhysicalLocation.ArtifactLocation.URI
			if uri == "" || location.PhysicalLocation.Region.StartLine < 1 || result.PartialFingerprints["primaryLocationLineHash"] == "" {
				return fmt.Errorf("result %+v", result)
			}
		}
	}
	return nil
}

// legalXML reads a document to its end with a strict parser, and its characters one by one: the parser puts up with some
// that XML 1.0 does not have.
func legalXML(text string) error {
	if err := harmlessText(text); err != nil {
		return err
	}
	decoder := xml.NewDecoder(strings.NewReader(text))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if text := fmt.Sprintf("%s", token); strings.ContainsAny(text, "\x00\x01\x08\x0b\x0c\x1b\ufffe\uffff") {
			return fmt.Errorf("characters that XML does not have in %q", text)
		}
	}
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Failure *junitProblem `xml:"failure"`
	Error   *junitProblem `xml:"error"`
	Skipped *junitProblem `xml:"skipped"`
}

type junitProblem struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// rightJUnit holds the counts against the cases, and their order.
func rightJUnit(text string) error {
	if err := legalXML(text); err != nil {
		return err
	}
	var suites struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Skipped  int `xml:"skipped,attr"`
		Suites   []struct {
			Tests int         `xml:"tests,attr"`
			Cases []junitCase `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal([]byte(text), &suites); err != nil {
		return err
	}
	tests, failures, errs, skipped := 0, 0, 0, 0
	for _, suite := range suites.Suites {
		behind := false
		for _, one := range suite.Cases {
			tests++
			switch {
			case one.Failure != nil:
				failures++
				if behind || one.Failure.Message == "" || one.Failure.Text == "" {
					return fmt.Errorf("failure %+v stands behind another outcome or says nothing", one)
				}
				continue
			case one.Error != nil:
				errs++
			case one.Skipped != nil:
				skipped++
				if one.Skipped.Message == "" {
					return fmt.Errorf("%s is skipped without a reason", one.Name)
				}
			}
			behind = true
		}
		if suite.Tests != len(suite.Cases) {
			return fmt.Errorf("a suite of %d says %d", len(suite.Cases), suite.Tests)
		}
	}
	if tests != suites.Tests || failures != suites.Failures || errs != suites.Errors || skipped != suites.Skipped {
		return fmt.Errorf("the counts are wrong: %d tests, %d failures, %d errors, %d skipped", tests, failures, errs, skipped)
	}
	return nil
}

// characters counts as Java does.
func characters(text string) int { return len(utf16.Encode([]rune(text))) }

// withinInsightsLimits holds a document against the limits that Atlassian documents.
func withinInsightsLimits(text string) error {
	var insights report.Insights
	if err := json.Unmarshal([]byte(text), &insights); err != nil {
		return err
	}
	dc, cloud := insights.DataCenter, insights.Cloud
	if insights.Schema != report.InsightsSchema || dc.Report.Title == "" || characters(dc.Report.Title) > 450 || characters(dc.Report.Details) > 2000 || len(dc.Report.Data) > 6 {
		return fmt.Errorf("report %+v", dc.Report)
	}
	if cloud.Report.Result != dc.Report.Result+"ED" {
		return fmt.Errorf("results %s and %s", dc.Report.Result, cloud.Report.Result)
	}
	ranks := map[string]int{"LOW": 1, "MEDIUM": 2, "HIGH": 3}
	seen, last := map[string]bool{}, 3
	for _, one := range dc.Annotations.Annotations {
		rank := ranks[one.Severity]
		if one.Message == "" || characters(one.Message) > 2000 || characters(one.ExternalID) > 450 || one.Line < 0 || rank == 0 || rank > last || seen[one.ExternalID] {
			return fmt.Errorf("annotation %+v", one)
		}
		seen[one.ExternalID], last = true, rank
	}
	if len(dc.Annotations.Annotations) > 1000 {
		return fmt.Errorf("%d annotations", len(dc.Annotations.Annotations))
	}
	count := 0
	for _, call := range cloud.Annotations {
		if len(call) == 0 || len(call) > 100 {
			return fmt.Errorf("a call with %d annotations", len(call))
		}
		for _, one := range call {
			count++
			if one.Summary == "" || characters(one.Summary) > 450 || characters(one.Details) > 2000 || !seen[one.ExternalID] {
				return fmt.Errorf("annotation %+v", one)
			}
		}
	}
	if count != len(dc.Annotations.Annotations) {
		return fmt.Errorf("%d annotations for Cloud, %d for Data Center", count, len(dc.Annotations.Annotations))
	}
	return nil
}

// workflowCommands reads lines as GitHub's runner does: "::command properties::data".
func workflowCommands(text string) error {
	if err := harmlessText(text); err != nil {
		return err
	}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for _, line := range lines[:len(lines)-1] {
		rest, ok := strings.CutPrefix(line, "::")
		head, message, found := strings.Cut(rest, "::")
		command, properties, _ := strings.Cut(head, " ")
		if !ok || !found || message == "" || !slices.Contains([]string{"error", "warning", "notice"}, command) {
			return fmt.Errorf("no workflow command: %q", line)
		}
		for property := range strings.SplitSeq(properties, ",") {
			key, value, found := strings.Cut(property, "=")
			if !found || value == "" || !slices.Contains([]string{"file", "line", "endLine", "col", "endColumn", "title"}, key) {
				return fmt.Errorf("property %q in %q", property, line)
			}
		}
	}
	if strings.HasPrefix(lines[len(lines)-1], "::") || !strings.Contains(lines[len(lines)-1], "passed") {
		return fmt.Errorf("the last line is %q", lines[len(lines)-1])
	}
	return nil
}

func codeQuality(text string) error {
	var issues []struct {
		Description, CheckName, Fingerprint, Severity string
		Check                                         string `json:"check_name"`
		Location                                      struct {
			Path  string
			Lines struct{ Begin, End int }
		}
	}
	if err := json.Unmarshal([]byte(text), &issues); err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, issue := range issues {
		known := slices.Contains([]string{"info", "minor", "major", "critical", "blocker"}, issue.Severity)
		if issue.Description == "" || issue.Check == "" || !known || seen[issue.Fingerprint] || issue.Fingerprint == "" ||
			issue.Location.Path == "" || strings.HasPrefix(issue.Location.Path, "./") || issue.Location.Lines.Begin < 1 || issue.Location.Lines.End < issue.Location.Lines.Begin {
			return fmt.Errorf("issue %+v", issue)
		}
		seen[issue.Fingerprint] = true
	}
	return nil
}

func diagnostics(text string) error {
	type position struct{ Line, Column int }
	type span struct{ Start, End position }
	var result struct {
		Source      struct{ Name string }
		Diagnostics []struct {
			Message, Severity string
			Location          *struct {
				Path  string
				Range *span
			}
			Code        struct{ Value string }
			Suggestions []struct {
				Range span
				Text  string
			}
		}
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	if err := decoder.Decode(&result); err != nil {
		return err
	}
	for _, one := range result.Diagnostics {
		if one.Message == "" || one.Code.Value == "" || !slices.Contains([]string{"ERROR", "WARNING", "INFO"}, one.Severity) {
			return fmt.Errorf("diagnostic %+v", one)
		}
		if len(one.Suggestions) > 0 && (one.Location == nil || one.Location.Range == nil || one.Suggestions[0].Range.Start.Line < 1 || one.Suggestions[0].Range.Start.Column < 1) {
			return fmt.Errorf("a suggestion without a place: %+v", one)
		}
	}
	return nil
}

func markdownComment(text string) error {
	if n := characters(text); n > 32_768 {
		return fmt.Errorf("%d characters are more than a comment in Bitbucket holds", n)
	}
	return harmlessText(text)
}

// openMetrics reads the text as the node exporter's textfile collector does.
func openMetrics(text string) error {
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		return err
	}
	for _, name := range []string{"bbdoctor_verdict", "bbdoctor_problems", "bbdoctor_last_run_timestamp_seconds", "bbdoctor_build_info"} {
		if families[name] == nil || len(families[name].Metric) != 1 {
			return fmt.Errorf("there is no %s among %v", name, slices.Sorted(maps.Keys(families)))
		}
	}
	for name, family := range families {
		seen := map[string]bool{}
		for _, metric := range family.Metric {
			if metric.TimestampMs != nil || seen[metric.String()] || metric.Gauge == nil {
				return fmt.Errorf("%s: %s has a time, stands twice or is no gauge", name, metric)
			}
			seen[metric.String()] = true
		}
	}
	if !strings.HasSuffix(text, "\n# EOF\n") {
		return errors.New("OpenMetrics ends with # EOF")
	}
	return nil
}

// TestHTMLOfMany: what was only held in memory while it was judged is in the page all the same.
func TestHTMLOfMany(t *testing.T) {
	t.Parallel()
	_, stdout, _ := doctor(t, tree(t, 3, installation), "check", "--format", "html", ".")
	for _, want := range []string{">83 child processes<", ">84 child processes<", ">85 child processes<"} {
		if strings.Count(stdout, want) != 2 { // in the drawing and in the table
			t.Errorf("%s stands %d times in the page", want, strings.Count(stdout, want))
		}
	}
	if n := strings.Count(stdout, ">starts as standby<"); n != 2*3*5 {
		t.Errorf("%d standbys are drawn", n)
	}
	if strings.Contains(stdout, "not known: num_init_children") {
		t.Error("the budget does not know what the files say")
	}
}
