package database

import "strings"

// sqlName is a name as an SQL statement takes it.
func sqlName(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
