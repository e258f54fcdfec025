package jdbc

import (
	"strconv"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// before says whether Bitbucket's version is earlier than major.minor. known is false when the version is only assumed,
// or not written exactly enough to tell: the tag "10" may be 10.0 or 10.2.
func before(version facts.Setting, major, minor int) (earlier, known bool) {
	if version.State != facts.Set {
		return false, false
	}
	number, _, _ := strings.Cut(strings.TrimPrefix(version.Text, "v"), "-")
	parts := strings.Split(number, ".")
	first, err := strconv.Atoi(parts[0])
	if err != nil {
		return false, false
	}
	if first != major {
		return first < major, true
	}
	if len(parts) < 2 {
		return false, false
	}
	second, err := strconv.Atoi(parts[1])
	if err != nil {
		return false, false
	}
	return second < minor, true
}
