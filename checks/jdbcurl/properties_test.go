package jdbcurl

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTables compares the embedded tables with org.postgresql.PGProperty of every release.
func TestTables(t *testing.T) {
	t.Parallel()
	type row struct {
		Name, Default string
		Choices       []string
		Deprecated    bool
	}
	since := map[string]string{}
	for _, release := range []string{"42.2.15", "42.5.5", "42.7.7", "42.7.14"} {
		rows := readAnswers[row](t, filepath.Join(oracle, "table-"+release+".jsonl"))
		if len(rows) < 60 {
			t.Fatalf("%s has %d parameters", release, len(rows))
		}
		for _, row := range rows {
			if since[row.Name] == "" {
				since[row.Name] = release
			}
		}
		driver := map[string]Driver{"42.2.15": Driver4215, "42.7.14": Driver427}[release]
		if driver == "" {
			continue
		}
		if len(properties(driver)) != len(rows) {
			t.Errorf("%s: %d parameters, want %d", release, len(properties(driver)), len(rows))
		}
		for _, want := range rows {
			got, ok := Known(driver, want.Name)
			if !ok {
				t.Errorf("%s: %s is not known", release, want.Name)
				continue
			}
			if len(want.Choices) == 0 {
				want.Choices = nil
			}
			if diff := cmp.Diff(want, row{got.Name, got.Default, got.Choices, got.Deprecated}); diff != "" {
				t.Errorf("%s: %s (-driver +table):\n%s", release, want.Name, diff)
			}
			if got.Since != since[want.Name] {
				t.Errorf("%s: %s is since %s, want %s", release, want.Name, got.Since, since[want.Name])
			}
			types := []Type{Boolean, Int, IntList, HostList, FloatSeconds, Enum, SSLSwitch, String}
			if got.Description == "" || !slices.Contains(types, got.Type) {
				t.Errorf("%s: %s is %+v", release, want.Name, got)
			}
		}
	}
}

func TestKnown(t *testing.T) {
	t.Parallel()
	tests := []struct {
		driver Driver
		name   string
		want   string // the property's name, empty if not known
	}{
		{Driver427, "targetServerType", "targetServerType"},
		{Driver427, "targetservertype", ""},
		{Driver427, "host", "PGHOST"},
		{Driver427, "Port", "PGPORT"},
		{Driver427, "DBNAME", "PGDBNAME"},
		{Driver427, "PGHOST", "PGHOST"},
		{Driver4215, "host", ""},
		{Driver4215, "PGHOST", "PGHOST"},
		{Driver427, "queryTimeout", "queryTimeout"},
		{Driver4215, "queryTimeout", ""},
		{Driver427, "", ""},
	}
	for _, test := range tests {
		got, ok := Known(test.driver, test.name)
		if got.Name != test.want || ok != (test.want != "") {
			t.Errorf("Known(%s, %q) = %q, %v, want %q", test.driver, test.name, got.Name, ok, test.want)
		}
	}
	if got, _ := Known(Driver4215, "gssEncMode"); got.Default != "prefer" {
		t.Errorf("gssEncMode of 42.2.15 has the default %q", got.Default)
	}
	if got, _ := Known(Driver427, "loggerLevel"); got.ReadByDriver || !got.Deprecated {
		t.Errorf("loggerLevel = %+v", got)
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, want string
		onlyCase   bool
	}{
		{"targetservertype", "targetServerType", true},
		{"TCPKEEPALIVE", "tcpKeepAlive", true},
		{"applicationName", "ApplicationName", true},
		{"targetServerTyp", "targetServerType", false},
		{"targetServertpye", "targetServerType", false},
		{"tcpKeepAlives", "tcpKeepAlive", false},
		{"sslMod", "sslmode", false},
		{"soketTimeout", "socketTimeout", false},
		{"connectionTimeout", "", false},
		{"ssl ", "ssl", false},
		{"usr", "user", false},
		{"pass", "", false},
		{"useUnicode", "", false},
		{"x", "", false},
		{"", "", false},
		{"amp;ssl", "", false},
	}
	for _, test := range tests {
		for range 5 { // the table is a map: no answer may depend on its order
			got, onlyCase, ok := Nearest(Driver427, test.name)
			if got.Name != test.want || onlyCase != test.onlyCase || ok != (test.want != "") {
				t.Errorf("Nearest(%q) = %q, %v, %v, want %q, %v", test.name, got.Name, onlyCase, ok, test.want, test.onlyCase)
			}
		}
	}
}
