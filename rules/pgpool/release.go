package pgpool

import (
	"strconv"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// release is a version of Pgpool-II. Patch is -1 when only major and minor are known: the image tag "4.5".
type release struct{ major, minor, patch int }

// releaseOf reads a version; ok is false when not even the minor version is known.
func releaseOf(version facts.Setting) (r release, ok bool) {
	if !version.Known() {
		return release{}, false
	}
	number, _, _ := strings.Cut(version.Text, "-")
	parts := [3]int{0, 0, -1}
	n := 0
	for part := range strings.SplitSeq(number, ".") {
		value, err := strconv.Atoi(part)
		if err != nil || n == len(parts) {
			break
		}
		parts[n] = value
		n++
	}
	return release{parts[0], parts[1], parts[2]}, n >= 2
}

// before says whether r is older than the first release of another minor version.
func (r release) before(major, minor int) bool {
	return r.major < major || r.major == major && r.minor < minor
}

// lacks says whether a fix is missing, given the first releases that have it, one for each minor version and in rising
// order. Minor versions before them never got it, those behind them always had it; of an unknown patch the newest is
// taken.
func (r release) lacks(fixed []release) bool {
	for _, f := range fixed {
		if r.before(f.major, f.minor) {
			return true
		}
		if r.major == f.major && r.minor == f.minor {
			return r.patch >= 0 && r.patch < f.patch
		}
	}
	return false
}
