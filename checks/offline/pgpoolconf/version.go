package pgpoolconf

import "strconv"

// release is a version of Pgpool-II. Releases of one minor version share a table of parameters, but for what was
// backported in between.
type release struct {
	major, minor, patch int
	// latest stands for the newest patch of the minor version: "4.5", which is what an image tag of that form gives.
	latest bool
}

// parseRelease reads "4.5.5", "4.5" or "4.5.5-debian-12-r3". ok is false when there is no minor version.
func parseRelease(text string) (r release, ok bool) {
	parts, n := [3]int{}, 0
	for n < len(parts) {
		end := 0
		for end < len(text) && end < 6 && text[end] >= '0' && text[end] <= '9' {
			end++
		}
		if end == 0 {
			break
		}
		parts[n], _ = strconv.Atoi(text[:end])
		n++
		text = text[end:]
		if text == "" || text[0] != '.' {
			break
		}
		text = text[1:]
	}
	return release{parts[0], parts[1], parts[2], n == 2}, n >= 2
}

// before says whether r is older than other.
func (r release) before(other release) bool {
	if r.major != other.major {
		return r.major < other.major
	}
	if r.minor != other.minor {
		return r.minor < other.minor
	}
	return !r.latest && (other.latest || r.patch < other.patch)
}

func (r release) sameMinor(other release) bool {
	return r.major == other.major && r.minor == other.minor
}

// mustRelease reads a version of the embedded table.
func mustRelease(text string) release {
	r, ok := parseRelease(text)
	if !ok {
		panic("pgpoolconf: no version: " + text)
	}
	// The first release of a minor version is meant.
	r.latest = false
	return r
}

// Before says whether a version of Pgpool-II is older than another. A version that cannot be read, the empty one for
// example, is older than none.
func Before(version, other string) bool {
	a, okA := parseRelease(version)
	b, okB := parseRelease(other)
	return okA && okB && a.before(b)
}
