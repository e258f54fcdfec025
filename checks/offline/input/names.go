package input

import (
	"strings"
	"sync"
)

// Names makes a set of a list, whose names white space separates, when it is first asked for: most runs of the program
// start without.
func Names(list string) func() map[string]bool {
	return sync.OnceValue(func() map[string]bool {
		set := map[string]bool{}
		for name := range strings.FieldsSeq(list) {
			set[name] = true
		}
		return set
	})
}
