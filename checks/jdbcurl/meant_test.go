package jdbcurl_test

import (
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/jdbcurl"
)

func TestIntended(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"amp;sslmode": "sslmode", "%74argetServerType": "targetServerType", " ssl ": "ssl", "100%": "100%", "a%7": "a%7", "%zz": "%zz", "": ""} {
		if got := jdbcurl.Intended(name); got != want {
			t.Errorf("Intended(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestMeant(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		hasValue bool
		want     bool
	}{
		{"sslmode", true, true}, {"ssl", false, true}, {"socketTimout", true, true}, {"socketTimout", false, false}, {"SSLMODE", true, true},
		{"amp;sslmode", true, true}, {"b", false, false}, {"winter-Quokka", true, false}, {"", true, false}, {"", false, false},
	}
	for _, test := range tests {
		if got := jdbcurl.Meant(jdbcurl.Driver427, test.name, test.hasValue); got != test.want {
			t.Errorf("%q, %v: %v", test.name, test.hasValue, got)
		}
	}
}
