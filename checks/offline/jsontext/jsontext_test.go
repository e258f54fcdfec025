package jsontext

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// decoded gives a value as encoding/json does.
func decoded(v Value) any {
	switch v.Kind {
	case Bool:
		return v.Text == "true"
	case Number:
		return json.Number(v.Text)
	case String:
		return v.Text
	case Array:
		all := make([]any, 0, len(v.Items))
		for _, item := range v.Items {
			all = append(all, decoded(item))
		}
		return all
	case Object:
		all := map[string]any{}
		for _, field := range v.Fields {
			all[field.Name] = decoded(field.Value)
		}
		return all
	}
	return nil
}

// FuzzParse compares with encoding/json, and every string with the bytes that wrote it.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"a": [1, -2.5e+3, "x\u0026y", null, true, {}], "b": "\ud83d\ude00 \u00e9 é \/ \" \\ \n"}`, `"\ud83d"`, `[]`, ` 0 `, `01`, `-`, `1.`, `{"a":1,"a":2}`, `{"a"}`,
		`[1,]`, "\"\t\"", `"\q"`, "\"\xff\"", `tru`, "\ufeff1", `"`, `{`, `"\ud83d\u0041"`, `"é\u0026"`, `1 2`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		value, err := Parse(facts.NewSource("x.json", []byte(text)))
		decoder := json.NewDecoder(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
		decoder.UseNumber()
		var want any
		wantErr := decoder.Decode(&want)
		if wantErr == nil && !json.Valid([]byte(strings.TrimPrefix(text, "\ufeff"))) {
			wantErr = errSyntax // something follows
		}
		if err != nil && (strings.Contains(err.Error(), "nested") || strings.Contains(err.Error(), "more than")) {
			return
		}
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%q: %v, encoding/json says %v", text, err, wantErr)
		}
		if err != nil {
			return
		}
		if got := decoded(value); !reflect.DeepEqual(got, want) {
			t.Fatalf("%q: %#v, want %#v", text, got, want)
		}
		places(t, text, value)
	})
}

func places(t *testing.T, text string, v Value) {
	t.Helper()
	if v.Kind == String {
		var rest strings.Builder
		for _, run := range v.Runs {
			raw := text[run.Raw : run.Raw+run.RawN]
			var part string
			if run.N == run.RawN {
				part = raw
			} else if err := json.Unmarshal([]byte(`"`+raw+`"`), &part); err != nil {
				t.Fatalf("%q: the run %q: %v", text, raw, err)
			}
			rest.WriteString(part)
		}
		if v.Runs == nil {
			rest.WriteString(text[v.Span.Start:v.Span.End])
		}
		if rest.String() != v.Text {
			t.Fatalf("%q: the runs say %q, the value is %q", text, rest.String(), v.Text)
		}
	}
	for _, item := range v.Items {
		places(t, text, item)
	}
	for _, field := range v.Fields {
		places(t, text, field.Value)
	}
}

func TestBounds(t *testing.T) {
	t.Parallel()
	for _, text := range []string{strings.Repeat("[", 1_000_000), "[" + strings.Repeat("1,", 600_000) + "1]"} {
		if _, err := Parse(facts.NewSource("x.json", []byte(text))); err == nil {
			t.Errorf("%.10q is accepted", text)
		}
	}
}
