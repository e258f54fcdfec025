// Package rules judges: a rule is a pure function of facts that says pass, fail or skip. It never opens a file or a
// socket; what it may know is in package facts, and it asks a [Pass] for it.
package rules

import (
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// Severity is what a failure is worth.
type Severity uint8

// The severities, in rising order.
const (
	Info    Severity = iota + 1 // worth knowing
	Warning                     // works today, will hurt
	Error                       // does not start, breaks after a failover, loses data, or lets someone in
)

// String is the severity's name on the command line and in JSON.
func (s Severity) String() string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	case Info:
		return "info"
	}
	return ""
}

// ParseSeverity is the reverse of String; ok is false for any other word.
func ParseSeverity(name string) (s Severity, ok bool) {
	for _, s := range []Severity{Info, Warning, Error} {
		if s.String() == name {
			return s, true
		}
	}
	return 0, false
}

// Rule is one thing that bbdoctor checks. Its ID is its address everywhere: in code, fixtures, documentation and on the
// command line.
type Rule struct {
	// ID is family and name: "jdbc/target-server-type".
	ID string
	// Title is true when healthy, for it is the pass line: "jdbc.url has no targetServerType".
	Title string
	// Severity is what a failure is worth unless the finding says otherwise.
	Severity Severity
	// Live says that the rule judges measured facts only, so that there is nothing to say in an offline run.
	Live bool
	// Needs are the facts that Check reads. A test compares them with what was really read.
	Needs []facts.Key
	// Bounds are the figures that the user may set.
	Bounds []Bound
	// Check asks the pass for facts and reports what is wrong. It must not keep the pass.
	Check func(*Pass)

	forced bool             // every failure is worth Severity
	bounds map[string]int64 // what the user set
}

// Family is the part of the ID before the slash.
func (r *Rule) Family() string {
	family, _, _ := strings.Cut(r.ID, "/")
	return family
}
