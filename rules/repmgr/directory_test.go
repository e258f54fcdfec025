package repmgr

import (
	"slices"
	"testing"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

func TestDirectory(t *testing.T) {
	t.Parallel()
	var d directory
	for n, host := range []string{"pg-0", "pg-1.pg-headless.db.svc.cluster.local", "10.0.0.10", "a.east", "a.west"} {
		d.add(host, n)
	}
	for host, want := range map[string][]int{
		"pg-0": {0}, "pg-0.pg-headless": {0}, "pg-0.pg-headless.db": {0}, "pg-00": nil, "pg": nil,
		"pg-1": {1}, "pg-1.pg-headless": {1}, "pg-1.pg-headless.db.svc.cluster.local": {1}, "pg-1.other": nil,
		"10.0.0.10": {2}, "10": nil, "10.0.0": nil, "10.0.0.1": nil,
		"a": {3, 4}, "a.east": {3}, "a.north": nil, "": nil,
	} {
		if got := d.find(host); !slices.Equal(got, want) {
			t.Errorf("find(%q) = %v, want %v", host, got, want)
		}
	}
}

func TestPartners(t *testing.T) {
	t.Parallel()
	list := facts.Setting{State: facts.Set, Text: "PG-0:5433; tcp://pg-1:5434 pg-2.,[2001:db8::1]:5432,2001:db8::2\npg-9"}
	var got []string
	for _, partner := range partnersOf(list) {
		got = append(got, partner.host+" "+partner.port)
	}
	want := []string{"pg-0 5433", "pg-1 5434", "pg-2 ", "2001:db8::1 5432", "2001:db8::2 "}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
