package jdbcurl

import (
	_ "embed"
	"strings"
	"sync"

	"github.com/bbdoctor/bbdoctor/checks/spelling"
)

// Property is a connection parameter that the driver knows: an entry of org.postgresql.PGProperty.
type Property struct {
	// Name is the parameter's name; its case counts.
	Name string
	// Default is what the driver takes when the parameter is absent; empty when it has none.
	Default string
	// Type says how the driver's code reads the value.
	Type Type
	// Choices are the values that the driver documents. It does not always enforce them: see [CheckValue].
	Choices []string
	// Description says in a few words what it does.
	Description string
	// ReadByDriver is false for what the driver accepts but never looks at.
	ReadByDriver bool
	Deprecated   bool
	// Since is the first of the releases 42.2.15, 42.5.5, 42.7.7 and 42.7.14 that knows the parameter.
	Since string
}

// Type is how the driver reads a value.
type Type string

// The types of PGProperty's values, from the getters that the driver calls.
const (
	Boolean      Type = "boolean"            // "true" in any case is true, everything else is false
	Int          Type = "int"                // Integer.parseInt; anything else is an exception
	IntList      Type = "int list"           // the ports
	HostList     Type = "host list"          // the hosts
	FloatSeconds Type = "float seconds"      // loginTimeout
	Enum         Type = "enum"               // one of Choices
	SSLSwitch    Type = "boolean-ish string" // ssl
	String       Type = "string"
)

// The tables were read from org.postgresql.PGProperty; the test compares them with the class of both releases.
var (
	//go:embed properties-42.7.14.tsv
	table427 string
	//go:embed properties-42.2.15.tsv
	table4215 string

	properties427  = sync.OnceValue(func() map[string]Property { return readTable(table427) })
	properties4215 = sync.OnceValue(func() map[string]Property { return readTable(table4215) })
)

// properties gives the parameters that a driver knows. Driver427 is its newest release known here, 42.7.14.
func properties(driver Driver) map[string]Property {
	if driver == Driver4215 {
		return properties4215()
	}
	return properties427()
}

func readTable(table string) map[string]Property {
	all := make(map[string]Property, 96)
	for line := range strings.Lines(table[strings.IndexByte(table, '\n')+1:]) {
		var field [8]string
		rest := strings.TrimSuffix(line, "\n")
		for i := range field {
			field[i], rest, _ = strings.Cut(rest, "\t")
		}
		property := Property{Name: field[0], Type: Type(field[2]), Description: field[7], ReadByDriver: field[4] == "yes", Deprecated: field[5] == "true", Since: field[6]}
		if field[1] != "<null>" {
			property.Default = field[1]
		}
		if field[3] != "" {
			property.Choices = strings.Split(field[3], "|")
		}
		all[property.Name] = property
	}
	return all
}

// Known gives the property that a parameter of that exact name sets, if the driver knows it. The driver ignores every other
// one without a word. Since 42.3.2 host, port and dbname, in any case, are PGHOST, PGPORT and PGDBNAME.
func Known(driver Driver, name string) (Property, bool) {
	if driver != Driver4215 {
		name = translate(name)
	}
	property, ok := properties(driver)[name]
	return property, ok
}

// Nearest gives the known parameter that is most like a name: the one that differs only in case, else the one that can be
// made of it with the fewest letters inserted, removed, replaced or swapped, two at most.
func Nearest(driver Driver, name string) (property Property, onlyCaseDiffers, ok bool) {
	all := properties(driver)
	best := 3
	if len(name) <= 4 {
		best = 2 // two letters of four are too many to know what was meant
	}
	for candidate, known := range all {
		if strings.EqualFold(candidate, name) {
			return known, true, true
		}
		found := distance(name, candidate)
		if found < best || found == best && ok && candidate < property.Name {
			best, property, ok = found, known, true
		}
	}
	return property, false, ok
}

// distance is how many letters differ between two names, without regard to case; 3 for all that is more than 2.
func distance(a, b string) int {
	const limit = 3
	if len(a) > 63 || len(b) > 63 {
		return limit
	}
	return spelling.Distance(lower(a), lower(b), limit)
}

// lower folds ASCII letters only, as names of parameters have no others.
func lower(name string) string {
	folded := []byte(name)
	for i, c := range folded {
		if 'A' <= c && c <= 'Z' {
			folded[i] = c + 'a' - 'A'
		}
	}
	return string(folded)
}
