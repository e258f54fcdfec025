package facts

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// fill gives every field of a value something else than zero, at random.
func fill(v reflect.Value, random *rand.Rand) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), random)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), random)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(v.Index(i), random)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("in_hot_standby"), reflect.ValueOf("on"))
		v.SetMapIndex(reflect.ValueOf("client_encoding"), reflect.ValueOf("UTF8"))
	case reflect.String:
		v.SetString([]string{"up", "<b>&", "é\u2028", "a\"b\\", "one\ntwo"}[random.IntN(5)])
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(random.Int64() >> 1)
	case reflect.Float64:
		v.SetFloat(random.NormFloat64())
	default:
		panic(v.Kind().String())
	}
}

func TestSnapshotRoundTrip(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 20 {
		s := new(Snapshot)
		if i > 0 {
			fill(reflect.ValueOf(s).Elem(), random)
		}
		s.Schema = SnapshotSchema
		var first, second bytes.Buffer
		if err := s.Save(&first); err != nil {
			t.Fatal(err)
		}
		loaded, err := LoadSnapshot(bytes.NewReader(first.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(s, loaded) {
			t.Fatalf("loaded:\n%+v\nsaved:\n%+v", loaded, s)
		}
		if err := loaded.Save(&second); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Fatalf("saved again:\n%s\nfirst:\n%s", second.Bytes(), first.Bytes())
		}
	}
}

// TestSnapshotNames guards the names in saved files: no field of Go's own spelling.
func TestSnapshotNames(t *testing.T) {
	t.Parallel()
	s := new(Snapshot)
	fill(reflect.ValueOf(s).Elem(), rand.New(rand.NewPCG(1, 2)))
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var tree map[string]any
	if err := json.Unmarshal(text, &tree); err != nil {
		t.Fatal(err)
	}
	var walk func(path string, value any)
	walk = func(path string, value any) {
		switch v := value.(type) {
		case map[string]any:
			for name, inner := range v {
				if name[0] < 'a' || name[0] > 'z' {
					t.Errorf("%s.%s", path, name)
				}
				walk(path+"."+name, inner)
			}
		case []any:
			walk(path, v[0])
		}
	}
	delete(tree["login"].(map[string]any), "parameterStatus")
	walk("", tree)
}

func TestLoadSnapshotRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"empty":            {"", "not the JSON"},
		"no JSON":          {"schema: x", "not the JSON"},
		"no schema":        {"{}", `the schema is ""`},
		"later schema":     {`{"schema": "bbdoctor.snapshot/v2"}`, `"bbdoctor.snapshot/v2"`},
		"a report":         {`{"schema": "bbdoctor.report/v1", "results": []}`, "bbdoctor.report/v1"},
		"unknown field":    {`{"schema": "bbdoctor.snapshot/v1", "moon": 1}`, `unknown field "moon"`},
		"wrong type":       {`{"schema": "bbdoctor.snapshot/v1", "poolNodes": 1}`, "poolNodes"},
		"something behind": {`{"schema": "bbdoctor.snapshot/v1"} {}`, "not the JSON"},
		"deep":             {strings.Repeat("[", 100_000), "not the JSON"},
		"long schema":      {`{"schema": "` + strings.Repeat("x", 100_000) + `"}`, "..."},
		"too large":        {`{"schema": "bbdoctor.snapshot/v1"}` + strings.Repeat(" ", SnapshotLimit), "more than"},
	} {
		s, err := LoadSnapshot(strings.NewReader(c.text))
		if err == nil || s != nil || !strings.Contains(err.Error(), c.want) || len(err.Error()) > 1000 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("disk full") }
func (broken) Read([]byte) (int, error)  { return 0, errors.New("disk gone") }

func TestSnapshotErrors(t *testing.T) {
	t.Parallel()
	s := &Snapshot{Schema: SnapshotSchema}
	if err := s.Save(broken{}); err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Error(err)
	}
	if _, err := LoadSnapshot(broken{}); err == nil || !strings.Contains(err.Error(), "disk gone") {
		t.Error(err)
	}
	s.Server.Text = strings.Repeat("x", SnapshotLimit)
	if err := s.Save(new(bytes.Buffer)); err == nil {
		t.Error("saved what cannot be loaded")
	}
}

func FuzzLoadSnapshot(f *testing.F) {
	f.Add(`{"schema": "bbdoctor.snapshot/v1", "login": {"ok": true, "took": 5}, "processes": {"total": 3}}`)
	f.Add(`{"schema": "bbdoctor.snapshot/v1", "pgpool": null, "poolNodes": []}`)
	f.Fuzz(func(t *testing.T, text string) {
		s, err := LoadSnapshot(strings.NewReader(text))
		if err != nil {
			return
		}
		var first, second bytes.Buffer
		if err := s.Save(&first); err != nil {
			t.Fatal(err)
		}
		again, err := LoadSnapshot(bytes.NewReader(first.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		if err := again.Save(&second); err != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Fatalf("%v\n%s\n%s", err, first.Bytes(), second.Bytes())
		}
	})
}
