// Package image judges the images that containers are started from.
package image

import "github.com/bbdoctor/bbdoctor/rules"

// Rules are the family's rules in the order in which they are shown.
var Rules = []*rules.Rule{
	Pinned,
	Available,
}
