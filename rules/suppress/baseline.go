package suppress

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// BaselineSchema names version 1 of the baseline; docs/baseline.schema.json describes it.
const BaselineSchema = "bbdoctor.baseline/v1"

// MaxBaseline is the size in bytes above which a baseline is refused; a finding takes some 300.
const MaxBaseline = 64 << 20

// entry is one known finding, or several that are alike.
type entry struct {
	Fingerprint
	Count int `json:"count,omitempty"`
	// Message is for whoever reads the file.
	Message string `json:"message,omitempty"`

	at facts.Origin
}

// Baseline is the findings that are known.
type Baseline struct {
	source  *facts.Source
	entries []*entry
}

// NewBaseline takes the findings that count for known.
func NewBaseline(results []*rules.Result, printer *Printer) *Baseline {
	counted := tally{}
	messages := map[Fingerprint]string{}
	for _, result := range results {
		for _, finding := range result.Counting() {
			f := printer.Of(result, finding)
			counted.add(f, finding)
			message, _, _ := strings.Cut(facts.RedactText(finding.Message), "\n")
			if known, ok := messages[f]; !ok || message < known {
				messages[f] = message
			}
		}
	}
	b := &Baseline{}
	for f := range counted {
		e := &entry{Fingerprint: f, Message: messages[f]}
		if n := counted.count(f); n > 1 {
			e.Count = n
		}
		b.entries = append(b.entries, e)
	}
	slices.SortFunc(b.entries, func(x, y *entry) int {
		return cmp.Or(cmp.Compare(x.File, y.File), cmp.Compare(x.Rule, y.Rule), cmp.Compare(x.Key, y.Key), cmp.Compare(x.Value, y.Value), cmp.Compare(x.Deployment, y.Deployment))
	})
	return b
}

// Len is the number of entries.
func (b *Baseline) Len() int { return len(b.entries) }

// Write writes one entry a line, so that a diff of two baselines reads well.
func (b *Baseline) Write(w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "{\n  \"schema\": %q,\n  \"findings\": [", BaselineSchema)
	for i, e := range b.entries {
		var line bytes.Buffer
		encoder := json.NewEncoder(&line)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(e); err != nil {
			return fmt.Errorf("writing the baseline: %w", err)
		}
		if i > 0 {
			out.WriteByte(',')
		}
		fmt.Fprintf(out, "\n    %s", bytes.TrimSpace(line.Bytes()))
	}
	if len(b.entries) > 0 {
		out.WriteString("\n  ")
	}
	out.WriteString("]\n}\n")
	return out.Flush()
}

// ReadBaseline reads what [Baseline.Write] wrote. The error says where and what is wrong.
func ReadBaseline(name string, text []byte) (*Baseline, error) {
	b := &Baseline{source: facts.NewSource(name, text)}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	fail := func(err error) (*Baseline, error) {
		offset := decoder.InputOffset()
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			offset = max(0, syntax.Offset-1)
		}
		for offset < int64(len(text)) && strings.IndexByte(" \t\r\n,:", text[offset]) >= 0 {
			offset++
		}
		line, column := b.source.Position(int(offset))
		message := strings.TrimPrefix(err.Error(), "json: ")
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			message = "the file ends too early"
		}
		return nil, fmt.Errorf("%s:%d:%d: %s; write it anew with bbdoctor baseline", name, line, column, facts.RedactText(message))
	}
	if err := delimiter(decoder, '{'); err != nil {
		return fail(err)
	}
	seen := map[string]bool{}
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return fail(err)
		}
		name, _ := key.(string)
		switch {
		case seen[name]:
			return fail(fmt.Errorf("%q stands twice", name))
		case name == "schema":
			var schema string
			if err := decoder.Decode(&schema); err != nil {
				return fail(err)
			}
			if schema != BaselineSchema {
				return fail(fmt.Errorf("the schema is %q and not %s", schema, BaselineSchema))
			}
		case name == "findings":
			if err := b.findings(decoder); err != nil {
				return fail(err)
			}
		default:
			return fail(fmt.Errorf("unknown key %q", name))
		}
		seen[name] = true
	}
	if err := delimiter(decoder, '}'); err != nil {
		return fail(err)
	}
	if !seen["schema"] || !seen["findings"] {
		return fail(errors.New("schema or findings are missing: this is no baseline"))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return fail(errors.New("something follows the baseline"))
	}
	return b, nil
}

func delimiter(decoder *json.Decoder, want json.Delim) error {
	token, err := decoder.Token()
	if err != nil {
		return err
	}
	if token != want {
		return fmt.Errorf("there is %v and not %v", token, want)
	}
	return nil
}

func (b *Baseline) findings(decoder *json.Decoder) error {
	if err := delimiter(decoder, '['); err != nil {
		return err
	}
	for decoder.More() {
		e := &entry{}
		start := int(decoder.InputOffset())
		if err := decoder.Decode(e); err != nil {
			return err
		}
		if e.Rule == "" || e.Count < 0 {
			return errors.New("a finding without a rule, or with a negative count")
		}
		for start < len(b.source.Text) && b.source.Text[start] != '{' {
			start++
		}
		e.Count = max(1, e.Count)
		e.at = facts.Origin{Source: b.source, Span: facts.Span{Start: start, End: int(decoder.InputOffset())}, Runs: []facts.Run{}}
		b.entries = append(b.entries, e)
	}
	return delimiter(decoder, ']')
}

// Apply marks the findings that the baseline knows and tells of entries that know nothing any more: what they name was
// judged, or its file is gone, and was not found. exists says whether there is a file of a name.
func (b *Baseline) Apply(results []*rules.Result, collection *facts.Collection, printer *Printer, exists func(string) bool) (stale []facts.Problem) {
	known := make(map[Fingerprint]*entry, len(b.entries))
	for _, e := range b.entries {
		if twice := known[e.Fingerprint]; twice != nil {
			twice.Count += e.Count
			continue
		}
		known[e.Fingerprint] = e
	}
	counted := tally{}
	ran, judged := map[string]bool{}, map[string]bool{}
	for _, result := range results {
		ran[result.Rule.ID] = true
		judged[result.Rule.ID] = judged[result.Rule.ID] || len(result.Findings) > 0 || result.Outcome == rules.Passed
		for _, finding := range result.Counting() {
			f := printer.Of(result, finding)
			if e := known[f]; e != nil && counted.add(f, finding) <= e.Count {
				finding.Suppressed = &rules.Suppression{Kind: rules.SuppressedByBaseline, Justification: "known finding of " + b.source.Name, At: e.at}
			}
		}
		result.Discount()
	}
	read := map[string]bool{}
	for _, deployment := range collection.Deployments {
		names := map[*facts.Source]bool{}
		deployment.Sources(func(source *facts.Source, _ facts.Format) {
			if !names[source] {
				names[source] = true
				read[printer.name(source)] = true
			}
		})
	}
	for _, e := range b.entries {
		found := counted.count(e.Fingerprint)
		gone := e.File != "" && !exists(e.File)
		looked := judged[e.Rule] && (e.File == "" || read[e.File])
		if known[e.Fingerprint] != e || found >= e.Count || !ran[e.Rule] || !gone && !looked {
			continue
		}
		where := strings.TrimSpace(e.File + " " + e.Key)
		message := fmt.Sprintf("%s: %s is not found any more; remove the entry, or write the baseline anew", e.Rule, where)
		if found > 0 {
			message = fmt.Sprintf("%s: %s is found %d times, and the baseline has %d; write it anew", e.Rule, where, found, e.Count)
		}
		stale = append(stale, problem(e.at, message))
	}
	return stale
}
