// Package secrets judges passwords and what is left of a template: what everybody knows, what is still to be filled in,
// and who can read it.
package secrets

import "github.com/bbdoctor/bbdoctor/rules"

// Rules are the family's rules in the order in which they are shown.
var Rules = []*rules.Rule{
	DocumentationPassword,
	Placeholder,
	FileMode,
	PlainTextInRepository,
}
