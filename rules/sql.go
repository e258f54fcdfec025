package rules

import "strings"

// SQLName is a name as an SQL statement takes it, for help that can be pasted: bitbucketuser becomes "bitbucketuser".
func SQLName(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
