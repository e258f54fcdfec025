package repmgr

import (
	"slices"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// directory finds nodes by host. A name and the same name with more labels behind it are one host, because search domains
// complete names: pg-0, pg-0.pg-headless and pg-0.pg-headless.db.svc.cluster.local.
type directory struct {
	exact, shorter map[string][]int
	ones           []int // of which lists of one are cut, as most are
}

// maxLabels is how many labels of a name are looked at; a DNS name that people write has fewer.
const maxLabels = 12

// add enters a host as [facts.Host] gives it.
func (d *directory) add(host string, n int) {
	if d.exact == nil {
		d.exact, d.shorter = map[string][]int{}, map[string][]int{}
	}
	d.enter(d.exact, host, n)
	for beginning := range beginnings(host) {
		d.enter(d.shorter, beginning, n)
	}
}

func (d *directory) enter(all map[string][]int, host string, n int) {
	switch known := all[host]; {
	case len(known) == 0:
		if len(d.ones) == cap(d.ones) {
			d.ones = make([]int, 0, 16)
		}
		at := len(d.ones)
		d.ones = append(d.ones, n)
		all[host] = d.ones[at : at+1 : at+1]
	case known[len(known)-1] != n:
		all[host] = append(known, n)
	}
}

// find gives those that were entered under a host, or when there is none under a longer or shorter form of it.
func (d *directory) find(host string) []int {
	if found := d.exact[host]; len(found) > 0 {
		return found
	}
	var found []int
	for beginning := range beginnings(host) {
		found = append(found, d.exact[beginning]...)
	}
	if len(found) == 0 {
		found = d.shorter[host]
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// beginnings gives a name without its last labels: of a.b.c a and a.b; an address has none.
func beginnings(host string) func(func(string) bool) {
	return func(yield func(string) bool) {
		if facts.IsIP(host) {
			return
		}
		for at, labels := 0, 1; labels < maxLabels; labels++ {
			dot := strings.IndexByte(host[at:], '.')
			if dot < 0 {
				return
			}
			at += dot
			if !yield(host[:at]) {
				return
			}
			at++
		}
	}
}

// form is how a host is written. Two hosts that are written in one form and differ are two hosts; in two forms they may
// be one.
type form uint8

const (
	asAddress form = iota
	asLabel        // pg-0
	asDomain       // pg-0.example.com
	forms          // how many there are
)

func formOf(host string) form {
	switch {
	case facts.IsIP(host):
		return asAddress
	case strings.Contains(host, "."):
		return asDomain
	}
	return asLabel
}
