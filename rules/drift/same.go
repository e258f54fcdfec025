package drift

import (
	"slices"
	"strconv"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// same says whether two values in normal form mean the same to Pgpool-II, which writes lists and fractions its own way when
// it is asked.
func same(key facts.Key, declared, measured string) bool {
	if declared == measured {
		return true
	}
	if a, err := strconv.ParseFloat(declared, 64); err == nil {
		b, err := strconv.ParseFloat(measured, 64)
		return err == nil && a == b
	}
	a, b := elements(declared), elements(measured)
	if strings.HasPrefix(string(key), "backend_flag") {
		slices.Sort(a)
		slices.Sort(b)
	}
	return slices.Equal(a, b)
}

// elements are the parts of a list, whatever separates them, without the blanks around them.
func elements(list string) []string {
	parts := strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ';' || r == '|' })
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}
