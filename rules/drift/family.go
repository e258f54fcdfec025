// Package drift compares what files declare with what was measured: files that were never deployed, a server that was not
// started again, a setting that something else overrides.
package drift

import "github.com/bbdoctor/bbdoctor/rules"

// Rules are the family's rules in the order in which they are shown.
var Rules = []*rules.Rule{
	Settings,
	Nodes,
}
